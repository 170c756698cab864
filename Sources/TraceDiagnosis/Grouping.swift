import PipelineTrace

/// A way to share the elements of a tensor out: one group per channel, row, column or block.
///
/// In row-major order the group changes every `divisor` elements and comes round again after `count`.
struct Grouping: Sendable, Equatable {
  /// What there is one group of: `axis 1`, `row`, `group of 32`.
  var label: String
  var divisor: Int
  var count: Int

  @inline(__always)
  func group(ofElement element: Int) -> Int { element / divisor % count }

  /// One group for all elements.
  static func whole(_ shape: Shape) -> Grouping {
    Grouping(label: "tensor", divisor: max(1, shape.elementCount), count: 1)
  }

  /// One group per index along each axis with more than one; with more axes before the last than one
  /// also one per row, that is per index along all but the last.
  static func axes(of shape: Shape) -> [Grouping] {
    let strides = shape.rowMajorStrides
    var groupings = shape.extents.indices.filter { shape.extents[$0] > 1 }.map {
      Grouping(label: "axis \($0)", divisor: strides[$0], count: shape.extents[$0])
    }
    let leading = shape.extents.dropLast().filter { $0 > 1 }
    if leading.count > 1, let last = shape.extents.last, last > 1 {
      groupings.append(
        Grouping(label: "row", divisor: last, count: shape.elementCount / last))
    }
    return groupings
  }

  /// One group per run of 16 to 256 elements along the last axis, where its extent is a multiple.
  static func blocks(of shape: Shape) -> [Grouping] {
    guard let last = shape.extents.last else { return [] }
    return [16, 32, 64, 128, 256].filter { last > $0 && last % $0 == 0 }.map {
      Grouping(label: "group of \($0)", divisor: $0, count: shape.elementCount / $0)
    }
  }
}
