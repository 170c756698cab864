import PipelineTrace
import TensorKernels
import TraceComparison
import TraceReport

/// The difference of two tensors as a picture: each cell is the element of it that differs most.
package struct HeatmapPanel: Panel {
  package static let title = "Heatmap"

  private var heatmap: Heatmap?
  private var width = 0
  private var height = 0
  private var hasHalfBlocks = false

  package init() {}

  package static func canShow(_ subject: Subject) -> Bool { subject.view != nil }

  /// Rows around the picture: axes above; place and legend below.
  private static let frameHeight = 3

  package mutating func resize(width: Int, height: Int, subject: inout Subject, theme: Theme) {
    self.width = width
    self.height = height
    hasHalfBlocks = theme.display.palette == .colors256 && theme.display.isUnicode
    let rows = max(1, height - Self.frameHeight)
    let area = TensorView.Area(width: width - 2, height: hasHalfBlocks ? rows * 2 : rows)
    if subject.view?.area != area { subject.view?.resize(to: area) }
  }

  package mutating func update(_ action: Action, subject: inout Subject) -> PanelReply {
    guard var view = subject.view else { return .ignored }
    guard subject.hasElements else {
      guard action == .open || action == .zoomIn else { return .ignored }
      return .show(ValuesPanel.canShow(subject) ? ValuesPanel.title : StatisticsPanel.title)
    }
    var reply = PanelReply.done
    switch action {
    case .moveDown: view.move(rows: 1, columns: 0)
    case .moveUp: view.move(rows: -1, columns: 0)
    case .moveRight: view.move(rows: 0, columns: 1)
    case .moveLeft: view.move(rows: 0, columns: -1)
    case .halfPageDown: view.move(rows: max(1, view.area.height / 2), columns: 0)
    case .halfPageUp: view.move(rows: -max(1, view.area.height / 2), columns: 0)
    case .pageDown: view.move(rows: view.area.height, columns: 0)
    case .pageUp: view.move(rows: -view.area.height, columns: 0)
    case .moveToFirst: view.move(toRow: 0, column: nil)
    case .moveToLast: view.move(toRow: view.rowCount - 1, column: nil)
    case .moveToFirstColumn: view.move(toRow: nil, column: 0)
    case .moveToLastColumn: view.move(toRow: nil, column: view.columnCount - 1)
    case .zoomIn:
      if !view.zoomIn() { reply = .show(ValuesPanel.title) }
    case .zoomOut: view.zoomOut()
    case .zoomToFit: view.setZoom(.fit)
    case .zoomToElements: view.setZoom(.elements(1))
    case .swapAxes: view.swapAxes()
    case .nextAxes: view.showNextAxes()
    case .nextSlice, .previousSlice:
      guard view.hasSlices else { return .message("all axes are on the screen") }
      view.stepSlice(by: action == .nextSlice ? 1 : -1)
    case .poolSlices:
      guard view.hasSlices else { return .message("all axes are on the screen") }
      view.isPoolingSlices.toggle()
    case .nextMode: Self.showNextMode(of: &view, for: subject)
    case .nextDivergence, .previousDivergence:
      guard let element = nextElement(of: view, forward: action == .nextDivergence) else {
        return .message("no other cell differs in this picture")
      }
      view.go(toElement: element)
    case .open:
      if let cell = cell(under: view), cell.element >= 0 { view.go(toElement: cell.element) }
      reply = .show(ValuesPanel.title)
    default: return .ignored
    }
    subject.view = view
    subject.isPlacedByHand = true
    return reply
  }

  /// Shows the next mode that says something about the value; of other shapes the other side.
  private static func showNextMode(of view: inout TensorView, for subject: Subject) {
    let isIdentical = subject.value.status == .identical
    let modes = isIdentical ? [.tolerance, .dev] : HeatmapRequest.Mode.allCases
    guard !subject.hasCommonShape else {
      let place = modes.firstIndex(of: view.mode) ?? 0
      view.mode = modes[(place + 1) % modes.count]
      return
    }
    let other = view.mode == .dev ? subject.value.prod : subject.value.dev
    guard let shape = other?.tensor?.shape else { return }
    let area = view.area
    let mode: HeatmapRequest.Mode = view.mode == .dev ? .prod : .dev
    view = TensorView(of: shape, at: nil)
    view.mode = mode
    view.resize(to: area)
  }

  /// The element of the next cell, in reading order, that is beyond the tolerance.
  private func nextElement(of view: TensorView, forward: Bool) -> Int? {
    guard let heatmap, heatmap.request == view.request, !heatmap.cells.isEmpty else { return nil }
    let dot = view.cursorDot
    let start = dot.row * heatmap.request.width + dot.column
    let count = heatmap.cells.count
    for distance in 1..<max(2, count) {
      let place = (start + (forward ? distance : count - distance)) % count
      let cell = heatmap.cells[place]
      if cell.element >= 0, cell.isBeyondTolerance { return cell.element }
    }
    return nil
  }

  private func cell(under view: TensorView) -> Heatmap.Cell? {
    guard let heatmap, heatmap.request == view.request else { return nil }
    let dot = view.cursorDot
    guard dot.row < heatmap.request.height, dot.column < heatmap.request.width else { return nil }
    return heatmap[dot.row, dot.column]
  }

  package func job(for subject: Subject) -> Job? {
    guard let view = subject.view, view.shape.elementCount > 0, subject.hasElements,
      !isKnownEqual(subject)
    else { return nil }
    return Job(
      pairIndex: subject.pairIndex, valueIndex: subject.valueIndex, work: .heatmap(view.request))
  }

  /// Whether a picture of the difference would be blank, so that nothing need be read for it.
  private func isKnownEqual(_ subject: Subject) -> Bool {
    guard subject.value.status == .identical, let mode = subject.view?.mode else { return false }
    return mode != .dev && mode != .prod
  }

  package mutating func receive(_ output: Job.Output) {
    guard case .heatmap(let heatmap) = output else { return }
    self.heatmap = heatmap
  }

  package mutating func forget() {
    heatmap = nil
  }

  // MARK: Drawing

  package func draw(into grid: inout Grid, subject: Subject, theme: Theme, isFocused: Bool) {
    guard let view = subject.view else { return }
    guard subject.hasElements else {
      grid.write(" no picture: only a summary of the elements was recorded", x: 0, y: 0)
      let printed = ValuesPanel.canShow(subject) ? "Enter shows the printed elements, " : ""
      grid.write(" \(printed)t the statistics".visible, x: 0, y: 1, style: theme.faint)
      return
    }
    let words =
      subject.hasCommonShape
      ? Self.title(of: view.mode, isExact: subject.isExact, theme)
      : Self.sideTitle(subject, view.mode)
    grid.write(" \(words)   \(view.axesDescription)", x: 0, y: 0, style: theme.faint)
    guard view.shape.elementCount > 0 else {
      grid.write(" no elements: an axis has extent 0", x: 0, y: 1)
      return
    }
    guard !isKnownEqual(subject) else {
      grid.write(" the same bits: nothing differs   m shows the values", x: 0, y: 1)
      return
    }
    guard let heatmap, heatmap.request == view.request else {
      grid.write(" reading …", x: 0, y: 1, style: theme.faint)
      return
    }
    let scale = HeatmapScale(heatmap)
    let picture = HeatmapPicture(
      heatmap: heatmap, scale: scale, theme: theme, hasHalfBlocks: hasHalfBlocks,
      cursor: isFocused ? view.cursorDot : nil)
    let rows = max(1, grid.height - Self.frameHeight)
    grid.place(picture.drawn(width: max(0, grid.width - 2), height: rows), x: 1, y: 1)
    if scale == nil, !heatmap.cells.contains(where: \.isBeyondTolerance) {
      let shown = " nothing beyond tolerance here "
      grid.write(
        shown, x: max(0, (grid.width - shown.columnCount) / 2), y: 1 + rows / 2, style: theme.faint)
    }
    grid.write(
      " \(placeLine(view, subject, theme, isNarrow: grid.width < 60))", x: 0, y: grid.height - 2)
    HeatmapLegend(
      heatmap: heatmap, scale: scale, theme: theme, isExact: subject.isExact,
      cell: view.cellDescription
    ).draw(into: &grid, y: grid.height - 1)
  }

  /// The element that stands for the cell under the cursor, with both its sides.
  private func placeLine(
    _ view: TensorView, _ subject: Subject, _ theme: Theme, isNarrow: Bool
  ) -> String {
    guard let cell = cell(under: view), cell.element >= 0 else {
      let isSide = view.mode == .dev || view.mode == .prod
      return "\(view.dotDescription)  \(isSide ? "\(view.mode.rawValue) 0" : "equal")"
    }
    let index = NumberText.index(view.shape.index(ofElement: cell.element))
    let devType = subject.value.dev?.tensor?.dtype ?? subject.value.prod?.tensor?.dtype ?? .f64
    let prodType = subject.value.prod?.tensor?.dtype ?? devType
    func text(_ number: Double, _ dtype: DType) -> String {
      dtype.isFloat
        ? Element.float(number, dtype).formatted(columns: isNarrow ? 7 : 9)
        : NumberText.brief(number, digits: 17)
    }
    switch view.mode {
    case .dev: return "\(index)  dev \(text(cell.value, devType))"
    case .prod: return "\(index)  prod \(text(cell.value, prodType))"
    default: break
    }
    var line = "\(index) dev \(text(cell.dev, devType)) prod \(text(cell.prod, prodType))"
    guard cell.kind == .number else { return line }
    let difference = cell.prod - cell.dev
    line +=
      " \(theme.glyphs.delta) \(NumberText.brief(difference, digits: devType.isFloat ? 4 : 17))"
    if !subject.isExact, let tolerance = subject.value.tolerance {
      let bound = tolerance.bound(dev: cell.dev)
      line += " \(NumberText.factor(difference.magnitude / bound))\(theme.glyphs.times) tolerance"
    }
    return line
  }

  private static func title(of mode: HeatmapRequest.Mode, isExact: Bool, _ theme: Theme) -> String {
    let delta = "|\(theme.glyphs.delta)|"
    return switch mode {
    case .tolerance: isExact ? delta : "\(delta) in tolerances"
    case .signed: "prod - dev"
    case .absolute: delta
    case .relative: "\(delta) / |dev|"
    case .dev: "dev alone"
    case .prod: "prod alone"
    }
  }

  private static func sideTitle(_ subject: Subject, _ mode: HeatmapRequest.Mode) -> String {
    if subject.value.isSummarized {
      let side = subject.value.dev?.summary != nil ? "dev" : "prod"
      return "of \(side) only a summary was recorded: \(mode.rawValue) alone"
    }
    guard subject.value.dev?.tensor != nil, subject.value.prod?.tensor != nil else {
      return "\(mode.rawValue) alone has it"
    }
    return "shapes differ (\(DivergenceText.shapes(of: subject.value))): \(mode.rawValue) alone"
  }
}
