import PipelineTrace
import TensorKernels
import TraceAlignment

/// Compares the stages of two traces, in the order that brings the first divergence to light first.
///
/// 1. Stages without a namesake are paired by content.
/// 2. In stage order, bits are held against bits. Where they differ and no divergence is known yet,
///    the pair is measured at once, so the first divergence is final as soon as its bytes were seen.
/// 3. The other pairs whose bits differ are measured.
///
/// Equal bytes are read once, others once more. Memory: two blocks a worker, whatever the trace's size.
package struct ComparisonEngine {
  package enum Update: Sendable {
    /// Stages were paired anew; all pairs are to be replaced.
    case aligned([PairComparison])
    /// One pair is known but for its role, which depends on the pairs around it.
    case settled(index: Int, PairComparison)
    case progress(bytesDone: Int, bytesTotal: Int)
  }

  package var comparison: Comparison
  let workerCount: Int
  let isCancelled: @Sendable () -> Bool
  let report: (Update) -> Void
  private var isDivergenceKnown = false
  var bytesSettled = 0
  var bytesTotal = 0
  private var known: [TensorPlaces: ValueComparison] = [:]

  package init(
    _ comparison: Comparison, workerCount: Int, isCancelled: @escaping @Sendable () -> Bool,
    report: @escaping (Update) -> Void
  ) {
    self.comparison = comparison
    self.workerCount = workerCount
    self.isCancelled = isCancelled
    self.report = report
  }

  /// Compares everything; what is cancelled stays pending, what cannot be read becomes not comparable.
  package static func run(
    _ comparison: Comparison, workerCount: Int,
    isCancelled: @escaping @Sendable () -> Bool = { false },
    report: @escaping (Update) -> Void = { _ in }
  ) -> Comparison {
    var engine = ComparisonEngine(
      comparison, workerCount: workerCount, isCancelled: isCancelled, report: report)
    engine.run()
    return engine.comparison
  }

  package mutating func run() {
    pairByContent()
    bytesTotal = comparison.pairs.reduce(0) { $0 + $1.byteCount }
    var postponed: [Int] = []
    for index in comparison.pairs.indices {
      if isCancelled() { return }
      let isOpen = compareBits(ofPair: index)
      if isOpen, isDivergenceKnown {
        postponed.append(index)
        continue
      }
      if isOpen { measure(pair: index) }
      settle(pair: index)
    }
    for index in postponed {
      if isCancelled() { return }
      measure(pair: index)
      settle(pair: index)
    }
    if comparison.settings.describesIdentical { describeIdentical() }
    comparison.assignRoles()
    report(.aligned(comparison.pairs))
  }

  private mutating func pairByContent() {
    let pairs = comparison.pairs.map(\.pair)
    guard pairs.contains(where: { $0.dev == nil }), pairs.contains(where: { $0.prod == nil })
    else { return }
    // A stage that cannot be read stays alone, which is a divergence by itself.
    guard
      let better = try? alignByContent(
        pairs, dev: comparison.dev, prod: comparison.prod, isCancelled: isCancelled),
      better != pairs
    else { return }
    comparison.pairs = better.map {
      PairComparison($0, dev: comparison.dev, prod: comparison.prod)
    }
    report(.aligned(comparison.pairs))
  }

  private mutating func settle(pair index: Int) {
    guard !comparison.pairs[index].values.contains(where: { $0.status == .pending }) else {
      return  // cancelled on the way
    }
    comparison.pairs[index].settle(isFirst: !isDivergenceKnown)
    if comparison.pairs[index].status.isDivergence { isDivergenceKnown = true }
    bytesSettled += comparison.pairs[index].byteCount
    for value in comparison.pairs[index].values {
      if let places = TensorPlaces(value) { known[places] = value }
    }
    report(.settled(index: index, comparison.pairs[index]))
    report(.progress(bytesDone: bytesSettled, bytesTotal: bytesTotal))
  }

  /// Settles what dtype, shape, bits and texts can settle.
  ///
  /// - Returns: Whether values are left that have to be measured.
  private mutating func compareBits(ofPair index: Int) -> Bool {
    for i in comparison.pairs[index].values.indices {
      var value = comparison.pairs[index].values[i]
      let stageName = comparison.pairs[index].name
      if let twin = twin(of: value, stageName: stageName) {
        value.status = twin.status
        value.kind = twin.kind
        value.tolerance = twin.tolerance
        value.detail = twin.detail
        value.worstSides = twin.worstSides
        value.tokenEdits = twin.tokenEdits
        value.problem = twin.problem
      } else {
        do throws(FormatError) {
          try compareBits(of: &value, stageName: stageName)
        } catch {
          value.status = .notComparable
          value.problem = error
        }
      }
      comparison.pairs[index].values[i] = value
    }
    return comparison.pairs[index].values.contains { $0.status == .pending }
  }

  /// What is known of an input that an earlier stage gave out, where the same tolerance held for it.
  private func twin(of value: ValueComparison, stageName: String) -> ValueComparison? {
    guard value.role == .input, let places = TensorPlaces(value), let twin = known[places],
      let dev = value.dev?.tensor, let prod = value.prod?.tensor
    else { return nil }
    let own = comparison.settings.tolerance(
      stageName: stageName, dev: dev.dtype, prod: prod.dtype)
    return twin.tolerance.map { $0 == own } ?? true ? twin : nil
  }

  private func compareBits(of value: inout ValueComparison, stageName: String) throws(FormatError) {
    guard let dev = value.dev else {
      value.status = .onlyProd
      value.kind = .extra
      return
    }
    guard let prod = value.prod else {
      value.status = .onlyDev
      value.kind = .missing
      return
    }
    switch (dev.content, prod.content) {
    case (.unreadable(let problem), _), (_, .unreadable(let problem)):
      throw problem
    case (.summary, _), (_, .summary):
      guard let devType = dev.arrayType, let prodType = prod.arrayType else {
        value.status = .diverged
        value.kind = .dtype
        return
      }
      guard devType.shape == prodType.shape else {
        value.status = .diverged
        value.kind = .shape
        return
      }
      value.tolerance = comparison.settings.tolerance(
        stageName: stageName, dev: devType.dtype, prod: prodType.dtype)
    case (.text(let devText), .text(let prodText)):
      try ChecksumCheck.verify(devText.bytes)
      try ChecksumCheck.verify(prodText.bytes)
      guard
        let comparison = try TextComparison.compare(
          dev: devText, prod: prodText, isCancelled: isCancelled)
      else { return }
      value.detail = .text(comparison)
      value.kind =
        comparison.first != nil ? .text : devText.shape != prodText.shape ? .shape : nil
      value.status = value.kind == nil ? .identical : .diverged
    default:
      guard let devTensor = dev.tensor, let prodTensor = prod.tensor else {
        value.status = .diverged  // a text on one side, numbers on the other
        value.kind = .dtype
        return
      }
      guard devTensor.shape == prodTensor.shape else { return }
      value.tolerance = comparison.settings.tolerance(
        stageName: stageName, dev: devTensor.dtype, prod: prodTensor.dtype)
      if devTensor.dtype == prodTensor.dtype, bitsSettle(devTensor.dtype),
        try hasEqualBits(dev: devTensor, prod: prodTensor)
      {
        value.status = .identical
      }
    }
  }

  /// Whether equal bits settle a pair of this dtype: not where NaN is not equal to itself.
  func bitsSettle(_ dtype: DType) -> Bool {
    comparison.settings.nanEqualsNaN || !dtype.isFloat
  }

  func hasEqualBits(dev: Tensor, prod: Tensor) throws(FormatError) -> Bool {
    let outcome = try BlockPass([dev, prod], workerCount: workerCount).run(
      isCancelled: isCancelled, work: { bytes, _ in firstDifferingByte(bytes[0], bytes[1]) == nil },
      fold: { isEqual, _ in isEqual })
    return outcome == .finished
  }
}
