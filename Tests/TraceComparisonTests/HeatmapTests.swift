import PipelineTrace
import TensorKernels
import TestTraces
import Testing

@testable import TraceComparison

/// A request for a whole matrix, a cell an element where nothing else is said.
private func matrix(
  _ mode: HeatmapRequest.Mode, _ rows: Int, _ columns: Int, height: Int? = nil, width: Int? = nil
) -> HeatmapRequest {
  HeatmapRequest(
    mode: mode, axes: [.rows, .columns], rows: 0..<rows, columns: 0..<columns,
    height: height ?? rows, width: width ?? columns)
}

private func pool(
  _ dev: Tensor, _ prod: Tensor, _ request: HeatmapRequest,
  tolerance: Tolerance = Tolerance(relative: 0, absolute: 0.5)
) throws -> Heatmap {
  try #require(
    try Heatmap.pool(
      dev: dev, prod: prod, tolerance: tolerance, request: request, isCancelled: { false }))
}

/// Differences 0, 1, −2 and 0 at elements 0 to 3.
private let dev = tensor(.f32, [1, 2, 4, 0], [2, 2])
private let prod = tensor(.f32, [1, 3, 2, 0], [2, 2])

@Suite struct HeatmapTests {
  @Test func `tolerance shows the difference in units of what is tolerated`() throws {
    let map = try pool(dev, prod, matrix(.tolerance, 2, 2))
    #expect(map.cells.map(\.value) == [0, 2, 4, 0])
    #expect(map.cells.map(\.score) == [0, 2, 4, 0])
    #expect(map.cells.map(\.element) == [-1, 1, 2, -1])
    #expect(map.cells.map(\.kind) == [.empty, .number, .number, .empty])
    #expect(map.cells.map(\.isBeyondTolerance) == [false, true, true, false])
    #expect(map[1, 0].dev == 4)
    #expect(map[1, 0].prod == 2)
  }

  @Test func `signed shows prod minus dev`() throws {
    #expect(try pool(dev, prod, matrix(.signed, 2, 2)).cells.map(\.value) == [0, 1, -2, 0])
  }

  @Test func `absolute shows the size of the difference`() throws {
    #expect(try pool(dev, prod, matrix(.absolute, 2, 2)).cells.map(\.value) == [0, 1, 2, 0])
  }

  @Test func `relative shows the difference over dev`() throws {
    #expect(try pool(dev, prod, matrix(.relative, 2, 2)).cells.map(\.value) == [0, 0.5, 0.5, 0])
    let zero = tensor(.f32, [0], [1, 1])
    let one = tensor(.f32, [1], [1, 1])
    #expect(try pool(zero, one, matrix(.relative, 1, 1)).cells[0].value == .infinity)
  }

  @Test func `dev and prod show each side`() throws {
    #expect(try pool(dev, prod, matrix(.dev, 2, 2)).cells.map(\.value) == [1, 2, 4, 0])
    #expect(try pool(dev, prod, matrix(.prod, 2, 2)).cells.map(\.value) == [1, 3, 2, 0])
    let negative = tensor(.f32, [-3, 1], [1, 2])
    let cell = try pool(negative, negative, matrix(.dev, 1, 2, width: 1)).cells[0]
    #expect(cell.value == -3)
    #expect(cell.score == 3)
    #expect(cell.element == 0)
  }

  @Test func `a difference within the tolerance shows and is not beyond it`() throws {
    let cell = try pool(
      tensor(.f32, [1], [1, 1]), tensor(.f32, [1.25], [1, 1]), matrix(.tolerance, 1, 1)
    ).cells[0]
    #expect(cell.value == 0.5)
    #expect(!cell.isBeyondTolerance)
    #expect(cell.element == 0)
  }

  @Test func `the largest difference stands for a cell and the first of equals`() throws {
    let dev = tensor(.f32, [0, 0, 0, 0], [1, 4])
    let map = try pool(
      dev, tensor(.f32, [1, 3, -3, 2], [1, 4]), matrix(.signed, 1, 4, width: 1))
    #expect(map.cells[0].element == 1)
    #expect(map.cells[0].value == 3)
  }

  @Test func `where nothing is tolerated the largest difference stands for a cell too`() throws {
    let map = try pool(
      tensor(.f32, [1, 1, 1], [1, 3]), tensor(.f32, [2, 9, 3], [1, 3]),
      matrix(.absolute, 1, 3, width: 1), tolerance: .exact)
    #expect(map.cells[0].element == 1)
    #expect(map.cells[0].value == 8)
    #expect(map.cells[0].score == 8)
  }

  @Test func `each mode chooses by what it shows`() throws {
    let dev = tensor(.f32, [1000, 1], [1, 2])
    let prod = tensor(.f32, [1010, 4], [1, 2])
    #expect(try pool(dev, prod, matrix(.absolute, 1, 2, width: 1)).cells[0].element == 0)
    #expect(try pool(dev, prod, matrix(.relative, 1, 2, width: 1)).cells[0].element == 1)
    #expect(try pool(dev, prod, matrix(.relative, 1, 2, width: 1)).cells[0].score == 3)
  }

