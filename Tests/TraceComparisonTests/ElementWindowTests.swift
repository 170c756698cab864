import PipelineTrace
import TensorKernels
import TestTraces
import Testing
import TraceComparison

@Suite struct ElementWindowTests {
  private func window(_ dev: Tensor?, _ prod: Tensor?, _ places: [Int], columnCount: Int = 2) throws
    -> ElementWindow
  {
    try #require(
      try ElementWindow.read(
        dev: dev, prod: prod, places: places, columnCount: columnCount, isCancelled: { false }))
  }

  @Test func `elements stand at the places that were asked for`() throws {
    let found = try window(
      tensor(.i32, [10, 11, 12, 13, 14]), tensor(.i32, [20, 21, 22, 23, 24]), [1, 2, 4, 0])
    #expect(found.dev == [.signed(11), .signed(12), .signed(14), .signed(10)])
    #expect(found.prod == [.signed(21), .signed(22), .signed(24), .signed(20)])
    #expect(found.places == [1, 2, 4, 0])
    #expect(found.columnCount == 2)
  }

  @Test func `places outside a tensor have no element`() throws {
    let found = try window(tensor(.u8, [1, 2, 3]), tensor(.u8, [4]), [-1, 0, 1, 2, 3])
    #expect(found.dev == [nil, .unsigned(1), .unsigned(2), .unsigned(3), nil])
    #expect(found.prod == [nil, .unsigned(4), nil, nil, nil])
  }

  @Test func `a side that is not there has no elements`() throws {
    let found = try window(nil, tensor(.bool, [1, 0]), [0, 1])
    #expect(found.dev == [nil, nil])
    #expect(found.prod == [.boolean(true), .boolean(false)])
  }

  @Test func `elements are those that were recorded`() throws {
    let found = try window(
      tensor(.i64, bits: [0x4000_0000_0000_0001]), tensor(.f16, [0.1]), [0], columnCount: 1)
    #expect(found.dev == [.signed(4_611_686_018_427_387_905)])
    #expect(found.prod[0]?.description == "0.099975586")
  }

  @Test func `a column-major tensor is read by its indices`() throws {
    var tensor = tensor(.u8, [0, 3, 1, 4, 2, 5], [2, 3])
    tensor.strides = [1, 2]
    #expect(
      try window(tensor, nil, [0, 1, 2, 3, 4, 5]).dev == [
        .unsigned(0), .unsigned(1), .unsigned(2), .unsigned(3), .unsigned(4), .unsigned(5),
      ])
  }

  @Test func `no places, no elements`() throws {
    #expect(try window(tensor(.u8, [1]), nil, []).dev == [])
  }

  @Test func `cancelled, nothing is read`() throws {
    #expect(
      try ElementWindow.read(
        dev: tensor(.u8, [1]), prod: nil, places: [0], columnCount: 1, isCancelled: { true })
        == nil)
  }
}
