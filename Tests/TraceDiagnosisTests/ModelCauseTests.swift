import PipelineTrace
import TestTraces
import Testing

@testable import TraceDiagnosis

/// Rows of a softmax over these scores; masked columns get 0.
private func softmax(_ scores: [Double], _ length: Int, _ isKept: (Int, Int) -> Bool) -> [Double] {
  var rows: [Double] = []
  for start in stride(from: 0, to: scores.count, by: length) {
    let weights = (0..<length).map { column -> Double in
      var x = scores[start + column]
      var sum = 1.0
      var term = 1.0
      x = min(max(x, -4), 4)
      for k in 1..<40 {
        term *= x / Double(k)
        sum += term
      }
      return isKept(start / length, column) ? sum : 0
    }
    let total = weights.reduce(0, +)
    rows += weights.map { $0 / total }
  }
  return rows
}

@Suite struct ModelCauseTests {
  private let mask = tensor(.i64, [1, 1, 1, 1, 1, 0, 0, 0, 1, 1, 1, 1, 1, 1, 1, 0], [2, 8])

  /// Which columns of the rows of 2 sequences with 3 heads are kept.
  private func isKept(_ row: Int, _ column: Int) -> Bool { column < (row / 24 == 0 ? 5 : 7) }

  private func found(_ dev: Tensor, _ prod: Tensor) throws -> [Finding] {
    try TraceDiagnosisTests.found(
      [stage("attention_mask", mask), stage("attention", dev)],
      [stage("attention_mask", mask), stage("attention", prod)])
  }

