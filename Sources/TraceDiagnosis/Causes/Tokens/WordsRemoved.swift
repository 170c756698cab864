/// Prod lacks words that dev has, and all others stand in dev's order: stop words, a prefix, a suffix.
///
/// Likely where some words were added too, but at most half as many. Not an end that is cut off within a
/// word or takes more than some words: `truncated`.
package enum WordsRemoved: Cause {
  package static let word = "words-removed"

  package static func explanation(of evidence: TextEvidence) -> Finding? {
    guard case .words(let removed, let added, let isSure) = evidence.change,
      !removed.isEmpty, added.count * 2 <= removed.count
    else { return nil }
    let list = WordList(removed)
    let total = evidence.devText.words.count
    var summary =
      evidence.prodText.words.isEmpty
      ? "prod is empty: all \(grouped(total)) words of dev are gone"
      : "prod lacks \(grouped(removed.count)) of dev's \(grouped(total)) words: \(list)"
    if !isSure { summary = "looks like: \(summary); and has others: \(WordList(added))" }
    return evidence.finding(
      word, isSure ? 1 : 0.7, summary,
      [Finding.Detail("count", .count(removed.count)), Finding.Detail("words", .text(list.text))])
  }
}

/// Some words of a text, in its order.
struct WordList: CustomStringConvertible {
  /// The words that are named.
  private static let limit = 8

  private let words: [String]
  private let count: Int

  init(_ words: [TextForm]) {
    self.words = words.prefix(Self.limit).map { $0.shown() }
    count = words.count
  }

  /// With quotation marks: `'the', 'a' and 3 more`.
  var description: String {
    let more = count - words.count
    return words.map { "'\($0)'" }.joined(separator: ", ") + (more > 0 ? " and \(more) more" : "")
  }

  /// Without: `the a`.
  var text: String { words.joined(separator: " ") }
}
