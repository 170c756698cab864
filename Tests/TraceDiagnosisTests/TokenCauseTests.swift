import PipelineTrace
import TestTraces
import Testing

@testable import TraceDiagnosis

private func ids(_ numbers: [Double], _ pieces: [String]? = nil) -> Value.Content {
  .tokens(tensor(.i64, numbers), pieces: pieces.map { $0.map { Array($0.utf8) } })
}

/// `cause: summary` of what is found where these sequences stand across from each other.
private func said(_ dev: Value.Content, _ prod: Value.Content) throws -> [String] {
  try found([stage("tokenize", dev)], [stage("tokenize", prod)])
    .map { "\($0.cause): \($0.summary)" }
}

private func said(_ dev: [Double], _ prod: [Double]) throws -> [String] {
  try said(ids(dev), ids(prod))
}

@Suite struct TokenCauseTests {
  private let cat: [Double] = [101, 1037, 4937, 3564, 2006, 1037, 13523, 102]
  private let pieces = ["[CLS]", "a", "cat", "sat", "on", "a", "mat", "[SEP]"]

  @Test func `a special token twice`() throws {
    #expect(
      try said(cat, [101] + cat) == [
        "token-inserted: prod has 101 (BERT's [CLS]) twice in a row at position 1"
      ])
    #expect(
      try said(ids(cat, pieces), ids([101] + cat, ["[CLS]"] + pieces)) == [
        "token-inserted: prod has '[CLS]' (101) twice in a row at position 1"
      ])
  }

  @Test func `a token more and one less`() throws {
    #expect(
      try said(cat, [101, 1037, 4937, 7777, 3564, 2006, 1037, 13523, 102]) == [
        "token-inserted: prod has a token more: 7777 at position 3"
      ])
    #expect(
      try said(cat, Array(cat.dropLast())) == [
        "token-deleted: prod lacks a token of dev: 102 (BERT's [SEP]) at position 7"
      ])
    #expect(
      try said(ids(cat, pieces), ids(Array(cat.dropFirst()), Array(pieces.dropFirst()))) == [
        "token-deleted: prod lacks a token of dev: '[CLS]' (101) at position 0"
      ])
  }

  @Test func `an unknown word in the place of one`() throws {
    var other = cat
    other[2] = 100
    var otherPieces = pieces
    otherPieces[2] = "[UNK]"
    #expect(
      try said(ids(cat, pieces), ids(other, otherPieces)) == [
        "token-substituted: one of 8 tokens is another: prod has '[UNK]' (100) for 'cat' (4937)"
          + " at position 2"
      ])
  }

  @Test func `the same pieces with other ids`() throws {
    #expect(
      try said(ids(cat, pieces), ids([2, 43, 3943, 2570, 1012, 43, 12529, 3], pieces)) == [
        "vocabulary-changed: prod gives the same 8 pieces other ids: 8 differ, '[CLS]' is 2, "
          + "in dev 101; ids moved by -994 or -99"
      ])
  }

  @Test func `ids alone that became others in one way each`() throws {
    #expect(
      try said(cat, cat.map { $0 + 1 }) == [
        "vocabulary-changed: looks like another vocabulary: 8 of 8 ids differ, all by +1; "
          + "101 (BERT's [CLS]) is 102 (BERT's [SEP])"
      ])
    // 1037 stands twice and becomes 9 and 8.
    #expect(
      try said(cat, [101, 9, 11, 12, 13, 8, 14, 102]).first?.hasPrefix("unknown") == true)
  }

  @Test func `another splitting of the same text`() throws {
    #expect(
      try said(
        ids([1, 2, 3], ["token", "##iza", "##tion"]), ids([4, 5], ["▁token", "ization"])) == [
          "vocabulary-changed: prod cuts the same text into other pieces: 2, in dev 3"
        ])
  }

  @Test func `cut at the end, with the closing token and without`() throws {
    #expect(
      try said(cat, [101, 1037, 4937, 3564]) == [
        "truncated: prod has only the first 4 of dev's 8 tokens"
      ])
    #expect(
      try said(cat, [101, 1037, 4937, 102]) == [
        "truncated: prod has 4 of dev's 8 tokens: cut off at the end, with 102 (BERT's [SEP]) kept"
      ])
    #expect(
      try said(cat, [3564, 2006, 1037, 13523, 102]) == [
        "truncated: prod has only the last 5 of dev's 8 tokens"
      ])
  }

  @Test func `padding at the other end, and more of it`() throws {
    #expect(
      try said(cat + [0, 0, 0], [0, 0, 0] + cat) == [
        "padding-side: prod has its padding at the start, dev at the end: 3 of 0 (BERT's [PAD])"
      ])
    #expect(
      try said(cat + [0], cat + [0, 0, 0, 0]) == [
        "padding-length: prod is dev with other padding: 4 of 0 (BERT's [PAD]), in dev 1"
      ])
  }

  @Test func `an edit between padded sequences is that of their contents`() throws {
    #expect(
      try said(cat + [0, 0, 0], [101, 1037, 4937, 7777, 3564, 2006, 1037, 13523, 102, 0, 0]) == [
        "token-inserted: prod has a token more: 7777 at position 3"
      ])
  }

  @Test func `a batch is named by what became of nearly all of its sequences`() throws {
    let dev = tensor(.i64, [101, 5, 6, 102, 0, 0, 101, 7, 8, 9, 102, 0], [2, 6])
    let prod = tensor(.i64, [0, 0, 101, 5, 6, 102, 0, 101, 7, 8, 9, 102], [2, 6])
    #expect(
      try found([stage("input_ids", dev)], [stage("input_ids", prod)]).map(\.summary) == [
        "prod has its padding at the start, dev at the end: 2 of 0 (BERT's [PAD])"
          + "; so in 2 of 2 sequences, first in 0"
      ])
  }

  @Test func `pieces without ids`() throws {
    #expect(
      try said(.text(texts("a", "cat", "sat")), .text(texts("a", "cat", "cat", "sat"))) == [
        "token-inserted: prod has 'cat' twice in a row at position 2"
      ])
    #expect(
      try said(.text(texts("▁a", "▁cat")), .text(texts("Ġa", "Ġcat"))) == [
        "vocabulary-changed: prod has the same pieces in another notation: the tokenizer is another"
      ])
  }
}
