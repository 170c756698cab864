import Dispatch
import Synchronization

/// The workers of a comparison, and what lies before them: walks, the most urgent first.
///
/// The thread that owns the crew is a worker itself. Helpers come when there is something to do for
/// them and go when there is nothing. Each takes one block at a time from the first walk that has one,
/// so a walk that is put before the others is next on all threads within a block.
final class Crew: Sendable {
  private struct Board: Sendable {
    var walks: [(ticket: Int, walk: any Walk)] = []
    /// Walks of which the last blocks are being read.
    var ending: [(ticket: Int, walk: any Walk)] = []
    var finished: [Int] = []
    var helperCount = 0
    var isOwnerWaiting = false
  }

  private let workerCount: Int
  private let isCancelled: @Sendable () -> Bool
  private let timings: Timings?
  private let board = Mutex(Board())
  private let bytes = Atomic<Int>(0)
  private let news = DispatchSemaphore(value: 0)
  private let helpers = DispatchGroup()
  private let queue = DispatchQueue(label: "workers", attributes: .concurrent)

  init(workerCount: Int, timings: Timings?, isCancelled: @escaping @Sendable () -> Bool) {
    precondition(workerCount > 0)
    self.workerCount = workerCount
    self.timings = timings
    self.isCancelled = isCancelled
  }

  /// Bytes that were read so far.
  var bytesRead: Int { bytes.load(ordering: .relaxed) }

  /// Puts walks behind those that wait, or before all of them.
  func add(_ walks: [any Walk], ticket: Int, isUrgent: Bool) {
    board.withLock { board in
      let entries = walks.filter { !$0.isOver }.map { (ticket: ticket, walk: $0) }
      for _ in entries.count..<walks.count { board.finished.append(ticket) }
      board.walks.insert(contentsOf: entries, at: isUrgent ? 0 : board.walks.count)
    }
  }

  /// Puts what was added under some tickets before all others.
  func hurry(_ tickets: Set<Int>) {
    board.withLock { board in
      let urgent = board.walks.filter { tickets.contains($0.ticket) }
      board.walks.removeAll { tickets.contains($0.ticket) }
      board.walks.insert(contentsOf: urgent, at: 0)
    }
  }

  /// The tickets of the walks that came to their end since the last call, one for each walk.
  func takeFinished() -> [Int] {
    board.withLock { board in
      defer { board.finished = [] }
      return board.finished
    }
  }

  /// Does one block, or waits for a helper to finish one.
  ///
  /// - Returns: False where there is nothing to do and nothing to wait for.
  func work(with buffers: BlockBuffers) -> Bool {
    callHelpers()
    if performNext(with: buffers) { return true }
    let mustWait = board.withLock { board in
      guard board.finished.isEmpty else { return false }
      guard !board.walks.isEmpty || !board.ending.isEmpty else { return false }
      board.isOwnerWaiting = true
      return true
    }
    if mustWait { news.wait() }
    return mustWait || !board.withLock { $0.finished.isEmpty }
  }

  /// Waits for the blocks that helpers are at.
  func dismiss() { helpers.wait() }

  private func callHelpers() {
    let count = board.withLock { board in
      guard board.helperCount < workerCount - 1 else { return 0 }
      var width = -1  // the owner takes a block itself
      for entry in board.walks {
        width += entry.walk.width
        if width >= workerCount - 1 { break }
      }
      let count = max(0, min(workerCount - 1, width) - board.helperCount)
      board.helperCount += count
      return count
    }
    for _ in 0..<count {
      queue.async(group: helpers) { [self] in
        let buffers = BlockBuffers()
        while !isCancelled(), performNext(with: buffers) {}
        board.withLock { board in
          board.helperCount -= 1
          wakeOwner(&board)
        }
      }
    }
  }

  private func wakeOwner(_ board: inout Board) {
    guard board.isOwnerWaiting else { return }
    board.isOwnerWaiting = false
    news.signal()
  }

  /// - Returns: False where no walk has a block that could be read now.
  private func performNext(with buffers: BlockBuffers) -> Bool {
    guard let (walk, block) = board.withLock({ take(from: &$0) }) else { return false }
    let start = timings.map { _ in ContinuousClock.now }
    let byteCount = walk.perform(block, with: buffers)
    bytes.wrappingAdd(byteCount, ordering: .relaxed)
    if let start { timings?.add(walk.kind, byteCount: byteCount, since: start) }
    board.withLock { board in
      if walk.isOver {
        remove(walk, from: &board)
        wakeOwner(&board)
      } else if board.isOwnerWaiting {
        wakeOwner(&board)
      }
    }
    return true
  }

  private func take(from board: inout Board) -> (any Walk, Int)? {
    for (index, entry) in board.walks.enumerated() {
      guard let block = entry.walk.takeBlock() else { continue }
      if entry.walk.width == 0 { board.ending.append(board.walks.remove(at: index)) }
      return (entry.walk, block)
    }
    return nil
  }

  private func remove(_ walk: any Walk, from board: inout Board) {
    if let index = board.ending.firstIndex(where: { $0.walk === walk }) {
      board.finished.append(board.ending.remove(at: index).ticket)
    } else if let index = board.walks.firstIndex(where: { $0.walk === walk }) {
      board.finished.append(board.walks.remove(at: index).ticket)
    }
  }
}
