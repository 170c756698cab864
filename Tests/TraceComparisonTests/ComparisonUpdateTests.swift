import Dispatch
import PipelineTrace
import Synchronization
import TensorKernels
import TestTraces
import Testing
import TraceAlignment

@testable import TraceComparison

/// Bytes that say when they are read for the first time.
private final class WatchedBytes: ByteSource {
  let bytes: LiteralBytes
  let onRead: @Sendable () -> Void

  init(_ bytes: LiteralBytes, onRead: @escaping @Sendable () -> Void) {
    self.bytes = bytes
    self.onRead = onRead
  }

  var byteCount: Int { bytes.byteCount }
  var origin: Origin { bytes.origin }

  func read(into destination: UnsafeMutableRawBufferPointer, at byteOffset: Int) {
    onRead()
    bytes.read(into: destination, at: byteOffset)
  }
}

private final class Flag: Sendable {
  private let value = Mutex(false)
  var isSet: Bool { value.withLock { $0 } }
  func set() { value.withLock { $0 = true } }
}

private func comparison(_ dev: [Stage], _ prod: [Stage]) throws -> Comparison {
  try Comparison(
    dev: trace(dev), prod: trace(prod), settings: ComparisonSettings(),
    overrides: AlignmentOverrides())
}

private let dev = [stage("a", 1), stage("b", 1), stage("c", 1), stage("d", 1)]
private let prod = [stage("a", 1), stage("b", 2), stage("c", 3), stage("d", 1)]

@Suite struct ComparisonUpdateTests {
  @Test func `nothing is known before the engine runs`() throws {
    let found = try comparison(dev, prod)
    #expect(found.outline == ["a pending", "b pending", "c pending", "d pending"])
    #expect(!found.isFinished)
    #expect(found.firstDivergence == nil)
    #expect(found.verdict == .undecided)
  }

  @Test func `what is equal is settled before what differs after the first divergence`() throws {
    var settled: [String] = []
    let found = ComparisonEngine.run(
      try comparison(dev, prod), workerCount: 1,
      report: { update in
        if case .settled(let index, let pair) = update {
          settled.append("\(index) \(pair.name) \(pair.status.rawValue)")
        }
      })
    #expect(settled == ["0 a identical", "1 b diverged", "3 d identical", "2 c diverged"])
    #expect(found.firstDivergence == 1)
  }

  @Test func `the statuses of the updates are the final ones`() throws {
    var settled: [Int: Status] = [:]
    let found = ComparisonEngine.run(
      try comparison(dev, prod), workerCount: 1,
      report: { update in
        if case .settled(let index, let pair) = update { settled[index] = pair.status }
      })
    #expect(settled == [0: .identical, 1: .diverged, 2: .diverged, 3: .identical])
    #expect(found.pairs.map(\.status) == [.identical, .diverged, .diverged, .identical])
  }

  @Test func `the last update has all pairs with their roles`() throws {
    var last: [PairComparison] = []
    _ = ComparisonEngine.run(
      try comparison(dev, prod), workerCount: 1,
      report: { update in
        if case .aligned(let pairs) = update { last = pairs }
      })
    #expect(last.map(\.role) == [nil, .origin, .inherited, .healed])
  }

  @Test func `progress ends with every byte of both sides`() throws {
    var progress: [String] = []
    _ = ComparisonEngine.run(
      try comparison(dev, prod), workerCount: 1,
      report: { update in
        if case .progress(let done, let total) = update { progress.append("\(done)/\(total)") }
      })
    #expect(progress == ["8/32", "16/32", "24/32", "32/32"])
  }

  @Test func `the first divergence is known before later stages are measured`() throws {
    let isKnown = Flag()
    let readEarly = Flag()
    let numbers = LiteralBytes([0, 0, 128, 63])
    let later = Tensor(
      dtype: .f32, shape: .scalar,
      bytes: WatchedBytes(numbers) { if !isKnown.isSet { readEarly.set() } })
    let found = ComparisonEngine.run(
      try comparison(
        [stage("a", 1), stage("later", later)],
        [stage("a", 2), stage("later", tensor(.f32, [3], []))]), workerCount: 1,
      report: { update in
        if case .settled(0, let pair) = update, pair.status == .diverged { isKnown.set() }
      })
    #expect(!readEarly.isSet)
    #expect(found.outline == ["a diverged values origin", "later diverged values inherited"])
  }

