import PipelineTrace
import TensorKernels

/// The walk that fills a heatmap: outer axes step by step, the inner ones in blocks read in one go.
struct HeatmapPooling {
  private(set) var cells: [Heatmap.Cell]
  private let request: HeatmapRequest
  private let tolerance: Tolerance
  private let isExact: Bool
  /// Whether two elements may differ though their numbers, as `Double`, do not.
  private let hasRoundedIntegers: Bool
  private let extents: [Int]
  private let steps: [Int]
  /// The indices of each axis that are shown.
  private let selection: [Range<Int>]
  private var devReader: TensorReader
  private var prodReader: TensorReader
  private var devBytes: [UInt8]
  private var prodBytes: [UInt8]
  private var devNumbers: [Double]
  private var prodNumbers: [Double]

  private static let blockElementCount = 65_536

  init(dev: Tensor, prod: Tensor, tolerance: Tolerance, request: HeatmapRequest) {
    self.request = request
    self.tolerance = tolerance
    isExact = !dev.dtype.isFloat && !prod.dtype.isFloat
    hasRoundedIntegers = isExact && dev.dtype.byteCount == 8 && prod.dtype.byteCount == 8
    extents = dev.shape.extents
    steps = dev.shape.rowMajorStrides
    var selection: [Range<Int>] = []
    for (axis, role) in request.axes.enumerated() {
      switch role {
      case .pooled: selection.append(0..<extents[axis])
      case .index(let index): selection.append(index..<(index + 1))
      case .rows: selection.append(request.rows)
      case .columns:
        guard let wrap = request.wrap else {
          selection.append(request.columns)
          continue
        }
        let end = min(
          extents[axis], (request.rows.upperBound - 1) * wrap + request.columns.upperBound)
        selection.append(
          min(end, request.rows.lowerBound * wrap + request.columns.lowerBound)..<end)
      }
    }
    self.selection = selection
    cells = Array(repeating: Heatmap.Cell(), count: request.height * request.width)
    devReader = TensorReader(dev)
    prodReader = TensorReader(prod)
    let capacity = min(Self.blockElementCount, max(1, dev.shape.elementCount))
    devBytes = Array(repeating: 0, count: capacity * dev.dtype.byteCount)
    prodBytes = Array(repeating: 0, count: capacity * prod.dtype.byteCount)
    devNumbers = Array(repeating: 0, count: capacity)
    prodNumbers = devNumbers
  }

  /// - Returns: False where it was cancelled.
  mutating func run(isCancelled: () -> Bool) throws(FormatError) -> Bool {
    guard !cells.isEmpty, selection.allSatisfy({ !$0.isEmpty }) else { return true }
    guard !extents.isEmpty else {
      try readBlock(0..<1)
      take(element: 0, inBlock: 0, row: 0, column: 0)
      return true
    }
    // Axes behind `chunked` are read whole; `chunked` itself as many indices at a time as fit.
    var chunked = extents.count - 1
    while chunked > 0, steps[chunked - 1] <= Self.blockElementCount { chunked -= 1 }
    let chunk = max(1, Self.blockElementCount / steps[chunked])
    var outer = selection[..<chunked].map(\.lowerBound)
    while true {
      let base = zip(outer, steps).reduce(0) { $0 + $1.0 * $1.1 }
      for start in stride(
        from: selection[chunked].lowerBound, to: selection[chunked].upperBound, by: chunk)
      {
        if isCancelled() { return false }
        let indices = start..<min(selection[chunked].upperBound, start + chunk)
        let first = base + indices.lowerBound * steps[chunked]
        try readBlock(first..<(first + indices.count * steps[chunked]))
        visit(axis: chunked, outer: outer, indices: indices, blockStart: first)
      }
      var axis = chunked - 1
      while axis >= 0 {
        outer[axis] += 1
        if outer[axis] < selection[axis].upperBound { break }
        outer[axis] = selection[axis].lowerBound
        axis -= 1
      }
      if axis < 0 { return true }
    }
  }

  private mutating func readBlock(_ elements: Range<Int>) throws(FormatError) {
    try Self.read(elements, with: &devReader, into: &devBytes, as: &devNumbers)
    try Self.read(elements, with: &prodReader, into: &prodBytes, as: &prodNumbers)
  }

