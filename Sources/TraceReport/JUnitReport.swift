import PipelineTrace
import TraceComparison
import TraceDiagnosis

/// The report for what runs tests (Jenkins, GitLab, GitHub): JUnit's XML, one case a pair.
///
/// A pair that diverged or stands alone fails, one that could not be compared is an error. All cases
/// pass only on a match: what else keeps a comparison from being one is an error of its own.
package enum JUnitReport: ReportFormat {
  package static let name = "junit"
  package static let describesIdentical = false

  private struct Case {
    enum Outcome: String {
      case passed
      case failure
      case error
    }

    var className = "paritty.stage"
    var name: String
    var outcome = Outcome.passed
    /// A word and a sentence for what did not pass.
    var type = ""
    var message = ""
    var lines: [String] = []
  }

  private static let excerptColumns = 80

  package static func render(_ comparison: Comparison, findings: [Finding]) -> String {
    let answer = Answer(comparison, findings)
    let cases = stageCases(comparison, findings) + traceCases(comparison, answer)
    let title = "paritty \(comparison.dev.path) \(comparison.prod.path)"
    let counts = [
      ("tests", String(cases.count)),
      ("failures", String(cases.count { $0.outcome == .failure })),
      ("errors", String(cases.count { $0.outcome == .error })), ("skipped", "0"),
    ]
    let lines =
      ["\(answer.verdict)  \(answer.subject)"] + answer.notes
      + (answer.cause.map { [FindingText.line($0)] } ?? [])
      + answer.losses.map { "NOT COMPLETE  \($0)" }
      + [SummaryText.counts(of: comparison)] + SummaryText.remarks(on: comparison)
    var writer = XMLWriter()
    writer.element("testsuites", [("name", "paritty")] + counts) { writer in
      writer.element("testsuite", [("name", title)] + counts) { writer in
        for item in cases { write(item, to: &writer) }
        writer.element("system-out", [], lines: lines)
      }
    }
    return writer.text
  }

  private static func write(_ item: Case, to writer: inout XMLWriter) {
    let attributes = [("classname", item.className), ("name", item.name)]
    guard item.outcome != .passed || !item.lines.isEmpty else {
      return writer.element("testcase", attributes)
    }
    writer.element("testcase", attributes) { writer in
      switch item.outcome {
      case .passed: writer.element("system-out", [], lines: item.lines)
      case .failure, .error:
        writer.element(
          item.outcome.rawValue, [("message", item.message), ("type", item.type)],
          lines: item.lines)
      }
    }
  }

  /// One case a pair, called as its stage; the second of one name is `name#2`, as `--pair` has it.
  private static func stageCases(_ comparison: Comparison, _ findings: [Finding]) -> [Case] {
    var uses: [String: Int] = [:]
    return comparison.pairs.enumerated().map { index, pair in
      let row = StageRow(pair)
      let name = row.names.joined(separator: " → ")
      let use = uses[name, default: 0] + 1
      uses[name] = use
      return stageCase(
        pair, row, findings.filter { $0.pairIndex == index }, index: index,
        name: use == 1 ? name : "\(name)#\(use)")
    }
  }

  private static func stageCase(
    _ pair: PairComparison, _ row: StageRow, _ findings: [Finding], index: Int, name: String
  ) -> Case {
    var item = Case(name: name)
    let value = pair.leadingValue
    let problem = value?.problem ?? pair.values.lazy.compactMap(\.problem).first
    switch pair.status {
    case .diverged, .onlyDev, .onlyProd:
      item.outcome = .failure
      item.type = pair.kind?.rawValue ?? pair.status.rawValue
      let place = value.flatMap { DivergenceText.place(of: $0) }
      item.message = [FindingText.amount(of: pair, findings.first), place].compactMap(\.self)
        .joined(separator: "; ")
    case .identical where problem == nil: return item
    case .close where problem == nil:
      item.lines = [DivergenceText.amount(of: pair)]
      if !row.error.isEmpty { item.lines.append("‖Δ‖/‖dev‖ \(row.error)") }
      return item
    case .identical, .close, .notComparable:
      item.outcome = .error
      item.type = Status.notComparable.rawValue
      item.message = problem?.description ?? DivergenceText.amount(of: pair)
    case .pending:
      item.outcome = .error
      item.type = pair.status.rawValue
      item.message = DivergenceText.amount(of: pair)
    }
    item.lines = ["stage \(index) \(row.names.joined(separator: " → ")): \(item.message)"]
    item.lines += findings.map { FindingText.line($0) }
    let traits = [row.note, row.dtypes, row.shapes].filter { !$0.isEmpty }
    if !traits.isEmpty { item.lines.append(traits.joined(separator: ", ")) }
    if pair.pair.isWhole {
      for (place, other) in pair.values.enumerated()
      where place != pair.leadingValueIndex && other.status != .identical {
        item.lines.append(
          "\(other.role.rawValue) '\(other.name)': \(DivergenceText.amount(of: other))")
      }
    }
    if item.outcome == .failure, let value {
      let facts = ValueFacts(value, columns: excerptColumns)
      item.lines += facts.numbers.map { "\($0.title): \($0.text)" } + facts.excerpt
    }
    return item
  }

  /// What keeps traces from matching though no stage of them fails.
  private static func traceCases(_ comparison: Comparison, _ answer: Answer) -> [Case] {
    var cases: [Case] = []
    for (side, trace) in [("dev", comparison.dev), ("prod", comparison.prod)]
    where !trace.isComplete {
      var lines = ["\(side) \(trace.path): \(SummaryText.kind(of: trace))"]
      if let error = trace.error { lines.append("the request ended with: \(error)") }
      cases.append(
        Case(
          className: "paritty.trace", name: "\(side) is complete", outcome: .error,
          type: "incomplete", message: "the trace is not complete", lines: lines))
    }
    if !comparison.pairs.contains(where: \.pair.isWhole) {
      cases.append(
        Case(
          className: "paritty.trace", name: "stages are compared", outcome: .error,
          type: "nothing_compared", message: answer.subject, lines: answer.notes))
    }
    return cases
  }
}
