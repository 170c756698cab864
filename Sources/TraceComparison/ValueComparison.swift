import PipelineTrace
import TensorKernels

/// The two sides of one value of a pair, and what comparing them gave.
package struct ValueComparison: Sendable {
  package enum Detail: Sendable {
    /// Nothing was measured: not compared, the same bits, or one side alone.
    case none
    /// Two tensors of the same shape.
    case difference(DifferenceStatistics)
    /// Tensors that have no elements in common: each side by itself.
    case sides(dev: SideStatistics?, prod: SideStatistics?)
    case text(TextComparison)
    /// Two arrays of the same shape, of which at least one is there as a summary only.
    case summary(SummaryComparison)
  }

  /// Two elements that stand across from each other.
  package struct WorstSides: Sendable, Equatable {
    package var dev: Element
    package var prod: Element
  }

  package var name: String
  package var role: Value.Role
  package var dev: Value?
  package var prod: Value?
  package var status: Status
  /// Set where the status is a divergence.
  package var kind: DivergenceKind?
  /// What held for tensors of the same shape.
  package var tolerance: Tolerance?
  package var detail: Detail
  /// The two elements at ``worstElement``, exactly.
  package var worstSides: WorstSides?
  /// For token ids that differ: what was inserted, removed and replaced.
  package var tokenEdits: TokenEdits?
  /// Why the sides could not be compared.
  package var problem: FormatError?

  package init(name: String, role: Value.Role, dev: Value?, prod: Value?) {
    self.name = name
    self.role = role
    self.dev = dev
    self.prod = prod
    status = .pending
    detail = .none
  }

  package var difference: DifferenceStatistics? {
    if case .difference(let statistics) = detail { statistics } else { nil }
  }

  package var summary: SummaryComparison? {
    if case .summary(let comparison) = detail { comparison } else { nil }
  }

  /// Whether both sides are there, and at least one as a summary only: no agreement is then identity.
  package var isSummarized: Bool {
    guard let dev, let prod else { return false }
    return dev.summary != nil || prod.summary != nil
  }

  /// The element a person wants to see first: one that is NaN or infinite on one side, else the one
  /// with the largest absolute difference.
  ///
  /// Of summaries the first printed one that disagrees.
  ///
  /// - Returns: `nil` where no elements stand across from each other or none differs.
  package var worstElement: Int? {
    if let summary { return summary.firstPrintedMismatch?.element }
    return difference?.worstElement
  }

  /// The norm of the difference over the norm of dev, the one number that can be followed from stage to stage.
  ///
  /// 0 for the same bits; infinity where dev is all zero, for other shapes, other texts, or a NaN on
  /// one side only. Of summaries a number that it is not below. `nil` while nothing is known.
  package var relativeError: Double? {
    switch status {
    case .identical: return 0
    case .pending, .notComparable, .onlyDev, .onlyProd: return nil
    case .close, .diverged: break
    }
    guard let difference else {
      switch detail {
      case .text(let text): return text.differingFraction
      case .summary(let summary): return summary.relativeError
      default: return .infinity
      }
    }
    if difference.firstSpecialMismatch != nil { return .infinity }
    return difference.relativeError
  }
}
