import TraceComparison

/// Something that makes two runs part, and that can be told from what they recorded.
///
/// A new cause is one file under `Causes`, and one line in ``allCauses``.
package protocol Cause: Sendable {
  /// The contract's word for it: `trace-truncated`.
  static var word: String { get }

  /// The pairs that show this cause; reads no tensor.
  ///
  /// Pairs that are not settled yet are no evidence.
  static func findings(in comparison: Comparison) -> [Finding]
}

/// Every cause, the most specific first.
package let allCauses: [any Cause.Type] = [
  TraceTruncated.self
]

/// What is known of why the two traces differ: by pair, the surest first, then the most specific.
package func findings(of comparison: Comparison) -> [Finding] {
  let found = allCauses.flatMap { $0.findings(in: comparison) }.enumerated()
  return found.sorted { first, second in
    let (one, other) = (first.element, second.element)
    if one.pairIndex != other.pairIndex { return one.pairIndex < other.pairIndex }
    if one.confidence != other.confidence { return one.confidence > other.confidence }
    return first.offset < second.offset
  }.map(\.element)
}
