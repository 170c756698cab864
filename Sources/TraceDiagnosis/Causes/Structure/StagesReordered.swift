import TraceAlignment
import TraceComparison

/// Prod runs the same stages in another order, and what they give out differs for it.
///
/// Told where the first divergence is a stage that changed places with another: at 1 where that other
/// diverged too. At 0.7 where it agrees, since branches that are merely run in turns look the same.
/// Equal stages in another order are no cause, nor are those before or after the first divergence;
/// nor is a stage whose recorded inputs agree, for it got what it gets in dev.
package enum StagesReordered: Cause {
  package static let word = "stages-reordered"

  /// Stages that are named, at most.
  private static let namedLimit = 8

  package static func findings(in comparison: Comparison) -> [Finding] {
    guard let first = comparison.firstDivergence, comparison.pairs[first].status == .diverged,
      let place = comparison.pairs[first].pair.prod
    else { return [] }
    let pairs = comparison.pairs
    if pairs[first].role == .origin,
      pairs[first].values.contains(where: { $0.role == .input && $0.dev != nil && $0.prod != nil })
    {
      return []
    }
    // Pairs come in dev's order: what stands on the other side of the first divergence in prod.
    let swapped = pairs.indices.filter { index in
      guard pairs[index].pair.dev != nil, let other = pairs[index].pair.prod else { return false }
      return index != first && (index < first) != (other < place)
    }
    guard !swapped.isEmpty else { return [] }
    let diverged = swapped.filter { pairs[$0].status == .diverged }
    let partners = diverged.isEmpty ? swapped : diverged
    let range = ([first] + partners).sorted()
    return [
      Finding(
        pairIndex: first, cause: word, confidence: diverged.isEmpty ? 0.7 : 1,
        summary: sentence(first, partners, in: comparison),
        details: [
          Finding.Detail("dev", .text(names(range, pairs) { $0.dev?.name })),
          Finding.Detail(
            "prod",
            .text(
              names(range.sorted { (pairs[$0].pair.prod ?? 0) < (pairs[$1].pair.prod ?? 0) }, pairs)
              {
                $0.prod?.name
              })),
        ])
    ]
  }

  private static func sentence(_ first: Int, _ partners: [Int], in comparison: Comparison) -> String
  {
    let pairs = comparison.pairs
    let own = pairs[first].prod?.name ?? ""
    let earlier = partners.filter { $0 > first }
    let others = (earlier.isEmpty ? partners : earlier)
    let named = others.prefix(3).map { "'\((pairs[$0].prod?.name ?? "").visible)'" }
    let more = others.count > 3 ? " and \(others.count - 3) more" : ""
    let list = named.joined(separator: ", ") + more
    return earlier.isEmpty
      ? "prod runs '\(own.visible)' before \(list); dev runs it after"
      : "prod runs \(list) before '\(own.visible)'; dev runs '\(own.visible)' first"
  }

  private static func names(
    _ indices: [Int], _ pairs: [PairComparison], _ name: (PairComparison) -> String?
  ) -> String {
    let named = indices.prefix(namedLimit).map { name(pairs[$0]) ?? "" }
    let more = indices.count - named.count
    return (named + (more > 0 ? ["and \(more) more"] : [])).joined(separator: ", ")
  }
}
