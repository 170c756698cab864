/// A sum of many doubles that keeps what each addition rounds away.
///
/// The error does not grow with the number of terms. The order of the terms is part of the result:
/// the same terms in the same order give the same bits.
///
/// - Source: A. Neumaier, Rundungsfehleranalyse einiger Verfahren zur Summation endlicher Summen,
///   ZAMM 54 (1974), algorithm IV.
package struct CompensatedSum: Sendable, Equatable {
  private var total = 0.0
  private var roundedAway = 0.0

  package init(_ value: Double = 0) { total = value }

  /// The sum; infinite where it left the range of doubles, NaN where it did so in both directions.
  package var value: Double { roundedAway.isFinite ? total + roundedAway : total }

  /// Adds the sum of the terms that follow.
  package mutating func add(_ following: CompensatedSum) {
    let term = following.total
    let sum = total + term
    if total.magnitude >= term.magnitude {
      roundedAway += (total - sum) + term
    } else {
      roundedAway += (term - sum) + total
    }
    roundedAway += following.roundedAway
    total = sum
  }
}
