/// Prod has tokens that dev does not: a special token added twice, a word that was cut otherwise.
///
/// A special token is named, one that stands beside its like is called doubled.
package enum TokenInserted: Cause {
  package static let word = "token-inserted"

  package static func explanation(of evidence: TokenEvidence) -> Finding? {
    switch evidence.change {
    case .inserted(let places):
      let row = evidence.prodRow
      let names = evidence.named(places, of: row)
      let noun = places.count == 1 ? "a token" : "\(grouped(places.count)) tokens"
      var summary = "prod has \(noun) more: \(names) at \(evidence.positions(places))"
      if places.count == 1, let place = places.first, isDoubled(place, row) {
        summary = "prod has \(names) twice in a row at \(evidence.positions(places))"
      }
      return evidence.finding(word, 1, summary, [Finding.Detail("count", .count(places.count))])
    case .mixed(let inserted, let deleted, let substituted)
    where inserted.count > max(deleted.count, substituted.count):
      return evidence.finding(
        word, 0.6,
        "looks like: prod has \(grouped(inserted.count)) tokens more, first "
          + "\(evidence.named(Array(inserted.prefix(1)), of: evidence.prodRow)) at position \(inserted[0])"
          + ", lacks \(grouped(deleted.count)) and has \(grouped(substituted.count)) others",
        [Finding.Detail("count", .count(inserted.count))])
    default: return nil
    }
  }

  private static func isDoubled(_ place: Int, _ row: [Int64]) -> Bool {
    place > 0 && row[place - 1] == row[place]
      || place + 1 < row.count && row[place + 1] == row[place]
  }
}
