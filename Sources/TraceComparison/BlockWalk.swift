import PipelineTrace
import Synchronization
import TensorKernels

/// Work that a ``Crew`` does block by block.
protocol Walk: AnyObject, Sendable {
  /// The next block that can be read now; `nil` where there is none, or none yet.
  func takeBlock() -> Int?
  /// Reads a block that was taken, and puts its result in its place.
  ///
  /// - Returns: Bytes that were read.
  func perform(_ block: Int, with buffers: BlockBuffers) -> Int
  /// Whether every block that counts has its result.
  var isOver: Bool { get }
  /// How many blocks could be read at the same time, now.
  var width: Int { get }
  /// Bytes of the blocks that have their result.
  var bytesDone: Int { get }
  var kind: WalkKind { get }
}

/// What a walk over elements is for.
package enum WalkKind: String, Sendable, CaseIterable {
  case equality
  case metrics
}

/// One walk over the elements of a tensor, or of two of the same element count, block by block.
///
/// Blocks have fixed borders and their results are folded in order, so what comes out has the same
/// bits on one thread and on sixteen. Elements that are gathered or inflated keep a place: their
/// blocks are read one after the other, by whichever worker is free. A walk that comes to the end also
/// checks the checksums that the files announce.
final class BlockWalk<Result: Sendable, Part: Sendable>: Walk {
  enum Outcome {
    case finished(Result)
    /// The fold wanted no more.
    case stopped(Result)
    case failed(FormatError)
  }

  let kind: WalkKind
  private let tensors: [Tensor]
  private let elementCount: Int
  private let blockElementCount: Int
  private let blockCount: Int
  private let elementByteCount: Int
  private let isSerial: Bool
  private let isHashed: [Bool]
  private let work: @Sendable ([UnsafeRawBufferPointer], Int) -> Part
  private let fold: @Sendable (inout Result, Part, Range<Int>) -> Bool
  private let state: Mutex<State>
  /// Used by the one worker that has a block of a serial walk; never changed by others.
  private nonisolated(unsafe) var readers: [TensorReader]

  /// Whether the last read had to wait for the disk.
  private let isSlow = Atomic<Bool>(false)

  /// Longer than it takes to copy a block from the system's cache.
  private static var slowRead: Duration { .milliseconds(1) }

  /// How far ahead of the first block without a result others may be read.
  private static var aheadLimit: Int { 64 }

  private typealias Entry = Swift.Result<
    (part: Part, hashes: [CyclicRedundancyCheck?]), FormatError
  >

  private struct State: Sendable {
    var next = 0
    var folded = 0
    var inFlight = 0
    /// Blocks from here on do not count any more: one before them ended the walk.
    var end: Int
    var waiting: [Int: Entry] = [:]
    var result: Result
    var checks: [ChecksumCheck]
    var outcome: Outcome?
  }

  /// - Parameters:
  ///   - work: What to make of the bytes of each block, whose first element has this number.
  ///   - fold: Takes in, in order, what `work` gave for these elements; returns whether to go on.
  /// - Precondition: all tensors have the same number of elements; there is at least one.
  init(
    _ tensors: [Tensor], kind: WalkKind,
    blockElementCount: Int = DifferenceKernel.blockElementCount, slabByteCount: Int,
    initial: Result,
    work: @Sendable @escaping ([UnsafeRawBufferPointer], Int) -> Part,
    fold: @Sendable @escaping (inout Result, Part, Range<Int>) -> Bool
  ) {
    precondition(!tensors.isEmpty)
    precondition(Set(tensors.map(\.shape.elementCount)).count == 1, "tensors of different length")
    self.tensors = tensors
    self.kind = kind
    self.blockElementCount = blockElementCount
    self.work = work
    self.fold = fold
    elementCount = tensors[0].shape.elementCount
    blockCount = (elementCount + blockElementCount - 1) / blockElementCount
    elementByteCount = tensors.reduce(0) { $0 + $1.dtype.byteCount }
    isSerial = !tensors.allSatisfy { $0.isContiguous && $0.bytes.isRandomAccess }
    isHashed = tensors.map { ChecksumCheck.isFused(for: $0) }
    readers = tensors.map { TensorReader($0, slabByteCount: slabByteCount) }
    state = Mutex(
      State(end: blockCount, result: initial, checks: tensors.map { ChecksumCheck($0) }))
  }

  var width: Int { state.withLock { isSerial ? min(1, $0.end - $0.next) : $0.end - $0.next } }
  var isOver: Bool { state.withLock { $0.next >= $0.end && $0.inFlight == 0 } }
  var bytesDone: Int {
    state.withLock { min(elementCount, $0.folded * blockElementCount) * elementByteCount }
  }

  func takeBlock() -> Int? {
    state.withLock { state in
      guard state.next < state.end, state.next - state.folded < Self.aheadLimit,
        !isSerial || state.inFlight == 0
      else { return nil }
      state.next += 1
      state.inFlight += 1
      return state.next - 1
    }
  }

  deinit {
    // Gathering and inflating keep much to go on from; nothing will.
    if isSerial { for tensor in tensors { tensor.bytes.leave() } }
  }

  func perform(_ block: Int, with buffers: BlockBuffers) -> Int {
    if !isSerial, isSlow.load(ordering: .relaxed) { prefetch(after: block) }
    let entry = entry(block, with: buffers)
    state.withLock { state in
      state.inFlight -= 1
      state.waiting[block] = entry
      while state.outcome == nil, let entry = state.waiting.removeValue(forKey: state.folded) {
        take(entry, into: &state)
      }
    }
    return elements(of: block).count * elementByteCount
  }

