import PipelineTrace
import TestTraces
import Testing

@testable import TraceDiagnosis

/// `dev` with element `i` at `i + offset`, what leaves coming back at the other end.
private func rolled(_ dev: Tensor, _ offset: [Int]) throws -> [Double] {
  let numbers = try dev.numbers()
  var moved = numbers
  for (i, number) in numbers.enumerated() {
    let index = zip(zip(dev.shape.index(ofElement: i), offset), dev.shape.extents).map {
      (($0.0.0 + $0.0.1) % $0.1 + $0.1) % $0.1
    }
    moved[try #require(dev.shape.element(at: index))] = number
  }
  return moved
}

@Suite struct ShiftedTests {
  /// Two channels of 20 rows and 30 columns.
  private let dev = tensor(.f32, noise(1_200, seed: 21), [2, 20, 30])

  @Test func `a roll loses nothing`() throws {
    let prod = tensor(.f32, try rolled(dev, [0, 0, 3]), [2, 20, 30])
    let finding = try #require(try found(dev, prod).first)
    #expect(finding.cause == "shifted")
    #expect(
      finding.summary == "prod is dev rolled by 3 along axis 2"
        + " (what leaves at one end comes back at the other); undone, 0 of 1,200 elements differ")
    #expect(
      finding.details == [
        Finding.Detail("kind", .text("roll")), Finding.Detail("offsets", .text("0,0,3")),
      ])
  }

  @Test func `a roll along two axes, one of them backwards`() throws {
    let prod = tensor(.f32, try rolled(dev, [0, -4, 2]), [2, 20, 30])
    #expect(
      try found(dev, prod).map(\.summary) == [
        "prod is dev rolled by -4 along axis 1 and 2 along axis 2"
          + " (what leaves at one end comes back at the other); undone, 0 of 1,200 elements differ"
      ])
  }

  @Test func `a shift is judged where both sides show the picture`() throws {
    var numbers = try rolled(dev, [0, 1, 0])
    for channel in 0..<2 {
      for column in 0..<30 { numbers[channel * 600 + column] = 0 }
    }
    let finding = try #require(try found(dev, tensor(.f32, numbers, [2, 20, 30])).first)
    #expect(
      finding.summary == "prod is dev shifted by 1 along axis 1, as far as both show it;"
        + " undone, 0 of 1,140 elements differ")
    #expect(finding.explained == 1)
  }

  @Test func `a large offset is found by rare values`() throws {
    let wide = tensor(.f32, noise(8_000, seed: 22), [80, 100])
    let prod = tensor(.f32, try rolled(wide, [31, -45]), [80, 100])
    #expect(
      try found(wide, prod).map(\.summary) == [
        "prod is dev rolled by 31 along axis 0 and -45 along axis 1"
          + " (what leaves at one end comes back at the other); undone, 0 of 8,000 elements differ"
      ])
  }

  @Test func `narrow storage, noise and a few other elements do not hide it`() throws {
    var numbers = try rolled(dev, [0, 0, -2])
    #expect(try causes(dev, tensor(.f16, numbers, [2, 20, 30])) == ["shifted"])
    #expect(try causes(dev, tensor(.bf16, numbers, [2, 20, 30])) == ["shifted"])
    numbers = zip(numbers, noise(1_200, seed: 23, deviation: 0x1p-23)).map { $0 + $1 }
    numbers[77] += 5
    let finding = try #require(try found(dev, tensor(.f32, numbers, [2, 20, 30])).first)
    #expect(finding.cause == "shifted")
    #expect(finding.summary.hasSuffix("undone, 1 of 1,200 elements differ"))
  }

  @Test func `a larger input makes it the window of a crop, perhaps`() throws {
    let window = dev.sliced(0..<16, alongAxis: 2)
    let other = dev.sliced(1..<17, alongAxis: 2)
    let sides = [window, other].map { view in
      stage("crop", tensor(.f32, (try? view.numbers()) ?? [], [2, 20, 16])).taking("image", dev)
    }
    #expect(
      try found([sides[0]], [sides[1]]).map(\.summary) == [
        "prod is dev shifted by -1 along axis 2, as far as both show it"
          + " (or: the window of the crop moved); undone, 0 of 600 elements differ"
      ])
  }

  @Test func `a mask of five that is rolled has no cause, nor have unrelated numbers`() throws {
    #expect(try causes(tensor(.i64, [1, 1, 0, 1, 0]), tensor(.i64, [0, 1, 1, 0, 1])) == [])
    #expect(
      try causes(dev, tensor(.f32, noise(1_200, seed: 24), [2, 20, 30])) == [])
  }
}
