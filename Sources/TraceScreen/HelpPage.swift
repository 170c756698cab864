import PipelineTrace

/// The help, drawn from the key table.
package struct HelpPage: Sendable, Equatable {
  private var first = 0

  package init() {}

  package mutating func update(_ action: Action, height: Int) -> PanelReply {
    let last = max(0, Self.lines(Theme(Display(palette: .monochrome))).count - height)
    switch action {
    case .moveDown: first = min(last, first + 1)
    case .moveUp: first = max(0, first - 1)
    case .halfPageDown, .pageDown: first = min(last, first + max(1, height - 2))
    case .halfPageUp, .pageUp: first = max(0, first - max(1, height - 2))
    case .moveToFirst: first = 0
    case .moveToLast: first = last
    default: return .ignored
    }
    return .done
  }

  package func draw(into grid: inout Grid, theme: Theme) {
    let lines = Self.lines(theme)
    for (y, line) in lines.dropFirst(first).prefix(grid.height).enumerated() {
      let end = grid.write(" \(line.keys.padded(toColumns: 20))", x: 0, y: y, style: line.style)
      grid.write(line.help, x: end + 1, y: y)
    }
  }

  private struct Line {
    var keys: String
    var help: String
    var style: Style
  }

  private static func lines(_ theme: Theme) -> [Line] {
    let glyphs = theme.glyphs
    var lines: [Line] = []
    for group in keyTable {
      lines.append(Line(keys: group.title, help: "", style: theme.title))
      for binding in group.bindings {
        lines.append(Line(keys: binding.keyNames, help: binding.help, style: theme.bold))
      }
      lines.append(Line(keys: "", help: "", style: theme.plain))
    }
    lines.append(Line(keys: "Signs", help: "", style: theme.title))
    for (sign, meaning) in [
      (glyphs.identical, "the same bits"), (glyphs.close, "different bits, within tolerance"),
      (glyphs.diverged, "diverged"), (glyphs.onlyDev, "only dev has this stage"),
      (glyphs.onlyProd, "only prod has this stage"), (glyphs.pending, "not compared yet"),
      (glyphs.notComparable, "cannot be compared"), (glyphs.firstDivergence, "first divergence"),
      (glyphs.barSteps[glyphs.barSteps.count - 1], "relative error, two decades a column, up to 1"),
      ("! ^ v", "in a heatmap: NaN, infinity, minus infinity on one side"),
    ] {
      lines.append(Line(keys: sign, help: meaning, style: theme.bold))
    }
    return lines
  }
}
