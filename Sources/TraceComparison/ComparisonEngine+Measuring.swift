import PipelineTrace
import TensorKernels

extension ComparisonEngine {
  /// Measures every value of a pair that its bits did not settle, or sends out to do so.
  mutating func measureValues(ofPair index: Int, isUrgent: Bool) {
    let stageName = comparison.pairs[index].name
    for i in comparison.pairs[index].values.indices
    where comparison.pairs[index].values[i].status == .pending {
      var value = comparison.pairs[index].values[i]
      if takeTwin(of: &value, stageName: stageName) {
        comparison.pairs[index].values[i] = value
      } else if value.isSummarized {
        do throws(FormatError) {
          try measureSummaries(&value)
        } catch {
          value.status = .notComparable
          value.problem = error
        }
        comparison.pairs[index].values[i] = value
      } else if let dev = value.dev?.tensor, let prod = value.prod?.tensor {
        let work: Errand.Work
        if dev.shape == prod.shape, let tolerance = value.tolerance {
          work = .difference(.difference(dev, prod, tolerance, slabByteCount: slabByteCount))
        } else {
          work = .sides(
            dev: .sideStatistics(of: dev, slabByteCount: slabByteCount),
            prod: .sideStatistics(of: prod, slabByteCount: slabByteCount))
        }
        send(work, pair: index, value: i, isUrgent: isUrgent)
      }
    }
  }

  /// Judges a value by what its walks found; leaves it pending where they were cancelled.
  func take(_ work: Errand.Work, into value: inout ValueComparison) throws(FormatError) {
    switch work {
    case .equality(let walk):
      if try walk.result() == true { value.status = .identical }
    case .difference(let walk):
      guard let found = try walk.result() else { return }
      try take(found, into: &value)
    case .sides(let dev, let prod):
      guard let devSide = try dev.result(), let prodSide = try prod.result() else { return }
      value.tokenEdits = try tokenEdits(of: value)
      value.detail = .sides(dev: devSide, prod: prodSide)
      value.status = .diverged
      value.kind = .shape
    case .description(let walk):
      // What cannot be read a second time stays without its numbers: that it was equal is known.
      guard case .finished(let found) = walk.outcome() else { return }
      value.detail = .difference(found.statistics)
    }
  }

  private func take(_ found: MeasuredDifference, into value: inout ValueComparison)
    throws(FormatError)
  {
    guard let dev = value.dev?.tensor, let prod = value.prod?.tensor else { return }
    let hasOtherDType = dev.dtype != prod.dtype
    if dev.dtype.isFloat != prod.dtype.isFloat {
      value.kind = .dtype
    } else if found.statistics.mismatchedCount > 0 {
      value.kind = .values
    } else if hasOtherDType, comparison.settings.isStrictAboutDType {
      value.kind = .dtype
    } else if found.isEqual {
      // By its bits alone, where they settle it: then nothing else is said of it.
      if !bitsSettle(dev.dtype) { value.detail = .difference(found.statistics) }
      value.status = .identical
      return
    }
    value.tokenEdits = try tokenEdits(of: value)
    value.detail = .difference(found.statistics)
    value.worstSides = found.worstSides
    value.status = value.kind == nil ? .close : .diverged
  }

  /// What happened to token ids, where both sides are such.
  private func tokenEdits(of value: ValueComparison) throws(FormatError) -> TokenEdits? {
    guard let dev = value.dev, let prod = value.prod, case .tokens(let devIDs, _) = dev.content,
      case .tokens(let prodIDs, _) = prod.content
    else { return nil }
    return try TokenEdits.between(dev: devIDs, prod: prodIDs)
  }

  /// Sends out to measure tensors that have the same bits too, where the settings ask for it.
  mutating func describeIdentical(pair index: Int) {
    for (i, value) in comparison.pairs[index].values.enumerated() {
      guard value.status == .identical, value.difference == nil, let tolerance = value.tolerance,
        let dev = value.dev?.tensor, let prod = value.prod?.tensor
      else { continue }
      send(
        .description(.difference(dev, prod, tolerance, slabByteCount: slabByteCount)),
        pair: index, value: i, isUrgent: false)
    }
  }

  /// Holds what was kept of one side, or of both, against the other.
  private func measureSummaries(_ value: inout ValueComparison) throws(FormatError) {
    guard let tolerance = value.tolerance, let dev = try side(value.dev, facing: value.prod),
      let prod = try side(value.prod, facing: value.dev)
    else { return }  // cancelled
    let found = SummaryComparison(dev: dev, prod: prod, tolerance: tolerance)
    value.detail = .summary(found)
    if dev.summary.dtype.isFloat != prod.summary.dtype.isFloat {
      value.kind = .dtype
    } else if found.disagrees {
      value.kind = .values
    } else if !found.hasEvidence {
      throw dev.summary.origin.error(
        .unsupported(
          "what was recorded has no statistic that the other side has too",
          advice: "record both runs with the same settings"))
    } else if dev.summary.dtype != prod.summary.dtype, comparison.settings.isStrictAboutDType {
      value.kind = .dtype
    }
    value.status = value.kind == nil ? .close : .diverged
  }

  /// The summary of a side, computed where all its elements are there; `nil` where it was cancelled.
  private func side(_ value: Value?, facing other: Value?) throws(FormatError)
    -> SummaryTolerance.Side?
  {
    if let summary = value?.summary { return SummaryTolerance.Side(summary: summary) }
    guard let tensor = value?.tensor, let recorded = other?.summary else { return nil }
    return try TensorSummary.of(
      tensor, asFarAs: recorded, workerCount: workerCount, isCancelled: isCancelled
    ).map { SummaryTolerance.Side(summary: $0, isComputed: true) }
  }

  /// - Returns: `nil` where it was cancelled.
}
