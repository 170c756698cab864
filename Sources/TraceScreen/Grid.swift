import PipelineTrace

/// The whole screen, or a part of it, as rows of cells that panels draw into.
///
/// What falls outside is dropped, so any panel draws into a grid of any size, 0 × 0 included.
package struct Grid: Sendable, Equatable {
  package let width: Int
  package let height: Int
  /// Row by row, `width` cells each.
  package private(set) var cells: [Cell]

  /// - Precondition: neither extent is negative.
  package init(width: Int, height: Int) {
    precondition(width >= 0 && height >= 0, "\(width) × \(height) cells")
    self.width = width
    self.height = height
    cells = [Cell](repeating: Cell(), count: width * height)
  }

  /// The cell in column `x` of row `y`; a blank outside the grid.
  package subscript(x: Int, y: Int) -> Cell {
    get {
      guard x >= 0, x < width, y >= 0, y < height else { return Cell() }
      return cells[y * width + x]
    }
    set {
      guard x >= 0, x < width, y >= 0, y < height else { return }
      cells[y * width + x] = newValue
    }
  }

  /// Writes `text` from column `x` of row `y` on; what does not fit into `columns` or the grid is dropped.
  ///
  /// The text is shown by ``VisibleText``. A wide character of which only one half fits is left out.
  ///
  /// - Returns: The column behind the last one written.
  @discardableResult
  package mutating func write(
    _ text: String, x: Int, y: Int, columns: Int = .max, style: Style = .plain
  ) -> Int {
    var column = x
    let limit = columns > width - x ? width : x + columns
    for scalar in text.visible.unicodeScalars {
      let count = scalar.columnCount
      guard column + count <= limit else { break }
      self[column, y] = Cell(scalar, style: style)
      if count == 2 {
        var tail = Cell(" ", style: style)
        tail.isTail = true
        self[column + 1, y] = tail
      }
      column += count
    }
    return column
  }

  /// Gives every cell of a rectangle the same look, and a blank where `clearing`.
  package mutating func fill(
    x: Int, y: Int, width: Int, height: Int = 1, style: Style, clearing: Bool = true
  ) {
    for row in max(0, y)..<max(0, y, min(self.height, y + height)) {
      for column in max(0, x)..<max(0, x, min(self.width, x + width)) {
        if clearing { self[column, row] = Cell(" ", style: style) }
        self[column, row].style = style
      }
    }
  }

  /// Copies `part` with its upper left corner at column `x` of row `y`.
  package mutating func place(_ part: Grid, x: Int, y: Int) {
    for row in 0..<part.height {
      for column in 0..<part.width { self[x + column, y + row] = part[column, row] }
    }
  }

  /// Row `y` as text, blanks at its end left out.
  package func line(_ y: Int) -> String {
    var text = String.UnicodeScalarView()
    for x in 0..<width where !self[x, y].isTail { text.append(self[x, y].scalar) }
    while text.last == " " { text.removeLast() }
    return String(text)
  }

  /// All rows as text, for tests, reports and documents.
  package var text: String {
    (0..<height).map(line).joined(separator: "\n")
  }

  /// This picture with characters that every terminal has; what has no likeness becomes `?`.
  package var inASCII: Grid {
    var grid = self
    for place in grid.cells.indices where !grid.cells[place].scalar.isASCII {
      grid.cells[place].scalar = Self.likeness[grid.cells[place].scalar] ?? "?"
    }
    for place in grid.cells.indices where grid.cells[place].isTail {
      grid.cells[place].isTail = false
    }
    return grid
  }

  private static let likeness: [Unicode.Scalar: Unicode.Scalar] = [
    "×": "x", "…": "~", "Δ": "d", "‖": "|", "→": ">", "│": "|", "─": "-", "≠": "#", "≈": "~",
    "≥": ">", "·": ".",
  ]
}
