import TensorKernels
import TestTraces
import Testing
import TraceComparison

@testable import TraceReport

@Suite struct NumberTextTests {
  @Test(arguments: [
    (0, "0"), (7, "7"), (999, "999"), (1000, "1,000"), (17_825, "17,825"),
    (1_000_000, "1,000,000"), (-1234, "-1,234"), (-123, "-123"),
    (Int.max, "9,223,372,036,854,775,807"), (Int.min, "-9,223,372,036,854,775,808"),
  ])
  func `thousands are separated`(number: Int, text: String) {
    #expect(NumberText.grouped(number) == text)
  }

  @Test(arguments: [
    (0.0, "0"), (0.717_647_06, "0.7176"), (3.2e-6, "3.2e-06"), (1e-05, "1e-05"),
    (12_345.678, "1.235e+04"), (-2.5, "-2.5"), (1e300, "1e+300"),
    (.leastNonzeroMagnitude, "4.941e-324"),
    (.infinity, "inf"), (-.infinity, "-inf"), (.nan, "nan"), (-.nan, "nan"), (9999.6, "1e+04"),
  ])
  func `numbers have four digits at most`(number: Double, text: String) {
    #expect(NumberText.brief(number) == text)
  }

  @Test func `the number of digits can be chosen`() {
    #expect(NumberText.brief(2.0 / 3, digits: 2) == "0.67")
    #expect(NumberText.brief(2.0 / 3, digits: 6) == "0.666667")
  }

  @Test(arguments: [
    (0, 10, "0 %"), (10, 10, "100 %"), (1, 3, "33.3 %"), (17_825, 37_632, "47.4 %"),
    (1, 1000, "0.1 %"), (1, 1001, "< 0.1 %"), (999, 1000, "99.9 %"), (9_999, 10_000, "> 99.9 %"),
    (0, 0, "0 %"), (1, 8, "12.5 %"),
  ])
  func `a share is nothing or all only where it is`(part: Int, whole: Int, text: String) {
    #expect(NumberText.percent(part, of: whole) == text)
  }

  @Test(arguments: [
    (0, "0 B"), (999, "999 B"), (1000, "1 kB"), (1536, "1.54 kB"), (999_499, "999 kB"),
    (999_500, "1 MB"), (1_500_000_000, "1.5 GB"), (2_000_000_000_000, "2 TB"),
    (3_000_000_000_000_000, "3 PB"), (Int.max, "9.22 EB"),
  ])
  func `bytes have the largest unit that keeps them above one`(count: Int, text: String) {
    #expect(NumberText.bytes(count) == text)
  }

  @Test func `a count stands with its noun`() {
    #expect(NumberText.count(1, "stage") == "1 stage")
    #expect(NumberText.count(0, "stage") == "0 stages")
    #expect(NumberText.count(1024, "stage") == "1,024 stages")
  }

  @Test(arguments: [
    (2.56, "2.6"), (134.2, "134"), (178_123, "178,000"), (3.4e38, "3.4e+38"), (999.7, "1,000"),
    (0, "0"), (.infinity, "inf"),
  ])
  func `a factor has three digits at most`(number: Double, text: String) {
    #expect(NumberText.factor(number) == text)
  }

  @Test func `an index is written as Python writes it`() {
    #expect(NumberText.index([104, 30, 2]) == "[104, 30, 2]")
    #expect(NumberText.index([]) == "[]")
  }

  @Test func `a metric's quantity is a count, a number or not defined`() {
    #expect(MetricReading.Quantity.count(1_028_706_513).text == "1,028,706,513")
    #expect(MetricReading.Quantity.count(.max).text == "9,223,372,036,854,775,807")
    #expect(MetricReading.Quantity.number(0.970_757_123).text == "0.970757")
    #expect(MetricReading.Quantity.number(0.999_999_999).text == "1 - 1e-09")
    #expect(MetricReading.Quantity.number(1).text == "1")
    #expect(MetricReading.Quantity.undefined.text == "not defined here")
  }

  @Test func `a range goes from the smallest to the largest`() throws {
    let statistics = try #require(
      try compared(tensor(.f32, [-2.5, .nan, 7]), tensor(.f32, [.nan, .nan, .nan]))
        .values[0].difference)
    #expect(statistics.dev.rangeText == "-2.5 to 7")
    #expect(statistics.prod.rangeText == "no numbers")
  }
}
