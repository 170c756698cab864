import TensorKernels
import TestTraces
import Testing
import TraceComparison

/// Dev 3, 0, 4, 0 beside prod 3, 0, 1, 4, with half a unit tolerated: differences 0, 0, −3, 4.
private func statistics() throws -> DifferenceStatistics {
  var settings = ComparisonSettings()
  settings.relative = 0
  settings.absolute = 0.5
  return try #require(
    try compared(tensor(.f32, [3, 0, 4, 0]), tensor(.f32, [3, 0, 1, 4]), settings).difference)
}

@Suite struct MetricTests {
  @Test func `the mismatched count names the first element that disagrees`() throws {
    #expect(MismatchedCount.reading(of: try statistics()) == MetricReading(.count(2), element: 2))
  }

  @Test func `the largest absolute difference names its element`() throws {
    #expect(MaximumAbsolute.reading(of: try statistics()) == MetricReading(.number(4), element: 3))
  }

  @Test func `the largest relative difference is infinite where dev is zero`() throws {
    #expect(
      MaximumRelative.reading(of: try statistics())
        == MetricReading(.number(.infinity), element: 3))
  }

  @Test func `the mean absolute difference counts every element`() throws {
    #expect(MeanAbsolute.reading(of: try statistics()) == MetricReading(.number(1.75)))
  }

  @Test func `the root mean square weighs large differences more`() throws {
    #expect(RootMeanSquare.reading(of: try statistics()) == MetricReading(.number(2.5)))
  }

  @Test func `the relative norm is five over five`() throws {
    #expect(RelativeNorm.reading(of: try statistics()) == MetricReading(.number(1)))
  }

  @Test func `the cosine is the product over both lengths`() throws {
    let statistics = try #require(
      try compared(tensor(.f64, [3, 4]), tensor(.f64, [4, 3])).difference)
    #expect(Cosine.reading(of: statistics) == MetricReading(.number(0.96)))
  }

  @Test func `the largest ULP counts the floats between`() throws {
    let statistics = try #require(
      try compared(
        tensor(.f32, bits: [0x3F80_0000, 0]), tensor(.f32, bits: [0x3F80_0003, 0x8000_0000])
      ).difference)
    #expect(MaximumULP.reading(of: statistics) == MetricReading(.count(3)))
  }

  @Test func `what no element defines is undefined`() throws {
    let nothing = try #require(
      try compared(tensor(.f32, [.nan, 0]), tensor(.f32, [1, .infinity])).difference)
    #expect(MismatchedCount.reading(of: nothing) == MetricReading(.count(2), element: 0))
    #expect(MaximumAbsolute.reading(of: nothing).quantity == .undefined)
    #expect(MaximumRelative.reading(of: nothing).quantity == .undefined)
    #expect(MeanAbsolute.reading(of: nothing).quantity == .undefined)
    #expect(RootMeanSquare.reading(of: nothing).quantity == .undefined)
    #expect(Cosine.reading(of: nothing).quantity == .undefined)
    #expect(MaximumULP.reading(of: nothing).quantity == .undefined)
  }

  @Test func `integers have no ULP`() throws {
    let statistics = try #require(
      try compared(tensor(.i32, [1]), tensor(.i32, [2])).difference)
    #expect(MaximumULP.reading(of: statistics).quantity == .undefined)
  }

  @Test func `the metrics have the keys of the report in its order`() {
    #expect(
      allMetrics.map { $0.key } == [
        "mismatched", "max_abs", "max_rel", "mean_abs", "rmse", "rel_norm", "cosine", "max_ulp",
      ])
    #expect(allMetrics.filter { $0.hasElement }.map { $0.key } == ["max_abs", "max_rel"])
  }

  @Test func `every file of the folder stands in the list`() {
    let files = fileNames(in: "\(packageFolder)/Sources/TraceComparison/Metrics")
      .filter { $0 != "Metric.swift" }
    let listed = Set(allMetrics.map { "\($0).swift" })
    for file in files {
      #expect(
        listed.contains(file),
        "add the line `\(file.dropLast(6)).self,` to allMetrics in Metrics/Metric.swift")
    }
    #expect(listed.subtracting(files) == [], "a metric without a file of its name")
    #expect(allMetrics.count == files.count)
  }
}
