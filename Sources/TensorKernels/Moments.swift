/// Mean and spread of the finite elements of a run of one side; the runs of a tensor merge in order.
///
/// Kept as mean and squared deviations rather than as sums of powers: elements that lie close
/// together far from zero lose no digits, and equal ones have no spread at all.
///
/// - Source: T. Chan, G. Golub, R. LeVeque, Updating Formulae and a Pairwise Algorithm for Computing
///   Sample Variances, COMPSTAT 1982.
package struct Moments: Sendable, Equatable {
  /// Elements that are neither NaN nor infinite.
  package private(set) var finiteCount: Int
  /// Their mean; 0 where there is none, not finite where float64 elements overflow their sum.
  package private(set) var mean: Double
  /// Σ (x − mean)² over them.
  package private(set) var squaredDeviations: Double

  /// No element at all.
  package init() {
    self.init(finiteCount: 0, mean: 0, squaredDeviations: 0)
  }

  init(finiteCount: Int, mean: Double, squaredDeviations: Double) {
    self.finiteCount = finiteCount
    self.mean = mean
    self.squaredDeviations = squaredDeviations
  }

  /// Standard deviation with n - 1 in the denominator; NaN for fewer than two elements.
  package var deviation: Double {
    finiteCount > 1 ? (squaredDeviations / Double(finiteCount - 1)).squareRoot() : .nan
  }

  /// Square root of the sum of squares; 0 for no element.
  package var norm: Double {
    (squaredDeviations + Double(finiteCount) * mean * mean).squareRoot()
  }

  /// Takes in the elements of the run that follows.
  package mutating func merge(_ following: Moments) {
    guard following.finiteCount > 0 else { return }
    let count = Double(finiteCount + following.finiteCount)
    let share = Double(following.finiteCount) / count
    let distance = following.mean - mean
    squaredDeviations +=
      following.squaredDeviations + distance * distance * Double(finiteCount) * share
    mean += distance * share
    finiteCount += following.finiteCount
  }
}
