import Dispatch
import Glibc
import Synchronization
import TraceAlignment
import TraceComparison
import TraceDiagnosis
import TraceScreen
import TraceTerminal

/// The debugger at work: the one thread that owns the terminal, and the work beside it.
///
/// Keys are answered at once. Comparing and reading run on queues of their own and post what they
/// find to a mailbox, from where it reaches the state as events.
struct DebuggerSession {
  /// News from the work, with the run of the comparison that it belongs to.
  private struct News: Sendable {
    var run: Int?
    var event: Debugger.Event
  }

  private let terminal: Terminal
  private let workerCount: Int
  private let mailbox = Mailbox<News>()
  private let comparing = DispatchQueue(label: "comparing", qos: .utility)
  private let reading = DispatchQueue(label: "reading", qos: .userInitiated)
  private var debugger: Debugger
  private var comparisonCancellation = Cancellation()
  private var readingCancellation = Cancellation()
  /// What is being read beside the screen.
  private var readingJob: Job?
  private let attention = Attention()
  private var generation = 0

  /// Bytes that are read at once, while the person waits; anything larger goes to a queue.
  private static let promptByteCount = 4 << 20
  /// While work is going on the screen is drawn at most this often for its sake.
  private static let newsInterval = Duration.milliseconds(100)

  init(_ comparison: Comparison, terminal: Terminal, display: Display, workerCount: Int) {
    self.terminal = terminal
    self.workerCount = workerCount
    let size = terminal.size
    debugger = Debugger(
      comparison: comparison, display: display, width: size.width, height: size.height)
  }

  /// Runs until the person quits or a signal ends it.
  ///
  /// - Returns: What was wrong, where the comparison was no answer.
  mutating func run() -> String? {
    // The first frame waits for nothing but the headers.
    terminal.present(debugger.draw())
    startComparing()
    var lastDrawn = ContinuousClock.now
    var isWaitingToDraw = false
    while true {
      var timeout: Int?
      if isWaitingToDraw {
        let left = Self.newsInterval - (ContinuousClock.now - lastDrawn)
        timeout = max(0, Int(left / .milliseconds(1)))
      }
      var event = terminal.nextEvent(timeoutMilliseconds: timeout)
      var isUrgent = false
      // Everything that has arrived is taken in before anything is drawn.
      repeat {
        switch event {
        case .key(let key):
          isUrgent = true
          if !carryOut(debugger.update(.key(key))) { return trouble }
        case .resize:
          isUrgent = true
          resize()
        case .suspend: suspend()
        case .quit(let signal): endBySignal(signal)
        case .hangup: endBySignal(SIGHUP)
        case .wake, .none: break
        }
        event = terminal.nextEvent(timeoutMilliseconds: 0)
      } while event != .none
      let hasNews = takeNews()
      isWaitingToDraw = isWaitingToDraw || hasNews
      let isDue = ContinuousClock.now - lastDrawn >= Self.newsInterval
      if isUrgent || (isWaitingToDraw && isDue) {
        terminal.present(debugger.draw())
        lastDrawn = ContinuousClock.now
        isWaitingToDraw = false
      }
    }
  }

  private var trouble: String? {
    debugger.comparison.isFinished ? debugger.comparison.trouble : nil
  }

  /// - Returns: Whether there was any.
  private mutating func takeNews() -> Bool {
    let news = mailbox.drain().filter { $0.run == nil || $0.run == generation }
    var updates: [ComparisonEngine.Update] = []
    for item in news {
      if case .compared(let more) = item.event {
        updates += more
        continue
      }
      flush(&updates)
      _ = carryOut(debugger.update(item.event))
    }
    flush(&updates)
    return !news.isEmpty
  }

  private mutating func flush(_ updates: inout [ComparisonEngine.Update]) {
    guard !updates.isEmpty else { return }
    _ = carryOut(debugger.update(.compared(updates)))
    updates = []
  }

  /// - Returns: False where the program is to end.
  private mutating func carryOut(_ effects: [Debugger.Effect]) -> Bool {
    attention.pair = debugger.visiblePair
    if let readingJob, readingJob != debugger.wantedJob {
      readingCancellation.cancel()
      self.readingJob = nil
    }
    for effect in effects {
      switch effect {
      case .quit:
        comparisonCancellation.cancel()
        readingCancellation.cancel()
        return false
      case .suspend: suspend()
      case .repaint: terminal.repaint()
      case .cancelComparison: comparisonCancellation.cancel()
      case .compareAgain: startComparing()
      case .perform(let job): perform(job)
      }
    }
    return true
  }

  private mutating func suspend() {
    terminal.suspend()
    resize()
  }

  private mutating func resize() {
    let size = terminal.size
    _ = carryOut(debugger.update(.resized(width: size.width, height: size.height)))
  }

  private func endBySignal(_ signal: Int32) -> Never {
    terminal.close()
    Terminal.raiseDefault(signal: signal)
  }

  // MARK: Work

  private mutating func startComparing() {
    comparisonCancellation.cancel()
    comparisonCancellation = Cancellation()
    generation += 1
    let cancellation = comparisonCancellation
    let comparison = debugger.comparison
    comparing.async { [generation, mailbox, workerCount, attention] in
      let compared = ComparisonEngine.run(
        comparison, workerCount: workerCount, isCancelled: { cancellation.isCancelled },
        visiblePair: { attention.pair },
        report: { mailbox.post(News(run: generation, event: .compared([$0]))) })
      mailbox.post(
        News(run: generation, event: .comparisonEnded(isCancelled: cancellation.isCancelled)))
      guard !cancellation.isCancelled else { return }
      let found = findings(
        of: compared, workerCount: workerCount, isCancelled: { cancellation.isCancelled })
      if !cancellation.isCancelled {
        mailbox.post(News(run: generation, event: .diagnosed(found)))
      }
    }
  }

  private mutating func perform(_ job: Job) {
    readingCancellation.cancel()
    readingCancellation = Cancellation()
    guard let value = debugger.value(for: job) else { return }
    if job.byteCount(on: value) <= Self.promptByteCount {
      if let output = job.run(on: value, isCancelled: { false }) {
        _ = carryOut(debugger.update(.finished(job, output)))
      }
      return
    }
    readingJob = job
    let cancellation = readingCancellation
    reading.async { [mailbox] in
      guard let output = job.run(on: value, isCancelled: { cancellation.isCancelled }) else {
        return
      }
      mailbox.post(News(run: nil, event: .finished(job, output)))
    }
  }
}

/// Where the person looks, for the work to go there first.
private final class Attention: Sendable {
  private let visible = Mutex<StagePair?>(nil)

  var pair: StagePair? {
    get { visible.withLock { $0 } }
    set { visible.withLock { $0 = newValue } }
  }
}

/// Tells work that nobody waits for it any more.
private final class Cancellation: Sendable {
  private let flag = Atomic<Bool>(false)

  var isCancelled: Bool { flag.load(ordering: .relaxed) }

  func cancel() { flag.store(true, ordering: .relaxed) }
}
