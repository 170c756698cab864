import PipelineTrace
import TraceComparison

/// In words: what two summaries, or a summary and a tensor, say of each other.
package enum FigureText {
  /// A figure as it was printed, or in six digits where it was computed.
  package static func figure(_ figure: TensorSummary.Figure) -> String {
    NumberText.brief(figure.value, digits: 6)
  }

  /// `prod - dev`, or in what two figures differ that have no difference.
  package static func difference(_ dev: TensorSummary.Figure, _ prod: TensorSummary.Figure)
    -> String
  {
    let difference = prod.value - dev.value
    guard !difference.isNaN else { return "" }
    return (difference > 0 ? "+" : "") + NumberText.brief(difference, digits: 2)
  }

  /// What was kept of a tensor: `summary: min -3.68, max 3.92, 48 of 2,304 elements printed`.
  package static func description(of summary: TensorSummary) -> String {
    var parts = TensorSummary.Statistic.allCases.compactMap { statistic in
      summary.statistics[statistic].map { "\(statistic.rawValue) \(figure($0))" }
    }
    if !summary.printed.isEmpty {
      parts.append(
        "\(NumberText.grouped(summary.printed.count)) of"
          + " \(NumberText.grouped(summary.shape.elementCount)) elements printed")
    }
    if let digest = summary.digest { parts.append("digest \(digest.visible)") }
    return parts.isEmpty ? "summary without a figure" : "summary: \(parts.joined(separator: ", "))"
  }

  /// How much disagrees, in one clause: `2 of 4 statistics differ`, or that nothing does.
  ///
  /// Short enough for a headline: printed elements are told where no statistic disagrees.
  static func amount(_ summary: SummaryComparison) -> String {
    if summary.mismatchedRowCount > 0 {
      return "\(summary.mismatchedRowCount) of \(summary.comparedRowCount) statistics differ"
    }
    if summary.mismatchedPrintedCount > 0 {
      return "\(NumberText.grouped(summary.mismatchedPrintedCount)) of"
        + " \(NumberText.grouped(summary.printed.count)) printed elements differ"
    }
    if summary.disagrees {
      return summary.hasEvidenceBesideDigest
        ? "the digests differ, and nothing is tolerated"
        : "the digests differ; nothing else was recorded"
    }
    var parts: [String] = []
    if summary.comparedRowCount > 0 {
      parts.append(
        summary.comparedRowCount == 1
          ? "the one statistic agrees" : "all \(summary.comparedRowCount) statistics agree")
    }
    if !summary.printed.isEmpty {
      parts.append(
        "\(NumberText.grouped(summary.printed.count)) of"
          + " \(NumberText.grouped(summary.elementCount)) elements agree as printed")
    }
    if let hasSameDigest = summary.hasSameDigest {
      parts.append(hasSameDigest ? "the digests are the same" : "the digests differ")
    }
    return parts.isEmpty ? "no elements" : parts.joined(separator: ", ")
  }

  /// The statistic that disagrees most, else the first printed element that does.
  static func place(_ summary: SummaryComparison, shape: Shape) -> String? {
    if let row = summary.worstRow {
      let difference = difference(row.dev, row.prod)
      return "\(row.statistic.rawValue): dev \(figure(row.dev)), prod \(figure(row.prod))"
        + (difference.isEmpty ? "" : ", prod - dev \(difference)")
    }
    guard let first = summary.firstPrintedMismatch else { return nil }
    return "first at \(NumberText.index(shape.index(ofElement: first.element))):"
      + " dev \(figure(first.dev)), prod \(figure(first.prod))"
  }

  /// The share that the column `differ` of a list shows, in at most seven columns.
  static func share(_ summary: SummaryComparison) -> String {
    if summary.mismatchedRowCount > 0 {
      return "\(summary.mismatchedRowCount) of \(summary.comparedRowCount)"
    }
    if summary.mismatchedPrintedCount > 0 {
      return NumberText.percent(summary.mismatchedPrintedCount, of: summary.printed.count)
    }
    return summary.disagrees ? "digest" : ""
  }

  /// What became of a statistic, in words.
  package static func outcome(of row: SummaryComparison.Row) -> String {
    switch row.agrees {
    case nil: return "not compared: a sum overflowed"
    case true?: return "agrees"
    case false?:
      return row.bound > 0
        ? "differs: \(NumberText.brief(row.bound, digits: 2)) allowed" : "differs"
    }
  }

  /// What was compared besides statistics: printed elements, digests; a name and a text each.
  package static func facts(of summary: SummaryComparison, shape: Shape) -> [(
    title: String, text: String
  )] {
    var facts: [(title: String, text: String)] = []
    if !summary.printed.isEmpty {
      var text =
        "\(NumberText.grouped(summary.printed.count)) of \(NumberText.grouped(summary.elementCount))"
      if let first = summary.firstPrintedMismatch {
        text += ", \(NumberText.grouped(summary.mismatchedPrintedCount)) differ, first"
        text += " \(NumberText.index(shape.index(ofElement: first.element)))"
      } else {
        text += ", all agree"
      }
      facts.append(("printed elements", text))
    }
    if let hasSameDigest = summary.hasSameDigest {
      facts.append(("digest", hasSameDigest ? "the same" : "differs: other bytes"))
    }
    return facts
  }

  /// What a match of these summaries cannot rule out, in one line of at most 78 columns.
  static func caution(_ summaries: [SummaryComparison]) -> String {
    guard summaries.allSatisfy(\.seesOrder) else {
      return "statistics cannot see a permutation: the same values reordered look the same"
    }
    let partial = summaries.filter { $0.hasSameDigest != true && $0.elementCount > 0 }
    let elementCount = partial.reduce(0) { $0 + $1.elementCount }
    let printedCount = partial.reduce(0) { $0 + $1.printed.count }
    guard elementCount > 0 else { return "the digests of all elements are the same" }
    guard printedCount < elementCount else {
      return "every element was printed, and agrees in the digits that were printed"
    }
    let share = "\(NumberText.grouped(printedCount)) of \(NumberText.grouped(elementCount))"
    return "only the printed elements (\(share)) were compared one by one"
  }
}

extension SummaryComparison {
  /// Whether statistics or printed elements were compared, so that a digest is not all there is.
  fileprivate var hasEvidenceBesideDigest: Bool { comparedRowCount > 0 || !printed.isEmpty }
}
