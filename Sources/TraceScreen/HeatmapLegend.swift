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
    // As many steps as fit, the strongest always among them.
    let choices =
      scale.strongest > scale.weakest ? [[1, 3, 5, 7], [1, 4, 7], [1, 7], [7]] : [[7]]
    let swatches = isSigned ? 2 : 1
    let fitting = choices.first { steps in
      let columns = steps.reduce(0) { $0 + 2 + swatches + text(ofStep: $1, scale).columnCount }
      return x + columns <= grid.width
    }
    for step in fitting ?? [] {
      grid[x + 1, y] = theme.heatCell(step: step, isNegative: false)
      if isSigned { grid[x + 2, y] = theme.heatCell(step: step, isNegative: true) }
      x = grid.write(
        " \(text(ofStep: step, scale))", x: x + 1 + swatches, y: y, style: theme.faint)
    }
    guard isSigned else { return }
    let second =
      theme.display.palette == .monochrome ? "  underlined: below 0" : "  2nd colour: below 0"
    if x + second.columnCount <= grid.width {
      grid.write(second, x: x, y: y, style: theme.faint)
    }
  }

  private var isSigned: Bool { heatmap.request.mode.isSigned }

  /// Where a step begins, with its unit: tolerances, or what the mode shows.
  private func text(ofStep step: Int, _ scale: HeatmapScale) -> String {
    let bound = scale.lowerBound(ofStep: step)
    guard heatmap.request.mode == .tolerance else { return NumberText.brief(bound, digits: 2) }
    return NumberText.factor(bound) + (isExact ? "" : theme.glyphs.times)
  }
}
