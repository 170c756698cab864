/// How the two sides of a pair, or of one of its values, stand to each other.
package enum Status: String, Sendable, Equatable {
  /// Not compared yet.
  case pending
  /// The same bits, dtype and shape; texts: the same bytes.
  case identical
  /// Not identical, within the tolerance.
  case close
  case diverged
  case onlyDev = "only_dev"
  case onlyProd = "only_prod"
  /// A side cannot be read; says nothing about whether they agree.
  case notComparable = "not_comparable"

  /// Whether this counts as a divergence: the sides differ, or one is not there.
  package var isDivergence: Bool {
    self == .diverged || self == .onlyDev || self == .onlyProd
  }

  /// Which of two statuses of parts is that of the whole.
  package func worse(_ other: Status) -> Status {
    severity >= other.severity ? self : other
  }

  private var severity: Int {
    switch self {
    case .identical: 0
    case .close: 1
    case .pending: 2
    case .notComparable: 3
    case .onlyDev, .onlyProd, .diverged: 4
    }
  }
}

/// In what the two sides of a diverged pair differ.
package enum DivergenceKind: String, Sendable, Equatable {
  case values
  case shape
  case dtype
  case text
  /// Not in prod.
  case missing
  /// In prod alone.
  case extra
}

/// What became of a difference between a stage's inputs and its outputs.
package enum Role: String, Sendable, Equatable {
  /// Diverged though its inputs did not: the difference was born here.
  case origin
  case inherited
  /// Inherited, and its relative error is more than ten times that of the worst input.
  case amplified
  /// Agrees though an input diverged.
  case healed
}
