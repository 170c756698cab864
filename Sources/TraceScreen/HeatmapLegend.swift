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
    var x = grid.write(" blank: ", x: 0, y: y, style: theme.faint)
    let isSide = heatmap.request.mode == .dev || heatmap.request.mode == .prod
    x = grid.write(isSide ? "0  " : "equal  ", x: x, y: y, style: theme.faint)
    if let scale {
      let steps = scale.strongest > scale.weakest ? [1, 3, 5, 7] : [HeatmapScale.stepCount]
      for step in steps {
        var swatch = theme.heatCell(step: step, isNegative: false)
        grid[x, y] = swatch
        x += 1
        if isSigned {
          swatch = theme.heatCell(step: step, isNegative: true)
          grid[x, y] = swatch
          x += 1
        }
        let bound = step == 7 && steps.count == 1 ? scale.weakest : scale.lowerBound(ofStep: step)
        x = grid.write(" \(text(bound))  ", x: x, y: y, style: theme.faint)
      }
    }
    if isSigned, scale != nil {
      x = grid.write("(2nd: below 0)  ", x: x, y: y, style: theme.faint)
    }
    for (kind, name) in [
      (Heatmap.Cell.Kind.nan, "NaN"), (.positiveInfinity, "inf"), (.negativeInfinity, "-inf"),
    ] where heatmap.cells.contains(where: { $0.kind == kind }) {
      let sign: Unicode.Scalar = kind == .nan ? "!" : kind == .positiveInfinity ? "^" : "v"
      grid[x, y] = Cell(sign, style: theme.special)
      x = grid.write(" \(name)  ", x: x + 1, y: y, style: theme.faint)
    }
    grid.write("cell \(cell)", x: x, y: y, style: theme.faint)
  }

  private var isSigned: Bool {
    switch heatmap.request.mode {
    case .signed, .dev, .prod: true
    case .tolerance, .absolute, .relative: false
    }
  }

  /// A bound of the scale with its unit: tolerances, or the value itself for one side alone.
  private func text(_ bound: Double) -> String {
    let number = NumberText.brief(bound, digits: 2)
    switch heatmap.request.mode {
    case .dev, .prod: return number
    case _ where isExact: return number
    default: return "\(number)\(theme.glyphs.times)"
    }
  }
}
