/// Some tokens, at most two in five, are others, and the rest stand where they stood.
package enum TokenSubstituted: Cause {
  package static let word = "token-substituted"

  package static func explanation(of evidence: TokenEvidence) -> Finding? {
    switch evidence.change {
    case .substituted(let places):
      guard let place = places.first else { return nil }
      let noun =
        places.count == 1
        ? "one of \(grouped(evidence.devRow.count)) tokens is another"
        : "\(grouped(places.count)) of \(grouped(evidence.devRow.count)) tokens are others"
      // Ids stand in one place in both, but for padding before them.
      let other = place < evidence.prodRow.count ? evidence.prodRow[place] : evidence.devRow[place]
      return evidence.finding(
        word, 1,
        "\(noun): prod has \(evidence.named(other)) for \(evidence.named(evidence.devRow[place]))"
          + " at position \(place)",
        [Finding.Detail("count", .count(places.count))])
    case .mixed(let inserted, let deleted, let substituted)
    where substituted.count > max(inserted.count, deleted.count):
      return evidence.finding(
        word, 0.6,
        "looks like: \(grouped(substituted.count)) of \(grouped(evidence.devRow.count)) tokens are others"
          + " in prod, first at position \(substituted[0]); \(grouped(inserted.count)) more and "
          + "\(grouped(deleted.count)) less",
        [Finding.Detail("count", .count(substituted.count))])
    default: return nil
    }
  }
}
