extension StagePair {
  /// The pairs in the order that reports have, each with its `isMoved` set anew.
  ///
  /// Dev's order; a stage that only prod has comes right after the pair of its predecessor in prod,
  /// and before everything where it has none. Moved are the fewest pairs without which prod is in
  /// dev's order; among equally few, those that jumped farthest, and of two neighbours that changed
  /// places the one that comes first in dev.
  static func ordered(_ pairs: [StagePair]) -> [StagePair] {
    var inDev = pairs.filter { $0.dev != nil }.sorted { ($0.dev ?? 0) < ($1.dev ?? 0) }
    markMoved(&inDev)
    let inProd = pairs.filter { $0.prod != nil }.sorted { ($0.prod ?? 0) < ($1.prod ?? 0) }
    var ordered: [StagePair] = []
    // Stages that only prod has, by the prod index of the pair that they follow.
    var followers: [Int: [StagePair]] = [:]
    var predecessor: Int?
    for pair in inProd {
      if pair.dev != nil {
        predecessor = pair.prod
      } else if let predecessor {
        followers[predecessor, default: []].append(pair)
      } else {
        ordered.append(pair)
      }
    }
    for pair in inDev {
      ordered.append(pair)
      if let prod = pair.prod { ordered += followers[prod] ?? [] }
    }
    return ordered
  }

  private static func markMoved(_ inDev: inout [StagePair]) {
    let whole = inDev.indices.filter { inDev[$0].isWhole }
    let prods = whole.map { inDev[$0].prod ?? 0 }
    let ranks = Dictionary(uniqueKeysWithValues: zip(prods.sorted(), prods.indices))
    let jumps = prods.enumerated().map { abs($0.offset - ranks[$0.element, default: 0]) }
    for i in whole { inDev[i].isMoved = true }
    for i in longestIncreasingSubsequence(of: prods, costs: jumps) {
      inDev[whole[i]].isMoved = false
    }
  }
}
