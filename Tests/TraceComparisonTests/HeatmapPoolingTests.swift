import PipelineTrace
import TensorKernels
import TestTraces
import Testing
import TraceComparison

private let tolerance = Tolerance(relative: 1e-3, absolute: 1e-3)

/// The cell of an element, and `nil` where the request does not show it: the definition, from the index.
private func place(ofIndex index: [Int], in request: HeatmapRequest) -> (row: Int, column: Int)? {
  var row = 0
  var column = 0
  for (axis, role) in request.axes.enumerated() {
    switch role {
    case .rows: row = index[axis]
    case .columns: column = index[axis]
    case .index(let fixed): if index[axis] != fixed { return nil }
    case .pooled: break
    }
  }
  if let wrap = request.wrap { (row, column) = (column / wrap, column % wrap) }
  guard request.rows.contains(row), request.columns.contains(column) else { return nil }
  return (
    (row - request.rows.lowerBound) * request.height / request.rows.count,
    (column - request.columns.lowerBound) * request.width / request.columns.count
  )
}

/// The element that stands for each cell by definition; −1 for none: NaN, then infinity, then numbers,
/// the largest difference in units of the tolerance, the first of equals.
private func expectedElements(dev: [Float], prod: [Float], shape: Shape, request: HeatmapRequest)
  -> [Int]
{
  func rank(_ element: Int) -> (kind: Int, score: Double) {
    let (x, y) = (Double(dev[element]), Double(prod[element]))
    if x == y || (x.isNaN && y.isNaN) { return (0, 0) }
    if x.isNaN || y.isNaN || (y - x).isNaN { return (4, 0) }
    if (y - x).isInfinite { return (y > x ? 3 : 2, 0) }
    return (1, abs(y - x) / (1e-3 + 1e-3 * abs(x)))
  }
  var best = [Int](repeating: -1, count: request.height * request.width)
  for element in 0..<shape.elementCount where rank(element).kind > 0 {
    guard let place = place(ofIndex: shape.index(ofElement: element), in: request) else { continue }
    let cell = place.row * request.width + place.column
    if best[cell] < 0 || rank(element) > rank(best[cell]) { best[cell] = element }
  }
  return best
}

/// Any request for a tensor of this shape: axes on screen, at an index or pooled, a part or all of it.
private func anyRequest(_ shape: Shape, using generator: inout SeededGenerator) -> HeatmapRequest {
  var axes = shape.extents.map { extent -> HeatmapRequest.Axis in
    Bool.random(using: &generator)
      ? .pooled : .index(Int.random(in: 0..<extent, using: &generator))
  }
  var order = Array(axes.indices)
  order.shuffle(using: &generator)
  var rowCount = 1
  var columnCount = 1
  var wrap: Int?
  if let column = order.first {
    axes[column] = .columns
    columnCount = shape.extents[column]
    if order.count > 1, Bool.random(using: &generator) {
      axes[order[1]] = .rows
      rowCount = shape.extents[order[1]]
    } else if Bool.random(using: &generator) {
      let length = Int.random(in: 1...columnCount, using: &generator)
      wrap = length
      rowCount = (columnCount + length - 1) / length
      columnCount = length
    }
  }
  let rows = anyPart(rowCount, using: &generator)
  let columns = anyPart(columnCount, using: &generator)
  return HeatmapRequest(
    mode: .tolerance, axes: axes, wrap: wrap, rows: rows, columns: columns,
    height: Int.random(in: 1...rows.count, using: &generator),
    width: Int.random(in: 1...columns.count, using: &generator))
}

private func anyPart(_ count: Int, using generator: inout SeededGenerator) -> Range<Int> {
  if Bool.random(using: &generator) { return 0..<count }
  let start = Int.random(in: 0..<count, using: &generator)
  return start..<Int.random(in: (start + 1)...count, using: &generator)
}

private func floats(_ numbers: [Float], _ shape: Shape) -> Tensor {
  var bytes = [UInt8](repeating: 0, count: numbers.count * 4)
  bytes.withUnsafeMutableBytes { bytes in
    numbers.withUnsafeBytes { bytes.copyMemory(from: $0) }
  }
  return Tensor(dtype: .f32, shape: shape, bytes: LiteralBytes(bytes))
}

private func pool(_ dev: Tensor, _ prod: Tensor, _ request: HeatmapRequest) throws -> Heatmap {
  try #require(
    try Heatmap.pool(
      dev: dev, prod: prod, tolerance: tolerance, request: request, isCancelled: { false }))
}

@Suite struct HeatmapPoolingTests {
  static let shapes: [[Int]] = [
    [], [1], [7], [64], [1, 1], [3, 5], [1, 9], [9, 1], [4, 3, 5], [2, 1, 7], [2, 3, 4, 5],
    [1, 3, 1, 11], [5, 2, 2, 3],
  ]