  @Test func `cancelled before it starts, everything is pending`() throws {
    let found = ComparisonEngine.run(
      try comparison(dev, dev), workerCount: 1, isCancelled: { true })
    #expect(found.outline == ["a pending", "b pending", "c pending", "d pending"])
    #expect(found.verdict == .undecided)
  }

  @Test(arguments: [true, false])
  func `cancelled on the way, what was not read is pending and no match`(nanEqualsNaN: Bool) throws
  {
    let isCancelled = Flag()
    let watched = Tensor(
      dtype: .f32, shape: .scalar,
      bytes: WatchedBytes(LiteralBytes([0, 0, 128, 63])) { isCancelled.set() })
    var open = try comparison(
      [stage("a", 1), stage("b", tensor(.f32, [1], [])), stage("c", 1)],
      [stage("a", 1), stage("b", watched), stage("c", 1)])
    open.settings.nanEqualsNaN = nanEqualsNaN
    let found = ComparisonEngine.run(
      open, workerCount: 1, isCancelled: { isCancelled.isSet })
    #expect(found.pairs[0].status == .identical)
    #expect([Status.identical, .pending].contains(found.pairs[1].status))
    #expect(found.pairs[2].status == .pending)
    #expect(found.verdict == .undecided)
    #expect(!found.isFinished)
  }

  @Test func `pairs by content are told before anything is settled`() throws {
    var events: [String] = []
    _ = ComparisonEngine.run(
      try comparison([stage("a", 1, 2, 3, 4)], [stage("b", 1, 2, 3, 4)]), workerCount: 1,
      report: { update in
        switch update {
        case .aligned(let pairs): events.append("aligned \(pairs.map(\.status.rawValue))")
        case .settled(let index, let pair):
          events.append("settled \(index) \(pair.status.rawValue)")
        case .progress: break
        }
      })
    #expect(
      events == [
        #"aligned ["pending"]"#, "settled 0 identical", #"aligned ["identical"]"#,
      ])
  }

  @Test func `tensors of the same bits are described on demand`() throws {
    var open = try comparison([stage("a", 1, 7)], [stage("a", 1, 7)])
    open.settings.describesIdentical = true
    let found = ComparisonEngine.run(open, workerCount: 1)
    let difference = try #require(found.pairs[0].values[0].difference)
    #expect(found.pairs[0].status == .identical)
    #expect(difference.mismatchedCount == 0)
    #expect(difference.dev.maximum == 7)
  }
}

@Suite struct SharedInputTests {
  /// Two stages over one file of 2 × 2 elements; the second takes what `taken` makes of them.
  private func trace(
    _ numbers: [Float], _ scratch: Scratch, _ name: String, taken: (Tensor) -> Tensor
  ) throws -> Trace {
    let bytes = numbers.flatMap { number in
      (0..<4).map { UInt8(truncatingIfNeeded: number.bitPattern >> (8 * UInt32($0))) }
    }
    let file = try scratch.file(bytes, as: name)
    let output = Tensor(
      dtype: .f32, shape: Shape([2, 2])!, bytes: FileRegion(file: file, range: 0..<16))
    return TestTraces.trace([
      stage("first", output), stage("second", 1).taking("x", taken(output)),
    ])
  }

  @Test func `an input that is an earlier output has its result`() throws {
    let scratch = Scratch()
    let found = try compared(
      try trace([1, 2, 3, 4], scratch, "dev") { $0 },
      try trace([1, 2, 3, 5], scratch, "prod") { $0 })
    let input = found.pairs[1].values[1]
    #expect(input.status == .diverged)
    #expect(input.difference == found.pairs[0].values[0].difference)
  }