  private static func read(
    _ elements: Range<Int>, with reader: inout TensorReader, into bytes: inout [UInt8],
    as numbers: inout [Double]
  ) throws(FormatError) {
    let dtype = reader.tensor.dtype
    try bytes.withUnsafeMutableBufferPointer { (buffer) throws(FormatError) in
      let used = UnsafeMutableRawBufferPointer(
        UnsafeMutableBufferPointer(rebasing: buffer[..<(elements.count * dtype.byteCount)]))
      try reader.read(elements, into: used)
      numbers.withUnsafeMutableBufferPointer { numbers in
        widen(
          UnsafeRawBufferPointer(used), dtype: dtype,
          into: UnsafeMutableBufferPointer(rebasing: numbers[..<elements.count]))
      }
    }
  }

  /// Walks the selected elements of the block that was read, in row-major order.
  private mutating func visit(axis: Int, outer: [Int], indices: Range<Int>, blockStart: Int) {
    var ranges = [indices]
    ranges += selection[(axis + 1)...]
    let rowAxis = request.axes.firstIndex(of: .rows)
    let columnAxis = request.axes.firstIndex(of: .columns)
    var position = ranges.map(\.lowerBound)
    let innermost = ranges.count - 1
    var row = 0
    var column = 0
    while true {
      var element = zip(outer, steps).reduce(0) { $0 + $1.0 * $1.1 }
      for (i, index) in position.enumerated() { element += index * steps[axis + i] }
      func index(on wanted: Int?) -> Int {
        guard let wanted else { return 0 }
        return wanted < axis ? outer[wanted] : position[wanted - axis]
      }
      row = index(on: rowAxis)
      column = index(on: columnAxis)
      let lastAxis = axis + innermost
      let run = ranges[innermost]
      if lastAxis == columnAxis, request.wrap == nil {
        takeRun(columns: run, row: row, firstElement: element, blockStart: blockStart)
      } else {
        for last in run {
          if lastAxis == rowAxis { row = last }
          if lastAxis == columnAxis { column = last }
          let inBlock = element - blockStart
          if let wrap = request.wrap {
            take(element: element, inBlock: inBlock, row: column / wrap, column: column % wrap)
          } else {
            take(element: element, inBlock: inBlock, row: row, column: column)
          }
          element += 1
        }
      }
      var moving = innermost - 1
      while moving >= 0 {
        position[moving] += 1
        if position[moving] < ranges[moving].upperBound { break }
        position[moving] = ranges[moving].lowerBound
        moving -= 1
      }
      if moving < 0 { return }
    }
  }

  /// Takes neighbours along a row, cell by cell; a cell's share that cannot win is passed over whole.
  private mutating func takeRun(
    columns: Range<Int>, row: Int, firstElement: Int, blockStart: Int
  ) {
    let width = request.width
    let count = request.columns.count
    let y = (row - request.rows.lowerBound) * request.height / request.rows.count
    var start = columns.lowerBound
    while start < columns.upperBound {
      let x = (start - request.columns.lowerBound) * width / count
      // The first column whose place, times the width, reaches the next cell.
      let next = request.columns.lowerBound + ((x + 1) * count + width - 1) / width
      let end = min(columns.upperBound, next)
      let first = firstElement + start - columns.lowerBound
      let inBlock = (first - blockStart)..<(first - blockStart + end - start)
      if !isHopeless(inBlock, against: cells[y * width + x]) {
        for i in 0..<inBlock.count {
          take(
            element: first + i, inBlock: inBlock.lowerBound + i, row: row, column: start + i)
        }
      }
      start = end
    }
  }

