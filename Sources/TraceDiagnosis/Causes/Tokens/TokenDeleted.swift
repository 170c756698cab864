/// Prod lacks tokens that dev has, at the end at most one.
package enum TokenDeleted: Cause {
  package static let word = "token-deleted"

  package static func explanation(of evidence: TokenEvidence) -> Finding? {
    switch evidence.change {
    case .deleted(let places):
      let noun = places.count == 1 ? "a token" : "\(grouped(places.count)) tokens"
      return evidence.finding(
        word, 1,
        "prod lacks \(noun) of dev: \(evidence.named(places, of: evidence.devRow))"
          + " at \(evidence.positions(places))",
        [Finding.Detail("count", .count(places.count))])
    case .mixed(let inserted, let deleted, let substituted)
    where deleted.count > max(inserted.count, substituted.count):
      return evidence.finding(
        word, 0.6,
        "looks like: prod lacks \(grouped(deleted.count)) tokens of dev, first "
          + "\(evidence.named(Array(deleted.prefix(1)), of: evidence.devRow)) at position \(deleted[0])"
          + ", has \(grouped(inserted.count)) more and \(grouped(substituted.count)) others",
        [Finding.Detail("count", .count(deleted.count))])
    default: return nil
    }
  }
}