  @Test func `a view of an earlier output is compared by itself`() throws {
    let scratch = Scratch()
    let found = try compared(
      try trace([1, 2, 3, 4], scratch, "dev") { $0 },
      try trace([1, 3, 2, 4], scratch, "prod") { output in
        var view = output
        view.strides = [1, 2]
        return view
      })
    #expect(found.pairs[0].status == .diverged)
    #expect(found.pairs[1].values[1].status == .identical)
  }

  @Test func `an input is held to the tolerance of the stage that takes it`() throws {
    let scratch = Scratch()
    var settings = ComparisonSettings()
    settings.stageTolerances = [.init(glob: Glob("second"), relative: 1, absolute: 1)]
    let found = try compared(
      try trace([1, 2, 3, 4], scratch, "dev") { $0 },
      try trace([1, 2, 3, 5], scratch, "prod") { $0 }, settings)
    #expect(found.pairs[0].status == .diverged)
    #expect(found.pairs[1].values[1].status == .close)
  }
}

/// A place where threads wait for each other.
private final class Gate: Sendable {
  private let arrived = DispatchSemaphore(value: 0)
  private let isPassed = Mutex(true)

  /// Whether everyone who waited was met in time.
  var isMet: Bool { isPassed.withLock { $0 } }

  func arrive() { arrived.signal() }

  func wait() {
    if arrived.wait(timeout: .now() + .seconds(20)) == .timedOut {
      isPassed.withLock { $0 = false }
    }
  }
}

/// Bytes that one thread has to read from the start to the end, as deflated ones.
private final class SequentialBytes: ByteSource {
  let bytes: LiteralBytes
  let onRead: @Sendable () -> Void

  init(_ bytes: [UInt8], onRead: @escaping @Sendable () -> Void) {
    self.bytes = LiteralBytes(bytes)
    self.onRead = onRead
  }

  var byteCount: Int { bytes.byteCount }
  var origin: Origin { bytes.origin }
  var isRandomAccess: Bool { false }

  func read(into destination: UnsafeMutableRawBufferPointer, at byteOffset: Int) {
    onRead()
    bytes.read(into: destination, at: byteOffset)
  }
}

@Suite struct WorkOrderTests {
  /// Five stages of which all but the first differ.
  private func open() throws -> Comparison {
    try comparison(
      [stage("a", 1), stage("b", 1), stage("c", 1), stage("d", 1), stage("e", 1)],
      [stage("a", 1), stage("b", 2), stage("c", 3), stage("d", 4), stage("e", 5)])
  }

  @Test(arguments: [1, 2, 3, 4])
  func `after the first divergence the visible pair comes before all others`(visible: Int) throws {
    var settled: [Int] = []
    let pairs = try open().pairs.map(\.pair)
    _ = ComparisonEngine.run(
      try open(), workerCount: 1, visiblePair: { pairs[visible] },
      report: { update in
        if case .settled(let index, _) = update { settled.append(index) }
      })
    let expected = [
      1: [0, 1, 2, 3, 4], 2: [0, 1, 2, 3, 4], 3: [0, 1, 3, 2, 4], 4: [0, 1, 4, 2, 3],
    ]
    #expect(settled == expected[visible])
  }

  @Test func `another visible pair takes the place of the last one`() throws {
    var settled: [Int] = []
    var visible = 4
    let pairs = try open().pairs.map(\.pair)
    _ = ComparisonEngine.run(
      try open(), workerCount: 1, visiblePair: { pairs[visible] },
      report: { update in
        guard case .settled(let index, _) = update else { return }
        settled.append(index)
        if index == 4 { visible = 3 }
      })
    #expect(settled == [0, 1, 4, 3, 2])
  }

  @Test func `a visible pair that is equal is known before those that differ`() throws {
    var settled: [Int] = []
    let open = try comparison(
      [stage("a", 1), stage("b", 1), stage("c", 1)], [stage("a", 2), stage("b", 2), stage("c", 1)])
    _ = ComparisonEngine.run(
      open, workerCount: 1, visiblePair: { open.pairs[2].pair },
      report: { update in
        if case .settled(let index, _) = update { settled.append(index) }
      })
    #expect(settled == [0, 2, 1])
  }

