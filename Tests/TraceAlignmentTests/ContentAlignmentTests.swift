import PipelineTrace
import Synchronization
import TestTraces
import Testing

@testable import TraceAlignment

/// Bytes that count how often they are read.
private final class CountedBytes: ByteSource {
  let bytes: LiteralBytes
  let readCount = Mutex(0)

  init(_ bytes: [UInt8]) { self.bytes = LiteralBytes(bytes) }

  var byteCount: Int { bytes.byteCount }
  var origin: Origin { bytes.origin }

  func read(into destination: UnsafeMutableRawBufferPointer, at byteOffset: Int) {
    readCount.withLock { $0 += 1 }
    bytes.read(into: destination, at: byteOffset)
  }
}

/// Bytes that cannot be read.
private struct BrokenBytes: ByteSource {
  let byteCount: Int
  var origin: Origin { Origin(file: "cut.npz") }

  func read(into destination: UnsafeMutableRawBufferPointer, at byteOffset: Int)
    throws(FormatError)
  {
    throw origin.error(.changedWhileOpen)
  }
}

private func stage(_ name: String, _ contents: Value.Content...) -> Stage {
  Stage(name: name, position: 0, values: contents.map { Value(name: "output", content: $0) })
}

/// A vector of bytes that are none of another seed's.
private func bytes(_ seed: UInt64, count: Int = 64) -> [UInt8] {
  var generator = SeededGenerator(seed: seed)
  return (0..<count).map { _ in UInt8.random(in: 0...255, using: &generator) }
}

private func vector(_ elements: [UInt8]) -> Value.Content {
  .tensor(Tensor(dtype: .u8, shape: .vector(elements.count), bytes: LiteralBytes(elements)))
}

private func vector(_ seed: UInt64, count: Int = 64) -> Value.Content {
  vector(bytes(seed, count: count))
}

private func trace(_ stages: [Stage]) -> Trace {
  Trace(path: "memory", format: "test", stages: stages)
}

private func aligned(_ devStages: [Stage], _ prodStages: [Stage]) throws -> [String] {
  let dev = trace(devStages)
  let prod = trace(prodStages)
  let pairs = alignByContent(try align(dev: dev, prod: prod), dev: dev, prod: prod)
  expectSound(pairs, dev: dev, prod: prod)
  return picture(pairs, dev: dev, prod: prod)
}

