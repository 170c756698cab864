/// What separates two runs of elements, pair by pair; the runs of a tensor merge in order.
///
/// Every figure names the pairs it is taken over. Indices are those of the whole tensor, in the
/// order of its elements, and always the first that qualifies.
package struct DifferenceStatistics: Sendable, Equatable {
  /// Pairs seen.
  package internal(set) var elementCount = 0
  /// Pairs that do not agree: beyond the tolerance, or with a NaN or infinity the other lacks.
  package internal(set) var mismatchedCount = 0
  /// Pairs not equal in value, whatever the tolerance: +0 equals −0, two NaN as the tolerance says.
  package internal(set) var differingCount = 0
  /// Pairs of which both sides are finite.
  package internal(set) var finitePairCount = 0
  package internal(set) var firstMismatch: Int?
  /// The first mismatch of which at least one side is NaN or infinite.
  package internal(set) var firstSpecialMismatch: Int?

  /// The largest |prod − dev| of a finite pair, infinite where it overflows; `nil` without such a pair.
  package internal(set) var maxAbsolute: Double?
  /// The first element that reaches it; `nil` where it is 0 or there is none.
  package internal(set) var maxAbsoluteElement: Int?
  /// The largest |prod − dev| / |dev| of a finite pair, infinity where dev alone is 0.
  package internal(set) var maxRelative: Double?
  /// The first element that reaches it; `nil` where it is 0 or there is none.
  package internal(set) var maxRelativeElement: Int?
  /// The largest distance of a finite pair in steps of its dtype, +0 and −0 being one place.
  ///
  /// `nil` where the sides have not the same float dtype, or no pair is finite.
  package internal(set) var maxULP: UInt64?

  /// Finite pairs that differ, by the power of two of |prod − dev|.
  package internal(set) var histogram = LogHistogram()

  package internal(set) var dev = SideStatistics()
  package internal(set) var prod = SideStatistics()

  var absolutes = CompensatedSum()
  var squares = CompensatedSum()
  var devSquares = CompensatedSum()
  var prodSquares = CompensatedSum()
  var products = CompensatedSum()

  /// No pair at all.
  package init() {}

  /// Takes in the pairs that come right after these.
  ///
  /// Counts and maxima do not depend on how a tensor was cut; the sums depend on the cuts and on
  /// the order of merging, so blocks with fixed borders are merged one by one, from the first on.
  package mutating func merge(_ following: DifferenceStatistics) {
    elementCount += following.elementCount
    mismatchedCount += following.mismatchedCount
    differingCount += following.differingCount
    finitePairCount += following.finitePairCount
    firstMismatch = firstMismatch ?? following.firstMismatch
    firstSpecialMismatch = firstSpecialMismatch ?? following.firstSpecialMismatch
    if let other = following.maxAbsolute, maxAbsolute.map({ other > $0 }) ?? true {
      maxAbsolute = other
      maxAbsoluteElement = following.maxAbsoluteElement
    }
    if let other = following.maxRelative, maxRelative.map({ other > $0 }) ?? true {
      maxRelative = other
      maxRelativeElement = following.maxRelativeElement
    }
    if let other = following.maxULP { maxULP = max(maxULP ?? 0, other) }
    histogram.merge(following.histogram)
    dev.merge(following.dev)
    prod.merge(following.prod)
    absolutes.add(following.absolutes)
    squares.add(following.squares)
    devSquares.add(following.devSquares)
    prodSquares.add(following.prodSquares)
    products.add(following.products)
  }
}

extension DifferenceStatistics {
  /// Σ |prod − dev| over the finite pairs.
  package var absoluteSum: Double { absolutes.value }
  /// Σ (prod − dev)² over the finite pairs.
  package var squareSum: Double { squares.value }
  /// Σ dev² over the finite pairs.
  package var devSquareSum: Double { devSquares.value }
  /// Σ prod² over the finite pairs.
  package var prodSquareSum: Double { prodSquares.value }
  /// Σ dev · prod over the finite pairs.
  package var productSum: Double { products.value }

  /// Mean of |prod − dev| over the finite pairs; `nil` without one.
  package var meanAbsolute: Double? {
    finitePairCount == 0 ? nil : absoluteSum / Double(finitePairCount)
  }

  /// Square root of the mean of (prod − dev)² over the finite pairs; `nil` without one.
  package var rootMeanSquare: Double? {
    finitePairCount == 0 ? nil : (squareSum / Double(finitePairCount)).squareRoot()
  }

  /// Cosine of the angle between the finite pairs read as two vectors, from −1 to 1.
  ///
  /// Exactly 1 where no pair differs. `nil` where a vector is zero, or too long for a `Double`.
  package var cosine: Double? {
    let length = devSquareSum.squareRoot() * prodSquareSum.squareRoot()
    guard length > 0, length.isFinite, productSum.isFinite else { return nil }
    return differingCount == 0 ? 1 : min(max(productSum / length, -1), 1)
  }

  /// Length of the difference over length of dev, √(Σ (prod − dev)² / Σ dev²).
  ///
  /// 0 where the squares of the differences are 0, infinite where they overflow or dev is zero.
  package var relativeError: Double {
    if squareSum == 0 { return 0 }
    guard squareSum.isFinite, devSquareSum > 0 else { return .infinity }
    return (squareSum / devSquareSum).squareRoot()
  }
}
