import TraceComparison

/// In words: how near two traces are that agree.
package enum CloseText {
  /// The verdict of a match and what it is about; that it holds for summaries only is in its first words.
  package static func headline(of comparison: Comparison) -> (verdict: String, subject: String) {
    let stages = NumberText.count(comparison.counts.agreeing, "stage")
    return comparison.coverage.summaries > 0
      ? ("MATCH BY SUMMARIES", "all \(stages) agree in what was recorded")
      : ("MATCH", "all \(stages) agree")
  }

  /// The line after the verdict of a match: how near the traces are, or what their summaries cannot rule out.
  ///
  /// `8 with the same bits, 2 within the tolerance; largest relative difference 3e-07 in 'pooling'`.
  package static func summary(of comparison: Comparison) -> String {
    let summaries = comparison.pairs.flatMap(\.values).compactMap(\.summary)
    guard summaries.isEmpty else { return FigureText.caution(summaries) }
    let identical = comparison.pairs.count { $0.status == .identical }
    let close = comparison.pairs.filter { $0.status == .close }
    guard !close.isEmpty else { return "all of them with the same bits" }
    var text = "\(identical) with the same bits, \(close.count) within tolerance"
    if let worst = close.max(by: { ($0.relativeError ?? 0) < ($1.relativeError ?? 0) }),
      let error = worst.relativeError
    {
      text += "; largest ‖Δ‖/‖dev‖ \(NumberText.brief(error, digits: 2)) in \(worst.name.visible)"
    }
    return text
  }
}
