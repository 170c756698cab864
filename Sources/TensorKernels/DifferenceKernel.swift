import PipelineTrace

/// Compares two runs of elements, dtype against dtype: one block of a tensor at a time.
///
/// A tensor is cut into blocks of `blockElementCount`, whose statistics merge in order: so the
/// result has the same bits on one thread and on sixteen.
package struct DifferenceKernel: Sendable {
  /// Pairs of a whole block; the last one of a tensor may be shorter.
  package static let blockElementCount = 65_536

  package let dev: DType
  package let prod: DType
  package let tolerance: Tolerance

  /// - Precondition: The tolerance is not negative, its relative part finite.
  package init(dev: DType, prod: DType, tolerance: Tolerance) {
    precondition(
      tolerance.relative >= 0 && tolerance.relative.isFinite && tolerance.absolute >= 0,
      "no bound: \(tolerance)")
    self.dev = dev
    self.prod = prod
    self.tolerance = tolerance
  }

  /// Whether pairs agree only when equal: integers and booleans on both sides.
  var isExact: Bool { !dev.isFloat && !prod.isFloat }

  /// Pairs in two runs of bytes, which have to hold as many elements each.
  func elementCount(dev devBytes: UnsafeRawBufferPointer, prod prodBytes: UnsafeRawBufferPointer)
    -> Int
  {
    let count = devBytes.count / dev.byteCount
    precondition(
      devBytes.count == count * dev.byteCount && prodBytes.count == count * prod.byteCount
        && count <= Self.blockElementCount,
      "\(devBytes.count) bytes of \(dev) beside \(prodBytes.count) bytes of \(prod)")
    return count
  }
}
