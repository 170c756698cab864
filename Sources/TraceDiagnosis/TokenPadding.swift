/// Padding of token sequences, which is told from the ids; that of tensors is told from their elements.
extension PaddingSide {
  package static func explanation(of evidence: TokenEvidence) -> Finding? {
    guard case .paddingSide(let token, let isAtStart, let count) = evidence.change else {
      return nil
    }
    return evidence.finding(
      word, 1,
      "prod has its padding at the \(isAtStart ? "start" : "end"), dev at the "
        + "\(isAtStart ? "end" : "start"): \(grouped(count)) of \(evidence.named(token))",
      [Finding.Detail("count", .count(count))])
  }
}

extension PaddingLength {
  package static func explanation(of evidence: TokenEvidence) -> Finding? {
    guard case .paddingLength(let token, let dev, let prod) = evidence.change else { return nil }
    return evidence.finding(
      word, 1,
      "prod is dev with other padding: \(grouped(prod)) of \(evidence.named(token)), in dev "
        + "\(grouped(dev))",
      [Finding.Detail("dev", .count(dev)), Finding.Detail("prod", .count(prod))])
  }
}
