import PipelineTrace
import TestTraces
import Testing

@testable import TraceDiagnosis

@Suite struct CroppedTests {
  /// Two channels of 20 rows and 30 columns.
  private let dev = tensor(.f32, noise(1_200, seed: 31), [2, 20, 30])

  private func copied(_ view: Tensor, _ dtype: DType = .f32) throws -> Tensor {
    tensor(dtype, try view.numbers(), view.shape.extents)
  }

  @Test func `a part of dev`() throws {
    let part = dev.sliced(3..<15, alongAxis: 1).sliced(7..<27, alongAxis: 2)
    let finding = try #require(try found(dev, try copied(part)).first)
    #expect(finding.cause == "cropped")
    #expect(
      finding.summary
        == "prod is the part [:, 3:15, 7:27] of dev; undone, 0 of 480 elements differ")
    #expect(finding.explained == 1)
    #expect(
      finding.details == [
        Finding.Detail("smaller", .text("prod")), Finding.Detail("offsets", .text("0,3,7")),
      ])
  }

  @Test func `dev is a part of prod, stored narrow`() throws {
    let part = dev.sliced(0..<19, alongAxis: 1)
    #expect(
      try found(try copied(part, .f16), dev).map(\.summary) == [
        "dev is the part [:, 0:19, :] of prod; undone, 0 of 1,140 elements differ"
      ])
  }

  @Test func `beyond 40,000 offsets the place is found by rare values`() throws {
    let large = tensor(.f32, noise(90_000, seed: 32), [300, 300])
    let part = large.sliced(41..<91, alongAxis: 0).sliced(123..<173, alongAxis: 1)
    #expect(
      try found(large, try copied(part)).map(\.summary) == [
        "prod is the part [41:91, 123:173] of dev; undone, 0 of 2,500 elements differ"
      ])
  }

  @Test func `a few other elements do not hide it`() throws {
    var numbers = try dev.sliced(1..<20, alongAxis: 1).numbers()
    numbers[100] = 9
    let finding = try #require(try found(dev, tensor(.f32, numbers, [2, 19, 30])).first)
    #expect(
      finding.summary
        == "prod is the part [:, 1:20, :] of dev; undone, 1 of 1,140 elements differ")
    #expect(finding.confidence == 0.99)
  }

  @Test func `other numbers of another shape, and a constant, are no crop`() throws {
    #expect(try causes(dev, tensor(.f32, noise(600, seed: 33), [2, 10, 30])) == [])
    let zeros = [Double](repeating: 0, count: 600)
    #expect(try causes(dev, tensor(.f32, zeros, [2, 10, 30])) == [])
    #expect(
      try causes(tensor(.f32, zeros + zeros, [2, 20, 30]), tensor(.f32, zeros, [2, 10, 30])) == [])
  }
}

@Suite struct PaddingLengthTests {
  private let contents: [Double] = [101, 7592, 2088, 2003, 1037, 3231, 102]

  @Test func `ids padded to a greater length`() throws {
    let dev = tensor(.i64, contents + [0, 0], [1, 9])
    let prod = tensor(.i64, contents + [0, 0, 0, 0, 0], [1, 12])
    let finding = try #require(try found(dev, prod).first)
    #expect(finding.cause == "padding-length")
    #expect(
      finding.summary
        == "prod is padded further than dev: axis 1 has 12 instead of 9, filled with 0;"
        + " undone, 0 of 9 elements differ")
    #expect(
      finding.details == [
        Finding.Detail("padded", .text("prod")), Finding.Detail("value", .number(0)),
        Finding.Detail("offsets", .text("0,0")),
      ])
  }

  @Test func `a picture with a border that prod lacks`() throws {
    let picture = noise(200, seed: 34)
    var bordered = [Double](repeating: 0.5, count: 14 * 24)
    for row in 0..<10 {
      for column in 0..<20 { bordered[(row + 2) * 24 + column + 2] = picture[row * 20 + column] }
    }
    #expect(
      try found(tensor(.f32, bordered, [14, 24]), tensor(.f32, picture, [10, 20])).map(\.summary)
        == [
          "prod lacks padding that dev has: axis 0 has 10 instead of 14,"
            + " axis 1 has 20 instead of 24, filled with 0.5; undone, 0 of 200 elements differ"
        ])
  }

  @Test func `what is cut off is not one value`() throws {
    let dev = tensor(.i64, contents + [0, 7], [1, 9])
    #expect(try causes(dev, tensor(.i64, contents, [1, 7])) == ["cropped"])
  }
}
