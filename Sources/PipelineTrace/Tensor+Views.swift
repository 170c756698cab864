/// Views: other orders and parts of the same elements, which copy nothing.
extension Tensor {
  /// The axes in another order: axis `i` of the view is axis `order[i]` of this tensor.
  ///
  /// - Precondition: `order` holds each axis once.
  package func transposed(_ order: [Int]) -> Tensor {
    precondition(order.sorted() == Array(0..<shape.rank), "\(order) of \(shape)")
    return view(order.map { shape.extents[$0] }, order.map { strides[$0] }, firstElement)
  }

  /// The elements along these axes in reverse order.
  package func reversed(alongAxes axes: [Int]) -> Tensor {
    var strides = strides
    var first = firstElement
    for axis in axes where shape.extents[axis] > 0 {
      first += (shape.extents[axis] - 1) * strides[axis]
      strides[axis] = -strides[axis]
    }
    return view(shape.extents, strides, first)
  }

  /// The part of an axis that lies in `range`.
  ///
  /// - Precondition: `range` lies within the axis.
  package func sliced(_ range: Range<Int>, alongAxis axis: Int) -> Tensor {
    precondition(range.lowerBound >= 0 && range.upperBound <= shape.extents[axis])
    var extents = shape.extents
    extents[axis] = range.count
    return view(extents, strides, firstElement + range.lowerBound * strides[axis])
  }

  /// The same elements in row-major order under other extents; `nil` where that would need a copy, or
  /// where the counts differ.
  package func reshaped(_ extents: [Int]) -> Tensor? {
    guard let other = Shape(extents), other.elementCount == shape.elementCount, isContiguous
    else { return nil }
    return view(extents, other.rowMajorStrides, firstElement)
  }

  private func view(_ extents: [Int], _ strides: [Int], _ first: Int) -> Tensor {
    guard let shape = Shape(extents) else { preconditionFailure("\(extents) of \(shape)") }
    return Tensor(
      dtype: dtype, shape: shape, bytes: bytes, strides: strides,
      firstElement: shape.elementCount > 0 ? first : 0, byteOrder: byteOrder)
  }

  /// Where in the source the element number `element`, in row-major order, stands.
  package func place(ofElement element: Int) -> Int {
    zip(shape.index(ofElement: element), strides).reduce(firstElement) { $0 + $1.0 * $1.1 }
  }
}
