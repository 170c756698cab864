import TraceAlignment
import TraceComparison

/// A stage has another name in prod and gives out the same bits.
///
/// One finding that names the first and counts the others. It makes nothing diverge: where nothing does,
/// and before the first divergence, it is left to the list of stages, so that no harmless name is taken for
/// a cause. Not for stages that the user paired.
package enum StageRenamed: Cause {
  package static let word = "stage-renamed"

  package static func findings(in comparison: Comparison) -> [Finding] {
    guard let start = comparison.firstDivergence else { return [] }
    let renamed = comparison.pairs.indices.filter { index in
      let pair = comparison.pairs[index]
      return index >= start && pair.pair.isRenamed && pair.pair.matchedBy == .content
        && pair.status != .pending
    }
    guard let first = renamed.first, let dev = comparison.pairs[first].dev?.name,
      let prod = comparison.pairs[first].prod?.name
    else { return [] }
    let more = renamed.count > 1 ? " (and \(renamed.count - 1) more of other names)" : ""
    return [
      Finding(
        pairIndex: first, cause: word, confidence: 1,
        summary: "dev's '\(dev.visible)' is called '\(prod.visible)' in prod\(more)",
        details: [
          Finding.Detail("dev", .text(dev)), Finding.Detail("prod", .text(prod)),
          Finding.Detail("count", .count(renamed.count)),
        ])
    ]
  }
}
