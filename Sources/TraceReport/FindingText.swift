import PipelineTrace
import TraceComparison
import TraceDiagnosis

/// In words: why two traces differ, and what of them is lost. Reports and the screen say it alike.
package enum FindingText {
  /// The best finding on what the answer is about: the first divergence; where nothing is known to
  /// diverge, whatever was found.
  package static func likelyCause(of comparison: Comparison, _ findings: [Finding]) -> Finding? {
    guard let first = comparison.firstDivergence else {
      return comparison.isFinished ? findings.first : nil
    }
    return findings.first { $0.pairIndex == first }
  }

  /// `LIKELY CAUSE  trace-truncated`; `CAUSE UNKNOWN` where none was found.
  package static func title(_ finding: Finding) -> String {
    finding.cause == Unknown.word ? "CAUSE UNKNOWN" : "LIKELY CAUSE  \(finding.cause)"
  }

  /// The title for Markdown: the words in bold, that of the cause as code.
  static func heading(of finding: Finding, _ code: (String) -> String) -> String {
    finding.cause == Unknown.word ? "**CAUSE UNKNOWN**" : "**LIKELY CAUSE** \(code(finding.cause))"
  }

  /// The title and the summary.
  package static func line(_ finding: Finding) -> String { "\(title(finding))  \(finding.summary)" }

  /// How much differs at the first divergence; a stage beyond the end of a cut trace is not said to
  /// be one that the pipeline left out.
  package static func amount(of pair: PairComparison, _ cause: Finding?) -> String {
    guard cause?.cause == TraceTruncated.word else { return DivergenceText.amount(of: pair) }
    return switch pair.status {
    case .onlyDev: "prod ends before this stage"
    case .onlyProd: "dev ends before this stage"
    default: DivergenceText.amount(of: pair)
    }
  }

  /// The traces that are not complete, and what is lost of each: `prod`, `'b' is lost`.
  package static func losses(of comparison: Comparison) -> [(side: String, loss: String)] {
    [("dev", comparison.dev), ("prod", comparison.prod)].compactMap { side, trace in
      trace.isComplete ? nil : (side, loss(of: trace))
    }
  }

  /// What ended a trace that is not complete, or which of its stages are lost: `'b' and 'c' are lost`.
  private static func loss(of trace: Trace) -> String {
    if let error = trace.error { return "the request ended with: \(error.visible)" }
    let lost = trace.stages.filter(\.isLost).map { "'\($0.name.visible)'" }
    switch lost.count {
    case 0: return trace.stages.last.map { "it ends after '\($0.name.visible)'" } ?? "it is empty"
    case 1: return "\(lost[0]) is lost"
    case 2: return "\(lost[0]) and \(lost[1]) are lost"
    default: return "\(lost[0]), \(lost[1]) and \(lost.count - 2) more are lost"
    }
  }
}

extension Stage {
  /// Whether a value of it was recorded and is damaged.
  package var isLost: Bool {
    values.contains { value in
      if case .unreadable(let error) = value.content { error.isDamage } else { false }
    }
  }
}

extension PairComparison {
  /// Whether one of the sides is damaged.
  package var isLost: Bool { [dev, prod].contains { $0?.isLost ?? false } }
}
