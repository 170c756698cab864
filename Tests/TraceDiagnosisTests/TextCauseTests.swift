import PipelineTrace
import TestTraces
import Testing

@testable import TraceDiagnosis

/// `cause: summary` of what is found where these texts stand across from each other.
private func said(_ dev: String, _ prod: String) throws -> [String] {
  try found([stage("t", text: dev)], [stage("t", text: prod)]).map { "\($0.cause): \($0.summary)" }
}

private func said(_ dev: TextArray, _ prod: TextArray) throws -> [String] {
  try found([stage("t", .text(dev))], [stage("t", .text(prod))])
    .map { "\($0.cause): \($0.summary)" }
}

@Suite struct TextCauseTests {
  private let sentence = "A Cup of COFFEE on a Wooden Table"

  @Test func `lower case on one side`() throws {
    #expect(
      try said(sentence, "a cup of coffee on a wooden table") == [
        "case-changed: prod is dev in lower case; 10 of 33 characters differ, "
          + "first 'a' for 'A' at character 0"
      ])
    #expect(
      try said("a cup of coffee on a wooden table", sentence) == [
        "case-changed: prod keeps the capitals that dev has in lower case; "
          + "10 of 33 characters differ, first 'A' for 'a' at character 0"
      ])
    #expect(
      try said("Straße", "STRASSE") == ["case-changed: prod is dev in upper case"])
  }

  @Test func `white space, also such as cannot be seen`() throws {
    #expect(
      try said("price 5 EUR", "price 5\u{A0}EUR") == [
        "whitespace-changed: prod is dev but for white space in one place: "
          + "a no-break space (U+00A0) for a blank at character 7"
      ])
    #expect(
      try said("a cat", "a cat\n") == [
        "whitespace-changed: prod is dev but for white space in one place: "
          + "a line feed more at character 5"
      ])
    #expect(
      try said("the\u{200B}cat sat", "thecat sat") == [
        "whitespace-changed: prod is dev but for white space in one place: "
          + "a zero-width space (U+200B) less at character 3"
      ])
  }

  @Test func `accents composed and apart, which Swift takes for equal`() throws {
    #expect(
      try said("caf\u{E9} cr\u{E8}me", "cafe\u{301} cre\u{300}me") == [
        "unicode-normalization: prod has letters and their accents apart (as NFD does), "
          + "dev has them as one; 2 places differ, first U+0065 U+0301 for U+00E9 at character 3"
      ])
    #expect(
      try said("cafe\u{301}", "caf\u{E9}") == [
        "unicode-normalization: prod has letters and their accents as one (as NFC does), "
          + "dev has them apart; 1 place differs, first U+00E9 for U+0065 U+0301 at character 3"
      ])
  }

  @Test func `ligatures and wide letters`() throws {
    #expect(
      try said("the \u{FB01}le is ready", "the file is ready") == [
        "unicode-normalization: prod has plain characters for ligatures, wide or raised ones "
          + "(as NFKC does); 1 place differs, first U+0066 U+0069 for U+FB01 at character 4"
      ])
  }

  @Test func `two forms at once are both named`() throws {
    #expect(
      try said("The  Cat", "the cat") == [
        "case-changed: prod is dev but for case and white space"
      ])
  }

  @Test func `words that are gone, and words that came`() throws {
    #expect(
      try said("team signs the contract by the end", "team signs contract end") == [
        "words-removed: prod lacks 3 of dev's 7 words: 'the', 'by', 'the'"
      ])
    #expect(
      try said("translate this", "query: translate this") == [
        "words-added: prod has 2 words that dev does not: 'query', ':'"
      ])
    #expect(
      try said("our IT team signs", "our Information Technology team signs") == [
        "words-added: looks like: prod has 2 words that dev does not: 'Information', "
          + "'Technology'; and lacks others: 'IT'"
      ])
    #expect(
      try said("one two", "") == ["words-removed: prod is empty: all 2 words of dev are gone"])
    #expect(
      try said("how do I pay? <|im_end|>", "how do I pay?") == [
        "words-removed: prod lacks 5 of dev's 10 words: '<', '|', 'im_end', '|', '>'"
      ])
  }

  @Test func `a text that ends early`() throws {
    #expect(
      try said("how do I reset my password please", "how do I reset my pass") == [
        "truncated: prod ends after 22 of dev's 33 characters, within a word"
      ])
    #expect(
      try said("one two three four five six", "one two three") == [
        "truncated: prod ends after 13 of dev's 27 characters"
      ])
    let cut = TextArray([Array("caf\u{E9} noir".utf8.prefix(4))], shape: .scalar)
    #expect(
      try said(TextArray("caf\u{E9} noir"), cut) == [
        "truncated: prod ends after 3 of dev's 9 characters, within a word"
      ])
  }

  @Test func `what no cause explains says what is known`() throws {
    #expect(
      try said("caf\u{E9} noir", "caf\u{C3}\u{A9} noir") == [
        "unknown: prod's text is dev's UTF-8 read as Latin-1 (mojibake)"
      ])
    #expect(
      try said("the cat sat on a mat", "the dog sat on a mat") == [
        "unknown: no cause fits; 1 of dev's words are others in prod: 'cat' became 'dog'"
      ])
    #expect(try said("cat", "dog") == ["unknown: no cause fits; the texts have little in common"])
    #expect(
      try said("the cat sat on a mat", "on a mat sat the cat")
        == ["unknown: prod has dev's words in another order"])
  }

  @Test func `bytes that are no text are not taken for other case or accents`() throws {
    let dev = TextArray([[0x61, 0xFF, 0x62]], shape: .scalar)
    let prod = TextArray([[0x61, 0xFE, 0x62]], shape: .scalar)
    #expect(try said(dev, prod).allSatisfy { $0.hasPrefix("unknown") })
  }

  @Test func `a list is named by what became of nearly all of its texts`() throws {
    #expect(
      try said(texts("How Now", "Brown Cow", "ok then"), texts("how now", "brown cow", "ok then"))
        == [
          "case-changed: prod is dev in lower case; 2 of 7 characters differ, "
            + "first 'h' for 'H' at character 0 (2 of 3 texts)"
        ])
    #expect(
      try said(texts("How Now", "a  b"), texts("how now", "a b")).first?.hasPrefix("unknown")
        == true)
  }
}
