import PipelineTrace
import TraceAlignment

/// Two traces side by side, with all that is known so far of how they differ.
package struct Comparison: Sendable {
  package enum Verdict: String, Sendable {
    case match
    case diverged
    /// Nothing diverged, but not everything could be compared.
    case undecided
  }

  /// How much of the two traces was compared.
  package struct Coverage: Sendable, Equatable {
    package var paired = 0
    package var onlyDev = 0
    package var onlyProd = 0
    package var moved = 0
    package var notComparable = 0
    /// Pairs with a value of which at least one side kept a summary only; counted among the others too.
    package var summaries = 0
  }

  package var dev: Trace
  package var prod: Trace
  package var settings: ComparisonSettings
  /// In dev's order of execution; a stage that only prod has comes right after its predecessor there.
  package var pairs: [PairComparison]

  /// Pairs the stages by their names; reads nothing.
  package init(
    dev: Trace, prod: Trace, settings: ComparisonSettings, overrides: AlignmentOverrides
  ) throws(AlignmentError) {
    self.dev = dev
    self.prod = prod
    self.settings = settings
    pairs = try align(dev: dev, prod: prod, overrides: overrides).map {
      PairComparison($0, dev: dev, prod: prod)
    }
  }

  /// The first pair, in order of execution, that diverged or stands alone.
  ///
  /// `nil` while an earlier pair is not compared yet, and where there is none: see ``isFinished``.
  package var firstDivergence: Int? {
    // Here and below by index: a closure would be given a copy of each pair.
    let first = pairs.indices.first {
      pairs[$0].status.isDivergence || pairs[$0].status == .pending
    }
    guard let first else { return nil }
    return pairs[first].status == .pending ? nil : first
  }

  /// Whether every pair is settled.
  package var isFinished: Bool { pairs.indices.allSatisfy { pairs[$0].status != .pending } }

  /// The pairs where a difference was born; the first divergence is one, also where it stands alone.
  package var origins: [Int] {
    let first = firstDivergence
    return pairs.indices.filter { pairs[$0].role == .origin || $0 == first }
  }

  package var coverage: Coverage {
    var coverage = Coverage()
    for pair in pairs {
      switch pair.status {
      case .onlyDev: coverage.onlyDev += 1
      case .onlyProd: coverage.onlyProd += 1
      case .notComparable: coverage.notComparable += 1
      default: if pair.pair.dev != nil, pair.pair.prod != nil { coverage.paired += 1 }
      }
      if pair.pair.isMoved { coverage.moved += 1 }
      if pair.isSummarized { coverage.summaries += 1 }
    }
    return coverage
  }

  /// Meaningful once ``isFinished``. A trace that is not whole can diverge, but never match; nor does
  /// one match of which a value, be it an input, could not be compared.
  package var verdict: Verdict {
    if pairs.indices.contains(where: { pairs[$0].status.isDivergence }) { return .diverged }
    let isWhole = dev.isComplete && prod.isComplete
    let isCompared = pairs.indices.allSatisfy {
      (pairs[$0].status == .identical || pairs[$0].status == .close)
        && pairs[$0].isEveryValueCompared
    }
    return isWhole && isCompared && !pairs.isEmpty ? .match : .undecided
  }

  /// What the readers of both traces had to guess, skip or correct, what made a request fail, which
  /// tolerances are for no stage, and of how many stages only summaries can be compared.
  package var remarks: [String] {
    let idle = settings.stageTolerances.filter { tolerance in
      !pairs.contains { tolerance.glob.matches($0.name) }
    }
    return [("dev", dev), ("prod", prod)].flatMap { side, trace in
      trace.warnings.map { "\(side): \($0)" }
        + (trace.isComplete ? [] : ["\(side): the trace is not complete"])
        + (trace.error.map { ["\(side): the request ended with: \($0)"] } ?? [])
    } + idle.map { "tolerance '\($0.glob.pattern)' fits no stage" } + summaryRemarks
  }

  private var summaryRemarks: [String] {
    let count = pairs.indices.count { pairs[$0].isSummarized }
    guard count > 0 else { return [] }
    return [
      "\(count) of \(pairs.count) stages are summaries; where they agree, elements may still differ"
    ]
  }

  /// The first reason why something could not be compared.
  package var firstProblem: FormatError? {
    for index in pairs.indices {
      for i in pairs[index].values.indices {
        if let problem = pairs[index].values[i].problem { return problem }
      }
    }
    return nil
  }

  /// How many pairs agree, diverged or stand alone, and are still open.
  package var counts: (agreeing: Int, diverged: Int, pending: Int, notComparable: Int) {
    var counts = (agreeing: 0, diverged: 0, pending: 0, notComparable: 0)
    for index in pairs.indices {
      switch pairs[index].status {
      case .identical, .close: counts.agreeing += 1
      case .diverged, .onlyDev, .onlyProd: counts.diverged += 1
      case .pending: counts.pending += 1
      case .notComparable: counts.notComparable += 1
      }
    }
    return counts
  }
}
