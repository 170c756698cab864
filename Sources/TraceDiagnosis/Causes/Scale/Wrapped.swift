import PipelineTrace

/// Numbers beyond an unsigned integer that came round at the other end: 260 stored as 4, −1 as 255.
///
/// Redone on dev, truncated or rounded to whole numbers first, in 8 and 16 bits; also bytes read with the
/// other sign. Not a plain cast to whole numbers: nothing of dev lies outside there.
package enum Wrapped: Cause {
  package static let word = "wrapped"

  package static func candidates(for evidence: TensorEvidence) -> [Candidate] {
    guard evidence.holdsQuantities, let difference = evidence.difference,
      let devLow = difference.dev.minimum, let devHigh = difference.dev.maximum,
      let prodLow = difference.prod.minimum, let prodHigh = difference.prod.maximum
    else { return [] }
    var candidates: [Candidate] = []
    for bits in [8, 16] {
      let size = Double(1 << bits)
      let isWithin = prodLow >= 0 && prodHigh <= size - 1
      let isWithinSigned = prodLow >= -size / 2 && prodHigh <= size / 2 - 1
      if isWithin, devLow <= -1 || devHigh >= size {
        for rule in [FloatingPointRoundingRule.towardZero, .toNearestOrEven] {
          let word = rule == .towardZero ? "truncated" : "rounded"
          candidates.append(
            candidate(
              evidence, bits: bits, cost: 8,
              "prod is dev \(word) to \(bits) bits without a sign, and wrapped around"
            ) { number in modulo(number.rounded(rule), size) })
        }
      }
      if isWithinSigned, prodLow < 0, devLow >= 0, devHigh >= size / 2 {
        candidates.append(
          candidate(
            evidence, bits: bits, cost: 7, "prod is dev read as \(bits) bits with a sign"
          ) { number in modulo(number.rounded(.towardZero) + size / 2, size) - size / 2 })
      }
      if isWithin, prodHigh >= size / 2, devLow < 0, devLow >= -size / 2, devHigh < size / 2 {
        candidates.append(
          candidate(
            evidence, bits: bits, cost: 7, "prod is dev read as \(bits) bits without a sign"
          ) { number in modulo(number.rounded(.towardZero), size) })
      }
    }
    return candidates
  }

  /// The remainder from 0 up to `size`, exactly; NaN of what is not finite.
  private static func modulo(_ number: Double, _ size: Double) -> Double {
    let rest = number.truncatingRemainder(dividingBy: size)
    return rest < 0 ? rest + size : rest
  }

  private static func candidate(
    _ evidence: TensorEvidence, bits: Int, cost: Double, _ summary: String,
    _ function: @escaping @Sendable (Double) -> Double
  ) -> Candidate {
    let redone = evidence.dev.mapped { _, values in
      for i in values.indices { values[i] = function(values[i]) }
    }
    return Candidate(
      word, cost: cost, dev: redone, prod: evidence.prod, summary: summary,
      details: [Finding.Detail("bits", .count(bits))], isRedone: true)
  }
}
