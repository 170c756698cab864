import PipelineTrace
import TensorKernels

extension ComparisonEngine {
  /// Measures every value of a pair that its bits did not settle.
  mutating func measure(pair index: Int) {
    for i in comparison.pairs[index].values.indices
    where comparison.pairs[index].values[i].status == .pending {
      var value = comparison.pairs[index].values[i]
      do throws(FormatError) {
        try measure(&value)
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
