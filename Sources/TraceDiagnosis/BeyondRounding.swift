import TraceComparison

extension Comparison {
  /// The first diverged pair, from the first divergence on, whose difference is more than rounding;
  /// `nil` where all of it is rounding, or nothing diverged.
  ///
  /// A pair is that where its best finding is not `float-noise` or `rounding`, or where its error is more
  /// than ten times that of its inputs: a softmax that saturates, a cancellation, another fault. What
  /// merely carries a difference is what its origin is.
  package func firstBeyondRounding(_ findings: [Finding]) -> Int? {
    guard let first = firstDivergence else { return nil }
    let causesOfRounding = [FloatNoise.word, Rounding.word]
    return pairs.indices[first...].first { index in
      let pair = pairs[index]
      guard pair.status.isDivergence else { return false }
      if pair.role == .amplified { return true }
      if pair.role == .inherited { return false }
      let best = findings.first { $0.pairIndex == index }
      return best.map { !causesOfRounding.contains($0.cause) } ?? true
    }
  }
}
