/// A named cause of what a comparison found, with its evidence.
package struct Finding: Sendable, Equatable {
  /// A fact of the evidence, as programs read it.
  package struct Detail: Sendable, Equatable {
    package enum Quantity: Sendable, Equatable {
      case count(Int)
      case text(String)
      case number(Double)
    }

    package var key: String
    package var quantity: Quantity

    package init(_ key: String, _ quantity: Quantity) {
      self.key = key
      self.quantity = quantity
    }
  }

  /// Index among the comparison's pairs.
  package var pairIndex: Int
  /// The value of the pair that shows it; `nil` where it is about the stage as a whole.
  package var valueName: String?
  /// The word of the cause, one of the contract's.
  package var cause: String
  /// From 0 to 1, where nothing but this cause can be.
  package var confidence: Double
  /// One clause without a full stop, safe to print.
  package var summary: String
  /// Fraction of the mismatched elements that agree once the cause is undone; `nil` where nothing
  /// can be undone.
  package var explained: Double?
  /// In the order in which they are written.
  package var details: [Detail]

  package init(
    pairIndex: Int, valueName: String? = nil, cause: String, confidence: Double, summary: String,
    explained: Double? = nil, details: [Detail] = []
  ) {
    self.pairIndex = pairIndex
    self.valueName = valueName
    self.cause = cause
    self.confidence = confidence
    self.summary = summary
    self.explained = explained
    self.details = details
  }
}
