import Glibc
import Mutations
import PipelineTrace

/// The part of a run that a process of its own goes through, as any mutant may be its end.
enum Worker {
  static func run(_ task: ProbeOptions.WorkerTask, _ options: ProbeOptions) throws {
    let ledger = Ledger(path: task.ledgerPath)
    let plan = try MutationPlan(
      count: options.count, randomSeed: options.randomSeed, formatName: options.formatName)
    let place = MutantPlace()
    defer { place.remove() }
    let supervisor = getppid()
    var current: (partIndex: Int, examination: Examination)?
    for position in stride(from: task.first, to: plan.count, by: task.step) {
      guard getppid() == supervisor else { return }  // it was stopped
      let (partIndex, number) = plan.mutant(at: position)
      let part = plan.parts[partIndex]
      if current?.partIndex != partIndex {
        let examination = try Examination(path: part.seed.path, files: part.mutator.files)
        current = (partIndex, examination)
      }
      guard let examination = current?.examination else { continue }
      let mutant = part.mutator.mutant(number)
      let path = place.write(mutant.files, as: part.seed.name)
      ledger[.position] = position
      let (outcome, complaints) = examination.examine(mutant, at: path)
      ledger[outcome == .opened ? .openedCount : .refusedCount] += 1
      for complaint in complaints {
        say("FAILED \(part.seed.name):\(number): \(complaint)")
        ledger[.complaintCount] += 1
      }
      ledger[.peakKilobytes] = peakKilobytes()
      // The peak of a process never falls, so a new one has to go on.
      if ledger[.peakKilobytes] > Limits.kilobytes { return }
    }
    ledger[.isDone] = 1
  }

  /// The largest resident set of this process so far.
  static func peakKilobytes() -> Int {
    var usage = rusage()
    getrusage(__rusage_who_t(RUSAGE_SELF.rawValue), &usage)
    return usage.ru_maxrss
  }
}

/// What a mutant may take.
enum Limits {
  static let kilobytes = 256 << 10
  /// Of the processor, for one mutant.
  static let duration = Duration.seconds(2)
  /// For one mutant, though the processor did not work on it.
  static let standstill = Duration.seconds(20)
}
