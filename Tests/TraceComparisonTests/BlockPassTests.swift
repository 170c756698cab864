import PipelineTrace
import TensorKernels
import TestTraces
import Testing

@testable import TraceComparison

/// 300,000 float32 of noise and what a little more noise makes of them.
private let noise: (dev: [Float], prod: [Float]) = {
  var generator = SeededGenerator(seed: 7)
  let dev = (0..<300_000).map { _ in Float.random(in: -1...1, using: &generator) }
  let prod = dev.map { $0 + Float.random(in: -1e-4...1e-4, using: &generator) }
  return (dev, prod)
}()

private func littleEndianBytes(_ numbers: [Float]) -> [UInt8] {
  numbers.flatMap { number in
    (0..<4).map { UInt8(truncatingIfNeeded: number.bitPattern >> (8 * UInt32($0))) }
  }
}

private func plain(_ numbers: [Float]) -> Tensor {
  Tensor(
    dtype: .f32, shape: Shape([300, 1000])!, bytes: LiteralBytes(littleEndianBytes(numbers)))
}

private func columnMajor(_ numbers: [Float]) -> Tensor {
  let shape = Shape([300, 1000])!
  let stored = (0..<1000).flatMap { column in (0..<300).map { numbers[$0 * 1000 + column] } }
  return Tensor(
    dtype: .f32, shape: shape, bytes: LiteralBytes(littleEndianBytes(stored)),
    strides: shape.columnMajorStrides)
}

private func bigEndian(_ numbers: [Float]) -> Tensor {
  Tensor(
    dtype: .f32, shape: Shape([300, 1000])!,
    bytes: LiteralBytes(
      littleEndianBytes(numbers.map { Float(bitPattern: $0.bitPattern.byteSwapped) })),
    byteOrder: .big)
}

private func statistics(_ dev: Tensor, _ prod: Tensor, workerCount: Int = 2) throws
  -> DifferenceStatistics?
{
  try compared(trace([stage("x", dev)]), trace([stage("x", prod)]), workerCount: workerCount)
    .pairs[0].values[0].difference
}

/// The CRC-32 of some bytes.
private func crc(_ bytes: [UInt8]) -> UInt32 {
  var check = CyclicRedundancyCheck()
  bytes.withUnsafeBytes { check.update($0) }
  return check.value
}

@Suite struct DeterminismTests {
  @Test func `statistics have the same bits for any number of workers`() throws {
    let dev = plain(noise.dev)
    let prod = plain(noise.prod)
    let one = try #require(try statistics(dev, prod, workerCount: 1))
    #expect(one.elementCount == 300_000)
    #expect(one.mismatchedCount > 200_000)
    #expect(one.squareSum > 0)
    #expect(try statistics(dev, prod, workerCount: 2) == one)
    #expect(try statistics(dev, prod, workerCount: 3) == one)
    #expect(try statistics(dev, prod, workerCount: 7) == one)
  }

  @Test func `statistics have the same bits for any order in memory`() throws {
    let dev = plain(noise.dev)
    let expected = try statistics(dev, plain(noise.prod))
    #expect(expected != nil)
    #expect(try statistics(dev, columnMajor(noise.prod)) == expected)
    #expect(try statistics(columnMajor(noise.dev), columnMajor(noise.prod)) == expected)
    #expect(try statistics(dev, bigEndian(noise.prod)) == expected)
    #expect(try statistics(bigEndian(noise.dev), columnMajor(noise.prod)) == expected)
  }

  @Test func `the same elements in another order in memory are identical`() throws {
    let value = try compared(plain(noise.dev), columnMajor(noise.dev))
    #expect(value.status == .identical)
    #expect(try compared(bigEndian(noise.dev), columnMajor(noise.dev)).status == .identical)
  }
}

@Suite struct LargeTensorTests {
  @Test(arguments: [1, 3])
  func `elements beyond the first group of blocks have their own numbers`(workerCount: Int) throws {
    let count = 64 * 65_536 + 10
    var bytes = [UInt8](repeating: 7, count: count)
    let dev = Tensor(dtype: .u8, shape: .vector(count), bytes: LiteralBytes(bytes))
    bytes[count - 2] = 9
    let prod = Tensor(dtype: .u8, shape: .vector(count), bytes: LiteralBytes(bytes))
    let found = try #require(try statistics(dev, prod, workerCount: workerCount))
    #expect(found.elementCount == 4_194_314)
    #expect(found.mismatchedCount == 1)
    #expect(found.firstMismatch == 4_194_312)
    #expect(found.maxAbsolute == 2)
    #expect(found.maxAbsoluteElement == 4_194_312)
  }
}

