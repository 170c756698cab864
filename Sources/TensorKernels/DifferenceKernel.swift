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
  /// Which loops do the work; it does not show in the result.
  let path: KernelPath

  /// - Parameter path: For tests and measurements; pairs of dtypes that it does not take go by the
  ///   portable one.
  /// - Precondition: The tolerance is not negative, its relative part finite; the CPU has the path.
  package init(
    dev: DType, prod: DType, tolerance: Tolerance, path: KernelPath = .widest
  ) {
    precondition(
      tolerance.relative >= 0 && tolerance.relative.isFinite && tolerance.absolute >= 0,
      "no bound: \(tolerance)")
    precondition(path.isAvailable, "this CPU has no \(path)")
    self.dev = dev
    self.prod = prod
    self.tolerance = tolerance
    self.path = path.takes(dev: dev, prod: prod) ? path : .portable
  }

  /// The statistics of one block: `statisticsByDefinition` says what they are.
  ///
  /// The same bits on every CPU and by every path, sums included.
  ///
  /// - Parameters:
  ///   - dev: Elements in native byte order, from any address.
  ///   - prod: As many elements of the other side.
  ///   - firstElement: Index of the first pair in the whole tensor.
  /// - Precondition: Both sides hold the same number of elements, `blockElementCount` at most.
  package func statistics(
    dev devBytes: UnsafeRawBufferPointer, prod prodBytes: UnsafeRawBufferPointer, firstElement: Int
  ) -> DifferenceStatistics {
    let count = elementCount(dev: devBytes, prod: prodBytes)
    guard let devStart = devBytes.baseAddress, let prodStart = prodBytes.baseAddress, count > 0
    else { return DifferenceStatistics() }
    return vectorStatistics(devStart, prodStart, count: count, firstElement: firstElement)
      ?? portableStatistics(devStart, prodStart, count: count, firstElement: firstElement)
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
