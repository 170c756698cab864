import PipelineTrace
import TraceComparison

/// Where in a tensor a person looks: which axes are on screen, at which slice, how close, and where
/// the cursor stands.
package struct TensorView: Sendable, Equatable {
  package enum Zoom: Sendable, Equatable {
    /// The whole plane.
    case fit
    /// Elements along each side of a cell: a power of two.
    case elements(Int)
  }

  package let shape: Shape
  /// The axis whose index grows downwards; `nil` where one axis is wrapped into rows, and for scalars.
  package private(set) var rowAxis: Int?
  /// The axis whose index grows to the right; `nil` for scalars.
  package private(set) var columnAxis: Int?
  /// The index along every axis: the cursor on those on screen, the slice on the others.
  package private(set) var cursor: [Int]
  /// Whether the axes that are not on screen are pooled rather than shown at the cursor's index.
  package var isPoolingSlices = false
  package private(set) var zoom = Zoom.fit
  package var mode = HeatmapRequest.Mode.tolerance
  /// The first row and column of the plane that are shown, where not all fit.
  private var origin = (row: 0, column: 0)
  /// The picture's size, in dots, at the last change.
  package private(set) var area = Area(width: 1, height: 1)

  /// Dots that a picture may take.
  package struct Area: Sendable, Equatable {
    package var width: Int
    package var height: Int

    package init(width: Int, height: Int) {
      self.width = max(1, width)
      self.height = max(1, height)
    }
  }

  package static func == (left: TensorView, right: TensorView) -> Bool {
    left.shape == right.shape && left.rowAxis == right.rowAxis
      && left.columnAxis == right.columnAxis && left.cursor == right.cursor
      && left.isPoolingSlices == right.isPoolingSlices && left.zoom == right.zoom
      && left.mode == right.mode && left.origin == right.origin && left.area == right.area
  }

  /// A view of the whole slice that holds `element`, with the cursor on it.
  package init(of shape: Shape, at element: Int?) {
    self.shape = shape
    cursor = [Int](repeating: 0, count: shape.rank)
    if let element, element < shape.elementCount { cursor = shape.index(ofElement: element) }
    let long = shape.extents.indices.filter { shape.extents[$0] > 1 }
    guard long.count > 1 else {
      columnAxis = long.first ?? (shape.rank > 0 ? shape.rank - 1 : nil)
      return
    }
    // Pictures with their channels last: the last axis is no side of the picture.
    let last = shape.rank - 1
    let isChannelsLast = long.count > 2 && long.last == last && shape.extents[last] <= 4
    let axes = isChannelsLast ? Array(long.dropLast()) : long
    rowAxis = axes[axes.count - 2]
    columnAxis = axes[axes.count - 1]
  }

  // MARK: The plane

  /// Elements along the wrapped rows, where one axis is wrapped.
  private var wrap: Int? {
    guard rowAxis == nil, let columnAxis else { return nil }
    return max(1, min(shape.extents[columnAxis], area.width * dotSize.column))
  }

  /// Rows of the plane.
  package var rowCount: Int {
    if let rowAxis { return shape.extents[rowAxis] }
    guard let columnAxis, let wrap else { return 1 }
    return max(1, (shape.extents[columnAxis] + wrap - 1) / wrap)
  }

  /// Columns of the plane.
  package var columnCount: Int {
    wrap ?? columnAxis.map { shape.extents[$0] } ?? 1
  }

  private var cursorOnPlane: (row: Int, column: Int) {
    guard let columnAxis else { return (0, 0) }
    if let rowAxis { return (cursor[rowAxis], cursor[columnAxis]) }
    let wrap = max(1, wrap ?? 1)
    return (cursor[columnAxis] / wrap, cursor[columnAxis] % wrap)
  }

  /// Elements a dot covers downwards and to the right, as far as zoom decides.
  private var dotSize: (row: Int, column: Int) {
    switch zoom {
    case .elements(let count): return (rowAxis == nil ? 1 : count, count)
    case .fit:
      guard let columnAxis else { return (1, 1) }
      guard let rowAxis else {
        let dots = area.width * area.height
        return (1, max(1, (shape.extents[columnAxis] + dots - 1) / dots))
      }
      return (
        (shape.extents[rowAxis] + area.height - 1) / area.height,
        (shape.extents[columnAxis] + area.width - 1) / area.width
      )
    }
  }

  /// Elements along a side of a dot at which the whole plane fits.
  private var fittingDotSize: Int {
    var fitting = self
    fitting.zoom = .fit
    return max(fitting.dotSize.row, fitting.dotSize.column)
  }

  /// What has to be pooled to draw this view.
  package var request: HeatmapRequest {
    let dot = dotSize
    let rows: Range<Int>
    let columns: Range<Int>
    var height: Int
    var width: Int
    switch zoom {
    case .fit:
      rows = 0..<rowCount
      columns = 0..<columnCount
      (height, width) = fittedDots
    case .elements:
      rows = origin.row..<min(rowCount, origin.row + area.height * dot.row)
      columns = origin.column..<min(columnCount, origin.column + area.width * dot.column)
      height = (rows.count + dot.row - 1) / dot.row
      width = (columns.count + dot.column - 1) / dot.column
    }
    height = max(0, min(height, rows.count))
    width = max(0, min(width, columns.count))
    var axes = [HeatmapRequest.Axis](repeating: .pooled, count: shape.rank)
    for axis in 0..<shape.rank {
      if axis == rowAxis {
        axes[axis] = .rows
      } else if axis == columnAxis {
        axes[axis] = .columns
      } else if !isPoolingSlices {
        axes[axis] = .index(cursor[axis])
      }
    }
    return HeatmapRequest(
      mode: mode, axes: axes, wrap: wrap, rows: rows, columns: columns, height: height,
      width: width)
  }

  /// The dots of the whole plane, as many as the picture has room for.
  private var fittedDots: (height: Int, width: Int) {
    let dot = dotSize
    if rowAxis == nil { return (rowCount, (columnCount + dot.column - 1) / dot.column) }
    let height = min(rowCount, area.height)
    let width = min(columnCount, area.width)
    guard rowCount > area.height, columnCount > area.width else { return (height, width) }
    // A picture may be drawn twice as wide or as high as it is, for the detail; not more.
    let aspect = Double(columnCount) / Double(rowCount)
    return (
      max(1, min(height, Int(2 * Double(width) / aspect))),
      max(1, min(width, Int(2 * Double(height) * aspect)))
    )
  }

  /// The dot of the picture that the cursor is in.
  package var cursorDot: (row: Int, column: Int) {
    let request = request
    let place = cursorOnPlane
    guard !request.rows.isEmpty, !request.columns.isEmpty else { return (0, 0) }
    return (
      (place.row - request.rows.lowerBound) * request.height / request.rows.count,
      (place.column - request.columns.lowerBound) * request.width / request.columns.count
    )
  }

  /// The elements of the plane that dot `index` of `count` covers along one side.
  private static func elements(ofDot index: Int, of count: Int, in range: Range<Int>)
    -> Range<Int>
  {
    func start(_ dot: Int) -> Int {
      range.lowerBound + (dot * range.count + count - 1) / max(1, count)
    }
    return start(index)..<start(index + 1)
  }

  /// The indices along each axis that the cursor's dot covers, as numpy would write them.
  package var dotDescription: String {
    let request = request
    let dot = cursorDot
    let rows = Self.elements(ofDot: dot.row, of: request.height, in: request.rows)
    let columns = Self.elements(ofDot: dot.column, of: request.width, in: request.columns)
    var parts: [String] = []
    for axis in 0..<shape.rank {
      if axis == rowAxis {
        parts.append(Self.slice(rows))
      } else if axis == columnAxis {
        guard let wrap, rowAxis == nil else {
          parts.append(Self.slice(columns))
          continue
        }
        let start = rows.lowerBound * wrap + columns.lowerBound
        parts.append(Self.slice(start..<min(shape.extents[axis], start + columns.count)))
      } else {
        parts.append(isPoolingSlices ? ":" : String(cursor[axis]))
      }
    }
    return "[\(parts.joined(separator: ", "))]"
  }

  private static func slice(_ range: Range<Int>) -> String {
    range.count == 1
      ? String(range.lowerBound) : "\(range.lowerBound):\(range.upperBound)"
  }

  /// The element under the cursor, in row-major order.
  package var cursorElement: Int { shape.element(at: cursor) ?? 0 }

  // MARK: Moving

  /// Puts the cursor, and with it the slice, on an element.
  package mutating func go(toElement element: Int) {
    guard element >= 0, element < shape.elementCount else { return }
    cursor = shape.index(ofElement: element)
    follow()
  }

  /// Moves the cursor by whole dots; it stops at the borders.
  package mutating func move(rows: Int, columns: Int) {
    let request = request
    guard request.height > 0, request.width > 0 else { return }
    var place = cursorOnPlane
    let dot = cursorDot
    if rows != 0 {
      place.row = Self.stepped(
        from: place.row, dot: dot.row, by: rows, count: request.height, in: request.rows,
        limit: rowCount)
    }
    if columns != 0 {
      place.column = Self.stepped(
        from: place.column, dot: dot.column, by: columns, count: request.width,
        in: request.columns, limit: columnCount)
    }
    put(place)
  }

  private static func stepped(
    from place: Int, dot: Int, by steps: Int, count: Int, in range: Range<Int>, limit: Int
  ) -> Int {
    let target = dot + steps
    if target >= 0, target < count {
      return elements(ofDot: target, of: count, in: range).lowerBound
    }
    let size = max(1, range.count / max(1, count))
    return max(0, min(limit - 1, place + steps * size))
  }

  /// Moves the cursor to the first or last row or column; `nil` leaves that side as it is.
  package mutating func move(toRow row: Int?, column: Int?) {
    var place = cursorOnPlane
    if let row { place.row = max(0, min(rowCount - 1, row)) }
    if let column { place.column = max(0, min(columnCount - 1, column)) }
    put(place)
  }

  private mutating func put(_ place: (row: Int, column: Int)) {
    guard let columnAxis else { return }
    if let rowAxis {
      cursor[rowAxis] = place.row
      cursor[columnAxis] = place.column
    } else {
      let wrap = max(1, wrap ?? 1)
      cursor[columnAxis] = min(shape.extents[columnAxis] - 1, place.row * wrap + place.column)
    }
    follow()
  }

  /// Takes over the size of the picture, and keeps the cursor on it.
  package mutating func resize(to area: Area) {
    self.area = area
    follow()
  }

  /// Scrolls as little as brings the cursor onto the picture.
  private mutating func follow() {
    guard case .elements = zoom else {
      origin = (0, 0)
      return
    }
    let place = cursorOnPlane
    let dot = dotSize
    origin.row = Self.scrolled(
      origin.row, to: place.row, span: area.height * dot.row, step: dot.row, count: rowCount)
    origin.column = Self.scrolled(
      origin.column, to: place.column, span: area.width * dot.column, step: dot.column,
      count: columnCount)
  }

  private static func scrolled(_ start: Int, to place: Int, span: Int, step: Int, count: Int) -> Int
  {
    var start = start
    if place < start || place >= start + span {
      start = place - span / 2
    }
    // Whole dots, so that what is shown does not shimmer, and no empty space behind the end.
    start = min(start, count - span + step - 1) / step * step
    return max(0, start)
  }

  // MARK: Zoom, axes, slices

  /// One step closer.
  ///
  /// - Returns: False where there is one element a dot already.
  package mutating func zoomIn() -> Bool {
    let current: Int
    switch zoom {
    case .fit: current = fittingDotSize
    case .elements(let count): current = count
    }
    guard current > 1 else { return false }
    var next = 1
    while next * 2 < current { next *= 2 }
    setZoom(.elements(next))
    return true
  }

  /// One step back, to the whole plane at the end.
  package mutating func zoomOut() {
    guard case .elements(let count) = zoom else { return }
    setZoom(count * 2 >= fittingDotSize ? .fit : .elements(count * 2))
  }

  package mutating func setZoom(_ zoom: Zoom) {
    self.zoom = zoom
    if case .elements(let count) = zoom, count >= fittingDotSize { self.zoom = .fit }
    let place = cursorOnPlane
    let dot = dotSize
    origin = (
      Self.scrolled(
        place.row - area.height * dot.row / 2, to: place.row, span: area.height * dot.row,
        step: dot.row, count: rowCount),
      Self.scrolled(
        place.column - area.width * dot.column / 2, to: place.column,
        span: area.width * dot.column, step: dot.column, count: columnCount)
    )
    follow()
  }

  package mutating func swapAxes() {
    guard rowAxis != nil else { return }
    swap(&rowAxis, &columnAxis)
    setZoom(zoom)
  }

  /// Puts the next pair of axes, in order, on the screen.
  package mutating func showNextAxes() {
    let long = shape.extents.indices.filter { shape.extents[$0] > 1 }
    guard long.count > 2, let rowAxis, let columnAxis else { return }
    var pairs: [(Int, Int)] = []
    for first in long { for second in long where second > first { pairs.append((first, second)) } }
    let now = (min(rowAxis, columnAxis), max(rowAxis, columnAxis))
    let place = pairs.firstIndex { $0 == now } ?? 0
    let next = pairs[(place + 1) % pairs.count]
    self.rowAxis = next.0
    self.columnAxis = next.1
    setZoom(.fit)
  }

  /// Steps through the slices that are not on screen, the last axis fastest, around the ends.
  package mutating func stepSlice(by step: Int) {
    isPoolingSlices = false
    for axis in stride(from: shape.rank - 1, through: 0, by: -1)
    where axis != rowAxis && axis != columnAxis && shape.extents[axis] > 1 {
      let next = cursor[axis] + step
      let extent = shape.extents[axis]
      cursor[axis] = (next % extent + extent) % extent
      if next >= 0, next < extent { return }
    }
  }

  /// Whether there are slices beside the one on screen.
  package var hasSlices: Bool {
    shape.extents.indices.contains {
      $0 != rowAxis && $0 != columnAxis && shape.extents[$0] > 1
    }
  }

  /// Which part of the tensor is on screen, as an index: `[rows, columns, 2]`, `*` where an axis is pooled.
  package var axesDescription: String {
    guard columnAxis != nil else { return "one element" }
    let parts = shape.extents.indices.map { axis in
      if axis == rowAxis { return "rows" }
      if axis == columnAxis { return rowAxis == nil ? "wrapped" : "columns" }
      return isPoolingSlices ? "*" : String(cursor[axis])
    }
    return "[\(parts.joined(separator: ", "))]"
  }

  /// Elements that a cell stands for: `2×2`; the largest, where cells differ by one.
  package var cellDescription: String {
    let request = request
    let rows = (request.rows.count + request.height - 1) / max(1, request.height)
    let columns = (request.columns.count + request.width - 1) / max(1, request.width)
    return rowAxis == nil ? "\(columns)" : "\(rows)×\(columns)"
  }
}
