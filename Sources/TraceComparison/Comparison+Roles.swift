extension Comparison {
  /// Says of each pair what became of a difference there.
  ///
  /// What a stage's inputs are is taken from the trace where it recorded them. Where it did not, the
  /// only sure origin is the first divergence: any later one may have come from any earlier stage.
  /// The stage just before then stands for the inputs when asked whether a difference grew or healed.
  /// Cost: a few comparisons a pair.
  package mutating func assignRoles() {
    var hasDiverged = false
    var previous: PairComparison?
    for index in pairs.indices {
      let pair = pairs[index]
      pairs[index].role = role(
        of: pair, isFirst: !hasDiverged && pair.status.isDivergence, previous: previous)
      if pair.status.isDivergence { hasDiverged = true }
      previous = pair
    }
  }

  private func role(of pair: PairComparison, isFirst: Bool, previous: PairComparison?) -> Role? {
    guard pair.pair.dev != nil, pair.pair.prod != nil else { return nil }
    let inputStatus = pair.recordedInputStatus
    let inputsDiverged = inputStatus.map(\.isDivergence)
    switch pair.status {
    case .identical, .close:
      return inputsDiverged ?? previous?.status.isDivergence ?? false ? .healed : nil
    case .diverged:
      if let inputsDiverged {
        guard inputsDiverged else { return .origin }
      } else if isFirst {
        return .origin
      }
      let inputError =
        inputsDiverged == nil ? previous?.relativeError : pair.recordedInputError
      if let inputError, inputError > 0, inputError.isFinite, let error = pair.relativeError,
        error > 10 * inputError
      {
        return .amplified
      }
      return .inherited
    case .pending, .notComparable, .onlyDev, .onlyProd:
      return nil
    }
  }
}
