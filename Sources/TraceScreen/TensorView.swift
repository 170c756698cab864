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
  package internal(set) var rowAxis: Int?
  /// The axis whose index grows to the right; `nil` for scalars.
  package internal(set) var columnAxis: Int?
  /// The index along every axis: the cursor on those on screen, the slice on the others.
  package internal(set) var cursor: [Int]
  /// Whether the axes that are not on screen are pooled rather than shown at the cursor's index.
  package var isPoolingSlices = false
  package internal(set) var zoom = Zoom.fit
  package var mode = HeatmapRequest.Mode.tolerance
  /// The first row and column of the plane that are shown, where not all fit.
  var origin = (row: 0, column: 0)
  /// The picture's size, in dots, at the last change.
  package internal(set) var area = Area(width: 1, height: 1)

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
  var wrap: Int? {
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

  var cursorOnPlane: (row: Int, column: Int) {
    guard let columnAxis else { return (0, 0) }
    if let rowAxis { return (cursor[rowAxis], cursor[columnAxis]) }
    let wrap = max(1, wrap ?? 1)
    return (cursor[columnAxis] / wrap, cursor[columnAxis] % wrap)
  }

  /// Elements a dot covers downwards and to the right, as far as zoom decides.
  var dotSize: (row: Int, column: Int) {
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
  var fittingDotSize: Int {
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
  static func elements(ofDot index: Int, of count: Int, in range: Range<Int>)
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

  // MARK: In words

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
