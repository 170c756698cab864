import PipelineTrace
import TraceComparison

/// In words: what was compared, and what there is to remark.
enum SummaryText {
  /// `10 stages: 2 agree, 8 differ, 1 moved`.
  static func counts(of comparison: Comparison) -> String {
    let counts = comparison.counts
    let coverage = comparison.coverage
    var text =
      "\(NumberText.count(comparison.pairs.count, "stage")): \(counts.agreeing) agree, \(counts.diverged) differ"
    for (count, words) in [
      (coverage.onlyDev, "missing in prod"), (coverage.onlyProd, "only in prod"),
      (coverage.moved, "moved"), (coverage.notComparable, "not comparable"),
    ] where count > 0 {
      text += ", \(count) \(words)"
    }
    return text
  }

  /// Where differences were born, each with its number: `1 resize`; empty where it is one place alone.
  static func origins(of comparison: Comparison) -> [String] {
    let origins = comparison.origins
    guard origins.count > 1 else { return [] }
    return origins.map { "\($0) \(comparison.pairs[$0].name.visible)" }
  }

  /// What kind of trace it is: `npz, 10 stages, NOT COMPLETE`.
  static func kind(of trace: Trace) -> String {
    "\(trace.format), \(NumberText.count(trace.stages.count, "stage"))"
      + (trace.isComplete ? "" : ", NOT COMPLETE")
  }

  /// Warnings of the traces, why something could not be compared, and what may belong together; a
  /// sentence each.
  static func remarks(on comparison: Comparison) -> [String] {
    // Readers warn of what they cannot read: `dev: 'x' is lost, …: ERROR.`
    var said: Set<String> = []
    for remark in comparison.remarks {
      for colon in remark.ranges(of: ": ").prefix(4) {
        said.insert(String(remark[colon.upperBound...].dropLast()))
      }
    }
    let problems = comparison.pairs.flatMap(\.values).compactMap { $0.problem?.description }
      .filter { !said.contains($0) }
    let hints = PairingHint.all(in: comparison).map {
      "if '\($0.dev)' of dev is '\($0.prod)' of prod, compare them with \($0.option)"
    }
    return comparison.remarks + problems + hints
  }
}
