import PipelineTrace
import TensorKernels

/// What two sides of which at least one is a summary say of each other.
///
/// Agreement is never identity: it holds for what was recorded, and statistics do not see the order
/// of the elements.
package struct SummaryComparison: Sendable, Equatable {
  /// A statistic that both sides have.
  package struct Row: Sendable, Equatable {
    package var statistic: TensorSummary.Statistic
    package var dev: TensorSummary.Figure
    package var prod: TensorSummary.Figure
    /// The largest |dev − prod| at which two finite ones agree; 0 where one is not.
    package var bound: Double
    /// `nil` where a side is not finite for no other reason than that a sum overflowed.
    package var agrees: Bool?
  }

  /// An element that both sides have.
  package struct PrintedPair: Sendable, Equatable {
    /// Its number in row-major order.
    package var element: Int
    package var dev: TensorSummary.Figure
    package var prod: TensorSummary.Figure
    package var agrees: Bool
  }

  /// Elements of each tensor.
  package private(set) var elementCount: Int
  package private(set) var rows: [Row] = []
  /// In increasing order of their numbers.
  package private(set) var printed: [PrintedPair] = []
  package private(set) var mismatchedPrintedCount = 0
  package private(set) var firstPrintedMismatch: PrintedPair?
  /// Whether the digests are the same; `nil` where they cannot be held against each other.
  package private(set) var hasSameDigest: Bool?
  /// Whether another digest is a difference by itself, as nothing but equal elements agree.
  package private(set) var isExact: Bool
  /// At least so long is the difference, relative to dev; `nil` where no figure disagrees, or dev's
  /// length is not known. See ``lowerBound(dev:prod:)``.
  package private(set) var relativeError: Double?

  /// Holds every figure that both sides have against the tolerance.
  ///
  /// - Precondition: Both have the same shape.
  init(dev: SummaryTolerance.Side, prod: SummaryTolerance.Side, tolerance: Tolerance) {
    let rule = SummaryTolerance(tolerance, dev: dev, prod: prod)
    let (devSummary, prodSummary) = (dev.summary, prod.summary)
    elementCount = rule.elementCount
    isExact =
      tolerance.isExact || !(devSummary.dtype.isFloat || prodSummary.dtype.isFloat)
    for statistic in TensorSummary.Statistic.allCases {
      // One element has no spread, and none have no statistics: what is NaN there is no element.
      guard elementCount > (statistic == .deviation ? 1 : 0) else { continue }
      guard let devFigure = devSummary.statistics[statistic],
        let prodFigure = prodSummary.statistics[statistic]
      else { continue }
      let bound = rule.bound(of: statistic, devFigure, prodFigure)
      var row = Row(
        statistic: statistic, dev: devFigure, prod: prodFigure,
        bound: devFigure.value.isFinite && prodFigure.value.isFinite ? bound : 0,
        agrees: tolerance.accepts(devFigure.value, prodFigure.value, bound: bound))
      if row.agrees == false, rule.mayHaveOverflowed(statistic) { row.agrees = nil }
      rows.append(row)
    }
    var next = prodSummary.printed.makeIterator()
    var prodPrinted = next.next()
    for devPrinted in devSummary.printed where devPrinted.element < elementCount {
      while let place = prodPrinted, place.element < devPrinted.element {
        prodPrinted = next.next()
      }
      guard let place = prodPrinted, place.element == devPrinted.element else { continue }
      let bound = rule.bound(devPrinted.figure, place.figure)
      printed.append(
        PrintedPair(
          element: place.element, dev: devPrinted.figure, prod: place.figure,
          agrees: tolerance.accepts(devPrinted.figure.value, place.figure.value, bound: bound)))
    }
    mismatchedPrintedCount = printed.count { !$0.agrees }
    firstPrintedMismatch = printed.first { !$0.agrees }
    // Digests of different length come from different hashes.
    if devSummary.dtype == prodSummary.dtype, let devDigest = devSummary.digest,
      let prodDigest = prodSummary.digest, devDigest.utf8.count == prodDigest.utf8.count
    {
      hasSameDigest = devDigest == prodDigest
    }
    relativeError = lowerBound(dev: devSummary, prod: prodSummary)
  }

  /// Whether anything at all was held against its counterpart; tensors without elements need nothing.
  package var hasEvidence: Bool {
    elementCount == 0 || hasSameDigest != nil || !printed.isEmpty
      || rows.contains { $0.agrees != nil }
  }

  /// Whether anything disagrees; another digest does where nothing is tolerated, and where there is
  /// nothing else.
  package var disagrees: Bool {
    if rows.contains(where: { $0.agrees == false }) || mismatchedPrintedCount > 0 { return true }
    guard hasSameDigest == false else { return false }
    return isExact || (printed.isEmpty && !rows.contains { $0.agrees != nil })
  }

  /// Whether something was held that another order of the elements would have changed.
  package var seesOrder: Bool {
    elementCount < 2 || hasSameDigest == true || !printed.isEmpty
  }

  package var comparedRowCount: Int { rows.count { $0.agrees != nil } }
  package var mismatchedRowCount: Int { rows.count { $0.agrees == false } }

  /// The printed pair of an element, where both sides have it.
  package func printedPair(at element: Int) -> PrintedPair? {
    let place = printed.partitioningIndex { $0.element >= element }
    return place < printed.count && printed[place].element == element ? printed[place] : nil
  }

  /// The statistic that disagrees most for what it may: one that is not finite, else by its bound.
  package var worstRow: Row? {
    rows.filter { $0.agrees == false }.max { $0.excess < $1.excess }
  }

  /// A length that ‖prod − dev‖ / ‖dev‖ cannot be below, from what disagrees.
  ///
  /// Each figure gives one: a norm by the triangle inequality, a spread likewise as the norm of what
  /// is left without the mean, a mean by Cauchy and Schwarz, an extreme and the printed elements as
  /// a part of the whole. What printing rounded away counts as no difference.
  private func lowerBound(dev: TensorSummary, prod: TensorSummary) -> Double? {
    guard disagrees else { return nil }
    let count = Double(elementCount)
    var length = 0.0
    for row in rows where row.agrees == false {
      let distance = Self.distance(row.dev, row.prod)
      switch row.statistic {
      case .minimum, .maximum, .norm: length = max(length, distance)
      case .mean: length = max(length, distance * count.squareRoot())
      case .deviation: length = max(length, distance * max(0, count - 1).squareRoot())
      }
    }
    let squares = printed.filter { !$0.agrees }
      .reduce(0) { $0 + Self.distance($1.dev, $1.prod) * Self.distance($1.dev, $1.prod) }
    length = max(length, squares.squareRoot())
    guard length > 0 else { return nil }
    guard length.isFinite else { return .infinity }
    return dev.rootMeanSquare.map { length / ($0 * count.squareRoot()) }
  }

  /// |prod − dev| less what printing may have added; infinite where one is not finite.
  private static func distance(_ dev: TensorSummary.Figure, _ prod: TensorSummary.Figure) -> Double
  {
    let distance = (prod.value - dev.value).magnitude
    return distance.isFinite ? max(0, distance - dev.halfUnit - prod.halfUnit) : .infinity
  }
}

extension SummaryComparison.Row {
  /// How often the difference is what it may be.
  fileprivate var excess: Double {
    let distance = (prod.value - dev.value).magnitude
    return distance.isFinite && bound > 0 ? distance / bound : .infinity
  }
}

extension Tolerance {
  /// Whether two numbers agree: within `bound`, both the same infinity, or both NaN where that counts.
  fileprivate func accepts(_ dev: Double, _ prod: Double, bound: Double) -> Bool {
    guard dev.isFinite && prod.isFinite else {
      return dev == prod || (nanEqualsNaN && dev.isNaN && prod.isNaN)
    }
    return (dev - prod).magnitude <= bound
  }
}
