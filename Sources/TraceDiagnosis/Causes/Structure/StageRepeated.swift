import TraceAlignment
import TraceComparison

/// Prod runs a stage twice that dev runs once: `normalize`, then `normalize_1`.
///
/// Told by the name alone, one finding for each stage that is repeated. Not where dev runs it twice, which
/// is `stage-missing`.
package enum StageRepeated: Cause {
  package static let word = "stage-repeated"

  package static func findings(in comparison: Comparison) -> [Finding] {
    guard comparison.firstDivergence != nil else { return [] }
    var found: [Finding] = []
    var seen: Set<Int> = []
    for (index, pair) in comparison.pairs.enumerated() where pair.status == .onlyProd {
      guard let repeated = pair.pair.repeats, seen.insert(repeated).inserted else { continue }
      let count = comparison.pairs.count { $0.status == .onlyProd && $0.pair.repeats == repeated }
      let name = comparison.prod.stages[repeated].name
      found.append(
        Finding(
          pairIndex: index, cause: word, confidence: 1,
          summary: count == 1
            ? "prod runs '\(name.visible)' a second time, as '\(pair.name.visible)'"
            : "prod runs '\(name.visible)' \(count) more times, first as '\(pair.name.visible)'",
          details: [
            Finding.Detail("stage", .text(name)), Finding.Detail("extra_runs", .count(count)),
          ]))
    }
    return found
  }
}