  @Test func `probabilities that give weight to padding`() throws {
    let scores = noise(384, seed: 21)
    let dev = tensor(.f32, softmax(scores, 8, isKept), [2, 3, 8, 8])
    let prod = tensor(.f32, softmax(scores, 8) { _, _ in true }, [2, 3, 8, 8])
    #expect(
      try found(dev, prod).map { "\($0.cause): \($0.summary)" } == [
        "mask-ignored: prod gives weight to 96 elements where 'attention_mask' is 0; without them, "
          + "rows made to sum to 1 again, it is dev; undone, 0 of 384 elements differ"
      ])
  }

  @Test func `scores of which only masked columns differ`() throws {
    let scores = noise(384, seed: 22)
    let masked = scores.indices.map { isKept($0 / 8, $0 % 8) ? scores[$0] : scores[$0] - 10_000 }
    let findings = try found(
      tensor(.f32, masked, [2, 3, 8, 8]), tensor(.f32, scores, [2, 3, 8, 8]))
    #expect(
      findings.map(\.summary) == [
        "only columns where 'attention_mask' is 0 differ (96 elements)"
      ])
  }

  @Test func `the mask itself is all ones`() throws {
    let ones = tensor(.i64, [Double](repeating: 1, count: 16), [2, 8])
    let findings = try TraceDiagnosisTests.found(
      [stage("attention_mask", mask)], [stage("attention_mask", ones)])
    #expect(
      findings.map { "\($0.cause): \($0.summary)" } == [
        "mask-ignored: prod's mask is all ones, dev's has 4 zeros: padding counts"
      ])
  }

  @Test func `other numbers are no ignored mask`() throws {
    let dev = tensor(.f32, softmax(noise(384, seed: 23), 8, isKept), [2, 3, 8, 8])
    let prod = tensor(.f32, softmax(noise(384, seed: 24), 8) { _, _ in true }, [2, 3, 8, 8])
    #expect(try found(dev, prod).map(\.cause).contains("mask-ignored") == false)
  }

  @Test func `dropout that was left on`() throws {
    let numbers = noise(2_000, seed: 25)
    var generator = SplitMix64(state: 26)
    let dropped = numbers.map {
      Double.random(in: 0..<1, using: &generator) < 0.1 ? 0 : $0 / 0.9
    }
    let finding = try #require(
      try TraceDiagnosisTests.found(
        tensor(.f32, numbers, [20, 100]), tensor(.f32, dropped, [20, 100])
      ).first)
    #expect(finding.cause == "dropout-active")
    #expect(
      finding.summary.hasSuffix(
        "multiplied by 1.111: dropout is active; "
          + "redone, 0 of 2,000 elements differ"))
    // Zeros without the factor, and the factor without zeros, are no dropout.
    let zeros = zip(numbers, dropped).map { $1 == 0 ? 0 : $0 }
    #expect(
      try causes(tensor(.f32, numbers, [20, 100]), tensor(.f32, zeros, [20, 100]))
        .contains("dropout-active") == false)
    #expect(
      try causes(
        tensor(.f32, numbers, [20, 100]), tensor(.f32, numbers.map { $0 / 0.9 }, [20, 100])
      ).contains("dropout-active") == false)
  }

  /// Two sequences of 8 tokens and 16 numbers each.
  private let states = noise(256, seed: 27)

  private func pooled(_ isTaken: (Int, Int) -> Bool) -> Tensor {
    var numbers: [Double] = []
    for sequence in 0..<2 {
      let tokens = (0..<8).filter { isTaken(sequence, $0) }
      for i in 0..<16 {
        let sum = tokens.reduce(0.0) { $0 + states[(sequence * 8 + $1) * 16 + i] }
        numbers.append(sum / Double(tokens.count))
      }
    }
    return tensor(.f32, numbers, [2, 16])
  }

  private func pooling(_ dev: Tensor, _ prod: Tensor) throws -> [String] {
    let shared = [
      stage("attention_mask", mask), stage("layer", tensor(.f32, states, [2, 8, 16])),
    ]
    return try TraceDiagnosisTests.found(
      shared + [stage("sentence", dev)], shared + [stage("sentence", prod)]
    ).map { "\($0.cause): \($0.summary)" }
  }

  @Test func `the first token for the mean`() throws {
    let mean = pooled { _, _ in true }
    let first = pooled { $1 == 0 }
    #expect(
      try pooling(mean, first) == [
        "pooling-changed: prod takes the first token of 'layer', dev the mean; redone, "
          + "0 of 32 elements differ"
      ])
    #expect(
      try pooling(first, mean) == [
        "pooling-changed: prod takes the mean of 'layer', dev the first token; redone, "
          + "0 of 32 elements differ"
      ])
  }

  @Test func `a mean over padding for that over the mask`() throws {
    let masked = pooled { $1 < ($0 == 0 ? 5 : 7) }
    #expect(
      try pooling(masked, pooled { _, _ in true }) == [
        "mask-ignored: prod takes the mean of 'layer', dev the mean over the mask: padding counts; "
          + "redone, 0 of 32 elements differ"
      ])
  }

  @Test func `another output from the same input of a layer`() throws {
    let input = stage("hidden", tensor(.f32, noise(128, seed: 28), [8, 16]))
    let findings = try TraceDiagnosisTests.found(
      [input, stage("dense", tensor(.f32, noise(256, seed: 29), [8, 32]))],
      [input, stage("dense", tensor(.f32, noise(256, seed: 30), [8, 32]))])
    #expect(findings.map(\.cause) == ["weights-differ"])
    #expect(findings.first?.confidence == 0.5)
    let noInput = try TraceDiagnosisTests.found(
      [stage("dense", tensor(.f32, noise(256, seed: 29), [8, 32]))],
      [stage("dense", tensor(.f32, noise(256, seed: 30), [8, 32]))])
    #expect(noInput.map(\.cause) == ["unknown"])
  }

  @Test func `what is unknown says what is known`() throws {
    let numbers = noise(64, seed: 31)
    let findings = try TraceDiagnosisTests.found(
      tensor(.f32, numbers, [8, 8]), tensor(.f32, numbers.sorted(), [8, 8]))
    #expect(findings.map(\.cause) == ["unknown"])
    #expect(
      findings.first?.summary.contains("both sides have the same numbers in another order") == true)
    #expect(
      try TraceDiagnosisTests.found(
        tensor(.f32, numbers, [8, 8]), tensor(.f32, noise(60, seed: 32), [60])
      ).map(\.summary) == ["no cause fits; the shapes are 8×8 and 60"])
  }

  @Test func `an answer that a narrow margin turned`() throws {
    let dev = tensor(.f64, [0.2, 1.5, 1.499999, -0.7])
    let prod = tensor(.f64, [0.2, 1.499998, 1.500001, -0.7])
    let findings = try TraceDiagnosisTests.found(
      [stage("logits", dev), stage("label", tensor(.i64, [1], []))],
      [stage("logits", prod), stage("label", tensor(.i64, [2], []))])
    #expect(
      findings.last.map { "\($0.cause): \($0.summary)" }
        == "decision-flipped: prod's answer is 2 for 1: in 'logits' these two lay 1e-06 apart, "
        + "and prod's scores are off by up to 2e-06")
    // Other scores have another answer, which flips nothing.
    let far = try TraceDiagnosisTests.found(
      [stage("logits", dev), stage("label", tensor(.i64, [1], []))],
      [stage("logits", tensor(.f64, [0.2, 0.5, 3, -0.7])), stage("label", tensor(.i64, [2], []))])
    #expect(far.map(\.cause).contains("decision-flipped") == false)
  }
}
