import PipelineTrace
import TraceComparison
import TraceDiagnosis

/// The answer of a comparison in words, with which every report for people opens.
struct Answer: Equatable {
  /// `FIRST DIVERGENCE`, `MATCH`, `MATCH BY SUMMARIES`, `UNDECIDED`, or `NOTHING TO COMPARE`.
  var verdict: String
  /// What the verdict is about: `2 to_tensor: 8,190 of 12,288 elements differ (66.7 %)`.
  var subject: String
  /// Where it is worst, how near the traces are, or what is open; a line each, at least one.
  var notes: [String]
  /// The best finding on what the answer is about.
  var cause: Finding?
  /// What is lost of the traces, `prod: 'b' is lost`, where nothing above says so yet.
  var losses: [String] = []

  /// The answer of a comparison that ended; names and elements give way where a line for the verdict
  /// and the subject, two blanks between them, would not fit `columns`.
  init(_ comparison: Comparison, _ findings: [Finding], columns: Int = .max) {
    let cause = FindingText.likelyCause(of: comparison, findings)
    self.cause = cause
    // Neither a cause nor a difference elsewhere may hide that a trace is not whole.
    if comparison.verdict != .undecided, cause?.cause != TraceTruncated.word {
      losses = FindingText.losses(of: comparison).map { "\($0.side): \($0.loss)" }
    }
    guard comparison.pairs.contains(where: \.pair.isWhole) else {
      verdict = "NOTHING TO COMPARE"
      subject = "no stage of dev has a counterpart in prod"
      notes = ["pair some with --pair DEV=PROD or --rename 'REGEX=REPLACEMENT'"]
      return
    }
    if let index = comparison.firstDivergence {
      verdict = "FIRST DIVERGENCE"
      let pair = comparison.pairs[index]
      let amount = FindingText.amount(of: pair, cause)
      let room = columns - "\(verdict)  \(index) ".columnCount - amount.columnCount - 2
      subject = "\(index) \(pair.name.visible.shortened(toColumns: max(16, room))): \(amount)"
      let place = pair.leadingValue.flatMap { DivergenceText.place(of: $0, columns: columns - 2) }
      notes = [place ?? Self.neighbours(of: index, in: comparison)]
      if pair.pair.isMoved, let number = pair.pair.prod {
        notes.append("prod runs this stage in another order, as its number \(number)")
      }
      if let note = Self.roundingNote(comparison, findings, columns: columns - 2) {
        notes.append(note)
      }
      return
    }
    let agreeing = comparison.counts.agreeing
    let count = comparison.pairs.count
    if comparison.verdict == .match {
      (verdict, subject) = CloseText.headline(of: comparison)
      notes = [CloseText.summary(of: comparison)]
      return
    }
    verdict = "UNDECIDED"
    if agreeing < count {
      subject =
        "\(agreeing) of \(NumberText.count(count, "stage")) agree; the others are not known"
      notes = [comparison.firstProblem?.description ?? "nothing was recorded of them"]
    } else if let problem = comparison.firstProblem {
      subject =
        "all \(NumberText.count(count, "stage")) agree, but not every input could be compared"
      notes = [problem.description]
    } else {
      subject = "all \(NumberText.count(count, "stage")) agree, but the traces are not whole"
      let open = [
        comparison.dev.isComplete ? nil : "dev", comparison.prod.isComplete ? nil : "prod",
      ].compactMap(\.self)
      notes = ["\(open.joined(separator: " and ")) \(open.count == 1 ? "is" : "are") not complete"]
    }
  }

  /// Where more than rounding begins, if the first divergence is no more; `nil` where it is.
  private static func roundingNote(_ comparison: Comparison, _ findings: [Finding], columns: Int)
    -> String?
  {
    let beyond = comparison.firstBeyondRounding(findings)
    guard beyond != comparison.firstDivergence else { return nil }
    guard let beyond else { return "no stage differs by more than rounding" }
    let start = "rounding-sized; more than rounding from \(beyond) "
    let name = comparison.pairs[beyond].name.visible
    return start + name.shortened(toColumns: max(16, columns - start.columnCount - 3)) + " on"
  }

  /// Where a stage that stands alone would have its counterpart.
  private static func neighbours(of index: Int, in comparison: Comparison) -> String {
    let before = comparison.pairs[..<index].last { $0.pair.isWhole }
    return before.map { "it comes after '\($0.name.visible)', which both have" }
      ?? "it comes before all stages that both have"
  }
}