  @Test(arguments: shapes)
  func `one bad element lights just its own cell`(extents: [Int]) throws {
    let shape = try #require(Shape(extents))
    var generator = SeededGenerator(seed: UInt64(extents.count * 100 + (extents.first ?? 0)))
    let clean = [Float](repeating: 1, count: shape.elementCount)
    for bad in 0..<shape.elementCount {
      for _ in 0..<4 {
        let request = anyRequest(shape, using: &generator)
        var prod = clean
        prod[bad] = [5, .nan, .infinity, -.infinity].randomElement(using: &generator)!
        let map = try pool(floats(clean, shape), floats(prod, shape), request)
        let lit = map.cells.indices.filter { map.cells[$0].kind != .empty }
        guard let place = place(ofIndex: shape.index(ofElement: bad), in: request) else {
          #expect(lit == [], "element \(bad) of \(shape), \(request)")
          continue
        }
        #expect(
          lit == [place.row * request.width + place.column],
          "element \(bad) of \(shape), \(request)")
        #expect(map[place.row, place.column].element == bad)
        #expect(map[place.row, place.column].isBeyondTolerance)
      }
    }
  }

  @Test(arguments: shapes)
  func `each cell shows the worst of its elements`(extents: [Int]) throws {
    let shape = try #require(Shape(extents))
    var generator = SeededGenerator(seed: UInt64(extents.count * 10 + (extents.last ?? 0)))
    let numbers: [Float] = [0, 1, -1, 2, 2.001, 1e-4, 1e30, .nan, .infinity, -.infinity]
    for _ in 0..<60 {
      let request = anyRequest(shape, using: &generator)
      let dev = (0..<shape.elementCount).map { _ in numbers.randomElement(using: &generator)! }
      let prod = dev.map {
        Int.random(in: 0..<3, using: &generator) > 0
          ? $0 : numbers.randomElement(using: &generator)!
      }
      let map = try pool(floats(dev, shape), floats(prod, shape), request)
      #expect(
        map.cells.map(\.element)
          == expectedElements(dev: dev, prod: prod, shape: shape, request: request),
        "\(shape), \(request)")
    }
  }

  @Test(arguments: [[150_001], [3, 50_021], [2, 3, 30_011], [5, 2, 129, 131], [70_001, 2]])
  func `a bad element of a tensor of several blocks lights just its own cell`(extents: [Int])
    throws
  {
    let shape = try #require(Shape(extents))
    var generator = SeededGenerator(seed: UInt64(extents.count))
    let clean = [Float](repeating: 1, count: shape.elementCount)
    let dev = floats(clean, shape)
    for bad in [0, 65_535, 65_536, 131_071, 131_072, shape.elementCount - 1] {
      let request = anyRequest(shape, using: &generator)
      var prod = clean
      prod[bad] = 5
      let map = try pool(dev, floats(prod, shape), request)
      let lit = map.cells.indices.filter { map.cells[$0].kind != .empty }
      guard let place = place(ofIndex: shape.index(ofElement: bad), in: request) else {
        #expect(lit == [], "element \(bad) of \(shape), \(request)")
        continue
      }
      #expect(
        lit == [place.row * request.width + place.column], "element \(bad) of \(shape), \(request)")
      #expect(map[place.row, place.column].element == bad)
    }
  }

  @Test func `a whole large matrix has its bad element in one cell of forty`() throws {
    let shape = try #require(Shape([300, 257]))
    let clean = [Float](repeating: 1, count: shape.elementCount)
    var prod = clean
    prod[299 * 257 + 256] = 2
    let request = HeatmapRequest(
      mode: .tolerance, axes: [.rows, .columns], rows: 0..<300, columns: 0..<257, height: 5,
      width: 8)
    let map = try pool(floats(clean, shape), floats(prod, shape), request)
    #expect(map.cells.filter { $0.kind != .empty }.map(\.element) == [77_099])
    #expect(map[4, 7].element == 77_099)
  }

  @Test func `a column-major side shows the same picture`() throws {
    let shape = try #require(Shape([2, 3]))
    let dev = floats([1, 2, 3, 4, 5, 6], shape)
    var prod = floats([1, 4, 2, 5, 3, 9], shape)  // 1 2 3, 4 5 9 down the columns
    prod.strides = [1, 2]
    let request = HeatmapRequest(
      mode: .signed, axes: [.rows, .columns], rows: 0..<2, columns: 0..<3, height: 2, width: 3)
    #expect(try pool(dev, prod, request).cells.map(\.value) == [0, 0, 0, 0, 0, 3])
  }
}