@Suite struct ContentAlignmentTests {
  @Test func `a stage under another name is found by its bits`() throws {
    #expect(
      try aligned(
        [stage("a", vector(1)), stage("b", vector(2)), stage("c", vector(3))],
        [stage("a", vector(1)), stage("x", vector(2)), stage("c", vector(3))])
        == ["a", "b=x renamed by content", "c"])
  }

  @Test func `everything renamed is paired by content`() throws {
    #expect(
      try aligned(
        [stage("a", vector(1)), stage("b", vector(2)), stage("c", vector([5]))],
        [stage("x", vector(1)), stage("y", vector(2)), stage("z", vector([5]))])
        == [
          "a=x renamed by content", "b=y renamed by content", "c=z renamed by content",
        ])
  }

  @Test func `stages that differ in all stay alone`() throws {
    #expect(
      try aligned(
        [stage("a", vector(1)), stage("b", vector(2))],
        [stage("x", vector(3)), stage("y", vector(4))])
        == ["=x", "=y", "a=", "b="])
  }

  @Test func `a renamed stage in another place is moved as well`() throws {
    #expect(
      try aligned(
        [stage("a", vector(1)), stage("b", vector(2)), stage("c", vector(3))],
        [stage("b", vector(2)), stage("c", vector(3)), stage("x", vector(1))])
        == ["a=x moved renamed by content", "b", "c"])
  }

  @Test func `of equal contents the one in the same gap is taken`() throws {
    #expect(
      try aligned(
        [stage("m", vector(1)), stage("a", vector(2)), stage("n", vector(3))],
        [
          stage("x", vector(2)), stage("m", vector(1)), stage("y", vector(2)),
          stage("n", vector(3)), stage("z", vector(2)),
        ])
        == ["=x", "m", "a=y renamed by content", "n", "=z"])
  }

  @Test func `paired stages are left as they are`() throws {
    #expect(
      try aligned(
        [stage("a", vector(1)), stage("b", vector(2))],
        [stage("a", vector(2)), stage("b", vector(1))])
        == ["a", "b"])
  }

  @Test func `contents that prove nothing count only where there is one choice`() throws {
    let zeros = vector([UInt8](repeating: 0, count: 64))
    #expect(
      try aligned(
        [stage("m", vector(1)), stage("a", zeros)], [stage("m", vector(1)), stage("x", zeros)])
        == ["m", "a=x renamed by content"])
    #expect(
      try aligned(
        [stage("m", vector(1)), stage("a", zeros)],
        [stage("m", vector(1)), stage("x", zeros), stage("y", zeros)])
        == ["m", "=x", "=y", "a="])
    #expect(
      try aligned(
        [stage("a", zeros), stage("m", vector(1))], [stage("m", vector(1)), stage("x", zeros)])
        == ["a=", "m", "=x"])
  }

  @Test func `a constant of several bytes proves nothing either`() throws {
    let ones = Value.Content.tensor(
      Tensor(
        dtype: .f32, shape: .vector(8),
        bytes: LiteralBytes((0..<8).flatMap { _ in [0, 0, 0x80, 0x3F] as [UInt8] })))
    #expect(
      try aligned([stage("a", ones), stage("b", ones)], [stage("x", ones)]) == ["=x", "a=", "b="])
  }

  @Test func `the same bytes in another shape or dtype are another content`() throws {
    let elements = bytes(1)
    let matrix = Value.Content.tensor(
      Tensor(dtype: .u8, shape: Shape([8, 8]) ?? .scalar, bytes: LiteralBytes(elements)))
    let signed = Value.Content.tensor(
      Tensor(dtype: .i8, shape: .vector(64), bytes: LiteralBytes(elements)))
    #expect(
      try aligned([stage("a", vector(elements))], [stage("x", matrix), stage("y", signed)])
        == ["=x", "=y", "a="])
  }

  @Test func `a transposed view is compared by its elements`() throws {
    let shape = Shape([8, 8]) ?? .scalar
    let elements = bytes(1)
    let transposed = (0..<64).map { elements[$0 % 8 * 8 + $0 / 8] }
    let view = Tensor(
      dtype: .u8, shape: shape, bytes: LiteralBytes(transposed), strides: [1, 8])
    let plain = Tensor(dtype: .u8, shape: shape, bytes: LiteralBytes(elements))
    #expect(
      try aligned([stage("a", .tensor(view))], [stage("x", .tensor(plain))])
        == ["a=x renamed by content"])
  }

  @Test func `texts are equal by their bytes, however they are stored`() throws {
    let text = "a cat sat on the mat"
    let units = text.utf8.flatMap { [$0, 0, 0, 0] as [UInt8] }
    let wide = TextArray(
      shape: .scalar, encoding: .utf32(unitCount: text.count, byteOrder: .little),
      bytes: LiteralBytes(units))
    #expect(
      try aligned([stage("a", .text(TextArray(text)))], [stage("x", .text(wide))])
        == ["a=x renamed by content"])
    let composed = stage("a", .text(TextArray("une chaîne composée")))
    let decomposed = stage("x", .text(TextArray("une chai\u{302}ne compose\u{301}e")))
    #expect(try aligned([composed], [decomposed]) == ["=x", "a="])
  }

  @Test func `all outputs have to be the same`() throws {
    #expect(
      try aligned(
        [stage("a", vector(1), vector(2)), stage("b", vector(1))],
        [stage("x", vector(1), vector(3)), stage("y", vector(1))])
        == ["=x", "a=", "b=y renamed by content"])
  }

  @Test func `long tensors that differ at their end are not the same`() throws {
    let long = bytes(1, count: 600_000)
    var other = long
    other[599_999] ^= 1
    #expect(try aligned([stage("a", vector(long))], [stage("x", vector(other))]) == ["=x", "a="])
    #expect(
      try aligned([stage("a", vector(long))], [stage("x", vector(long))])
        == ["a=x renamed by content"])
  }

  @Test func `a tensor that nothing is like is never read`() throws {
    let counted = CountedBytes(bytes(1, count: 100))
    let dev = trace([
      stage("a", .tensor(Tensor(dtype: .u8, shape: .vector(100), bytes: counted))),
      stage("m", vector(2)),
    ])
    let prod = trace([stage("x", vector(1, count: 101)), stage("m", vector(2))])
    _ = alignByContent(try align(dev: dev, prod: prod), dev: dev, prod: prod)
    #expect(counted.readCount.withLock { $0 } == 0)
  }

  @Test func `aligning by name reads nothing`() throws {
    let broken = Tensor(dtype: .u8, shape: .vector(64), bytes: BrokenBytes(byteCount: 64))
    let dev = trace([stage("a", .tensor(broken))])
    #expect(try align(dev: dev, prod: dev) == [StagePair(dev: 0, prod: 0, matchedBy: .name)])
  }

  @Test(arguments: [false, true])
  func `what cannot be read is paired with none, and the others are`(isProd: Bool) throws {
    let broken = stage(
      "a", .tensor(Tensor(dtype: .u8, shape: .vector(64), bytes: BrokenBytes(byteCount: 64))))
    let dev = [broken, stage("b", vector(1)), stage("c", vector(2))]
    let prod = [stage("x", vector(3)), stage("y", vector(1)), stage("z", vector(2))]
    #expect(
      try isProd
        ? aligned(prod, dev) == ["=a", "x=", "y=b renamed by content", "z=c renamed by content"]
        : aligned(dev, prod) == ["=x", "a=", "b=y renamed by content", "c=z renamed by content"])
  }

  @Test func `a cancelled search gives back what it was given`() throws {
    let dev = trace([stage("a", vector(1))])
    let prod = trace([stage("x", vector(1))])
    let pairs = try align(dev: dev, prod: prod)
    #expect(alignByContent(pairs, dev: dev, prod: prod, isCancelled: { true }) == pairs)
  }
}
