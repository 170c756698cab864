import PipelineTrace
import TestTraces
import Testing

@testable import TraceDiagnosis

@Suite struct ItemsPermutedTests {
  /// 12 rows of 10 numbers.
  private let dev = tensor(.f32, noise(120, seed: 51), [12, 10])

  @Test func `rows in another order`() throws {
    let prod = tensor(
      .f32, try dev.taking([3, 1, 7, 0, 11, 5, 2, 9, 8, 10, 4, 6], alongAxis: 0).numbers(),
      [12, 10])
    let finding = try #require(try found(dev, prod).first)
    #expect(finding.cause == "items-permuted")
    #expect(
      finding.summary == "prod has the rows of dev in another order (9 of 12 moved);"
        + " undone, 0 of 120 elements differ")
    #expect(
      finding.details == [
        Finding.Detail("axis", .count(0)), Finding.Detail("moved", .count(9)),
        Finding.Detail("order", .text("3,1,6,0,10,5,11,2,8,7,9,4")),
      ])
  }

  @Test func `columns in another order, stored narrow, with noise and some other elements`() throws
  {
    let large = tensor(.f32, noise(12_000, seed: 52), [600, 20])
    let order = [4, 2, 0, 1, 3, 19, 18, 16, 17, 15, 5, 7, 6, 8, 10, 9, 14, 11, 13, 12]
    let columns = try large.taking(order, alongAxis: 1).numbers()
    #expect(try causes(large, tensor(.f16, columns, [600, 20])) == ["items-permuted"])
    #expect(try causes(large, tensor(.bf16, columns, [600, 20])) == ["items-permuted"])
    let wobble = noise(12_000, seed: 53, deviation: 0x1p-23)
    #expect(
      try causes(large, tensor(.f32, zip(columns, wobble).map { $0 + $1 }, [600, 20]))
        == ["items-permuted"])
    var broken = columns
    broken[4_001] += 1
    #expect(
      try found(large, tensor(.f32, broken, [600, 20])).map(\.summary) == [
        "prod has the columns of dev in another order (20 of 20 moved);"
          + " undone, 1 of 12,000 elements differ"
      ])
  }

  @Test func `slices of an inner axis in another order`() throws {
    let batch = tensor(.f32, noise(420, seed: 54), [2, 6, 7, 5])
    let prod = try batch.taking([5, 0, 2, 1, 3, 4], alongAxis: 1).numbers()
    #expect(
      try found(batch, tensor(.f32, prod, [2, 6, 7, 5])).map(\.summary) == [
        "prod has the slices of axis 1 of dev in another order (5 of 6 moved);"
          + " undone, 0 of 420 elements differ"
      ])
  }

  @Test func `two that changed places`() throws {
    let pair = tensor(.f32, noise(20, seed: 55), [2, 10])
    let prod = tensor(.f32, try pair.reversed(alongAxes: [0]).numbers(), [2, 10])
    #expect(
      try found(pair, prod).map(\.summary) == [
        "prod has the two rows of dev swapped; undone, 0 of 20 elements differ"
      ])
  }

  @Test func `a flip, a roll and reversed channels are not called so`() throws {
    let flipped = try dev.reversed(alongAxes: [0]).numbers()
    #expect(try causes(dev, tensor(.f32, flipped, [12, 10])) == ["axis-flipped"])
    let rolled = try dev.taking([11, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10], alongAxis: 0).numbers()
    #expect(try causes(dev, tensor(.f32, rolled, [12, 10])) == ["shifted"])
  }

  @Test func `five numbers in another order, and unrelated rows, are no cause`() throws {
    #expect(try causes(tensor(.f32, [5, 2, 9, 4, 7]), tensor(.f32, [9, 5, 7, 2, 4])) == [])
    #expect(try causes(dev, tensor(.f32, noise(120, seed: 56), [12, 10])) == [])
    let classes = noise(300, seed: 57).map { $0 > 0.5 ? 2.0 : $0 > -0.5 ? 1 : 0 }
    let others = noise(300, seed: 58).map { $0 > 0.5 ? 2.0 : $0 > -0.5 ? 1 : 0 }
    #expect(try causes(tensor(.i64, classes, [300]), tensor(.i64, others, [300])) == [])
    let bits = noise(64, seed: 59).map { $0 > 0 ? 1.0 : 0 }
    let otherBits = noise(64, seed: 60).map { $0 > 0 ? 1.0 : 0 }
    #expect(try causes(tensor(.u8, bits, [8, 8]), tensor(.u8, otherBits, [8, 8])) == [])
  }
}
