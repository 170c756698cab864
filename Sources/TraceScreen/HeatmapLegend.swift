import PipelineTrace
import TraceComparison
import TraceReport

/// The line under a heatmap that says what its cells mean, with numbers.
package struct HeatmapLegend: Sendable {
  package var heatmap: Heatmap
  package var scale: HeatmapScale?
  package var theme: Theme
  /// Whether nothing is tolerated, so that differences are in units rather than tolerances.
  package var isExact: Bool
  /// Elements that a cell stands for, in words.
  package var cell: String

  package func draw(into grid: inout Grid, y: Int) {
    let isSide = heatmap.request.mode == .dev || heatmap.request.mode == .prod
    var x = grid.write(
      " cell \(cell)  blank \(isSide ? "0" : "equal") ", x: 0, y: y, style: theme.faint)
    for (kind, sign, name) in [
      (Heatmap.Cell.Kind.nan, "!", "NaN"), (.positiveInfinity, "^", "inf"),
      (.negativeInfinity, "v", "-inf"),
    ] where heatmap.cells.contains(where: { $0.kind == kind }) {
      x = grid.write(sign, x: x + 1, y: y, style: theme.special)
      x = grid.write(" \(name)", x: x, y: y, style: theme.faint)
    }
    guard let scale else { return }
    for step in scale.strongest > scale.weakest ? [1, 3, 5, 7] : [HeatmapScale.stepCount] {
      let bound = scale.strongest > scale.weakest ? scale.lowerBound(ofStep: step) : scale.weakest
      let text = " \(text(bound))"
      let swatches = isSigned ? 2 : 1
      guard x + 1 + swatches + text.columnCount <= grid.width else { return }
      grid[x + 1, y] = theme.heatCell(step: step, isNegative: false)
      if isSigned { grid[x + 2, y] = theme.heatCell(step: step, isNegative: true) }
      x = grid.write(text, x: x + 1 + swatches, y: y, style: theme.faint)
    }
    if isSigned { grid.write("  2nd colour: below 0", x: x, y: y, style: theme.faint) }
  }

  private var isSigned: Bool {
    switch heatmap.request.mode {
    case .signed, .dev, .prod: true
    case .tolerance, .absolute, .relative: false
    }
  }

  /// A bound of the scale with its unit: tolerances, or the value itself for one side alone.
  private func text(_ bound: Double) -> String {
    switch heatmap.request.mode {
    case .dev, .prod: return NumberText.brief(bound, digits: 2)
    case _ where isExact: return NumberText.factor(bound)
    default: return NumberText.factor(bound) + theme.glyphs.times
    }
  }
}
