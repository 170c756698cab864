/// The extents of a tensor, outermost axis first; `[]` is a scalar with one element.
package struct Shape: Sendable, Equatable, Hashable, CustomStringConvertible {
  package let extents: [Int]
  /// The product of the extents: 1 for a scalar, 0 where any extent is 0.
  package let elementCount: Int

  /// - Returns: `nil` where an extent is negative or the product does not fit an `Int`.
  ///
  /// A zero among the extents does not excuse the others: their product has to fit as well.
  package init?(_ extents: [Int]) {
    var product = 1
    for extent in extents {
      guard extent >= 0 else { return nil }
      let (next, overflows) = product.multipliedReportingOverflow(by: max(1, extent))
      guard !overflows else { return nil }
      product = next
    }
    self.extents = extents
    elementCount = extents.contains(0) ? 0 : product
  }

  package static let scalar = Shape(unchecked: [], elementCount: 1)

  /// One axis of `count` elements.
  package static func vector(_ count: Int) -> Shape {
    Shape(unchecked: [count], elementCount: count)
  }

  private init(unchecked extents: [Int], elementCount: Int) {
    self.extents = extents
    self.elementCount = elementCount
  }

  package var rank: Int { extents.count }

  /// As the screen writes it: `3×224×224`, `scalar` where there are no axes.
  package var description: String {
    extents.isEmpty ? "scalar" : extents.map(String.init).joined(separator: "×")
  }

  /// Steps between neighbours along each axis, in elements, where the last axis runs fastest.
  package var rowMajorStrides: [Int] {
    var strides = [Int](repeating: 1, count: rank)
    for axis in stride(from: rank - 2, through: 0, by: -1) {
      strides[axis] = strides[axis + 1] * max(1, extents[axis + 1])
    }
    return strides
  }

  /// Steps between neighbours along each axis, in elements, where the first axis runs fastest.
  package var columnMajorStrides: [Int] {
    var strides = [Int](repeating: 1, count: rank)
    for axis in 1..<max(1, rank) {
      strides[axis] = strides[axis - 1] * max(1, extents[axis - 1])
    }
    return strides
  }

  /// The index along each axis of the element that is number `offset` in row-major order.
  ///
  /// - Precondition: `offset` lies in `0..<elementCount`.
  package func index(ofElement offset: Int) -> [Int] {
    precondition(offset >= 0 && offset < elementCount, "element \(offset) of \(elementCount)")
    var index = [Int](repeating: 0, count: rank)
    var rest = offset
    for axis in stride(from: rank - 1, through: 0, by: -1) {
      index[axis] = rest % extents[axis]
      rest /= extents[axis]
    }
    return index
  }

  /// The number in row-major order of the element at `index`.
  ///
  /// - Returns: `nil` where the index has another rank or lies outside.
  package func element(at index: [Int]) -> Int? {
    guard index.count == rank else { return nil }
    var offset = 0
    for axis in 0..<rank {
      guard index[axis] >= 0, index[axis] < extents[axis] else { return nil }
      offset = offset * extents[axis] + index[axis]
    }
    return offset
  }
}
