import Dispatch
import PipelineTrace
import Synchronization
import TensorKernels

/// One walk over the elements of a tensor, or of two of the same element count, block by block.
///
/// Blocks have fixed borders and their results are folded in order, so what comes out has the same
/// bits on one thread and on sixteen. Memory: one block of each tensor a worker. A walk that comes to
/// the end also checks the checksums that the files announce.
struct BlockPass {
  enum Outcome: Equatable {
    case finished
    /// The fold wanted no more.
    case stopped
    case cancelled
  }

  let tensors: [Tensor]
  let workerCount: Int

  /// Elements of a block: few enough for the second-level cache, many enough to make reads cheap.
  static let blockElementCount = DifferenceKernel.blockElementCount
  /// Blocks that are shared out among the workers at a time.
  private static let groupBlockCount = 64

  /// - Precondition: all tensors have the same number of elements; there is at least one.
  init(_ tensors: [Tensor], workerCount: Int) {
    precondition(!tensors.isEmpty && workerCount > 0)
    precondition(Set(tensors.map(\.shape.elementCount)).count == 1, "tensors of different length")
    self.tensors = tensors
    // Gathering and inflating keep a place; threads that take turns would do everything twice.
    let isParallel = tensors.allSatisfy { $0.isContiguous && $0.bytes.isRandomAccess }
    self.workerCount = isParallel ? workerCount : 1
  }

  /// Calls `work` with the bytes of each block and its first element's number, and `fold` in order
  /// with what it gave and the block's element count.
  ///
  /// - Parameter fold: Returns whether to go on.
  func run<Part: Sendable>(
    isCancelled: () -> Bool,
    work: @Sendable @escaping ([UnsafeRawBufferPointer], Int) -> Part,
    fold: (Part, Int) -> Bool
  ) throws(FormatError) -> Outcome {
    let count = tensors[0].shape.elementCount
    let blockCount = (count + Self.blockElementCount - 1) / Self.blockElementCount
    var checks = tensors.map { ChecksumCheck($0) }
    let workers = (0..<workerCount).map { _ in Worker(tensors) }
    for groupStart in stride(from: 0, to: blockCount, by: Self.groupBlockCount) {
      if isCancelled() { return .cancelled }
      let group = groupStart..<min(blockCount, groupStart + Self.groupBlockCount)
      let parts = Parts<Part>(group)
      Self.share(group.count, among: workers) { worker, i in
        let start = (group.lowerBound + i) * Self.blockElementCount
        parts.set(
          i, worker.part(elements: start..<min(count, start + Self.blockElementCount), work))
      }
      for (i, result) in parts.all.enumerated() {
        let (part, hashes) = try result.get()
        for (index, hash) in hashes.enumerated() { checks[index].merge(hash) }
        let start = (group.lowerBound + i) * Self.blockElementCount
        guard fold(part, min(count, start + Self.blockElementCount) - start) else {
          return .stopped
        }
      }
    }
    for check in checks { try check.verify() }
    return .finished
  }

  /// Hands out `count` pieces of work, in order, to whichever worker is free.
  private static func share<Item: AnyObject>(
    _ count: Int, among workers: [Item], body: @Sendable (Item, Int) -> Void
  ) {
    let workerCount = min(count, workers.count)
    guard workerCount > 1 else {
      for i in 0..<count { body(workers[0], i) }
      return
    }
    let next = Atomic<Int>(0)
    nonisolated(unsafe) let workers = workers  // each index is used by one iteration alone
    DispatchQueue.concurrentPerform(iterations: workerCount) { worker in
      while true {
        let i = next.wrappingAdd(1, ordering: .relaxed).oldValue
        guard i < count else { return }
        body(workers[worker], i)
      }
    }
  }

  /// Readers and buffers of one thread.
  private final class Worker {
    private var readers: [TensorReader]
    private var buffers: [[UInt8]]
    private let hashes: [Bool]

    init(_ tensors: [Tensor]) {
      readers = tensors.map { TensorReader($0) }
      let capacity = min(BlockPass.blockElementCount, tensors[0].shape.elementCount)
      buffers = tensors.map { [UInt8](repeating: 0, count: capacity * $0.dtype.byteCount) }
      hashes = tensors.map { ChecksumCheck.isFused(for: $0) }
    }