  @Test func `what disagrees stands for a cell before a larger difference that is tolerated`()
    throws
  {
    let dev = tensor(.f32, [1000, 1], [1, 2])
    let prod = tensor(.f32, [1010, 4], [1, 2])
    let map = try pool(
      dev, prod, matrix(.absolute, 1, 2, width: 1), tolerance: Tolerance(relative: 0.1, absolute: 0)
    )
    #expect(map.cells[0].element == 1)
    #expect(map.cells[0].isBeyondTolerance)
  }

  @Test func `NaN wins over infinities and infinities over numbers`() throws {
    let dev = tensor(.f32, [0, 0, 0, 0], [1, 4])
    let all = try pool(
      dev, tensor(.f32, [9e9, -.infinity, .infinity, .nan], [1, 4]),
      matrix(.tolerance, 1, 4, width: 1))
    #expect(all.cells[0].kind == .nan)
    #expect(all.cells[0].element == 3)
    #expect(all.cells[0].isBeyondTolerance)
    let infinite = try pool(
      dev, tensor(.f32, [9e9, -.infinity, 7, 8], [1, 4]), matrix(.tolerance, 1, 4, width: 1))
    #expect(infinite.cells[0].kind == .negativeInfinity)
    #expect(infinite.cells[0].element == 1)
  }

  @Test func `equal NaN and equal infinities light nothing`() throws {
    let side = tensor(.f32, [.nan, .infinity, -.infinity, 1], [2, 2])
    let map = try pool(side, side, matrix(.tolerance, 2, 2))
    #expect(map.cells.map(\.kind) == [.empty, .empty, .empty, .empty])
  }

  @Test func `NaN lights where it is told to differ from NaN`() throws {
    let side = tensor(.f32, [.nan, 1], [1, 2])
    let map = try pool(
      side, side, matrix(.tolerance, 1, 2),
      tolerance: Tolerance(relative: 0, absolute: 1, nanEqualsNaN: false))
    #expect(map.cells.map(\.kind) == [.nan, .empty])
    #expect(map.cells[0].element == 0)
  }

  @Test func `zeros of both signs light nothing`() throws {
    let map = try pool(
      tensor(.f32, [0], [1, 1]), tensor(.f32, [-0.0], [1, 1]), matrix(.tolerance, 1, 1))
    #expect(map.cells[0] == Heatmap.Cell())
  }

  @Test func `large integers that differ by one light`() throws {
    let dev = tensor(.i64, bits: [1 << 62, 1 << 62], [1, 2])
    let prod = tensor(.i64, bits: [1 << 62, 1 << 62 + 1], [1, 2])
    let map = try pool(dev, prod, matrix(.tolerance, 1, 2))
    #expect(map.cells.map(\.element) == [-1, 1])
    #expect(map.cells[1].isBeyondTolerance)
    #expect(map.cells[1].score == 1)
  }

  @Test func `large integers of both kinds that differ by one light`() throws {
    let dev = tensor(.i64, bits: [1 << 62, 1 << 62], [1, 2])
    let prod = tensor(.u64, bits: [1 << 62, 1 << 62 + 1], [1, 2])
    #expect(try pool(dev, prod, matrix(.tolerance, 1, 2)).cells.map(\.element) == [-1, 1])
  }

  @Test func `a scalar is a picture of one cell`() throws {
    let request = HeatmapRequest(
      mode: .signed, axes: [], rows: 0..<1, columns: 0..<1, height: 1, width: 1)
    let cell = try pool(tensor(.f32, [1], []), tensor(.f32, [4], []), request).cells[0]
    #expect(cell.value == 3)
    #expect(cell.element == 0)
  }

  @Test func `a tensor without elements is an empty picture`() throws {
    let request = HeatmapRequest(
      mode: .signed, axes: [.rows, .columns], rows: 0..<0, columns: 0..<3, height: 0, width: 3)
    let empty = tensor(.f32, [], [0, 3])
    #expect(try pool(empty, empty, request).cells.isEmpty)
  }

  @Test func `a vector is wrapped into rows`() throws {
    let request = HeatmapRequest(
      mode: .signed, axes: [.columns], wrap: 3, rows: 0..<2, columns: 0..<3, height: 2, width: 3)
    let map = try pool(
      tensor(.f32, [0, 0, 0, 0, 0]), tensor(.f32, [1, 2, 3, 4, 5]), request)
    #expect(map.cells.map(\.value) == [1, 2, 3, 4, 5, 0])
    #expect(map.cells.map(\.element) == [0, 1, 2, 3, 4, -1])
  }

  @Test func `a file that cannot be read is an error`() throws {
    let scratch = Scratch()
    let file = try scratch.file([UInt8](repeating: 1, count: 16), as: "prod")
    let cut = Tensor(
      dtype: .f32, shape: Shape([2, 2])!, bytes: FileRegion(file: file, range: 0..<16))
    scratch.cut("prod", to: 4)
    #expect(throws: FormatError.self) { try pool(dev, cut, matrix(.tolerance, 2, 2)) }
  }

  @Test func `a cancelled picture is none`() throws {
    #expect(
      try Heatmap.pool(
        dev: dev, prod: prod, tolerance: .exact, request: matrix(.signed, 2, 2),
        isCancelled: { true }) == nil)
  }
}
