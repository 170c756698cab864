import TraceComparison

/// In words: how near two traces are that agree.
package enum CloseText {
  /// `8 with the same bits, 2 within the tolerance; largest relative difference 3e-07 in 'pooling'`.
  package static func summary(of comparison: Comparison) -> String {
    let identical = comparison.pairs.count { $0.status == .identical }
    let close = comparison.pairs.filter { $0.status == .close }
    guard !close.isEmpty else { return "all of them with the same bits" }
    var text = "\(identical) with the same bits, \(close.count) within tolerance"
    if let worst = close.max(by: { ($0.relativeError ?? 0) < ($1.relativeError ?? 0) }),
      let error = worst.relativeError
    {
      text += "; largest ‖Δ‖/‖dev‖ \(NumberText.brief(error, digits: 2)) in \(worst.name.visible)"
    }
    return text
  }
}
