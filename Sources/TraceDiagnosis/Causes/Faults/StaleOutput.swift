import Glibc
import PipelineTrace

/// Prod is what an earlier stage gave out: a buffer used again, a cache, a step that did nothing.
///
/// A stage that gives out its own input did nothing, and what it does in dev is the better name for that, so
/// that costs more.
package enum StaleOutput: Cause {
  package static let word = "stale-output"

  package static func candidates(for evidence: TensorEvidence) -> [Candidate] {
    guard let difference = evidence.difference, difference.prod.minimum != difference.prod.maximum
    else { return [] }
    let inputs = evidence.inputs.filter { $0.prod.shape == evidence.prod.shape }
    let earlier = evidence.earlier.filter { stage in
      stage.prod.shape == evidence.prod.shape
        && !inputs.contains { $0.name == stage.name }
    }
    let own = inputs.map { input in
      candidate(
        evidence, input, cost: 30,
        "prod is its own input '\(input.name.visible)' unchanged: the stage did nothing")
    }
    let cost = 4 + log2(Double(max(1, evidence.earlier.count)))
    let stale = earlier.enumerated().map { number, stage in
      candidate(
        evidence, stage, cost: cost + 0.01 * Double(number),
        "prod is what the earlier stage '\(stage.name.visible)' gave out")
    }
    return own + stale
  }

  private static func candidate(
    _ evidence: TensorEvidence, _ earlier: TensorEvidence.Input, cost: Double, _ summary: String
  ) -> Candidate {
    Candidate(
      word, cost: cost, dev: earlier.prod, prod: evidence.prod, summary: summary,
      details: [Finding.Detail("equals", .text(earlier.name))], isRedone: true)
  }
}
