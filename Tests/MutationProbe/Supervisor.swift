import Glibc
import Mutations
import PipelineTrace

/// Starts workers, watches how long each of their mutants takes, and starts another behind a mutant
/// that ended one.
struct Supervisor {
  private let options: ProbeOptions
  private let plan: MutationPlan
  private let clock = ContinuousClock()

  init(_ options: ProbeOptions) throws(FormatError) {
    self.options = options
    plan = try MutationPlan(
      count: options.count, randomSeed: options.randomSeed, formatName: options.formatName)
  }

  /// A worker's process, and since when it has been at the mutant it is at.
  private struct Running {
    var process: pid_t
    let ledger: Ledger
    var position = -1
    var since: ContinuousClock.Instant
    /// Seconds of the processor that it had used by then.
    var processorSeconds = 0.0
    var isDone = false

    /// Seconds of the processor that it has used; 0 where the system does not say.
    var usedSeconds: Double {
      var clock = clockid_t()
      var time = timespec()
      guard clock_getcpuclockid(process, &clock) == 0, clock_gettime(clock, &time) == 0
      else { return 0 }
      return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
    }
  }

  /// - Returns: Whether every mutant was harmless.
  func run() throws -> Bool {
    let start = clock.now
    say("seed \(options.randomSeed), \(plan.count) mutants, \(options.workerCount) workers")
    var workers: [Running] = []
    for index in 0..<options.workerCount {
      let ledger = Ledger(path: "/tmp/paritty-ledger-\(getpid())-\(index)")
      ledger[.position] = -1
      let process = try spawn(first: index, ledger: ledger)
      workers.append(Running(process: process, ledger: ledger, since: clock.now))
    }
    defer { for worker in workers { unlink(worker.ledger.path) } }
    var failureCount = 0
    while workers.contains(where: { !$0.isDone }) {
      usleep(20_000)
      for index in workers.indices where !workers[index].isDone {
        if try look(after: &workers[index], index: index) { failureCount += 1 }
      }
    }
    func sum(_ entry: Ledger.Entry) -> Int { workers.reduce(0) { $0 + $1.ledger[entry] } }
    failureCount += sum(.complaintCount)
    let seconds = (clock.now - start).components.seconds
    say(
      "\(sum(.openedCount)) opened, \(sum(.refusedCount)) refused, \(failureCount) failures; "
        + "\(seconds) s, at most \(workers.map { $0.ledger[.peakKilobytes] }.max() ?? 0) KiB")
    return failureCount == 0
  }

  /// Takes note of an end or a standstill of `worker`.
  ///
  /// - Returns: Whether a mutant was its end.
  private func look(after worker: inout Running, index: Int) throws -> Bool {
    var word: Int32 = 0
    let hasEnded = waitpid(worker.process, &word, WNOHANG) == worker.process
    if !hasEnded {
      if worker.ledger[.position] != worker.position {
        worker.position = worker.ledger[.position]
        worker.since = clock.now
        worker.processorSeconds = worker.usedSeconds
      }
      // Before its first mutant a worker only reads seeds. On a busy machine time passes for the others;
      // one that waits for something uses none.
      guard worker.position >= 0, clock.now - worker.since > Limits.duration else { return false }
      guard
        worker.usedSeconds - worker.processorSeconds > Double(Limits.duration.components.seconds)
          || clock.now - worker.since > Limits.standstill
      else { return false }
      kill(worker.process, SIGKILL)
      waitpid(worker.process, &word, 0)
    } else if worker.ledger[.isDone] == 1 {
      worker.isDone = true
      return false
    }
    let position = worker.ledger[.position]
    guard position >= 0 else {
      throw ProbeOptions.Mistake(description: "a worker ended before its first mutant")
    }
    let peak = worker.ledger[.peakKilobytes]
    let reason =
      !hasEnded
      ? "takes more than \(Limits.duration)"
      : word & 0x7F != 0
        ? "ends the process by signal \(word & 0x7F)"
        : peak > Limits.kilobytes ? "takes \(peak) KiB" : "ends the process with \(word >> 8)"
    let (partIndex, number) = plan.mutant(at: position)
    let name = "\(plan.parts[partIndex].seed.name):\(number)"
    say("FAILED \(name): \(reason); replay: --seed \(options.randomSeed) --replay \(name)")
    worker.ledger[.peakKilobytes] = 0
    worker.process = try spawn(first: position + options.workerCount, ledger: worker.ledger)
    worker.position = -1
    worker.ledger[.position] = -1
    return true
  }

  private func spawn(first: Int, ledger: Ledger) throws -> pid_t {
    let task = "\(first),\(options.workerCount),\(ledger.path)"
    let arguments = ["MutationProbe", "--worker", task] + options.shared
    let environment = ["SWIFT_BACKTRACE=enable=no", "LANG=C.UTF-8"]
    let argumentPointers = arguments.map { strdup($0) } + [nil]
    let environmentPointers = environment.map { strdup($0) } + [nil]
    defer { for pointer in argumentPointers + environmentPointers { free(pointer) } }
    var process = pid_t()
    let problem = posix_spawn(
      &process, "/proc/self/exe", nil, nil, argumentPointers, environmentPointers)
    guard problem == 0 else {
      throw ProbeOptions.Mistake(description: "no worker: \(String(cString: strerror(problem)))")
    }
    return process
  }
}
