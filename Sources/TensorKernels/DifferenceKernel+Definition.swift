import PipelineTrace

extension DifferenceKernel {
  /// The statistics of one block by their definition, pair by pair: what `statistics` has to match.
  ///
  /// Counts, maxima and indices are equal; sums differ by the rounding of another order of addition.
  package func statisticsByDefinition(
    dev devBytes: UnsafeRawBufferPointer, prod prodBytes: UnsafeRawBufferPointer, firstElement: Int
  ) -> DifferenceStatistics {
    var statistics = DifferenceStatistics()
    for k in 0..<elementCount(dev: devBytes, prod: prodBytes) {
      let devBits = elementBits(at: k, of: devBytes, byteCount: dev.byteCount)
      let prodBits = elementBits(at: k, of: prodBytes, byteCount: prod.byteCount)
      statistics.merge(
        statisticsOfPair(dev: devBits, prod: prodBits, element: firstElement + k))
    }
    return statistics
  }

  /// A single pair, from its bits.
  private func statisticsOfPair(dev devBits: UInt64, prod prodBits: UInt64, element: Int)
    -> DifferenceStatistics
  {
    let devElement = Element(bits: devBits, dtype: dev)
    let prodElement = Element(bits: prodBits, dtype: prod)
    let (x, y) = (devElement.number, prodElement.number)
    var pair = DifferenceStatistics()
    pair.elementCount = 1
    pair.dev = SideStatistics(number: x)
    pair.prod = SideStatistics(number: y)

    let agrees = tolerance.accepts(dev: devElement, prod: prodElement)
    guard x.isFinite && y.isFinite else {
      pair.mismatchedCount = agrees ? 0 : 1
      pair.differingCount = agrees ? 0 : 1
      pair.firstMismatch = agrees ? nil : element
      pair.firstSpecialMismatch = agrees ? nil : element
      return pair
    }

    let distance = Element.difference(dev: devElement, prod: prodElement).magnitude
    let relative = distance == 0 ? 0 : distance / x.magnitude
    pair.finitePairCount = 1
    pair.mismatchedCount = agrees ? 0 : 1
    pair.firstMismatch = agrees ? nil : element
    pair.differingCount = distance == 0 ? 0 : 1
    pair.maxAbsolute = distance
    pair.maxAbsoluteElement = distance == 0 ? nil : element
    pair.maxRelative = relative
    pair.maxRelativeElement = relative == 0 ? nil : element
    if dev == prod && dev.isFloat {
      pair.maxULP = ulpDistance(dev: devBits, prod: prodBits, dtype: dev)
    }
    pair.absolutes = CompensatedSum(distance)
    pair.squares = CompensatedSum(distance * distance)
    pair.devSquares = CompensatedSum(x * x)
    pair.prodSquares = CompensatedSum(y * y)
    pair.products = CompensatedSum(x * y)
    return pair
  }
}

/// How many floats of a dtype lie from one to the other, both finite: a few by rounding.
///
/// Large around zero, where floats are dense: to be read beside the absolute difference.
///
/// - Source: D. Goldberg, ACM Computing Surveys 23 (1991), section 1.2, "Relative Error and Ulps".
private func ulpDistance(dev: UInt64, prod: UInt64, dtype: DType) -> UInt64 {
  let sign: UInt64 = 1 << (dtype.byteCount * 8 - 1)
  let devMagnitude = dev & (sign - 1)
  let prodMagnitude = prod & (sign - 1)
  if dev & sign != prod & sign { return devMagnitude + prodMagnitude }
  return max(devMagnitude, prodMagnitude) - min(devMagnitude, prodMagnitude)
}
