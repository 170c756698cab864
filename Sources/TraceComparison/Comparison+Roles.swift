extension Comparison {
  /// Says of each pair what became of a difference there.
  ///
  /// What a stage's inputs are is taken from the traces where they recorded any; a stage without is
  /// then one that takes nothing in. Where no inputs were recorded at all, the only sure origin is the
  /// first divergence, as any later one may have come from any earlier stage, and the stage just
  /// before stands for the inputs when asked whether a difference grew or healed.
  /// Cost: a few comparisons a pair.
  package mutating func assignRoles() {
    let recordsInputs = pairs.indices.contains { pairs[$0].recordedInputStatus != nil }
    var hasDiverged = false
    var previous: PairComparison?
    for index in pairs.indices {
      let pair = pairs[index]
      pairs[index].role = role(
        of: pair, isFirst: !hasDiverged && pair.status.isDivergence,
        previous: recordsInputs ? nil : previous, recordsInputs: recordsInputs)
      if pair.status.isDivergence { hasDiverged = true }
      previous = pair
    }
  }

  private func role(
    of pair: PairComparison, isFirst: Bool, previous: PairComparison?, recordsInputs: Bool
  ) -> Role? {
    let inputStatus = recordsInputs ? pair.recordedInputStatus : previous?.status
    let inputError = recordsInputs ? pair.recordedInputError : previous?.relativeError
    let inputsDiverged = inputStatus?.isDivergence ?? false
    switch pair.status {
    case .identical, .close:
      return inputsDiverged ? .healed : nil
    case .diverged:
      if recordsInputs ? !inputsDiverged : isFirst { return .origin }
      if let inputError, let error = pair.relativeError, inputError > 0, error.isFinite,
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
