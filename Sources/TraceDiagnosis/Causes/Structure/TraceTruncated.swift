import PipelineTrace
import TraceComparison

/// One trace ends before the other: its file was cut off, or its request failed on the way.
///
/// Told where a trace that is not complete lacks all stages from some place on to the end of the
/// other. The finding stands at the first stage that only the other has; where the cut trace knows
/// all its stages by name and has lost the content of the last ones, at the first of these. Not a
/// stage that is missing in the middle, and not one that a complete trace lacks, or one whose file
/// lists all its stages: those were left out by the pipeline. Nor where each trace ends with stages of its own.
package enum TraceTruncated: Cause {
  package static let word = "trace-truncated"

  package static func findings(in comparison: Comparison) -> [Finding] {
    [Side.dev, .prod].compactMap { finding(in: comparison, cut: $0) }
  }

  /// The trace that is cut.
  private enum Side: String {
    case dev
    case prod

    /// The status of a stage that this side lacks.
    var missing: Status { self == .dev ? .onlyProd : .onlyDev }

    func trace(_ comparison: Comparison) -> Trace {
      self == .dev ? comparison.dev : comparison.prod
    }

    func stage(_ pair: PairComparison) -> Stage? { self == .dev ? pair.dev : pair.prod }
  }

  private static func finding(in comparison: Comparison, cut side: Side) -> Finding? {
    let trace = side.trace(comparison)
    guard !trace.isComplete else { return nil }
    let pairs = comparison.pairs
    let isBeyondCut = pairs.map {
      $0.status == side.missing && !trace.isEndKnown || isCutThrough($0, side)
    }
    let start = (isBeyondCut.lastIndex(of: false) ?? -1) + 1
    guard start > 0, start < pairs.count, let last = side.stage(pairs[start - 1])?.name,
      pairs[start - 1].pair.isWhole
    else { return nil }
    let tail = pairs.indices[start...]
    let missing = tail.filter { pairs[$0].status == side.missing }
    let lost = tail.filter { isCutThrough(pairs[$0], side) }
    guard let place = missing.first ?? lost.first else { return nil }

    var summary = "\(side.rawValue) ends after '\(last.visible)': the trace is not complete"
    var details = [
      Finding.Detail("side", .text(side.rawValue)), Finding.Detail("after", .text(last)),
    ]
    if let first = lost.first {
      let name = side.stage(pairs[first])?.name ?? pairs[first].name
      summary = "\(side.rawValue) is cut off inside '\(name.visible)'; the rest is lost"
      details.append(Finding.Detail("inside", .text(name)))
    } else if let error = trace.error {
      summary = "\(side.rawValue) ends after '\(last.visible)': \(error.visible)"
    }
    details += [
      Finding.Detail("missing", .count(missing.count)), Finding.Detail("lost", .count(lost.count)),
    ]
    // A trace may also be called incomplete for damage in its middle, which says nothing of its end.
    let isDamagedElsewhere = lost.isEmpty && pairs[..<start].contains { hasLostValue($0, side) }
    return Finding(
      pairIndex: place, cause: word, confidence: isDamagedElsewhere ? 0.5 : 1, summary: summary,
      details: details)
  }

  /// Whether the file ends within a value of this pair.
  private static func isCutThrough(_ pair: PairComparison, _ side: Side) -> Bool {
    pair.status == .notComparable && problems(pair, side).contains(where: \.isCut)
  }

  private static func hasLostValue(_ pair: PairComparison, _ side: Side) -> Bool {
    problems(pair, side).contains(where: \.isDamage)
  }

  private static func problems(_ pair: PairComparison, _ side: Side) -> [FormatError] {
    side.stage(pair)?.values.compactMap { value in
      if case .unreadable(let error) = value.content { error } else { nil }
    } ?? []
  }
}