  /// Whether no element of a run can stand for a cell instead of the one that does: by the largest
  /// difference in the run, over the smallest tolerance that any element can have.
  private func isHopeless(_ run: Range<Int>, against cell: Heatmap.Cell) -> Bool {
    guard request.mode != .dev, request.mode != .prod, !hasRoundedIntegers else { return false }
    var largest = 0.0
    var isFinite = true
    devNumbers.withUnsafeBufferPointer { dev in
      prodNumbers.withUnsafeBufferPointer { prod in
        for i in run {
          let magnitude = (prod[i] - dev[i]).magnitude
          isFinite = isFinite && magnitude <= .greatestFiniteMagnitude
          largest = magnitude > largest ? magnitude : largest
        }
      }
    }
    guard isFinite else { return false }
    guard largest > 0, cell.kind.rawValue <= Heatmap.Cell.Kind.number.rawValue else { return true }
    guard cell.isBeyondTolerance else { return false }
    switch request.mode {
    case .signed, .absolute: return largest <= cell.score
    case .tolerance where isExact || tolerance.isExact: return largest <= cell.score
    case .tolerance: return largest / tolerance.absolute <= cell.score
    case .relative, .dev, .prod: return false
    }
  }

  /// Lets an element stand for its cell where it differs more than the one that does so far.
  private mutating func take(element: Int, inBlock: Int, row: Int, column: Int) {
    let dev = devNumbers[inBlock]
    let prod = prodNumbers[inBlock]
    var candidate: Heatmap.Cell
    switch request.mode {
    case .dev: candidate = Self.cell(showing: dev)
    case .prod: candidate = Self.cell(showing: prod)
    case .tolerance, .signed, .absolute, .relative:
      if dev == prod, !hasRoundedIntegers || bits(devBytes, inBlock) == bits(prodBytes, inBlock) {
        return
      }
      if dev.isNaN, prod.isNaN, tolerance.nanEqualsNaN { return }
      candidate = differing(dev: dev, prod: prod)
    }
    guard candidate.kind != .empty, request.rows.contains(row), request.columns.contains(column)
    else { return }
    let y = (row - request.rows.lowerBound) * request.height / request.rows.count
    let x = (column - request.columns.lowerBound) * request.width / request.columns.count
    let place = y * request.width + x
    let current = cells[place]
    candidate.element = element
    candidate.dev = dev
    candidate.prod = prod
    if Self.isWorse(candidate, than: current) { cells[place] = candidate }
  }

  private static func isWorse(_ candidate: Heatmap.Cell, than current: Heatmap.Cell) -> Bool {
    guard candidate.kind == current.kind else {
      return candidate.kind.rawValue > current.kind.rawValue
    }
    guard candidate.isBeyondTolerance == current.isBeyondTolerance else {
      return candidate.isBeyondTolerance
    }
    guard candidate.score == .infinity, current.score == .infinity else {
      return candidate.score > current.score
    }
    // Where nothing is tolerated every difference is infinitely many tolerances.
    return (candidate.prod - candidate.dev).magnitude > (current.prod - current.dev).magnitude
  }

  /// The eight bytes of a 64-bit integer, which a `Double` may have rounded.
  private func bits(_ bytes: [UInt8], _ inBlock: Int) -> ArraySlice<UInt8> {
    bytes[(inBlock * 8)..<(inBlock * 8 + 8)]
  }

  private static func cell(showing value: Double) -> Heatmap.Cell {
    var cell = Heatmap.Cell()
    cell.value = value
    cell.isBeyondTolerance = true
    if value.isNaN {
      cell.kind = .nan
    } else if value.isInfinite {
      cell.kind = value < 0 ? .negativeInfinity : .positiveInfinity
    } else if value != 0 {
      cell.kind = .number
      cell.score = value.magnitude
    }
    return cell
  }

  /// The cell of two elements that are not equal.
  private func differing(dev: Double, prod: Double) -> Heatmap.Cell {
    let difference = prod - dev
    var cell = Self.cell(showing: difference)
    if dev.isNaN || prod.isNaN || dev.isInfinite || prod.isInfinite { return cell }
    // Two large integers may round to the same number, and differ by one at least.
    let magnitude = isExact ? max(1, difference.magnitude) : difference.magnitude
    let bound = isExact ? 0 : tolerance.bound(dev: dev)
    cell.kind = .number
    cell.isBeyondTolerance = magnitude > bound
    switch request.mode {
    case .signed, .absolute: cell.score = magnitude
    case .relative: cell.score = magnitude / dev.magnitude
    // Where nothing is tolerated at all, a unit stands for the tolerance.
    default: cell.score = isExact || tolerance.isExact ? magnitude : magnitude / bound
    }
    cell.value = request.mode == .signed ? difference : cell.score
    return cell
  }
}
