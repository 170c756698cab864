import Glibc
import TraceComparison

/// How strong a cell of a heatmap is drawn: seven steps, logarithmic between the weakest and the
/// strongest cell that is shown.
package struct HeatmapScale: Sendable, Equatable {
  package static let stepCount = 7

  /// The bounds of the steps; 1 at least, where 1 is the tolerance.
  package let weakest: Double
  package let strongest: Double

  /// A scale over the cells that are shown; `nil` where none is beyond the tolerance.
  package init?(_ heatmap: Heatmap) {
    let isDifference = heatmap.request.mode != .dev && heatmap.request.mode != .prod
    var low = Double.infinity
    var high = 0.0
    for cell in heatmap.cells where cell.kind == .number && cell.score.isFinite {
      // Integers differ by 1 at least, which is beyond their tolerance of nothing.
      guard !isDifference || cell.isBeyondTolerance else { continue }
      low = min(low, cell.score)
      high = max(high, cell.score)
    }
    guard high > 0 else { return nil }
    weakest = low
    strongest = max(high, low)
  }

  /// The step of a cell: 0 for nothing to draw, 1 to ``stepCount`` by its score.
  package func step(of cell: Heatmap.Cell, in mode: HeatmapRequest.Mode) -> Int {
    guard cell.kind == .number else { return 0 }
    if mode != .dev, mode != .prod, !cell.isBeyondTolerance { return 0 }
    guard cell.score.isFinite, strongest > weakest else { return Self.stepCount }
    let share = (log(cell.score) - log(weakest)) / (log(strongest) - log(weakest))
    return 1 + min(Self.stepCount - 1, max(0, Int(share * Double(Self.stepCount))))
  }

  /// The score at which `step` begins.
  package func lowerBound(ofStep step: Int) -> Double {
    let share = Double(step - 1) / Double(Self.stepCount)
    return exp(log(weakest) + share * (log(strongest) - log(weakest)))
  }
}
