/// Prod has words that dev has not, and all others stand in dev's order: a template, an expanded acronym.
///
/// Likely where some words were removed too, but at most half as many.
package enum WordsAdded: Cause {
  package static let word = "words-added"

  package static func explanation(of evidence: TextEvidence) -> Finding? {
    guard case .words(let removed, let added, let isSure) = evidence.change,
      !added.isEmpty, removed.count * 2 <= added.count
    else { return nil }
    let list = WordList(added)
    let words = added.count == 1 ? "a word" : "\(grouped(added.count)) words"
    var summary = "prod has \(words) that dev does not: \(list)"
    if !isSure { summary = "looks like: \(summary); and lacks others: \(WordList(removed))" }
    return evidence.finding(
      word, isSure ? 1 : 0.7, summary,
      [Finding.Detail("count", .count(added.count)), Finding.Detail("words", .text(list.text))])
  }
}