    func part<Part>(
      elements: Range<Int>, _ work: ([UnsafeRawBufferPointer], Int) -> Part
    ) -> Result<(Part, [CyclicRedundancyCheck?]), FormatError> {
      do throws(FormatError) {
        var checks: [CyclicRedundancyCheck?] = []
        for i in readers.indices {
          let byteCount = elements.count * readers[i].tensor.dtype.byteCount
          var check: CyclicRedundancyCheck?
          try buffers[i].withUnsafeMutableBufferPointer { (buffer) throws(FormatError) in
            let bytes = UnsafeMutableRawBufferPointer(
              UnsafeMutableBufferPointer(rebasing: buffer[..<byteCount]))
            try readers[i].read(elements, into: bytes)
            if hashes[i] {
              check = CyclicRedundancyCheck()
              check?.update(UnsafeRawBufferPointer(bytes))
            }
          }
          checks.append(check)
        }
        return .success((withBytes(elements.count) { work($0, elements.lowerBound) }, checks))
      } catch {
        return .failure(error)
      }
    }

    private func withBytes<Part>(
      _ count: Int, _ body: ([UnsafeRawBufferPointer]) -> Part
    ) -> Part {
      func visit(_ i: Int, _ seen: [UnsafeRawBufferPointer]) -> Part {
        guard i < buffers.count else { return body(seen) }
        return buffers[i].withUnsafeBytes { bytes in
          let used = bytes[..<(count * readers[i].tensor.dtype.byteCount)]
          return visit(i + 1, seen + [UnsafeRawBufferPointer(rebasing: used)])
        }
      }
      return visit(0, [])
    }
  }

  /// What the workers gave for a group of blocks, each at its place.
  private final class Parts<Part: Sendable>: Sendable {
    typealias Entry = Result<(Part, [CyclicRedundancyCheck?]), FormatError>
    private let entries: Mutex<[Entry?]>

    init(_ group: Range<Int>) { entries = Mutex([Entry?](repeating: nil, count: group.count)) }

    func set(_ i: Int, _ entry: Entry) { entries.withLock { $0[i] = entry } }

    var all: [Entry] { entries.withLock { $0.compactMap(\.self) } }
  }
}

/// Whether the bytes under a tensor give the CRC-32 that their file announces.
struct ChecksumCheck {
  private let tensor: Tensor
  private var hash: CyclicRedundancyCheck?

  init(_ tensor: Tensor) {
    self.tensor = tensor
    if Self.isFused(for: tensor), let checksum = tensor.bytes.checksum {
      hash = CyclicRedundancyCheck(value: checksum.ofPrefix)
    }
  }

  /// Whether the elements, in the order they are read, are the bytes in the order they are hashed.
  static func isFused(for tensor: Tensor) -> Bool {
    tensor.bytes.checksum != nil && tensor.isContiguous && tensor.byteOrder == .little
      && tensor.firstElement == 0 && tensor.byteCount == tensor.bytes.byteCount
  }

  /// Takes in the hash of the next block; `nil` where the tensor is hashed by itself.
  mutating func merge(_ block: CyclicRedundancyCheck?) {
    if let block { hash?.merge(block) }
  }

  /// - Throws: `wrongChecksum`.
  func verify() throws(FormatError) {
    guard let checksum = tensor.bytes.checksum else { return }
    guard let hash else { return try Self.verify(tensor.bytes) }
    try Self.hold(hash.value, to: checksum, of: tensor.bytes)
  }

  /// Reads all of `source` and holds it to the checksum that its file announces, if it does.
  ///
  /// - Throws: `wrongChecksum`.
  static func verify(_ source: any ByteSource) throws(FormatError) {
    guard let checksum = source.checksum else { return }
    var hash = CyclicRedundancyCheck(value: checksum.ofPrefix)
    for start in stride(from: 0, to: source.byteCount, by: 1 << 18) {
      let bytes = try source.bytes(in: start..<min(source.byteCount, start + 1 << 18))
      bytes.withUnsafeBytes { hash.update($0) }
    }
    try hold(hash.value, to: checksum, of: source)
  }

  private static func hold(_ found: UInt32, to checksum: Checksum, of source: any ByteSource)
    throws(FormatError)
  {
    guard found == checksum.expected else {
      throw source.origin.error(.wrongChecksum(expected: checksum.expected, found: found))
    }
  }
}
