import TraceComparison

/// A heatmap as cells of the screen: two dots to a cell where half blocks and 256 colours allow it,
/// else one dot a cell, by colour and glyph or by glyph alone.
package struct HeatmapPicture: Sendable {
  package var heatmap: Heatmap
  package var scale: HeatmapScale?
  package var theme: Theme
  package var hasHalfBlocks: Bool
  /// The dot under the cursor; `nil` where the panel has not the focus.
  package var cursor: (row: Int, column: Int)?

  /// Dots that a small picture is enlarged by, so that a vector of four can be seen.
  private func enlargement(width: Int, height: Int) -> (rows: Int, columns: Int) {
    let dots = hasHalfBlocks ? height * 2 : height
    let rows = max(1, dots / max(1, heatmap.request.height))
    let columns = max(1, width / max(1, heatmap.request.width))
    let both = min(rows, columns, 8)
    // A row of few elements may be wide, and need not be as high.
    return (min(rows, max(both, 2)), min(columns, max(both, 6)))
  }

  package func drawn(width: Int, height: Int) -> Grid {
    var grid = Grid(width: width, height: height)
    let enlargement = enlargement(width: width, height: height)
    func dot(_ row: Int, _ column: Int) -> (row: Int, column: Int)? {
      let place = (row: row / enlargement.rows, column: column / enlargement.columns)
      guard place.row < heatmap.request.height, place.column < heatmap.request.width else {
        return nil
      }
      return place
    }
    for y in 0..<height {
      for x in 0..<width {
        if hasHalfBlocks {
          guard let upper = dot(y * 2, x) else { continue }
          grid[x, y] = cell(upper: upper, lower: dot(y * 2 + 1, x))
        } else if let place = dot(y, x) {
          grid[x, y] = cell(place)
        }
      }
    }
    return grid
  }

  private func isCursor(_ place: (row: Int, column: Int)) -> Bool {
    cursor.map { $0 == place } ?? false
  }

  private func cell(_ place: (row: Int, column: Int)) -> Cell {
    let dot = heatmap[place.row, place.column]
    var cell = look(of: dot)
    guard isCursor(place) else { return cell }
    // What is no number is reversed already.
    let isSpecial = dot.kind != .number && dot.kind != .empty
    cell.style = Style(attributes: isSpecial ? [.bold, .underline] : [.bold, .reverse])
    return cell
  }

  /// Two dots in one cell: the upper as foreground of a half block, the lower as its background.
  private func cell(upper: (row: Int, column: Int), lower: (row: Int, column: Int)?) -> Cell {
    let above = heatmap[upper.row, upper.column]
    let below = lower.map { heatmap[$0.row, $0.column] }
    // Magenta is in neither of the maps, so the cursor is no value.
    let cursorColor = Color.palette(201)
    let isOnCursor = isCursor(upper) || (lower.map(isCursor) ?? false)
    // What is no number takes the whole cell, so that it cannot be missed.
    for dot in [above, below].compactMap(\.self) where dot.kind != .number && dot.kind != .empty {
      var cell = look(of: dot)
      if isOnCursor { cell.style = Style(foreground: .palette(125), background: cursorColor) }
      return cell
    }
    var foreground = look(of: above).style.background
    var background = below.map { look(of: $0).style.background } ?? .standard
    if isCursor(upper) { foreground = cursorColor }
    if let lower, isCursor(lower) { background = cursorColor }
    switch (foreground, background) {
    case (.standard, .standard): return Cell(" ")
    case (.standard, _): return Cell("▄", style: Style(foreground: background))
    case (_, .standard): return Cell("▀", style: Style(foreground: foreground))
    default:
      if foreground == background { return Cell(" ", style: Style(background: background)) }
      return Cell("▀", style: Style(foreground: foreground, background: background))
    }
  }

  /// How one dot looks where it has a cell of its own.
  package func look(of dot: Heatmap.Cell) -> Cell {
    switch dot.kind {
    case .nan: return Cell("!", style: theme.special)
    case .positiveInfinity: return Cell("^", style: theme.special)
    case .negativeInfinity: return Cell("v", style: theme.special)
    case .empty: return Cell(" ")
    case .number: break
    }
    guard let scale else { return Cell(" ") }
    let step = scale.step(of: dot)
    return theme.heatCell(step: step, isNegative: isSigned && dot.value < 0)
  }

  private var isSigned: Bool { heatmap.request.mode.isSigned }
}

extension HeatmapRequest.Mode {
  /// Whether cells stand for values above and below zero.
  var isSigned: Bool {
    switch self {
    case .signed, .dev, .prod: true
    case .tolerance, .absolute, .relative: false
    }
  }
}

extension Theme {
  /// Glyphs of growing weight for displays that cannot tell seven shades of a colour apart.
  private static let weights: [Unicode.Scalar] = [".", ":", "-", "+", "*", "#", "@"]

  /// A cell of the given strength, 0 for nothing to draw.
  package func heatCell(step: Int, isNegative: Bool) -> Cell {
    guard step > 0 else { return Cell(" ") }
    let map = allColorMaps[isNegative ? 1 : 0]
    switch display.palette {
    case .colors256:
      let colors = display.isLight ? map.light : map.dark
      return Cell(" ", style: Style(background: .palette(colors[step - 1])))
    case .colors8, .colors16:
      return Cell(
        Self.weights[step - 1],
        style: Style(foreground: .palette(0), background: .palette(map.basic)))
    case .monochrome:
      return Cell(
        Self.weights[step - 1], style: Style(attributes: isNegative ? .underline : []))
    }
  }
}
