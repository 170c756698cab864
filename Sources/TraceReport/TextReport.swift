import PipelineTrace
import TraceComparison
import TraceDiagnosis

/// The report for a person: at most 80 columns, no colour, the answer in the first two lines.
package enum TextReport: ReportFormat {
  package static let name = "text"
  package static let describesIdentical = false

  private static let columns = 80

  package static func render(_ comparison: Comparison, findings: [Finding]) -> String {
    var lines = answer(comparison, findings)
    lines.append("")
    lines += heading(comparison)
    lines.append("")
    lines += table(comparison)
    lines += details(comparison)
    lines += remarks(comparison)
    return lines.map { $0.visible.truncated(toColumns: columns).trimmed }.joined(separator: "\n")
      + "\n"
  }

  private static func answer(_ comparison: Comparison, _ findings: [Finding]) -> [String] {
    let answer = Answer(comparison, findings, columns: columns)
    return ["\(answer.verdict)  \(answer.subject)"] + answer.notes.map { "  \($0)" }
      + (answer.cause.map(explanation) ?? [])
      + answer.losses.map { "NOT COMPLETE  \($0)" }
  }

  /// The likely cause: on one line where it fits.
  private static func explanation(_ cause: Finding) -> [String] {
    let line = FindingText.line(cause)
    guard line.columnCount > columns else { return [line] }
    return [FindingText.title(cause)] + cause.summary.wrapped(toColumns: columns)
  }

  private static func heading(_ comparison: Comparison) -> [String] {
    var summary = SummaryText.counts(of: comparison)
    let origins = SummaryText.origins(of: comparison)
    if !origins.isEmpty { summary += "; origins: \(origins.joined(separator: ", "))" }
    return [
      description(of: comparison.dev, side: "dev "), description(of: comparison.prod, side: "prod"),
      summary,
    ]
  }

  private static func description(of trace: Trace, side: String) -> String {
    let end = "  \(SummaryText.kind(of: trace))"
    let shown = trace.path.visible.lastPart(columns: columns - 6 - end.columnCount)
    return "\(side)  \(shown)\(end)"
  }

  private static func table(_ comparison: Comparison) -> [String] {
    let rows = comparison.pairs.map { StageRow($0) }
    let names = rows.map { $0.names.joined(separator: " → ") }
    // Names give way to shapes of up to four axes, shapes to names beyond that.
    let shapeColumns = min(15, rows.map(\.shapes.columnCount).max() ?? 0)
    let nameColumns = max(8, min(names.map(\.columnCount).max() ?? 0, 27, 36 - shapeColumns))
    var lines = [
      line("", "#", "stage", "", "dtype", "shape", "differ", "‖Δ‖/‖dev‖", nameColumns)
    ]
    for (index, row) in rows.enumerated() {
      lines.append(
        line(
          row.sign, String(index), names[index], row.note, row.dtypes, row.shapes, row.share,
          row.error, nameColumns))
    }
    return lines
  }

  private static func line(
    _ sign: String, _ number: String, _ name: String, _ note: String, _ dtype: String,
    _ shape: String, _ share: String, _ error: String, _ nameColumns: Int
  ) -> String {
    sign.padded(toColumns: 1) + number.leftPadded(toColumns: 4) + " "
      + name.shortened(toColumns: nameColumns).padded(toColumns: nameColumns) + " "
      + note.padded(toColumns: 9) + " "
      + dtype.padded(toColumns: 8) + " " + shape.padded(toColumns: 36 - nameColumns) + " "
      + share.leftPadded(toColumns: 7) + " " + error.leftPadded(toColumns: 9)
  }

  /// The value in which the first divergence shows.
  private static func details(_ comparison: Comparison) -> [String] {
    guard let index = comparison.firstDivergence,
      let value = comparison.pairs[index].leadingValue
    else { return [] }
    let facts = ValueFacts(value, columns: columns)
    guard !facts.isEmpty else { return [] }
    return ["", "\(comparison.pairs[index].name.visible) in numbers"]
      + facts.numbers.map { "  \($0.title.padded(toColumns: 18))\($0.text)" } + facts.excerpt
  }

  private static func remarks(_ comparison: Comparison) -> [String] {
    let lines = SummaryText.remarks(on: comparison).flatMap { $0.wrapped(toColumns: columns) }
    return lines.isEmpty ? [] : ["", "Remarks"] + lines
  }
}
