import PipelineTrace
import Testing

@Suite struct ShapeTests {
  @Test func `strides of both orders`() throws {
    let shape = try #require(Shape([2, 3, 4]))
    #expect(shape.elementCount == 24)
    #expect(shape.rowMajorStrides == [12, 4, 1])
    #expect(shape.columnMajorStrides == [1, 2, 6])
    #expect("\(shape)" == "2×3×4")
    #expect("\(Shape.scalar)" == "scalar")
    #expect(Shape.scalar.columnMajorStrides == [])
  }

  @Test func `an element's number and its index belong together`() throws {
    let shape = try #require(Shape([2, 3, 4]))
    #expect(shape.index(ofElement: 23) == [1, 2, 3])
    #expect(shape.index(ofElement: 5) == [0, 1, 1])
    #expect(shape.element(at: [0, 1, 1]) == 5)
    #expect(shape.element(at: [0, 3, 1]) == nil)
    #expect(shape.element(at: [0, 1]) == nil)
    #expect(Shape.scalar.index(ofElement: 0) == [])
  }

  @Test func `negative extents and products beyond 64 bits are no shape`() {
    #expect(Shape([2, -1]) == nil)
    #expect(Shape([1 << 62, 8]) == nil)
    #expect(Shape([1 << 62, 8, 0]) == nil)
    #expect(Shape([5, 0])?.elementCount == 0)
    #expect(Shape([])?.elementCount == 1)
  }
}
