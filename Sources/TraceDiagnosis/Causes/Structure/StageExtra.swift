import TraceAlignment
import TraceComparison

/// Prod runs stages that dev does not have.
///
/// One finding at the first of them that names the others. Not where dev's trace is cut off there, and not
/// a second run of a stage, which is `stage-repeated`.
package enum StageExtra: Cause {
  package static let word = "stage-extra"

  package static func findings(in comparison: Comparison) -> [Finding] {
    LoneStages(in: comparison, side: .prod).finding(word).map { [$0] } ?? []
  }
}
