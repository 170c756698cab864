import PipelineTrace
import TensorKernels
import TraceComparison
import TraceReport

/// The numbers themselves around the cursor: dev, prod and their difference, exactly as recorded.
package struct ValuesPanel: Panel {
  package static let title = "Values"

  private var window: ElementWindow?
  private var width = 0
  private var height = 0

  package init() {}

  package static func canShow(_ subject: Subject) -> Bool {
    guard subject.view != nil else { return false }
    return subject.hasElements
      || [subject.value.dev, subject.value.prod].contains {
        $0?.summary.map { !$0.printed.isEmpty } ?? false
      }
  }

  /// Columns of an element: its two sides and their difference.
  private static let sideColumns = 10
  private static let differenceColumns = 9
  private static let elementColumns = 2 * sideColumns + differenceColumns + 3
  private static let labelColumns = 10
  private static let frameHeight = 3

  package mutating func resize(width: Int, height: Int, subject: inout Subject, theme: Theme) {
    self.width = width
    self.height = height
  }

  private var shownRows: Int { max(1, height - Self.frameHeight) }
  private var shownColumns: Int { max(1, (width - Self.labelColumns) / Self.elementColumns) }

  /// The rows and columns around the cursor; one axis alone runs downwards.
  private func places(in view: TensorView) -> [[Int]] {
    let rowAxis = view.rowAxis ?? view.columnAxis
    let columnAxis = view.rowAxis == nil ? nil : view.columnAxis
    let rows = span(
      around: rowAxis.map { view.cursor[$0] } ?? 0,
      of: rowAxis.map { view.shape.extents[$0] } ?? 1, shown: shownRows)
    let columns = span(
      around: columnAxis.map { view.cursor[$0] } ?? 0,
      of: columnAxis.map { view.shape.extents[$0] } ?? 1, shown: shownColumns)
    return rows.map { row in
      columns.map { column in
        var index = view.cursor
        if let rowAxis { index[rowAxis] = row }
        if let columnAxis { index[columnAxis] = column }
        return view.shape.element(at: index) ?? -1
      }
    }
  }

  private func span(around place: Int, of count: Int, shown: Int) -> Range<Int> {
    let start = max(0, min(place - shown / 2, count - shown))
    return start..<min(count, start + shown)
  }

  package mutating func update(_ action: Action, subject: inout Subject) -> PanelReply {
    guard var view = subject.view, view.shape.elementCount > 0 else { return .ignored }
    let rowAxis = view.rowAxis ?? view.columnAxis
    let columnAxis = view.rowAxis == nil ? nil : view.columnAxis
    var cursor = view.cursor
    func step(_ axis: Int?, by count: Int) {
      guard let axis else { return }
      cursor[axis] = max(0, min(view.shape.extents[axis] - 1, cursor[axis] + count))
    }
    switch action {
    case .moveDown: step(rowAxis, by: 1)
    case .moveUp: step(rowAxis, by: -1)
    case .moveRight: step(columnAxis, by: 1)
    case .moveLeft: step(columnAxis, by: -1)
    case .halfPageDown: step(rowAxis, by: max(1, shownRows / 2))
    case .halfPageUp: step(rowAxis, by: -max(1, shownRows / 2))
    case .pageDown: step(rowAxis, by: shownRows)
    case .pageUp: step(rowAxis, by: -shownRows)
    case .moveToFirst: step(rowAxis, by: -view.shape.elementCount)
    case .moveToLast: step(rowAxis, by: view.shape.elementCount)
    case .moveToFirstColumn: step(columnAxis, by: -view.shape.elementCount)
    case .moveToLastColumn: step(columnAxis, by: view.shape.elementCount)
    case .swapAxes:
      view.swapAxes()
      subject.view = view
      return .done
    case .nextSlice, .previousSlice:
      guard view.hasSlices else { return .message("all axes are on the screen") }
      view.stepSlice(by: action == .nextSlice ? 1 : -1)
      subject.view = view
      return .done
    case .nextDivergence, .previousDivergence:
      guard let next = nextDifference(view, subject, forward: action == .nextDivergence) else {
        return .message(
          subject.value.summary == nil
            ? "no other number on this screen differs" : "no other printed element differs")
      }
      cursor = view.shape.index(ofElement: next)
    case .zoomOut, .zoomToFit, .zoomToElements: return .show(HeatmapPanel.title)
    case .zoomIn, .open: return .done
    default: return .ignored
    }
    view.go(toElement: view.shape.element(at: cursor) ?? 0)
    subject.view = view
    subject.isPlacedByHand = true
    return .done
  }

  /// The next element of the window, in reading order, whose sides differ beyond the tolerance; of
  /// summaries the next printed one of all, as those are few and far between.
  private func nextDifference(_ view: TensorView, _ subject: Subject, forward: Bool) -> Int? {
    if let summary = subject.value.summary {
      let places = summary.printed.lazy.filter { !$0.agrees }.map(\.element)
      let cursor = view.cursorElement
      return forward ? places.first { $0 > cursor } : places.last { $0 < cursor }
    }
    guard let window, let start = window.places.firstIndex(of: view.cursorElement) else {
      return nil
    }
    let indices =
      forward
      ? Array(window.places.indices.dropFirst(start + 1))
      : window.places.indices.prefix(start).reversed()
    return indices.first { isMismatch($0, of: window, subject) }
      .map { window.places[$0] }
  }

  package func job(for subject: Subject) -> Job? {
    guard let view = subject.view, view.shape.elementCount > 0 else { return nil }
    let places = places(in: view)
    return Job(
      pairIndex: subject.pairIndex, valueIndex: subject.valueIndex,
      work: .elements(
        places: places.flatMap(\.self), columnCount: places.first?.count ?? 0, shape: view.shape))
  }

  package mutating func receive(_ output: Job.Output) {
    guard case .elements(let window) = output else { return }
    self.window = window
  }

  package mutating func forget() {
    window = nil
  }

  // MARK: Drawing

  package func draw(into grid: inout Grid, subject: Subject, theme: Theme, isFocused: Bool) {
    guard let view = subject.view else { return }
    let sides =
      subject.value.dev?.arrayType == nil
      ? "prod alone"
      : subject.value.prod?.arrayType == nil
        ? "dev alone" : "dev \(theme.glyphs.vertical) prod  prod - dev"
    let hint = subject.value.isSummarized ? "   · was not recorded" : ""
    grid.write(" \(sides)   \(view.axesDescription)\(hint)", x: 0, y: 0, style: theme.faint)
    guard view.shape.elementCount > 0 else {
      grid.write(" no elements: an axis has extent 0", x: 0, y: 1)
      return
    }
    let places = places(in: view)
    guard let window, window.places == places.flatMap(\.self) else {
      grid.write(" reading …", x: 0, y: 1, style: theme.faint)
      return
    }
    let columnAxis = view.rowAxis == nil ? nil : view.columnAxis
    let rowAxis = view.rowAxis ?? view.columnAxis
    for (x, element) in (places.first ?? []).enumerated() where columnAxis != nil && element >= 0 {
      let index = view.shape.index(ofElement: element)
      grid.write(
        "column \(columnAxis.map { index[$0] } ?? 0)", x: left(x) + Self.sideColumns, y: 1,
        style: theme.faint)
    }
    for (y, row) in places.enumerated() {
      let line = 2 + y
      guard line < grid.height - 1, let first = row.first, first >= 0 else { break }
      let index = view.shape.index(ofElement: first)
      let label = rowAxis.map { columnAxis == nil ? "[\(index[$0])]" : "row \(index[$0])" } ?? ""
      grid.write(" \(label)", x: 0, y: line, columns: Self.labelColumns, style: theme.faint)
      for (x, element) in row.enumerated() {
        draw(
          element: element, number: y * row.count + x, at: (left(x), line), window: window,
          isCursor: element == view.cursorElement, into: &grid, theme: theme, subject: subject)
      }
    }
    let index = NumberText.index(view.cursor)
    grid.write(" \(index)  \(cursorLine(view, window, subject))", x: 0, y: grid.height - 1)
  }

  private func left(_ column: Int) -> Int { Self.labelColumns + column * Self.elementColumns }

  private func draw(
    element: Int, number: Int, at place: (x: Int, y: Int), window: ElementWindow, isCursor: Bool,
    into grid: inout Grid, theme: Theme, subject: Subject
  ) {
    let dev = window.dev[number]
    let prod = window.prod[number]
    let isDifferent = isMismatch(number, of: window, subject)
    var style = isDifferent ? theme.diverged : theme.plain
    if isCursor { style = theme.selected }
    let devText =
      dev?.formatted(columns: Self.sideColumns - 1)
      ?? (subject.value.dev?.summary == nil ? "-" : "·")
    let prodText =
      prod?.formatted(columns: Self.sideColumns - 1)
      ?? (subject.value.prod?.summary == nil ? "-" : "·")
    let text =
      devText.leftPadded(toColumns: Self.sideColumns) + " " + theme.glyphs.vertical
      + prodText.leftPadded(toColumns: Self.sideColumns)
    let end = grid.write(text, x: place.x, y: place.y, style: style)
    if let dev, let prod, !isSame(number, of: window, subject) {
      let difference = Element.difference(dev: dev, prod: prod)
      let sign = difference > 0 ? "+" : ""
      grid.write(
        (sign + NumberText.brief(difference, digits: 2)).leftPadded(
          toColumns: Self.differenceColumns), x: end, y: place.y, style: style)
    }
  }

  /// Whether the two elements at a place of the window disagree: as the comparison found of what was
  /// printed, else under the tolerance of the value.
  private func isMismatch(_ number: Int, of window: ElementWindow, _ subject: Subject) -> Bool {
    guard let dev = window.dev[number], let prod = window.prod[number] else { return false }
    if let summary = subject.value.summary {
      return summary.printedPair(at: window.places[number]).map { !$0.agrees } ?? false
    }
    guard let tolerance = subject.value.tolerance else { return dev != prod }
    return !tolerance.accepts(dev: dev, prod: prod)
  }

  /// Whether there is no difference to speak of: equal elements, and NaN across from NaN.
  private func isSame(_ number: Int, of window: ElementWindow, _ subject: Subject) -> Bool {
    guard let dev = window.dev[number], let prod = window.prod[number] else { return false }
    return dev == prod
      || (dev.number.isNaN && prod.number.isNaN && !isMismatch(number, of: window, subject))
  }

  /// The element under the cursor with all its digits.
  private func cursorLine(_ view: TensorView, _ window: ElementWindow, _ subject: Subject) -> String
  {
    guard let number = window.places.firstIndex(of: view.cursorElement) else { return "" }
    let dev = window.dev[number]
    let prod = window.prod[number]
    let hasBoth = subject.value.dev?.arrayType != nil && subject.value.prod?.arrayType != nil
    func nothing(_ side: Value?) -> String {
      if side?.summary?.shape == view.shape { return "not recorded" }
      return hasBoth ? "has another shape" : "has none"
    }
    var line = "dev \(dev?.description ?? nothing(subject.value.dev))"
    line += "  prod \(prod?.description ?? nothing(subject.value.prod))"
    if let dev, let prod {
      let difference = Element.difference(dev: dev, prod: prod)
      if isSame(number, of: window, subject) { return line + "  equal" }
      line += "  prod - dev \(NumberText.brief(difference, digits: 6))"
      if !isMismatch(number, of: window, subject) { line += "  within tolerance" }
    }
    return line
  }
}
