import PipelineTrace

extension DifferenceKernel {
  /// The statistics of one block by their definition, pair by pair: what `statistics` has to match.
  ///
  /// To the last bit: pair k of the block is added to lane k mod 8, and `folded` adds up the lanes.
  package func statisticsByDefinition(
    dev devBytes: UnsafeRawBufferPointer, prod prodBytes: UnsafeRawBufferPointer, firstElement: Int
  ) -> DifferenceStatistics {
    var statistics = DifferenceStatistics()
    var lanes = [Terms](repeating: Terms(), count: 8)
    for k in 0..<elementCount(dev: devBytes, prod: prodBytes) {
      let devBits = elementBits(at: k, of: devBytes, byteCount: dev.byteCount)
      let prodBits = elementBits(at: k, of: prodBytes, byteCount: prod.byteCount)
      let devElement = Element(bits: devBits, dtype: dev)
      let prodElement = Element(bits: prodBits, dtype: prod)
      statistics.merge(
        statisticsOfPair(dev: devElement, prod: prodElement, element: firstElement + k))
      let (x, y) = (devElement.number, prodElement.number)
      guard x.isFinite && y.isFinite else { continue }
      let distance = Element.difference(dev: devElement, prod: prodElement).magnitude
      if distance > 0 { statistics.histogram.add(distance) }
      if dev == prod && dev.isFloat {
        let ulp = ulpDistance(dev: devBits, prod: prodBits, dtype: dev)
        statistics.maxULP = max(statistics.maxULP ?? 0, ulp)
      }
      lanes[k % 8].absolutes += distance
      lanes[k % 8].squares += distance * distance
      lanes[k % 8].devSquares += x * x
      lanes[k % 8].prodSquares += y * y
      lanes[k % 8].products += x * y
    }
    statistics.absolutes = CompensatedSum(folded(lanes.map(\.absolutes)))
    statistics.squares = CompensatedSum(folded(lanes.map(\.squares)))
    statistics.devSquares = CompensatedSum(folded(lanes.map(\.devSquares)))
    statistics.prodSquares = CompensatedSum(folded(lanes.map(\.prodSquares)))
    statistics.products = CompensatedSum(folded(lanes.map(\.products)))
    return statistics
  }

  /// What one lane of the sums has taken in.
  private struct Terms {
    var absolutes = 0.0
    var squares = 0.0
    var devSquares = 0.0
    var prodSquares = 0.0
    var products = 0.0
  }

  /// The sum of eight lanes, always in this order.
  private func folded(_ lanes: [Double]) -> Double {
    ((lanes[0] + lanes[1]) + (lanes[2] + lanes[3]))
      + ((lanes[4] + lanes[5]) + (lanes[6] + lanes[7]))
  }

  /// A single pair, without ULP, histogram and sums.
  private func statisticsOfPair(dev devElement: Element, prod prodElement: Element, element: Int)
    -> DifferenceStatistics
  {
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
