import PipelineTrace
import TraceAlignment
import TraceComparison

/// The stages that only one side has and that no cut end of the other and no repetition accounts for.
struct LoneStages {
  enum Side {
    case dev
    case prod
  }

  private let comparison: Comparison
  private let side: Side
  /// Indices of pairs, in order.
  private let indices: [Int]

  /// Stages that are named beside the first.
  private static let namedLimit = 4

  init(in comparison: Comparison, side: Side) {
    self.comparison = comparison
    self.side = side
    let status: Status = side == .dev ? .onlyDev : .onlyProd
    let pairs = comparison.pairs
    let cut = TraceTruncated.findings(in: comparison).map(\.pairIndex)
      .filter { pairs[$0].status == status }.min()
    indices = pairs.indices.filter { index in
      let pair = pairs[index]
      return pair.status == status && cut.map { index < $0 } ?? true
        && (side == .dev || pair.pair.repeats == nil)
    }
  }

  /// The one finding for all of them, at the first; `nil` where there are none.
  func finding(_ cause: String) -> Finding? {
    guard let first = indices.first else { return nil }
    let pairs = comparison.pairs
    let (has, lacks) = side == .dev ? ("dev", "prod") : ("prod", "dev")
    var summary =
      side == .dev
      ? "prod does not run '\(pairs[first].name.visible)'"
      : "prod runs '\(pairs[first].name.visible)', which dev does not"
    if side == .dev, let repeated = pairs[first].pair.repeats {
      let name = comparison.dev.stages[repeated].name
      summary =
        "prod runs '\(name.visible)' once; dev runs it again as '\(pairs[first].name.visible)'"
    }
    let others = indices.dropFirst()
    if !others.isEmpty {
      let names = others.prefix(Self.namedLimit).map { "'\(pairs[$0].name.visible)'" }
      let more = others.count - names.count
      summary += ", nor \(names.joined(separator: ", "))"
      if side == .prod {
        summary =
          "prod runs stages that dev does not: '\(pairs[first].name.visible)', "
          + names.joined(separator: ", ")
      }
      if more > 0 { summary += " and \(more) more" }
    }
    if let replacement = replacement(of: first) {
      summary += "; in its place \(lacks) has '\(replacement.visible)'"
    } else if let next = nextWhole(after: indices.last ?? first) {
      let verb = next.status.isDivergence ? "differs" : "agrees all the same"
      summary += "; '\(next.name.visible)' after \(others.isEmpty ? "it" : "them") \(verb)"
    }
    return Finding(
      pairIndex: first, cause: cause, confidence: 1, summary: summary,
      details: [
        Finding.Detail("stage", .text(pairs[first].name)), Finding.Detail("side", .text(has)),
        Finding.Detail("count", .count(indices.count)),
      ])
  }

  /// The next pair that has both sides and was compared.
  private func nextWhole(after index: Int) -> PairComparison? {
    comparison.pairs[(index + 1)...].first { $0.pair.isWhole }.flatMap { pair in
      switch pair.status {
      case .identical, .close, .diverged: pair
      default: nil
      }
    }
  }

  /// What the other side alone has at the same place.
  private func replacement(of index: Int) -> String? {
    let other: Status = side == .dev ? .onlyProd : .onlyDev
    let pairs = comparison.pairs
    // A stage that only prod has comes after the pair of its predecessor, so before or behind this one.
    for neighbour in [index - 1, index + 1] where pairs.indices.contains(neighbour) {
      if pairs[neighbour].status == other, pairs[neighbour].pair.repeats == nil {
        return pairs[neighbour].name
      }
    }
    return nil
  }
}
