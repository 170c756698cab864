import PipelineTrace

/// Every element of prod is the same, and dev's are not: a buffer that was never filled, a saturated step.
///
/// Redone on dev. Cheaper to say than a clip to one value or a factor of 0. A mask of ones is `mask-ignored`.
package enum ConstantOutput: Cause {
  package static let word = "constant-output"

  package static func candidates(for evidence: TensorEvidence) -> [Candidate] {
    guard let constant = constant(evidence) else { return [] }
    var candidate = Candidate(
      word, cost: constant == 0 || constant == 1 ? 2 : 4,
      dev: evidence.dev.mapped { _, values in values.update(repeating: constant) },
      prod: evidence.prod, summary: "every element of prod is \(shown(constant))",
      details: [Finding.Detail("value", .text(shown(constant)))], isRedone: true)
    candidate.absoluteFactor = 1
    return [candidate]
  }

  /// Few elements, or such as agree by chance, do not make a count; that prod is constant is seen all the same.
  package static func descriptions(of evidence: TensorEvidence) -> [Finding] {
    guard let constant = constant(evidence) else { return [] }
    return [
      Finding(
        pairIndex: 0, valueName: evidence.valueName, cause: word, confidence: 0.9,
        summary: "every element of prod is \(shown(constant)), dev has different ones",
        explained: 1, details: [Finding.Detail("value", .text(shown(constant)))])
    ]
  }

  private static func constant(_ evidence: TensorEvidence) -> Double? {
    guard let difference = evidence.difference, evidence.elementCount >= 4,
      difference.prod.nanCount == 0, difference.prod.infinityCount == 0,
      let least = difference.prod.minimum, let most = difference.prod.maximum,
      most - least <= 0x1p-17 * max(least.magnitude, most.magnitude),
      let devLeast = difference.dev.minimum, let devMost = difference.dev.maximum,
      devMost - devLeast > 0x1p-10 * max(devLeast.magnitude, devMost.magnitude)
    else { return nil }
    return least + (most - least) / 2
  }

  private static func shown(_ number: Double) -> String {
    number == number.rounded() && number.magnitude < 1e15 ? "\(Int(number))" : "\(number)"
  }
}