@Suite struct ChecksumTests {
  /// A 300 × 1000 tensor in a file whose announced CRC-32 is off by `error`.
  private func tensor(
    _ numbers: [Float], _ scratch: Scratch, _ name: String, error: UInt32,
    isColumnMajor: Bool = false
  ) throws -> Tensor {
    let header: [UInt8] = [1, 2, 3]
    let bytes = littleEndianBytes(numbers)
    let file = try scratch.file(header + bytes, as: name)
    let shape = Shape([300, 1000])!
    return Tensor(
      dtype: .f32, shape: shape,
      bytes: FileRegion(
        file: file, range: 3..<(3 + bytes.count),
        checksum: Checksum(expected: crc(header + bytes) ^ error, ofPrefix: crc(header))),
      strides: isColumnMajor ? shape.columnMajorStrides : nil)
  }

  @Test(arguments: [false, true])
  func `equal data with the announced checksums are identical`(isColumnMajor: Bool) throws {
    let scratch = Scratch()
    let dev = try tensor(noise.dev, scratch, "dev", error: 0, isColumnMajor: isColumnMajor)
    let prod = try tensor(noise.dev, scratch, "prod", error: 0, isColumnMajor: isColumnMajor)
    #expect(try compared(dev, prod).status == .identical)
  }

  @Test(arguments: [false, true])
  func `equal data with a wrong checksum are not comparable`(isColumnMajor: Bool) throws {
    let scratch = Scratch()
    let dev = try tensor(noise.dev, scratch, "dev", error: 0, isColumnMajor: isColumnMajor)
    let prod = try tensor(noise.dev, scratch, "prod", error: 1, isColumnMajor: isColumnMajor)
    let expected = crc([1, 2, 3] + littleEndianBytes(noise.dev))
    for value in [try compared(dev, prod), try compared(prod, dev)] {
      #expect(value.status == .notComparable)
      #expect(value.problem?.file == "\(scratch.path)/prod")
      #expect(
        value.problem?.problem == .wrongChecksum(expected: expected ^ 1, found: expected))
    }
  }

  @Test(arguments: [false, true])
  func `different data with a wrong checksum are not comparable`(isColumnMajor: Bool) throws {
    let scratch = Scratch()
    let dev = try tensor(noise.dev, scratch, "dev", error: 1, isColumnMajor: isColumnMajor)
    let prod = try tensor(noise.prod, scratch, "prod", error: 0, isColumnMajor: isColumnMajor)
    let expected = crc([1, 2, 3] + littleEndianBytes(noise.dev))
    let value = try compared(dev, prod)
    #expect(value.status == .notComparable)
    #expect(value.kind == nil)
    #expect(value.problem?.problem == .wrongChecksum(expected: expected ^ 1, found: expected))
  }

  @Test func `other shapes with a wrong checksum are not comparable`() throws {
    let scratch = Scratch()
    let dev = try tensor(noise.dev, scratch, "dev", error: 0)
    var prod = try tensor(noise.dev, scratch, "prod", error: 1)
    prod.shape = Shape([1000, 300])!
    prod.strides = [300, 1]
    #expect(try compared(dev, prod).status == .notComparable)
  }

  @Test func `one worker finds a wrong checksum as seven do`() throws {
    let scratch = Scratch()
    let dev = try tensor(noise.dev, scratch, "dev", error: 0)
    let prod = try tensor(noise.dev, scratch, "prod", error: 4)
    for workerCount in [1, 7] {
      let found = try compared(
        trace([stage("x", dev)]), trace([stage("x", prod)]), workerCount: workerCount)
      #expect(found.pairs[0].status == .notComparable)
      #expect(found.verdict == .undecided)
    }
  }

  @Test(arguments: [false, true])
  func `a file that was cut short while it was open is an error and no crash`(isColumnMajor: Bool)
    throws
  {
    let scratch = Scratch()
    let dev = try tensor(noise.dev, scratch, "dev", error: 0, isColumnMajor: isColumnMajor)
    let prod = try tensor(noise.dev, scratch, "prod", error: 0, isColumnMajor: isColumnMajor)
    scratch.cut("prod", to: 600_000)
    let value = try compared(dev, prod)
    #expect(value.status == .notComparable)
    #expect(value.problem?.problem == .changedWhileOpen)
  }
}
