import PipelineTrace
import TraceComparison
import TraceDiagnosis

/// The report for a ticket or a pull request, in GitHub's Markdown: the answer is the heading.
///
/// Names and texts are whole, however long; all that may stem from a file stands in code.
package enum MarkdownReport: ReportFormat {
  package static let name = "markdown"
  package static let describesIdentical = false

  private static let excerptColumns = 80

  package static func render(_ comparison: Comparison, findings: [Finding]) -> String {
    var blocks = answer(comparison, findings)
    blocks.append(heading(comparison))
    blocks.append(table(comparison))
    blocks += details(comparison)
    blocks += remarks(comparison)
    return blocks.map { $0.joined(separator: "\n") }.joined(separator: "\n\n") + "\n"
  }

  private static func answer(_ comparison: Comparison, _ findings: [Finding]) -> [[String]] {
    let answer = Answer(comparison, findings)
    return [["## \(answer.verdict) \(MarkdownText.code(answer.subject))"]]
      + answer.notes.map { [MarkdownText.code($0)] }
      + (answer.cause.map { cause in
        let heading = FindingText.heading(of: cause, MarkdownText.code)
        return [["\(heading) \(MarkdownText.code(cause.summary))"]]
      } ?? [])
      + answer.losses.map { ["**NOT COMPLETE** \(MarkdownText.code($0))"] }
  }

  private static func heading(_ comparison: Comparison) -> [String] {
    var summary = SummaryText.counts(of: comparison)
    let origins = SummaryText.origins(of: comparison)
    if !origins.isEmpty {
      summary += "; origins: \(origins.map(MarkdownText.code).joined(separator: ", "))"
    }
    return [("dev", comparison.dev), ("prod", comparison.prod)].map { side, trace in
      "- \(side) \(MarkdownText.code(trace.path)), \(SummaryText.kind(of: trace))"
    } + ["- \(summary)"]
  }

  private static func table(_ comparison: Comparison) -> [String] {
    var lines = [
      "| # | | stage | role | dtype | shape | differ | ‖Δ‖/‖dev‖ |",
      "| ---: | --- | --- | --- | --- | --- | ---: | ---: |",
    ]
    for (index, pair) in comparison.pairs.enumerated() {
      let row = StageRow(pair)
      let names = row.names.map { $0.isEmpty ? MarkdownText.code($0) : MarkdownText.cell($0) }
      lines.append(
        line([
          String(index), MarkdownText.words("\(row.sign) \(row.meaning)"),
          names.joined(separator: " → "), row.note, MarkdownText.cell(row.dtypes),
          MarkdownText.cell(row.shapes), MarkdownText.words(row.share), row.error,
        ]))
    }
    return lines
  }

  private static func line(_ cells: [String]) -> String {
    cells.reduce("|") { $0 + ($1.isEmpty ? " |" : " \($1) |") }
  }

  /// The value in which the first divergence shows.
  private static func details(_ comparison: Comparison) -> [[String]] {
    guard let index = comparison.firstDivergence,
      let value = comparison.pairs[index].leadingValue
    else { return [] }
    let facts = ValueFacts(value, columns: excerptColumns)
    guard !facts.isEmpty else { return [] }
    var blocks = [["### \(MarkdownText.code(comparison.pairs[index].name)) in numbers"]]
    if !facts.numbers.isEmpty {
      blocks.append(
        ["| measure | value |", "| --- | --- |"]
          + facts.numbers.map {
            line([MarkdownText.words($0.title), MarkdownText.cell($0.text)])
          })
    }
    if !facts.excerpt.isEmpty { blocks.append(MarkdownText.block(facts.excerpt)) }
    return blocks
  }

  private static func remarks(_ comparison: Comparison) -> [[String]] {
    let remarks = SummaryText.remarks(on: comparison)
    return remarks.isEmpty
      ? [] : [["### Remarks"], remarks.map { "- \(MarkdownText.code($0))" }]
  }
}
