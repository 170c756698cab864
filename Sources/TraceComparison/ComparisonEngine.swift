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
  private let workerCount: Int
  private let isCancelled: @Sendable () -> Bool
  private let report: (Update) -> Void
  private var bytesSettled = 0
  private var bytesTotal = 0
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
    var isDivergenceKnown = false
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
      if comparison.pairs[index].status.isDivergence { isDivergenceKnown = true }
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
    comparison.pairs[index].settle()
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
      // Where NaN is not equal to itself, equal bits do not settle anything.
      let bitsSettle = comparison.settings.nanEqualsNaN || !devTensor.dtype.isFloat
      if devTensor.dtype == prodTensor.dtype, bitsSettle,
        try hasEqualBits(dev: devTensor, prod: prodTensor)
      {
        value.status = .identical
      }
    }
  }

  private func hasEqualBits(dev: Tensor, prod: Tensor) throws(FormatError) -> Bool {
    let outcome = try BlockPass([dev, prod], workerCount: workerCount).run(
      isCancelled: isCancelled, work: { bytes, _ in firstDifferingByte(bytes[0], bytes[1]) == nil },
      fold: { isEqual, _ in isEqual })
    return outcome == .finished
  }

  private mutating func measure(pair index: Int) {
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
    } else if !hasOtherDType, try hasEqualBits(dev: devTensor, prod: prodTensor) {
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

  private mutating func describeIdentical() {
    for index in comparison.pairs.indices {
      for i in comparison.pairs[index].values.indices
      where comparison.pairs[index].values[i].status == .identical {
        let value = comparison.pairs[index].values[i]
        guard case .none = value.detail, let tensor = value.dev?.tensor,
          let side = try? sideStatistics(tensor)
        else { continue }
        comparison.pairs[index].values[i].detail = .sides(dev: side, prod: side)
      }
    }
  }
}

extension SideStatistics {
  /// The statistics of all elements of `tensor`; reads it once.
  ///
  /// - Returns: `nil` where it was cancelled.
  package static func of(
    _ tensor: Tensor, workerCount: Int, isCancelled: () -> Bool = { false }
  ) throws(FormatError) -> SideStatistics? {
    let dtype = tensor.dtype
    var whole = SideKernel.statistics(
      of: UnsafeRawBufferPointer(start: nil, count: 0), dtype: dtype)
    let outcome = try BlockPass([tensor], workerCount: workerCount).run(
      isCancelled: isCancelled,
      work: { bytes, _ in SideKernel.statistics(of: bytes[0], dtype: dtype) },
      fold: { part, _ in
        whole.merge(part)
        return true
      })
    return outcome == .finished ? whole : nil
  }
}

extension PairComparison {
  /// Bytes of the tensors that stand across from each other.
  var byteCount: Int {
    values.reduce(0) { sum, value in
      guard let dev = value.dev?.tensor, let prod = value.prod?.tensor else { return sum }
      return sum + dev.byteCount + prod.byteCount
    }
  }
}

/// Where the two tensors of a value lie, so that an input that is an earlier output is compared once.
private struct TensorPlaces: Hashable {
  private struct Place: Hashable {
    var file: String
    var byteOffset: Int
    var firstElement: Int
    var strides: [Int]
    var isBigEndian: Bool
    var dtype: DType
    var shape: Shape

    init?(_ value: Value?) {
      guard let tensor = value?.tensor, let offset = tensor.bytes.origin.byteOffset else {
        return nil
      }
      file = tensor.bytes.origin.file
      byteOffset = offset
      firstElement = tensor.firstElement
      strides = tensor.strides
      isBigEndian = tensor.byteOrder == .big
      dtype = tensor.dtype
      shape = tensor.shape
    }
  }

  private var dev: Place
  private var prod: Place

  init?(_ value: ValueComparison) {
    guard let dev = Place(value.dev), let prod = Place(value.prod) else { return nil }
    self.dev = dev
    self.prod = prod
  }
}
