import Glibc
import TraceComparison

/// How strong a cell of a heatmap is drawn: seven steps, logarithmic between the weakest and the
/// strongest cell that is shown.
package struct HeatmapScale: Sendable, Equatable {
  package static let stepCount = 7

  /// The scores of the weakest and the strongest cell that is drawn.
  package let weakest: Double
  package let strongest: Double

  /// A scale over the cells that are shown; `nil` where there is no number to draw.
  package init?(_ heatmap: Heatmap) {
    let drawn = heatmap.cells.filter { $0.kind == .number && $0.isBeyondTolerance }
    guard !drawn.isEmpty else { return nil }
    let scores = drawn.map(\.score).filter { $0.isFinite && $0 > 0 }
    weakest = scores.min() ?? .infinity
    strongest = scores.max() ?? .infinity
  }

  /// The step of a cell: 0 for nothing to draw, 1 to ``stepCount`` by its score.
  package func step(of cell: Heatmap.Cell) -> Int {
    guard cell.kind == .number, cell.isBeyondTolerance else { return 0 }
    guard cell.score.isFinite, strongest > weakest else { return Self.stepCount }
    let share = (log(cell.score) - log(weakest)) / (log(strongest) - log(weakest))
    return 1 + min(Self.stepCount - 1, max(0, Int(share * Double(Self.stepCount))))
  }

  /// The score at which `step` begins.
  package func lowerBound(ofStep step: Int) -> Double {
    guard strongest > weakest else { return weakest }
    let share = Double(step - 1) / Double(Self.stepCount)
    return exp(log(weakest) + share * (log(strongest) - log(weakest)))
  }
}
