import PipelineTrace
import TestTraces
import Testing

@testable import TraceDiagnosis

/// Random cases of each cause of texts and tokens, 25 of each: how many are named right.
@Suite struct WordBenchmarkTests {
  private let words = [
    "the", "contract", "was", "signed", "by", "both", "parties", "on", "Monday", "and", "lawyer",
    "reads", "it", "again", "before", "noon", "Zürich", "café", "crème", "visitors", "paid",
    "while",
    "password", "charging", "station", "nearest", "please", "how", "do", "I",
  ]

  private func sentence(_ generator: inout SplitMix64) -> [String] {
    let count = Int.random(in: 8..<25, using: &generator)
    return (0..<count).map { _ in words.randomElement(using: &generator) ?? "" }
  }

  private func ids(_ generator: inout SplitMix64) -> [Double] {
    let count = Int.random(in: 6..<30, using: &generator)
    let inner = (0..<count).map { _ in Double(Int.random(in: 1000..<30_000, using: &generator)) }
    return [101] + inner + [102]
  }

  private func named(_ dev: Value.Content, _ prod: Value.Content) throws -> String? {
    try found([stage("x", dev)], [stage("x", prod)]).first?.cause
  }

  /// How many of 25 cases are named `cause`, and how many with another word than that or `unknown`.
  private func score(
    _ cause: String, seed: UInt64,
    _ make: (inout SplitMix64) -> (dev: Value.Content, prod: Value.Content)
  ) throws -> [Int] {
    var generator = SplitMix64(state: seed)
    var right = 0
    var wrong = 0
    for _ in 0..<25 {
      let (dev, prod) = make(&generator)
      let word = try named(dev, prod)
      if word == cause { right += 1 } else if word != "unknown" { wrong += 1 }
    }
    return [right, wrong]
  }

  private func text(_ words: [String]) -> Value.Content {
    .text(TextArray(words.joined(separator: " ")))
  }

  private func tokens(_ ids: [Double]) -> Value.Content {
    .tokens(tensor(.i64, ids), pieces: nil)
  }

  @Test func `texts are named right, 25 of 25`() throws {
    #expect(
      try score("case-changed", seed: 1) {
        let words = sentence(&$0) + ["Mr", "Smith"]
        return (text(words), text(words.map { $0.lowercased() }))
      } == [25, 0])
    #expect(
      try score("whitespace-changed", seed: 2) {
        let words = sentence(&$0)
        return (text(words), .text(TextArray(words.joined(separator: "  "))))
      } == [25, 0])
    #expect(
      try score("words-removed", seed: 3) {
        let words = sentence(&$0)
        var fewer = words
        let place = Int.random(in: 1..<(words.count - 2), using: &$0)
        fewer.removeSubrange(place...(place + 1))
        return (text(words), text(fewer))
      } == [25, 0])
    #expect(
      try score("words-added", seed: 4) {
        let words = sentence(&$0)
        return (text(words), text(["query", ":"] + words))
      } == [25, 0])
  }

  @Test func `tokens are named right, 25 of 25`() throws {
    #expect(
      try score("token-inserted", seed: 5) {
        let ids = ids(&$0)
        var more = ids
        more.insert(500, at: Int.random(in: 0...ids.count, using: &$0))
        return (tokens(ids), tokens(more))
      } == [25, 0])
    #expect(
      try score("token-deleted", seed: 6) {
        let ids = ids(&$0)
        var fewer = ids
        fewer.remove(at: Int.random(in: 0..<ids.count, using: &$0))
        return (tokens(ids), tokens(fewer))
      } == [25, 0])
    #expect(
      try score("truncated", seed: 7) {
        let ids = ids(&$0)
        return (tokens(ids), tokens(Array(ids.prefix(ids.count / 2)) + [102]))
      } == [25, 0])
    #expect(
      try score("padding-side", seed: 8) {
        let ids = ids(&$0)
        let padding = [Double](repeating: 0, count: Int.random(in: 1..<9, using: &$0))
        return (tokens(ids + padding), tokens(padding + ids))
      } == [25, 0])
    #expect(
      try score("token-substituted", seed: 9) {
        let ids = ids(&$0)
        var other = ids
        other[Int.random(in: 0..<ids.count, using: &$0)] = 100
        return (tokens(ids), tokens(other))
      } == [25, 0])
  }
}
