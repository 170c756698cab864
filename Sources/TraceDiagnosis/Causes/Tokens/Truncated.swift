/// Prod ends early, or starts late: a text cut within a word or by more than some words, a sequence cut by
/// two tokens or more, perhaps with its closing token kept.
package enum Truncated: Cause {
  package static let word = "truncated"

  package static func explanation(of evidence: TokenEvidence) -> Finding? {
    guard case .truncated(let cut) = evidence.change else { return nil }
    var summary =
      "prod has only the \(cut.isAtEnd ? "first" : "last") \(grouped(cut.keptCount)) of dev's "
      + "\(grouped(cut.totalCount)) tokens"
    if cut.keepsOuter {
      let outer = cut.isAtEnd ? content(evidence.devRow).last : content(evidence.devRow).first
      let name = outer.map { evidence.named($0) } ?? ""
      summary =
        "prod has \(grouped(cut.keptCount)) of dev's \(grouped(cut.totalCount)) tokens: cut off at the "
        + "\(cut.isAtEnd ? "end" : "start"), with \(name) kept"
    }
    return evidence.finding(
      word, 1, summary,
      [
        Finding.Detail("kept", .count(cut.keptCount)),
        Finding.Detail("total", .count(cut.totalCount)),
      ])
  }

  /// The row without a run of two and more at its end or start.
  private static func content(_ row: [Int64]) -> [Int64] {
    var row = row[...]
    if let last = row.last, row.dropLast().last == last {
      while row.last == last { row.removeLast() }
    }
    if let first = row.first, row.dropFirst().first == first {
      while row.first == first { row.removeFirst() }
    }
    return Array(row)
  }

  package static func explanation(of evidence: TextEvidence) -> Finding? {
    guard case .cut(let cut) = evidence.change else { return nil }
    let place = cut.isWithinWord ? ", within a word" : ""
    return evidence.finding(
      word, 1,
      "prod \(cut.isAtEnd ? "ends after" : "has only the last") \(grouped(cut.keptCount)) of dev's "
        + "\(grouped(cut.totalCount)) characters\(place)",
      [
        Finding.Detail("kept", .count(cut.keptCount)),
        Finding.Detail("total", .count(cut.totalCount)),
      ])
  }
}
