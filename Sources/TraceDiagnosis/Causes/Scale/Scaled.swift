import Glibc
import PipelineTrace

/// All elements times one factor: not divided by 255, a forgotten 1/sqrt(d), a sign.
///
/// Redone on dev with the factor that most of the larger elements show, and with the named factor next
/// to it. A missing normalisation that is only a factor is called so too. Not `dropout-active`, where a
/// factor explains all but the zeros.
package enum Scaled: Cause {
  package static let word = "scaled"

  package static func candidates(for evidence: TensorEvidence) throws(FormatError) -> [Candidate] {
    guard evidence.holdsQuantities, let factor = evidence.spread.commonFactor else { return [] }
    var candidates = try StageOperation.missing(word, in: evidence)
    if let named = NamedFactor.nearest(to: factor) {
      candidates.append(candidate(evidence, named.factor, "\(named.name)", cost: 6))
    }
    candidates.append(candidate(evidence, factor, brief(factor), cost: 26))
    return candidates
  }

  private static func candidate(
    _ evidence: TensorEvidence, _ factor: Double, _ name: String, cost: Double
  ) -> Candidate {
    let redone = evidence.dev.mapped { _, values in
      for i in values.indices { values[i] *= factor }
    }
    var candidate = Candidate(
      word, cost: cost, dev: redone, prod: evidence.prod, summary: "prod is dev times \(name)",
      details: [Finding.Detail("factor", .number(factor))], isRedone: true)
    candidate.absoluteFactor = factor.magnitude
    return candidate
  }
}
