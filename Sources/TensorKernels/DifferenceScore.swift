import PipelineTrace

/// How far a pair of elements lies apart in units of its tolerance: for heatmaps.
///
/// 0 where the two are equal, up to 1 within the tolerance, more than 1 beyond it (1 too where the
/// quotient rounds down to it), infinity where only one side is NaN or infinite. Integers and
/// booleans, which know no tolerance, score 0 where they are equal and else 1 + |prod − dev|.
package struct DifferenceScore: Sendable {
  private let tolerance: Tolerance
  private let isExact: Bool

  package init(dev: DType, prod: DType, tolerance: Tolerance) {
    self.tolerance = tolerance
    isExact = !dev.isFloat && !prod.isFloat
  }

  /// The score of one pair of values, as ``widen(_:dtype:into:)`` gives them.
  ///
  /// 64-bit integers are rounded by then: those that differ only beyond 2⁵³ score 0.
  @inline(__always)
  package func score(dev: Double, prod: Double) -> Double {
    if dev == prod { return 0 }
    if isExact { return 1 + (prod - dev).magnitude }
    guard dev.isFinite && prod.isFinite else {
      return tolerance.nanEqualsNaN && dev.isNaN && prod.isNaN ? 0 : .infinity
    }
    let bound = tolerance.bound(dev: dev)
    return bound == .infinity ? 0 : (prod - dev).magnitude / bound
  }

  /// Writes the scores of a row of pairs.
  ///
  /// - Precondition: All three have the same length.
  package func write(
    dev: UnsafeBufferPointer<Double>, prod: UnsafeBufferPointer<Double>,
    to scores: UnsafeMutableBufferPointer<Double>
  ) {
    precondition(
      dev.count == scores.count && prod.count == scores.count,
      "\(dev.count) and \(prod.count) values for \(scores.count) scores")
    for k in scores.indices { scores[k] = score(dev: dev[k], prod: prod[k]) }
  }
}
