import PipelineTrace
import TestTraces
import Testing
import TraceAlignment
import TraceComparison
import TraceDiagnosis

/// What is found where these traces are compared to the end; a cut one is not complete.
private func found(
  _ dev: [Stage], _ prod: [Stage], cutDev: Bool = false, cutProd: Bool = false, error: String? = nil
) throws -> [Finding] {
  var (dev, prod) = (trace(dev), trace(prod))
  dev.isComplete = !cutDev
  prod.isComplete = !cutProd
  prod.error = error
  let comparison = try Comparison(
    dev: dev, prod: prod, settings: ComparisonSettings(), overrides: AlignmentOverrides())
  return structuralFindings(of: ComparisonEngine.run(comparison, workerCount: 1))
    .filter { $0.cause == "trace-truncated" }
}

/// A stage through which the file's end goes.
private func cut(_ name: String) -> Stage {
  stage(
    name,
    .unreadable(
      FormatError(
        file: "t.npz", place: "entry '\(name).npy'",
        problem: .truncated(expectedByteCount: 80, foundByteCount: 20))))
}

private let a = stage("a", 1)
private let b = stage("b", 2)
private let c = stage("c", 3)
private let d = stage("d", 4)

@Suite struct TraceTruncatedTests {
  @Test func `the first stage that only dev has, after the end of a cut prod`() throws {
    #expect(
      try found([a, b, c, d], [a, b], cutProd: true) == [
        Finding(
          pairIndex: 2, cause: "trace-truncated", confidence: 1,
          summary: "prod ends after 'b': the trace is not complete",
          details: [
            Finding.Detail("side", .text("prod")), Finding.Detail("after", .text("b")),
            Finding.Detail("missing", .count(2)), Finding.Detail("lost", .count(0)),
          ])
      ])
  }

  @Test func `a cut dev is found as well`() throws {
    #expect(
      try found([a], [a, b], cutDev: true) == [
        Finding(
          pairIndex: 1, cause: "trace-truncated", confidence: 1,
          summary: "dev ends after 'a': the trace is not complete",
          details: [
            Finding.Detail("side", .text("dev")), Finding.Detail("after", .text("a")),
            Finding.Detail("missing", .count(1)), Finding.Detail("lost", .count(0)),
          ])
      ])
  }

  @Test func `a stage that the cut goes through is where the trace ends`() throws {
    #expect(
      try found([a, b, c, d], [a, cut("b")], cutProd: true) == [
        Finding(
          pairIndex: 2, cause: "trace-truncated", confidence: 1,
          summary:
            "prod is cut off inside 'b'; the rest is lost",
          details: [
            Finding.Detail("side", .text("prod")), Finding.Detail("after", .text("a")),
            Finding.Detail("inside", .text("b")), Finding.Detail("missing", .count(2)),
            Finding.Detail("lost", .count(1)),
          ])
      ])
  }

  @Test func `where all stages are known by name it stands at the first that is lost`() throws {
    let findings = try found([a, b, c], [a, cut("b"), cut("c")], cutProd: true)
    #expect(findings.map(\.pairIndex) == [1])
    #expect(
      findings.map(\.summary)
        == ["prod is cut off inside 'b'; the rest is lost"])
  }

  @Test func `a request that failed is named with its error`() throws {
    #expect(
      try found([a, b], [a], cutProd: true, error: "CUDA out\nof memory").map(\.summary)
        == [#"prod ends after 'a': CUDA out\nof memory"#])
  }

  @Test func `not where prod is complete`() throws {
    #expect(try found([a, b, c], [a, b], cutProd: false) == [])
    #expect(try found([a, b, c], [a, b], cutDev: true) == [])
  }

  @Test func `not where a stage is missing in the middle`() throws {
    #expect(try found([a, b, c], [a, c], cutProd: true) == [])
    #expect(try found([a, b, c], [a, cut("b"), c], cutProd: true) == [])
  }

  @Test func `not where the file lists all stages, but for those it lists and has lost`() throws {
    var prod = trace([a, cut("b")])
    prod.isComplete = false
    prod.isEndKnown = true
    func found(_ dev: [Stage]) throws -> [Int] {
      let comparison = try Comparison(
        dev: trace(dev), prod: prod, settings: ComparisonSettings(),
        overrides: AlignmentOverrides())
      return structuralFindings(of: ComparisonEngine.run(comparison, workerCount: 1))
        .filter { $0.cause == "trace-truncated" }.map(\.pairIndex)
    }
    #expect(try found([a, b]) == [1])
    #expect(try found([a, b, c]) == [])
  }

  @Test func `not where each ends with stages of its own`() throws {
    #expect(try found([a, b, c], [a, stage("x", 5, 5)], cutProd: true) == [])
  }

  @Test func `not where both have lost nothing but their end`() throws {
    #expect(try found([a, b], [a, b], cutDev: true, cutProd: true) == [])
  }

  @Test func `damage in the middle makes it less sure that the end is cut off`() throws {
    #expect(
      try found([a, b, c, d], [a, cut("b"), c], cutProd: true).map(\.confidence) == [0.5])
    #expect(
      try found([a, b, c, d], [a, cut("b"), cut("c")], cutProd: true).map(\.confidence) == [1])
  }

  @Test func `both cut within one stage are both found, dev first`() throws {
    #expect(
      try found([a, cut("b")], [a, cut("b")], cutDev: true, cutProd: true).map(\.summary) == [
        "dev is cut off inside 'b'; the rest is lost",
        "prod is cut off inside 'b'; the rest is lost",
      ])
  }

  @Test func `what is not compared yet is no evidence`() throws {
    var prod = trace([a])
    prod.isComplete = false
    let open = try Comparison(
      dev: trace([a, b]), prod: prod, settings: ComparisonSettings(),
      overrides: AlignmentOverrides())
    #expect(structuralFindings(of: open) == [])
  }
}
