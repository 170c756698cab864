import TraceAlignment
import TraceComparison

/// Prod lacks stages that dev has: a step was dropped.
///
/// One finding at the first of them that names the others. Not where prod's trace is cut off there, and
/// not for a stage that dev runs twice and prod once: that says so. A stage that both have under other
/// names is paired by its content and not missing; one that was renamed and gives other values cannot be
/// told from a missing and an extra one, so what prod has in its place is named.
package enum StageMissing: Cause {
  package static let word = "stage-missing"

  package static func findings(in comparison: Comparison) -> [Finding] {
    LoneStages(in: comparison, side: .dev).finding(word).map { [$0] } ?? []
  }
}
