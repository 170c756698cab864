import PipelineTrace
import Testing

@testable import TraceScreen

@Suite struct StatisticsPanelTests {
  private func sitting(_ dev: Stage, _ prod: Stage, width: Int = 100, height: Int = 40) throws
    -> Sitting
  {
    var sitting = try Sitting(dev: [dev], prod: [prod], width: width, height: height)
    sitting.compare()
    sitting.press("\nz")
    while sitting.line(with: "[Statistics]") == nil { sitting.press("t") }
    return sitting
  }

  /// The line of a fact, without its meaning.
  private func fact(_ name: String, _ sitting: Sitting) -> String? {
    sitting.line(with: " \(name)  ").map { line in
      var rest = line.dropFirst(19)
      if let gap = rest.firstRange(of: "    ") { rest = rest[..<gap.lowerBound] }
      return String(rest)
    }
  }

  @Test func `every number of the comparison is there, with its place`() throws {
    let sitting = try sitting(
      stage("scale", tensor([2, 2], [0, 1, 2, 4])), stage("scale", tensor([2, 2], [0, 1, 5, 0])))
    #expect(fact("status", sitting) == "origin")
    #expect(fact("difference", sitting) == "2 of 4 elements differ (50.0 %)")
    #expect(fact("matched", sitting) == "by name")
    #expect(fact("tolerance", sitting) == "rtol 1.3e-06 atol 1e-05")
    #expect(fact("mismatched", sitting) == "2 at [1, 0]")
    #expect(fact("largest |Δ|", sitting) == "4 at [1, 1]")
    #expect(fact("mean |Δ|", sitting) == "1.75")
    #expect(fact("RMSE", sitting) == "2.5")
    #expect(fact("dev", sitting) == "f32  2×2  0 to 4  NaN 0  inf 0")
    #expect(fact("prod", sitting) == "f32  2×2  0 to 5  NaN 0  inf 0")
  }

  @Test func `parameters that differ come first, with both sides`() throws {
    let sitting = try sitting(
      stage(
        "resize", vector([1]),
        parameters: [Fact(name: "size", text: "[2, 2]"), Fact(name: "mode", text: "bicubic")]),
      stage(
        "resize", vector([2]),
        parameters: [Fact(name: "size", text: "[2, 2]"), Fact(name: "mode", text: "bilinear")]))
    #expect(fact("mode", sitting) == "dev bicubic  prod bilinear")
    #expect(fact("size", sitting) == "[2, 2]")
    let mode = try #require(sitting.row(with: " mode  "))
    let size = try #require(sitting.row(with: " size  "))
    #expect(mode < size)
  }

  @Test func `the place in the pipeline's own code is named`() throws {
    var dev = stage("resize", vector([1]))
    dev.source = Stage.Source(file: "serve/preprocess.py", line: 41, function: "resize")
    let sitting = try sitting(dev, stage("resize", vector([2])))
    #expect(fact("dev source", sitting) == "serve/preprocess.py:41 resize")
  }

  @Test func `the same bits need no numbers`() throws {
    let sitting = try sitting(stage("a", vector([1])), stage("a", vector([1])))
    #expect(fact("status", sitting) == "same bits")
    #expect(fact("difference", sitting) == "the same bits")
  }

  @Test func `a meaning that does not fit is left out whole`() throws {
    let sitting = try sitting(
      stage("a", vector([1])), stage("a", vector([2])), width: 50, height: 24)
    #expect(!sitting.text.contains("elements agree"))
    let wide = try self.sitting(stage("a", vector([1])), stage("a", vector([2])))
    #expect(wide.text.contains("elements agree where |Δ| <= atol + rtol × |dev|"))
  }

  @Test func `more facts than rows are scrolled to`() throws {
    var sitting = try sitting(
      stage("a", vector([1]), parameters: (0..<30).map { Fact(name: "p\($0)", text: "\($0)") }),
      stage("a", vector([2])), width: 60, height: 20)
    #expect(!sitting.text.contains(" p29 "))
    sitting.press("G")
    #expect(sitting.text.contains(" p29 "))
    sitting.press("gg")
    #expect(sitting.text.contains(" status "))
  }
}
