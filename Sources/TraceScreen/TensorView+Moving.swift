import PipelineTrace

/// Moving the cursor, the zoom, the axes and the slice.
extension TensorView {
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
}
