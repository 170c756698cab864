import PipelineTrace
import TestTraces
import Testing

@testable import TraceDiagnosis

@Suite struct MemoryOrderTests {
  /// Six positions of four heads with three features each.
  private let numbers = noise(72, seed: 11)

  @Test func `reshaped where it should have been transposed`() throws {
    let dev = tensor(.f32, numbers, [6, 12])
    let turned = try dev.transposed([1, 0]).numbers()
    let finding = try #require(try found(dev, tensor(.f32, turned, [6, 12])).first)
    #expect(finding.cause == "memory-order")
    #expect(
      finding.summary
        == "prod holds dev.transpose(1, 0) read as 6×12: reshaped instead of transposed;"
        + " undone, 0 of 72 elements differ")
    #expect(finding.confidence == 1)
    #expect(
      finding.details == [
        Finding.Detail("kind", .text("reshaped")), Finding.Detail("of", .text("dev")),
        Finding.Detail("order", .text("1,0")),
      ])
  }

  @Test func `the same mistake on dev's side`() throws {
    let prod = tensor(.f32, numbers, [6, 12])
    let turned = try prod.transposed([1, 0]).numbers()
    #expect(
      try found(tensor(.f32, turned, [6, 12]), prod).map(\.summary) == [
        "dev holds prod.transpose(1, 0) read as 6×12: reshaped instead of transposed;"
          + " undone, 0 of 72 elements differ"
      ])
  }

  @Test func `channels last read as channels first of another shape`() throws {
    let dev = tensor(.f32, numbers, [3, 4, 6])
    let turned = try dev.transposed([1, 2, 0]).numbers()
    #expect(try causes(dev, tensor(.f32, turned, [3, 4, 6])) == ["memory-order"])
    #expect(try causes(dev, tensor(.f32, turned, [6, 4, 3])) == ["memory-order"])
    #expect(try causes(dev, tensor(.f32, turned, [4, 6, 3])) == ["axes-permuted"])
  }

  @Test func `the same numbers in the same order under another shape`() throws {
    #expect(
      try found(tensor(.f32, numbers, [6, 12]), tensor(.f32, numbers, [6, 4, 3])).map(\.summary)
        == [
          "prod holds the numbers of dev in the same order as 6×4×3 instead of 6×12;"
            + " undone, 0 of 72 elements differ"
        ])
  }

  @Test func `halves of an axis interleaved`() throws {
    let dev = tensor(.f32, numbers, [6, 12])
    let halves = try #require(dev.reshaped([6, 2, 6])).transposed([0, 2, 1])
    #expect(
      try found(dev, tensor(.f32, halves.numbers(), [6, 12])).map(\.summary) == [
        "axis 1 is 2×6 in dev and 6×2 in prod (heads or halves not put back in order);"
          + " undone, 0 of 72 elements differ"
      ])
  }

  @Test func `heads merged without transposing them back`() throws {
    let dev = tensor(.f32, numbers, [6, 12])
    let heads = try #require(dev.reshaped([6, 4, 3])).transposed([1, 0, 2])
    let merged = tensor(.f32, try heads.numbers(), [6, 12])
    #expect(
      try found(dev, merged).map(\.summary) == [
        "prod merges 4 heads of 3 into axis 1 without transposing them back;"
          + " undone, 0 of 72 elements differ"
      ])
    #expect(
      try found(merged, dev).map(\.summary) == [
        "dev merges 4 heads of 3 into axis 1 without transposing them back;"
          + " undone, 0 of 72 elements differ"
      ])
  }

  @Test func `a transposed square is its axes permuted`() throws {
    let dev = tensor(.f32, noise(64, seed: 12), [8, 8])
    let prod = tensor(.f32, try dev.transposed([1, 0]).numbers(), [8, 8])
    #expect(try causes(dev, prod) == ["axes-permuted"])
  }

  @Test func `bytes of elements in the other order`() throws {
    let dev = tensor(.i32, (0..<40).map { Double($0 * $0 + 3) }, [4, 10])
    var swapped = dev
    swapped.byteOrder = .big
    #expect(
      try found(dev, tensor(.i32, swapped.numbers(), [4, 10])).map(\.summary) == [
        "prod is dev with the bytes of every element in the other order (endianness);"
          + " undone, 0 of 40 elements differ"
      ])
  }

  @Test func `a column-major file is undone as well`() throws {
    let dev = tensor(.f32, numbers, [6, 12])
    let turned = tensor(.f32, try dev.transposed([1, 0]).numbers(), [6, 12])
    let stored = tensor(.f32, try turned.transposed([1, 0]).numbers(), [12, 6])
    #expect(try causes(dev, stored.transposed([1, 0])) == ["memory-order"])
  }

  @Test func `noise of rounding, narrow storage and a few other elements do not hide it`() throws {
    let dev = tensor(.f32, noise(12_000, seed: 13), [60, 200])
    var turned = try dev.transposed([1, 0]).numbers()
    #expect(try causes(dev, tensor(.f16, turned, [60, 200])) == ["memory-order"])
    #expect(try causes(dev, tensor(.bf16, turned, [60, 200])) == ["memory-order"])
    let wobble = noise(12_000, seed: 14, deviation: 0x1p-23)
    turned = zip(turned, wobble).map { $0 + $1 }
    for i in 0..<5 { turned[i * 2_000] += 4 }
    let finding = try #require(try found(dev, tensor(.f32, turned, [60, 200])).first)
    #expect(finding.cause == "memory-order")
    #expect(finding.summary.hasSuffix("undone, 5 of 12,000 elements differ"))
  }

  @Test func `two numbers by two are no memory order, nor are unrelated ones`() throws {
    #expect(
      try causes(tensor(.f32, [1, 2, 3, 4], [2, 2]), tensor(.f32, [4, 1, 3, 2], [2, 2])) == [])
    #expect(
      try causes(tensor(.f32, numbers, [6, 12]), tensor(.f32, noise(72, seed: 15), [12, 6])) == [])
    #expect(
      try causes(tensor(.f32, numbers, [6, 12]), tensor(.f32, noise(72, seed: 15), [6, 12])) == [])
  }
}
