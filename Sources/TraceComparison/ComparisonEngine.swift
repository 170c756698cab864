import PipelineTrace
import TensorKernels
import TraceAlignment

/// Compares the stages of two traces, in the order that brings the first divergence to light first.
///
/// 1. Stages without a namesake are paired by content.
/// 2. In stage order, bits are held against bits. Where they differ and no divergence is known yet,
///    the pair is measured before anything else, so the first divergence is final as soon as its bytes
///    were seen.
/// 3. The other pairs whose bits differ are measured, in stage order.
///
/// Once the first divergence is known, the pair that a person looks at goes before all others, through
/// all steps. Workers share the blocks of a tensor; of deflated entries, and of tensors that have to be
/// gathered, each takes one. What is found does not depend on how many they are.
///
/// Equal bytes are read once, others once more. Memory: two blocks a worker, whatever the trace's size,
/// and what is gathered or inflated, of at most two tensors a worker.
package struct ComparisonEngine {
  package enum Update: Sendable {
    /// Stages were paired anew; all pairs are to be replaced.
    case aligned([PairComparison])
    /// One pair is known but for its role, which depends on the pairs around it.
    case settled(index: Int, PairComparison)
    case progress(bytesDone: Int, bytesTotal: Int)
  }

  /// How far a pair is.
  enum Step {
    case untouched
    /// Its bits are being held against each other.
    case comparingBits
    /// Its bits differ; it waits to be measured.
    case postponed
    case measuring
    case settled
  }

  /// Walks over one value, and what they are for.
  struct Errand {
    enum Work {
      case equality(BlockWalk<Bool, Bool>)
      case difference(BlockWalk<MeasuredDifference, MeasuredDifference>)
      case sides(
        dev: BlockWalk<SideStatistics, SideStatistics>,
        prod: BlockWalk<SideStatistics, SideStatistics>)
      /// The numbers of tensors that are known to be equal.
      case description(BlockWalk<MeasuredDifference, MeasuredDifference>)

      var walks: [any Walk] {
        switch self {
        case .equality(let walk): [walk]
        case .difference(let walk), .description(let walk): [walk]
        case .sides(let dev, let prod): [dev, prod]
        }
      }
    }

    var pairIndex: Int
    var valueIndex: Int
    var work: Work
    /// Walks that are not over.
    var openCount: Int
  }

  package var comparison: Comparison
  let workerCount: Int
  let isCancelled: @Sendable () -> Bool
  let report: (Update) -> Void
  private let visiblePair: () -> StagePair?
  private let timings: Timings?
  let crew: Crew
  private(set) var isDivergenceKnown = false

  private var steps: [Step] = []
  /// How many errands of each pair are under way.
  private var openCounts: [Int] = []
  var errands: [Int: Errand] = [:]
  private var nextTicket = 0
  /// The first pair whose bits are not asked for yet.
  private var nextBits = 0
  /// The first pair that waits for its bits, or for being measured before any divergence is known.
  private var frontier = 0
  /// The first that may have been postponed.
  private var nextPostponed = 0
  /// The first that may need a description.
  var nextDescription = 0
  private var visible: (pair: StagePair, index: Int)?
  private var hurried: Step?

  private var settledCount = 0
  private var bytesSettled = 0
  private var bytesTotal = 0
  private var bytesReadAtReport = 0
  /// Whether a value can be one that an earlier stage gave out.
  private var hasInputs = false
  private var walked: Set<TensorPlaces> = []
  private var known: [TensorPlaces: ValueComparison] = [:]

  /// Errands that lie ready, so that no worker waits for the next.
  private static let errandLimit = 64
  /// Pairs that are looked at before those in front of them are known.
  private static let aheadLimit = 256
  /// Bytes between two reports of progress within a stage.
  private static let reportByteCount = 64 << 20

  package init(
    _ comparison: Comparison, workerCount: Int, isCancelled: @escaping @Sendable () -> Bool,
    visiblePair: @escaping () -> StagePair? = { nil }, timings: Timings? = nil,
    report: @escaping (Update) -> Void
  ) {
    self.comparison = comparison
    self.workerCount = workerCount
    self.isCancelled = isCancelled
    self.visiblePair = visiblePair
    self.timings = timings
    self.report = report
    crew = Crew(workerCount: workerCount, timings: timings, isCancelled: isCancelled)
  }

  /// Compares everything; what is cancelled stays pending, what cannot be read becomes not comparable.
  ///
  /// - Parameters:
  ///   - visiblePair: The pair that a person looks at now; asked often, on this thread.
  ///   - report: Called on this thread.
  package static func run(
    _ comparison: Comparison, workerCount: Int,
    isCancelled: @escaping @Sendable () -> Bool = { false },
    visiblePair: @escaping () -> StagePair? = { nil }, timings: Timings? = nil,
    report: @escaping (Update) -> Void = { _ in }
  ) -> Comparison {
    var engine = ComparisonEngine(
      comparison, workerCount: workerCount, isCancelled: isCancelled, visiblePair: visiblePair,
      timings: timings, report: report)
    engine.run()
    return engine.comparison
  }

  package mutating func run() {
    pairByContent()
    let pairs = comparison.pairs
    bytesTotal = pairs.reduce(0) { $0 + $1.byteCount }
    hasInputs = pairs.contains { $0.values.contains { $0.role == .input } }
    steps = [Step](repeating: .untouched, count: pairs.count)
    openCounts = [Int](repeating: 0, count: pairs.count)
    work()
    guard !isCancelled(), comparison.isFinished else { return }
    comparison.assignRoles()
    timings?.noteEnd()
    report(.aligned(comparison.pairs))
  }

  /// Takes part in the work until all is done or cancelled.
  private mutating func work() {
    let buffers = BlockBuffers()
    defer { crew.dismiss() }
    while !isCancelled() {
      for ticket in crew.takeFinished() { finish(ticket) }
      advance()
      feedVisible()
      feed()
      if crew.work(with: buffers) {
        reportProgress()
      } else if errands.isEmpty, isFed {
        return
      }
    }
  }

  /// Whether nothing is left to be begun.
  private var isFed: Bool {
    frontier == comparison.pairs.count && nextPostponed == comparison.pairs.count
      && (!comparison.settings.describesIdentical || nextDescription == comparison.pairs.count)
  }

  private mutating func pairByContent() {
    let pairs = comparison.pairs.map(\.pair)
    guard pairs.contains(where: { $0.dev == nil }), pairs.contains(where: { $0.prod == nil })
    else { return }
    let better = alignByContent(
      pairs, dev: comparison.dev, prod: comparison.prod, isCancelled: isCancelled)
    guard better != pairs else { return }
    comparison.pairs = better.map {
      PairComparison($0, dev: comparison.dev, prod: comparison.prod)
    }
    report(.aligned(comparison.pairs))
  }

  // MARK: Order

  /// Settles, in stage order, what the bits settle; measures the first that they do not.
  private mutating func advance() {
    while frontier < comparison.pairs.count {
      switch steps[frontier] {
      case .comparingBits where openCounts[frontier] == 0: conclude(frontier)
      case .settled: frontier += 1
      case .postponed, .measuring:
        guard isDivergenceKnown else { return }
        frontier += 1
      case .untouched, .comparingBits: return
      }
    }
  }

  /// Puts what the visible pair needs next before all else.
  private mutating func feedVisible() {
    guard isDivergenceKnown, let pair = visiblePair() else { return }
    if visible?.pair != pair {
      hurried = nil
      visible = comparison.pairs.firstIndex { $0.pair == pair }.map { (pair, $0) }
    }
    guard let index = visible?.index else { return }
    if steps[index] == .comparingBits, openCounts[index] == 0 { conclude(index) }
    guard hurried != steps[index] else { return }
    switch steps[index] {
    case .untouched: compareBits(ofPair: index, isUrgent: true)
    case .postponed: measure(pair: index, isUrgent: true)
    case .comparingBits, .measuring:
      crew.hurry(Set(errands.filter { $0.value.pairIndex == index }.keys))
    case .settled: break
    }
    hurried = steps[index]
  }

  /// Sees to it that enough work lies ready.
  private mutating func feed() {
    let count = comparison.pairs.count
    while errands.count < Self.errandLimit {
      if nextBits < count, nextBits - frontier < Self.aheadLimit {
        if steps[nextBits] == .untouched { compareBits(ofPair: nextBits, isUrgent: false) }
        nextBits += 1
        if nextBits - frontier == Self.aheadLimit || nextBits == count { advance() }
      } else if nextBits == count, frontier > nextPostponed {
        if steps[nextPostponed] == .postponed { measure(pair: nextPostponed, isUrgent: false) }
        nextPostponed += 1
      } else if comparison.settings.describesIdentical, settledCount == count,
        nextDescription < count
      {
        describeIdentical(pair: nextDescription)
        nextDescription += 1
      } else {
        return
      }
    }
  }

  // MARK: Errands

  mutating func send(_ work: Errand.Work, pair: Int, value: Int, isUrgent: Bool) {
    let ticket = nextTicket
    nextTicket += 1
    let walks = work.walks
    errands[ticket] = Errand(
      pairIndex: pair, valueIndex: value, work: work, openCount: walks.count)
    openCounts[pair] += 1
    crew.add(walks, ticket: ticket, isUrgent: isUrgent)
  }

  private mutating func finish(_ ticket: Int) {
    errands[ticket]?.openCount -= 1
    guard let errand = errands[ticket], errand.openCount == 0 else { return }
    errands[ticket] = nil
    openCounts[errand.pairIndex] -= 1
    var value = comparison.pairs[errand.pairIndex].values[errand.valueIndex]
    do throws(FormatError) {
      try take(errand.work, into: &value)
    } catch {
      value.status = .notComparable
      value.problem = error
    }
    comparison.pairs[errand.pairIndex].values[errand.valueIndex] = value
    if steps[errand.pairIndex] == .measuring, openCounts[errand.pairIndex] == 0 {
      settle(pair: errand.pairIndex)
    }
  }

  /// Measures every value of a pair that its bits did not settle.
  private mutating func measure(pair index: Int, isUrgent: Bool) {
    steps[index] = .measuring
    measureValues(ofPair: index, isUrgent: isUrgent)
    if openCounts[index] == 0 { settle(pair: index) }
  }

  private mutating func settle(pair index: Int) {
    guard !comparison.pairs[index].values.contains(where: { $0.status == .pending }) else {
      return  // cancelled on the way
    }
    steps[index] = .settled
    comparison.pairs[index].settle(isFirst: !isDivergenceKnown)
    let pair = comparison.pairs[index]
    if pair.status.isDivergence, !isDivergenceKnown {
      isDivergenceKnown = true
      timings?.noteFirstDivergence()
    }
    settledCount += 1
    bytesSettled += pair.byteCount
    if hasInputs {
      for value in pair.values {
        if let places = TensorPlaces(value) { known[places] = value }
      }
    }
    report(.settled(index: index, pair))
    report(.progress(bytesDone: bytesSettled, bytesTotal: bytesTotal))
  }

  /// Says, now and then, how far the stages are that are under way.
  private mutating func reportProgress() {
    let bytesRead = crew.bytesRead
    guard bytesRead >= bytesReadAtReport + Self.reportByteCount else { return }
    bytesReadAtReport = bytesRead
    let bytes = errands.values.reduce(0) { sum, errand in
      sum + errand.work.walks.reduce(0) { $0 + $1.bytesDone }
    }
    report(
      .progress(bytesDone: min(bytesTotal, bytesSettled + bytes), bytesTotal: bytesTotal))
  }

  // MARK: Bits

  /// Sends out to hold bits against bits, where they can settle a value.
  private mutating func compareBits(ofPair index: Int, isUrgent: Bool) {
    steps[index] = .comparingBits
    let name = comparison.pairs[index].name
    for i in comparison.pairs[index].values.indices {
      let value = comparison.pairs[index].values[i]
      guard let dev = value.dev?.tensor, let prod = value.prod?.tensor, dev.shape == prod.shape,
        dev.dtype == prod.dtype, bitsSettle(dev.dtype)
      else { continue }
      if hasInputs, let places = TensorPlaces(value), !walked.insert(places).inserted,
        value.role == .input
      {
        continue  // an earlier stage gave it out
      }
      comparison.pairs[index].values[i].tolerance = comparison.settings.tolerance(
        stageName: name, dev: dev.dtype, prod: prod.dtype)
      send(
        .equality(.equality(dev, prod, slabByteCount: slabByteCount)), pair: index, value: i,
        isUrgent: isUrgent)
    }
  }

  /// Settles what dtype, shape, bits and texts can settle, once the bits are known.
  private mutating func conclude(_ index: Int) {
    let stageName = comparison.pairs[index].name
    for i in comparison.pairs[index].values.indices {
      var value = comparison.pairs[index].values[i]
      guard value.status == .pending else { continue }
      if !takeTwin(of: &value, stageName: stageName) {
        do throws(FormatError) {
          try compareKinds(of: &value, stageName: stageName)
        } catch {
          value.status = .notComparable
          value.problem = error
        }
      }
      comparison.pairs[index].values[i] = value
    }
    if !comparison.pairs[index].values.contains(where: { $0.status == .pending }) {
      settle(pair: index)
    } else if isDivergenceKnown {
      steps[index] = .postponed
    } else {
      measure(pair: index, isUrgent: true)
    }
  }

  /// Takes over what is known of an input that an earlier stage gave out, where it holds for this one.
  ///
  /// - Returns: Whether it does.
  func takeTwin(of value: inout ValueComparison, stageName: String) -> Bool {
    guard hasInputs, value.role == .input, let places = TensorPlaces(value),
      let twin = known[places], let dev = value.dev?.tensor, let prod = value.prod?.tensor
    else { return false }
    let own = comparison.settings.tolerance(
      stageName: stageName, dev: dev.dtype, prod: prod.dtype)
    // Bits agree, and bytes cannot be read, whatever is tolerated.
    let isSettledByBits = twin.status == .identical || twin.status == .notComparable
    guard isSettledByBits || twin.tolerance.map({ $0 == own }) ?? true else { return false }
    value.status = twin.status
    value.kind = twin.kind
    value.tolerance = twin.tolerance.map { _ in own }
    value.detail = twin.detail
    value.worstSides = twin.worstSides
    value.tokenEdits = twin.tokenEdits
    value.problem = twin.problem
    return true
  }

  /// Settles what can be told without the elements of two tensors.
  private func compareKinds(of value: inout ValueComparison, stageName: String) throws(FormatError)
  {
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
    }
  }

  /// Whether equal bits settle a pair of this dtype: not where NaN is not equal to itself.
  func bitsSettle(_ dtype: DType) -> Bool {
    comparison.settings.nanEqualsNaN || !dtype.isFloat
  }

  var slabByteCount: Int { BlockWalkMemory.slabByteCount(workerCount: workerCount) }
}
