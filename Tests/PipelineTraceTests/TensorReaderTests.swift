import PipelineTrace
import Testing

@Suite struct TensorReaderTests {
  /// Elements 0, 1, 2, … as they lie in the source, 16 bits each.
  private func tensor(
    _ extents: [Int], strides: [Int]? = nil, firstElement: Int = 0, sourceCount: Int? = nil,
    byteOrder: Tensor.ByteOrder = .little
  ) throws -> Tensor {
    let shape = try #require(Shape(extents))
    let count = sourceCount ?? shape.elementCount
    let bytes = (0..<count).flatMap { element -> [UInt8] in
      let pair = [UInt8(truncatingIfNeeded: element), UInt8(truncatingIfNeeded: element >> 8)]
      return byteOrder == .little ? pair : pair.reversed()
    }
    return Tensor(
      dtype: .u16, shape: shape, bytes: LiteralBytes(bytes), strides: strides,
      firstElement: firstElement, byteOrder: byteOrder)
  }

  private func read(_ tensor: Tensor, _ range: Range<Int>? = nil) throws -> [UInt16] {
    var reader = TensorReader(tensor)
    return try read(&reader, range ?? 0..<tensor.shape.elementCount)
  }

  private func read(_ reader: inout TensorReader, _ range: Range<Int>) throws -> [UInt16] {
    var elements = [UInt16](repeating: 0, count: range.count)
    try elements.withUnsafeMutableBytes { try reader.read(range, into: $0) }
    return elements
  }

  @Test func `row-major tensors are read in place`() throws {
    #expect(try read(tensor([2, 3])) == [0, 1, 2, 3, 4, 5])
    #expect(try read(tensor([2, 3]), 2..<5) == [2, 3, 4])
    #expect(try read(tensor([2, 3]), 6..<6) == [])
    #expect(try read(tensor([])) == [0])
    #expect(try read(tensor([0, 3])) == [])
  }

  @Test func `big-endian elements are turned`() throws {
    #expect(try read(tensor([300], byteOrder: .big), 255..<258) == [255, 256, 257])
    let turned = try tensor([2, 2], strides: [1, 2], byteOrder: .big)
    #expect(try read(turned) == [0, 2, 1, 3])
  }

  @Test func `column-major, reversed, broadcast and stepped views`() throws {
    #expect(try read(tensor([2, 3], strides: [1, 2])) == [0, 2, 4, 1, 3, 5])
    #expect(try read(tensor([4], strides: [-1], firstElement: 3)) == [3, 2, 1, 0])
    #expect(try read(tensor([2, 3], strides: [-3, -1], firstElement: 5)) == [5, 4, 3, 2, 1, 0])
    #expect(try read(tensor([3, 2], strides: [0, 1], sourceCount: 2)) == [0, 1, 0, 1, 0, 1])
    #expect(
      try read(tensor([2, 2], strides: [5000, 2], firstElement: 1, sourceCount: 10_000))
        == [1, 3, 5001, 5003])
    let turned = try tensor([2, 2, 2], strides: [1, 2, 4])
    #expect(try read(turned) == [0, 4, 2, 6, 1, 5, 3, 7])
    #expect(try read(turned, 3..<6) == [6, 1, 5])
  }

  @Test func `single elements as bits`() throws {
    var reader = TensorReader(try tensor([300]))
    #expect(try reader.bits(ofElement: 299) == 299)
    var big = TensorReader(try tensor([300], byteOrder: .big))
    #expect(try big.bits(ofElement: 258) == 258)
  }

  @Test func `slabs join without a seam`() throws {
    // Five million elements of two bytes, more than one slab; transposed, so never contiguous.
    let rows = 2_500
    let columns = 2_000
    let tensor = try tensor([rows, columns], strides: [1, rows])
    #expect(tensor.byteCount > TensorReader.slabByteCount)
    var reader = TensorReader(tensor)
    func expected(_ range: Range<Int>) -> [UInt16] {
      range.map { UInt16(truncatingIfNeeded: $0 / columns + $0 % columns * rows) }
    }
    let border = TensorReader.slabByteCount / 2
    for range in [
      0..<10, (border - 3_000)..<(border + 3_000), 4_999_990..<5_000_000, 1_000_000..<1_000_010,
    ] {
      #expect(try read(&reader, range) == expected(range))
    }
    // Started in the middle of a row.
    var other = TensorReader(tensor)
    #expect(try read(&other, 1_999..<4_005) == expected(1_999..<4_005))
  }

  @Test func `a long row is gathered in parts`() throws {
    // One row of six million elements, each the second of its source.
    let tensor = try tensor([1, 6_000_000], strides: [0, 2], sourceCount: 12_000_000)
    let range = 4_194_300..<4_194_310
    #expect(try read(tensor, range) == range.map { UInt16(truncatingIfNeeded: $0 * 2) })
  }
}
