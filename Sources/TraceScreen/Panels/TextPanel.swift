import PipelineTrace
import TraceComparison
import TraceReport

/// Texts and tokens of both sides across from each other, what differs marked.
package struct TextPanel: Panel {
  package static let title = "Text"

  private var texts: AlignedTexts?
  private var width = 0
  private var height = 0
  /// The row under the cursor, of a list; the first line on screen, of a single text.
  private var cursor = 0

  package init() {}

  package static func canShow(_ subject: Subject) -> Bool {
    [subject.value.dev, subject.value.prod].contains { value in
      switch value?.content {
      case .text, .tokens: true
      default: false
      }
    }
  }

  package mutating func resize(width: Int, height: Int, subject: inout Subject, theme: Theme) {
    self.width = width
    self.height = height
  }

  private var rowCount: Int {
    guard let texts else { return 0 }
    return texts.isSingle
      ? singleLines(Theme(Display(palette: .monochrome))).count : texts.rows.count
  }

  package mutating func update(_ action: Action, subject: inout Subject) -> PanelReply {
    // A list has a cursor to move; running text has only its first line on the screen.
    let last = max(0, rowCount - (texts?.isSingle == true ? height : 1))
    switch action {
    case .moveDown: cursor = min(last, cursor + 1)
    case .moveUp: cursor = max(0, cursor - 1)
    case .halfPageDown: cursor = min(last, cursor + max(1, height / 2))
    case .halfPageUp: cursor = max(0, cursor - max(1, height / 2))
    case .pageDown: cursor = min(last, cursor + max(1, height - 2))
    case .pageUp: cursor = max(0, cursor - max(1, height - 2))
    case .moveToFirst: cursor = 0
    case .moveToLast: cursor = last
    case .nextDivergence, .previousDivergence:
      guard let texts, !texts.isSingle else { return .message("all differences are marked") }
      let rows = texts.rows.indices
      let next =
        action == .nextDivergence
        ? rows.dropFirst(cursor + 1).first { texts.rows[$0].isDifferent }
        : rows.prefix(cursor).last { texts.rows[$0].isDifferent }
      guard let next else { return .message("no other text differs") }
      cursor = next
    case .open: return .done
    default: return .ignored
    }
    return .done
  }

  package func job(for subject: Subject) -> Job? {
    Job(pairIndex: subject.pairIndex, valueIndex: subject.valueIndex, work: .texts)
  }

  package mutating func receive(_ output: Job.Output) {
    guard case .texts(let texts) = output else { return }
    self.texts = texts
    cursor = texts.isSingle ? 0 : texts.rows.firstIndex(where: \.isDifferent) ?? 0
  }

  package mutating func forget() {
    texts = nil
    cursor = 0
  }

  // MARK: Drawing

  package func draw(into grid: inout Grid, subject: Subject, theme: Theme, isFocused: Bool) {
    guard let texts else {
      grid.write(" reading …", x: 0, y: 0, style: theme.faint)
      return
    }
    if texts.isSingle {
      drawSingle(into: &grid, theme: theme)
    } else {
      drawList(texts, into: &grid, theme: theme, isFocused: isFocused)
    }
  }

  /// One line of a wrapped text.
  private typealias Line = [(text: String, style: Style)]

  private func singleLines(_ theme: Theme) -> [Line] {
    guard let row = texts?.rows.first else { return [] }
    var lines: [Line] = []
    for (side, segments, style) in [
      ("dev", row.dev, theme.devPart), ("prod", row.prod, theme.prodPart),
    ] {
      lines.append([(" \(side)", theme.title)])
      guard let segments else {
        lines.append([("   has no such text", theme.faint)])
        continue
      }
      lines += wrapped(segments, columns: max(8, width - 4), different: style)
      lines.append([])
    }
    return lines
  }

  /// Breaks running text into lines; invisible characters are shown as escapes, a newline breaks too.
  private func wrapped(
    _ segments: [AlignedTexts.Segment], columns: Int, different: Style
  ) -> [Line] {
    let margin: Line = [("   ", .plain)]
    var lines = [margin]
    var used = 0
    for segment in segments {
      let style = segment.isDifferent ? different : Style.plain
      var piece = ""
      func flush() {
        if !piece.isEmpty { lines[lines.count - 1].append((piece, style)) }
        piece = ""
      }
      for scalar in segment.text.unicodeScalars {
        let shown =
          VisibleText.isPlain(scalar) ? String(Character(scalar)) : VisibleText.escape(scalar)
        if used + shown.columnCount > columns {
          flush()
          lines.append(margin)
          used = 0
        }
        piece += shown
        used += shown.columnCount
        if scalar == "\n" {
          flush()
          lines.append(margin)
          used = 0
        }
      }
      flush()
    }
    return lines
  }

  private func drawSingle(into grid: inout Grid, theme: Theme) {
    let lines = singleLines(theme)
    let start = max(0, min(cursor, lines.count - grid.height))
    for (y, line) in lines.dropFirst(start).prefix(grid.height).enumerated() {
      var x = 0
      for part in line { x = grid.write(part.text, x: x, y: y, style: part.style) }
    }
  }

  private func drawList(
    _ texts: AlignedTexts, into grid: inout Grid, theme: Theme, isFocused: Bool
  ) {
    let side = max(4, (grid.width - 3) / 2)
    grid.write(" dev", x: 0, y: 0, style: theme.title)
    grid.write(" prod", x: side + 3, y: 0, style: theme.title)
    let shown = max(1, grid.height - 1)
    let start = max(0, min(cursor - shown / 2, texts.rows.count - shown))
    for (y, index) in texts.rows.indices.dropFirst(start).prefix(shown).enumerated() {
      let row = texts.rows[index]
      let isCursor = isFocused && index == cursor
      draw(
        row.dev, number: row.devIndex, x: 0, y: y + 1, columns: side, into: &grid,
        style: theme.devPart, isCursor: isCursor, theme: theme)
      grid.write(
        " \(mark(of: row, theme)) ", x: side, y: y + 1,
        style: row.isDifferent ? theme.diverged : theme.faint)
      draw(
        row.prod, number: row.prodIndex, x: side + 3, y: y + 1, columns: side, into: &grid,
        style: theme.prodPart, isCursor: isCursor, theme: theme)
    }
  }

  private func mark(of row: AlignedTexts.Row, _ theme: Theme) -> String {
    if row.dev == nil { return theme.glyphs.onlyProd }
    if row.prod == nil { return theme.glyphs.onlyDev }
    return row.isDifferent ? theme.glyphs.diverged : theme.glyphs.identical
  }

  private func draw(
    _ segments: [AlignedTexts.Segment]?, number: Int?, x: Int, y: Int, columns: Int,
    into grid: inout Grid, style: Style, isCursor: Bool, theme: Theme
  ) {
    if isCursor { grid.fill(x: x, y: y, width: columns, style: theme.selected) }
    guard let segments else { return }
    let base = isCursor ? theme.selected : theme.plain
    let label = number.map { String($0).leftPadded(toColumns: 5) + " " } ?? ""
    var column = grid.write(label, x: x, y: y, style: isCursor ? base : theme.faint)
    for segment in segments {
      var look = segment.isDifferent ? style : base
      if isCursor { look.attributes.insert(.reverse) }
      column = grid.write(
        segment.text, x: column, y: y, columns: max(0, x + columns - column), style: look)
    }
  }
}