  @Test func `the first divergence is the first whatever is visible`() throws {
    let pairs = try open().pairs.map(\.pair)
    for workerCount in 1...4 {
      var first: Int?
      let found = ComparisonEngine.run(
        try open(), workerCount: workerCount, visiblePair: { pairs[4] },
        report: { update in
          if case .settled(let index, let pair) = update, pair.status == .diverged {
            first = first ?? index
          }
        })
      #expect(first == 1)
      #expect(found.firstDivergence == 1)
      #expect(found.pairs.map(\.role) == [nil, .origin, .inherited, .inherited, .inherited])
    }
  }

  @Test(arguments: [[0, 0], [0, 9]])
  func `two deflated entries are inflated at the same time`(prod: [UInt8]) throws {
    // Neither stage can be read before both are.
    let (first, second) = (Gate(), Gate())
    func stages(_ bytes: [UInt8], _ onRead: @escaping @Sendable (Gate, Gate) -> Void) -> [Stage] {
      [(first, second), (second, first)].enumerated().map { i, gates in
        stage(
          "\(i)",
          Tensor(
            dtype: .u8, shape: .vector(2),
            bytes: SequentialBytes(bytes) { onRead(gates.0, gates.1) }))
      }
    }
    let hasMet = Mutex(0)
    let dev = stages([0, 0]) { own, other in
      // Once each is enough; what is read again later waits for nobody.
      guard
        hasMet.withLock({ count in
          count += 1
          return count <= 2
        })
      else { return }
      own.arrive()
      other.wait()
    }
    let found = ComparisonEngine.run(
      try comparison(dev, stages(prod) { _, _ in }), workerCount: 2)
    #expect(first.isMet && second.isMet)
    #expect(
      found.pairs.map(\.status)
        == (prod[1] == 0 ? [.identical, .identical] : [.diverged, .diverged]))
  }

  @Test func `what is read again is given back between the walks`() throws {
    let isLeft = Mutex(0)
    final class Kept: ByteSource {
      let onLeave: @Sendable () -> Void
      init(onLeave: @escaping @Sendable () -> Void) { self.onLeave = onLeave }
      var byteCount: Int { 2 }
      var origin: Origin { Origin(file: "memory") }
      var isRandomAccess: Bool { false }
      func leave() { onLeave() }
      func read(into destination: UnsafeMutableRawBufferPointer, at byteOffset: Int) {
        LiteralBytes([1, 2]).read(into: destination, at: byteOffset)
      }
    }
    let kept = Tensor(
      dtype: .u8, shape: .vector(2), bytes: Kept { isLeft.withLock { $0 += 1 } })
    _ = try compared([stage("a", kept)], [stage("a", tensor(.u8, [1, 3]))])
    #expect(isLeft.withLock { $0 } == 2)
  }

  @Test(arguments: 1...5)
  func `any number of workers find the same`(workerCount: Int) throws {
    var generator = SeededGenerator(seed: 11)
    let numbers = (0..<12).map { _ in
      (0..<70_000).map { _ in Double(Float.random(in: -1...1, using: &generator)) }
    }
    let dev = numbers.enumerated().map { stage("\($0)", tensor(.f32, $1)) }
    let prod = numbers.enumerated().map { i, numbers in
      stage("\(i)", tensor(.f32, i % 3 == 1 ? numbers.map { $0 * 1.001 } : numbers))
    }
    let found = try compared(trace(dev), trace(prod), workerCount: workerCount)
    let expected = try compared(trace(dev), trace(prod), workerCount: 1)
    #expect(
      found.outline == [
        "0 identical", "1 diverged values origin", "2 identical healed", "3 identical",
        "4 diverged values inherited", "5 identical healed", "6 identical",
        "7 diverged values inherited", "8 identical healed", "9 identical",
        "10 diverged values inherited", "11 identical healed",
      ])
    #expect(
      found.pairs.map { $0.values[0].difference } == expected.pairs.map { $0.values[0].difference })
    #expect(
      found.pairs.map { $0.values[0].worstSides } == expected.pairs.map { $0.values[0].worstSides })
  }
}
