import PipelineTrace
import TensorKernels

extension ComparisonEngine {
  /// Measures every value of a pair that its bits did not settle.
  mutating func measure(pair index: Int) {
    for i in comparison.pairs[index].values.indices
    where comparison.pairs[index].values[i].status == .pending {
      var value = comparison.pairs[index].values[i]
      do throws(FormatError) {
        if value.isSummarized {
          try measureSummaries(&value)
        } else {
          try measure(&value)
        }
      } catch {
        value.status = .notComparable
        value.problem = error
      }
      comparison.pairs[index].values[i] = value
    }
  }

  /// Takes the full set of metrics of a pair of tensors and judges it.
  private func measure(_ value: inout ValueComparison) throws(FormatError) {
    guard let dev = value.dev, let prod = value.prod, let devTensor = dev.tensor,
      let prodTensor = prod.tensor
    else { return }
    if case .tokens = dev.content, case .tokens = prod.content {
      value.tokenEdits = try TokenEdits.between(dev: devTensor, prod: prodTensor)
    }
    guard devTensor.shape == prodTensor.shape, let tolerance = value.tolerance else {
      guard let devSide = try sideStatistics(devTensor),
        let prodSide = try sideStatistics(prodTensor)
      else { return }
      value.detail = .sides(dev: devSide, prod: prodSide)
      value.status = .diverged
      value.kind = .shape
      return
    }
    guard let statistics = try differenceStatistics(devTensor, prodTensor, tolerance) else {
      return
    }
    value.detail = .difference(statistics)
    if let worst = value.worstElement {
      var devReader = TensorReader(devTensor)
      var prodReader = TensorReader(prodTensor)
      value.worstSides = ValueComparison.WorstSides(
        dev: Element(bits: try devReader.bits(ofElement: worst), dtype: devTensor.dtype),
        prod: Element(bits: try prodReader.bits(ofElement: worst), dtype: prodTensor.dtype))
    }
    let hasOtherDType = devTensor.dtype != prodTensor.dtype
    if devTensor.dtype.isFloat != prodTensor.dtype.isFloat {
      value.kind = .dtype
    } else if statistics.mismatchedCount > 0 {
      value.kind = .values
    } else if hasOtherDType, comparison.settings.isStrictAboutDType {
      value.kind = .dtype
    }
    if value.kind != nil {
      value.status = .diverged
    } else if !hasOtherDType, !bitsSettle(devTensor.dtype),
      try hasEqualBits(dev: devTensor, prod: prodTensor)
    {
      value.status = .identical
    } else if !isCancelled() {  // cancelled, unequal bits may only be unread ones
      value.status = .close
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
  private func differenceStatistics(_ dev: Tensor, _ prod: Tensor, _ tolerance: Tolerance)
    throws(FormatError) -> DifferenceStatistics?
  {
    let kernel = DifferenceKernel(dev: dev.dtype, prod: prod.dtype, tolerance: tolerance)
    var whole: DifferenceStatistics?
    var elementsDone = 0
    let outcome = try BlockPass([dev, prod], workerCount: workerCount).run(
      isCancelled: isCancelled,
      work: { bytes, first in
        kernel.statistics(dev: bytes[0], prod: bytes[1], firstElement: first)
      },
      fold: { part, count in
        if whole == nil { whole = part } else { whole?.merge(part) }
        elementsDone += count
        if elementsDone % (BlockPass.blockElementCount * 256) == 0 {
          let bytes = elementsDone * (dev.dtype.byteCount + prod.dtype.byteCount)
          report(.progress(bytesDone: bytesSettled + bytes, bytesTotal: bytesTotal))
        }
        return true
      })
    guard outcome == .finished else { return nil }
    let empty = UnsafeRawBufferPointer(start: nil, count: 0)
    return whole ?? kernel.statistics(dev: empty, prod: empty, firstElement: 0)
  }

  private func sideStatistics(_ tensor: Tensor) throws(FormatError) -> SideStatistics? {
    try SideStatistics.of(tensor, workerCount: workerCount, isCancelled: isCancelled)
  }

  /// Measures tensors that have the same bits too, where the settings ask for it.
  ///
  /// What cannot be read a second time stays without its numbers: that it was equal is known.
  mutating func describeIdentical() {
    for index in comparison.pairs.indices {
      for i in comparison.pairs[index].values.indices {
        let value = comparison.pairs[index].values[i]
        guard value.status == .identical, value.difference == nil, let tolerance = value.tolerance,
          let dev = value.dev?.tensor, let prod = value.prod?.tensor,
          let statistics = try? differenceStatistics(dev, prod, tolerance)
        else { continue }
        comparison.pairs[index].values[i].detail = .difference(statistics)
      }
    }
  }
}
