import Synchronization

/// How long the parts of a comparison took, of all threads together.
///
/// Costs two looks at the clock a block; nothing where nobody asks for it.
package final class Timings: Sendable {
  /// What one kind of walk cost.
  package struct Share: Sendable, Equatable {
    /// Added up over the threads.
    package var busy = Duration.zero
    /// Read, both sides together.
    package var byteCount = 0
  }

  private struct Record: Sendable {
    var shares: [WalkKind: Share] = [:]
    var opened = Duration.zero
    var aligned = Duration.zero
    var firstDivergence: Duration?
    var ended: Duration?
  }

  /// When the program began.
  package let start: ContinuousClock.Instant
  private let record = Mutex(Record())

  /// - Parameter start: When the program began.
  package init(since start: ContinuousClock.Instant = .now) { self.start = start }

  /// Says that both traces are open.
  package func noteOpened() { note { $0.opened = $1 } }

  /// Says that the stages are paired by their names.
  package func noteAligned() { note { $0.aligned = $1 } }

  /// From the start until both traces were open.
  package var opening: Duration { record.withLock { $0.opened } }

  /// From then on until the stages were paired by name; reads nothing.
  package var aligning: Duration { record.withLock { max(.zero, $0.aligned - $0.opened) } }

  private func note(_ write: (inout Record, Duration) -> Void) {
    let elapsed = ContinuousClock.now - start
    record.withLock { write(&$0, elapsed) }
  }

  package func share(of kind: WalkKind) -> Share { record.withLock { $0.shares[kind] ?? Share() } }

  /// From the start until the first divergence was announced; `nil` where there was none.
  package var firstDivergence: Duration? { record.withLock { $0.firstDivergence } }
  /// From the start until everything was compared; `nil` before.
  package var comparing: Duration? { record.withLock { $0.ended } }

  func add(_ kind: WalkKind, byteCount: Int, since start: ContinuousClock.Instant) {
    let busy = ContinuousClock.now - start
    record.withLock {
      $0.shares[kind, default: Share()].busy += busy
      $0.shares[kind, default: Share()].byteCount += byteCount
    }
  }

  func noteFirstDivergence() { note { $0.firstDivergence = $0.firstDivergence ?? $1 } }

  func noteEnd() { note { $0.ended = $1 } }
}