  /// What came of the walk, once it ``isOver``; also checks the checksums that were not made on the way.
  ///
  /// - Returns: `nil` where it was cancelled.
  func outcome() -> Outcome? {
    let (outcome, result, checks, isWhole) = state.withLock {
      ($0.outcome, $0.result, $0.checks, $0.folded == blockCount)
    }
    if let outcome { return outcome }
    guard isWhole else { return nil }
    do throws(FormatError) {
      for check in checks { try check.verify() }
    } catch {
      return .failed(error)
    }
    return .finished(result)
  }

  /// What the walk gave where it came to its end, also one that its fold chose.
  ///
  /// - Returns: `nil` where it was cancelled.
  /// - Throws: what a read threw, or a wrong checksum.
  func result() throws(FormatError) -> Result? {
    switch outcome() {
    case .finished(let result), .stopped(let result): return result
    case .failed(let error): throw error
    case nil: return nil
    }
  }

  private func take(_ entry: Entry, into state: inout State) {
    let elements = elements(of: state.folded)
    state.folded += 1
    switch entry {
    case .success(let (part, hashes)):
      for (index, hash) in hashes.enumerated() { state.checks[index].merge(hash) }
      if fold(&state.result, part, elements) { return }
      state.outcome = .stopped(state.result)
    case .failure(let error): state.outcome = .failed(error)
    }
    state.end = min(state.end, state.next)
    state.next = state.end
    state.waiting = [:]
  }

  private func elements(of block: Int) -> Range<Int> {
    let start = block * blockElementCount
    return start..<min(elementCount, start + blockElementCount)
  }

  /// Has the system fetch what comes after a block, some blocks at a time.
  ///
  /// Asked for what lies in its cache already it looks at every page, so this is for slow files alone.
  private func prefetch(after block: Int) {
    let blocks = 8
    guard block % blocks == 0, block + blocks < blockCount else { return }
    let start = (block + blocks) * blockElementCount
    let end = min(elementCount, start + blocks * blockElementCount)
    for tensor in tensors {
      let size = tensor.dtype.byteCount
      tensor.bytes.prefetch(
        (tensor.firstElement + start) * size..<(tensor.firstElement + end) * size)
    }
  }

  private func entry(_ block: Int, with buffers: BlockBuffers) -> Entry {
    let elements = elements(of: block)
    var bytes: [UnsafeRawBufferPointer] = []
    var hashes = [CyclicRedundancyCheck?](repeating: nil, count: tensors.count)
    let start = ContinuousClock.now
    do throws(FormatError) {
      for (i, tensor) in tensors.enumerated() {
        let buffer = buffers.buffer(i, byteCount: elements.count * tensor.dtype.byteCount)
        if isSerial {
          try readers[i].read(elements, into: buffer)
        } else {
          var reader = readers[i]
          try reader.read(elements, into: buffer)
        }
        bytes.append(UnsafeRawBufferPointer(buffer))
      }
    } catch {
      return .failure(error)
    }
    isSlow.store(ContinuousClock.now - start > Self.slowRead, ordering: .relaxed)
    for i in tensors.indices where isHashed[i] {
      // The same bytes have the same hash.
      if i > 0, let known = hashes[0], firstDifferingByte(bytes[0], bytes[i]) == nil {
        hashes[i] = known
        continue
      }
      var hash = CyclicRedundancyCheck()
      hash.update(bytes[i])
      hashes[i] = hash
    }
    return .success((work(bytes, elements.lowerBound), hashes))
  }
}

extension Walk {
  /// Does all of it, on this thread and others.
  func run(workerCount: Int, isCancelled: @Sendable @escaping () -> Bool) {
    let crew = Crew(workerCount: workerCount, timings: nil, isCancelled: isCancelled)
    let buffers = BlockBuffers()
    crew.add([self], ticket: 0, isUrgent: false)
    while !isCancelled(), crew.work(with: buffers) { _ = crew.takeFinished() }
    crew.dismiss()
  }
}

/// How much memory walks may take.
enum BlockWalkMemory {
  /// Bytes to gather at a time from a tensor that is not contiguous, so that all workers together stay
  /// within 24 MiB: each may be at two tensors, with a slab and a read of its size.
  static func slabByteCount(workerCount: Int) -> Int {
    max(256 << 10, min(TensorReader.slabByteCount, (24 << 20) / (4 * workerCount)))
  }
}

/// Memory that one worker reads blocks into; it grows to the largest block and is used again and again.
final class BlockBuffers {
  private var buffers: [UnsafeMutableRawBufferPointer] = []

  /// The buffer for the bytes of tensor number `index` of a walk.
  func buffer(_ index: Int, byteCount: Int) -> UnsafeMutableRawBufferPointer {
    while buffers.count <= index { buffers.append(.init(start: nil, count: 0)) }
    if buffers[index].count < byteCount {
      buffers[index].deallocate()
      buffers[index] = .allocate(byteCount: byteCount, alignment: 4096)
    }
    return UnsafeMutableRawBufferPointer(rebasing: buffers[index][..<byteCount])
  }

  deinit {
    for buffer in buffers { buffer.deallocate() }
  }
}
