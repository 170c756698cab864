/// A recorded array: what its header says, and where its elements lie.
///
/// A value of a few words. No element is read before a ``TensorReader`` asks, and views over the
/// same bytes (transposed, reversed, sliced) copy nothing.
package struct Tensor: Sendable {
  package enum ByteOrder: Sendable, Equatable {
    case little
    case big
  }

  package var dtype: DType
  package var shape: Shape
  /// Steps between neighbours along each axis, in elements; may be 0 or negative in a view.
  package var strides: [Int]
  /// The place of element `[0, 0, …]` in the source, in elements.
  package var firstElement: Int
  package var byteOrder: ByteOrder
  package var bytes: any ByteSource

  /// A tensor over `bytes`, row-major from their start where nothing else is said.
  ///
  /// - Precondition: every element lies within `bytes`; a reader has to have checked it.
  package init(
    dtype: DType, shape: Shape, bytes: any ByteSource, strides: [Int]? = nil,
    firstElement: Int = 0, byteOrder: ByteOrder = .little
  ) {
    self.dtype = dtype
    self.shape = shape
    self.strides = strides ?? shape.rowMajorStrides
    self.firstElement = firstElement
    self.byteOrder = byteOrder
    self.bytes = bytes
    precondition(self.strides.count == shape.rank, "\(self.strides) for \(shape)")
    let reach = elementSpan
    precondition(
      reach.lowerBound >= 0 && reach.upperBound * dtype.byteCount <= bytes.byteCount,
      "elements \(reach) of \(dtype) in \(bytes.byteCount) bytes")
  }

  /// The elements of the source that lie between the first and the last that this tensor uses.
  package var elementSpan: Range<Int> {
    guard shape.elementCount > 0 else { return firstElement..<firstElement }
    var low = firstElement
    var high = firstElement
    for axis in 0..<shape.rank {
      let reach = (shape.extents[axis] - 1) * strides[axis]
      if reach < 0 { low += reach } else { high += reach }
    }
    return low..<(high + 1)
  }

  /// Whether the elements lie one after the other in row-major order, so that ranges read in place.
  package var isContiguous: Bool {
    var expected = 1
    for axis in stride(from: shape.rank - 1, through: 0, by: -1) where shape.extents[axis] > 1 {
      guard strides[axis] == expected else { return false }
      expected *= shape.extents[axis]
    }
    return true
  }

  /// Bytes that all elements take together.
  package var byteCount: Int { shape.elementCount * dtype.byteCount }
}
