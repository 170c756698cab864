import PipelineTrace
import TestTraces
import Testing

@testable import TraceDiagnosis

@Suite struct PaddingSideTests {
  @Test func `rows of ids padded at the start instead of the end`() throws {
    let dev = tensor(
      .i64,
      [
        101, 7592, 2088, 2003, 102, 0, 0, 0,
        101, 1037, 3231, 102, 0, 0, 0, 0,
        101, 2023, 2003, 1037, 2146, 2028, 999, 102,
      ], [3, 8])
    let prod = tensor(
      .i64,
      [
        0, 0, 0, 101, 7592, 2088, 2003, 102,
        0, 0, 0, 0, 101, 1037, 3231, 102,
        101, 2023, 2003, 1037, 2146, 2028, 999, 102,
      ], [3, 8])
    let finding = try #require(try found(dev, prod).first)
    #expect(finding.cause == "padding-side")
    #expect(
      finding.summary == "prod has its padding (0) at the start of axis 1, dev at the end;"
        + " undone, 0 of 24 elements differ")
    #expect(
      finding.details == [
        Finding.Detail("axis", .count(1)), Finding.Detail("side", .text("start")),
      ])
    #expect(
      try found(prod, dev).map(\.summary) == [
        "prod has its padding (0) at the end of axis 1, dev at the start;"
          + " undone, 0 of 24 elements differ"
      ])
  }

  @Test func `vectors of a sequence, with zeros for the padding, stored narrow`() throws {
    let contents = noise(60, seed: 41)
    let zeros = [Double](repeating: 0, count: 12)
    let dev = tensor(.f32, contents + zeros, [1, 12, 6])
    let prod = tensor(.f16, zeros + contents, [1, 12, 6])
    #expect(try causes(dev, prod) == ["padding-side"])
  }

  @Test func `a mask with its ones at the other end`() throws {
    let dev = tensor(.i64, [1, 1, 1, 1, 1, 1, 0, 0, 0, 0], [1, 10])
    let prod = tensor(.i64, [0, 0, 0, 0, 1, 1, 1, 1, 1, 1], [1, 10])
    let finding = try #require(try found(dev, prod).first)
    #expect(
      finding.summary == "prod has its padding (0) at the start of axis 1, dev at the end;"
        + " undone, 0 of 10 elements differ")
    #expect(finding.confidence == 0.9)
  }

  @Test func `a mask of five, and near-zeros of floats, are none`() throws {
    #expect(
      try causes(tensor(.i64, [1, 1, 1, 0, 0], [1, 5]), tensor(.i64, [0, 0, 1, 1, 1], [1, 5])) == []
    )
    let numbers = noise(10, seed: 42)
    #expect(
      try causes(
        tensor(.f32, numbers + [0, 0], [1, 12]), tensor(.f32, [0, 0] + numbers, [1, 12]))
        == ["shifted"])
  }

  @Test func `other contents at the other end are no padding side`() throws {
    let dev = tensor(.i64, [11, 12, 13, 14, 15, 16, 0, 0], [1, 8])
    let prod = tensor(.i64, [0, 0, 21, 22, 23, 24, 25, 26], [1, 8])
    #expect(try causes(dev, prod) == [])
  }
}
