import PipelineTrace
import TensorKernels
import TraceComparison

/// The report for a person: at most 80 columns, no colour, the answer in the first two lines.
package enum TextReport: ReportFormat {
  package static let name = "text"
  package static let describesIdentical = false

  private static let columns = 80

  package static func render(_ comparison: Comparison) -> String {
    var lines = answer(comparison)
    lines.append("")
    lines += heading(comparison)
    lines.append("")
    lines += table(comparison)
    lines += details(comparison)
    lines += remarks(comparison)
    return lines.map { $0.visible.truncated(toColumns: columns).trimmed }.joined(separator: "\n")
      + "\n"
  }

  // MARK: The answer

  private static func answer(_ comparison: Comparison) -> [String] {
    guard comparison.pairs.contains(where: \.pair.isWhole) else {
      return [
        "NOTHING TO COMPARE  no stage of dev has a counterpart in prod",
        "  pair some with --pair DEV=PROD or --rename 'REGEX=REPLACEMENT'",
      ]
    }
    if let index = comparison.firstDivergence {
      let pair = comparison.pairs[index]
      let start = "FIRST DIVERGENCE  \(index) "
      let amount = DivergenceText.amount(of: pair)
      let room = columns - start.columnCount - amount.columnCount - 2
      let name = pair.name.visible.shortened(toColumns: max(16, room))
      let place = pair.leadingValue.flatMap { DivergenceText.place(of: $0, columns: columns - 2) }
      let lines = [
        "\(start)\(name): \(amount)", "  \(place ?? neighbours(of: index, in: comparison))",
      ]
      guard pair.pair.isMoved, let number = pair.pair.prod else { return lines }
      return lines + ["  prod runs this stage in another order, as its number \(number)"]
    }
    guard comparison.verdict == .match else { return undecided(comparison) }
    return [CloseText.headline(of: comparison), "  \(CloseText.summary(of: comparison))"]
  }

  /// Why there is no verdict.
  private static func undecided(_ comparison: Comparison) -> [String] {
    let agreeing = comparison.counts.agreeing
    let count = comparison.pairs.count
    if agreeing < count {
      return [
        "UNDECIDED  \(agreeing) of \(NumberText.count(count, "stage")) agree; the others are not known",
        "  \(comparison.firstProblem?.description ?? "nothing was recorded of them")",
      ]
    }
    let open = [comparison.dev.isComplete ? nil : "dev", comparison.prod.isComplete ? nil : "prod"]
      .compactMap(\.self)
    return [
      "UNDECIDED  all \(NumberText.count(count, "stage")) agree, but the traces are not whole",
      "  \(open.joined(separator: " and ")) \(open.count == 1 ? "is" : "are") not complete",
    ]
  }

  /// Where a stage that stands alone would have its counterpart.
  private static func neighbours(of index: Int, in comparison: Comparison) -> String {
    let before = comparison.pairs[..<index].last { $0.pair.isWhole }
    return before.map { "it comes after '\($0.name.visible)', which both have" }
      ?? "it comes before all stages that both have"
  }

  private static func heading(_ comparison: Comparison) -> [String] {
    let counts = comparison.counts
    var summary =
      "\(NumberText.count(comparison.pairs.count, "stage")): \(counts.agreeing) agree, \(counts.diverged) differ"
    let coverage = comparison.coverage
    for (count, words) in [
      (coverage.onlyDev, "missing in prod"), (coverage.onlyProd, "only in prod"),
      (coverage.moved, "moved"), (coverage.notComparable, "not comparable"),
    ] where count > 0 {
      summary += ", \(count) \(words)"
    }
    let origins = comparison.origins.map { "\($0) \(comparison.pairs[$0].name.visible)" }
    if origins.count > 1 { summary += "; origins: \(origins.joined(separator: ", "))" }
    return [
      description(of: comparison.dev, side: "dev "), description(of: comparison.prod, side: "prod"),
      summary,
    ]
  }

  private static func description(of trace: Trace, side: String) -> String {
    var end = "  \(trace.format), \(NumberText.count(trace.stages.count, "stage"))"
    if !trace.isComplete { end += ", NOT COMPLETE" }
    let shown = trace.path.visible.lastPart(columns: columns - 6 - end.columnCount)
    return "\(side)  \(shown)\(end)"
  }

  // MARK: The stages

  private static func table(_ comparison: Comparison) -> [String] {
    let names = comparison.pairs.map { name(of: $0) }
    let shapes = comparison.pairs.compactMap {
      $0.leadingValue.map { DivergenceText.shapes(of: $0) }
    }
    // Names give way to shapes of up to four axes, shapes to names beyond that.
    let shapeColumns = min(15, shapes.map(\.columnCount).max() ?? 0)
    let nameColumns = max(8, min(names.map(\.columnCount).max() ?? 0, 27, 36 - shapeColumns))
    var lines = [
      row("", "#", "stage", "", "dtype", "shape", "differ", "‖Δ‖/‖dev‖", nameColumns)
    ]
    for (index, pair) in comparison.pairs.enumerated() {
      let value = pair.leadingValue
      lines.append(
        row(
          sign(of: pair), String(index), names[index], note(on: pair),
          value.map { DivergenceText.dtypes(of: $0) } ?? "",
          value.map { DivergenceText.shapes(of: $0) } ?? "", share(of: value),
          error(of: pair), nameColumns))
    }
    return lines
  }

  private static func row(
    _ sign: String, _ number: String, _ name: String, _ note: String, _ dtype: String,
    _ shape: String, _ share: String, _ error: String, _ nameColumns: Int
  ) -> String {
    sign.padded(toColumns: 1) + number.leftPadded(toColumns: 4) + " "
      + name.shortened(toColumns: nameColumns).padded(toColumns: nameColumns) + " "
      + note.padded(toColumns: 9) + " "
      + dtype.padded(toColumns: 8) + " " + shape.padded(toColumns: 36 - nameColumns) + " "
      + share.leftPadded(toColumns: 7) + " " + error.leftPadded(toColumns: 9)
  }

  /// One name where both agree, as each calls it where they do not.
  private static func name(of pair: PairComparison) -> String {
    guard let dev = pair.dev?.name, let prod = pair.prod?.name, dev != prod else {
      return pair.name.visible
    }
    return "\(dev.visible) → \(prod.visible)"
  }

  /// The value whose dtype and shape stand for the pair.
  private static func sign(of pair: PairComparison) -> String {
    switch pair.status {
    case .pending: "·"
    case .identical: "="
    case .close: "≈"
    case .diverged: "≠"
    case .onlyDev: "<"
    case .onlyProd: ">"
    case .notComparable: "?"
    }
  }

  private static func note(on pair: PairComparison) -> String {
    switch pair.status {
    case .onlyDev: return pair.pair.repeats == nil ? "missing" : "repeated"
    case .onlyProd: return pair.pair.repeats == nil ? "extra" : "repeated"
    default: break
    }
    if pair.pair.isMoved { return "moved" }
    if let role = pair.role, role != .inherited { return role.rawValue }
    if pair.pair.isRenamed { return "renamed" }
    return pair.isSummarized ? "summary" : ""
  }

  private static func share(of value: ValueComparison?) -> String {
    switch value?.detail {
    case .difference(let statistics) where statistics.mismatchedCount > 0:
      NumberText.percent(statistics.mismatchedCount, of: statistics.elementCount)
    case .text(let text) where text.differingCount > 0:
      NumberText.percent(text.differingCount, of: max(text.devCount, text.prodCount))
    case .summary(let summary): SummaryText.share(summary)
    default:
      value?.kind == .shape ? "shape" : ""
    }
  }

  private static func error(of pair: PairComparison) -> String {
    guard let error = pair.relativeError, error > 0 else { return "" }
    switch pair.leadingValue?.detail {
    case .difference: return NumberText.brief(error, digits: 2)
    case .summary: return (error.isFinite ? "≥" : "") + NumberText.brief(error, digits: 2)
    default: return ""
    }
  }

  // MARK: Closer

  /// All metrics of the value in which the first divergence shows.
  private static func details(_ comparison: Comparison) -> [String] {
    guard let index = comparison.firstDivergence,
      let value = comparison.pairs[index].leadingValue
    else { return [] }
    var lines = ["", "\(comparison.pairs[index].name.visible) in numbers"]
    if let tolerance = value.tolerance {
      lines.append(
        fact(
          "tolerance",
          "rtol \(NumberText.brief(tolerance.relative)), atol \(NumberText.brief(tolerance.absolute))"
        ))
    }
    switch value.detail {
    case .difference(let statistics):
      for metric in allMetrics {
        let reading = metric.reading(of: statistics)
        var text = reading.quantity.text
        if let element = reading.element, let shape = value.dev?.tensor?.shape {
          text += " at \(NumberText.index(shape.index(ofElement: element)))"
        }
        lines.append(fact(metric.title, text))
      }
      lines.append(fact("dev", sideText(statistics.dev)))
      lines.append(fact("prod", sideText(statistics.prod)))
    case .sides(let dev, let prod):
      if let dev { lines.append(fact("dev", sideText(dev))) }
      if let prod { lines.append(fact("prod", sideText(prod))) }
    case .summary(let summary):
      for row in summary.rows {
        let sides = "dev \(SummaryText.figure(row.dev)), prod \(SummaryText.figure(row.prod))"
        lines.append(fact(row.statistic.rawValue, "\(sides), \(SummaryText.outcome(of: row))"))
      }
      let shape = value.dev?.arrayType?.shape ?? .scalar
      lines += SummaryText.facts(of: summary, shape: shape).map { fact($0, $1) }
    case .text(let text):
      lines += TextExcerpt.lines(of: value, text, columns: columns)
    case .none:
      return []
    }
    return lines
  }

  private static func sideText(_ side: SideStatistics) -> String {
    "\(side.rangeText), NaN \(NumberText.grouped(side.nanCount)),"
      + " infinite \(NumberText.grouped(side.infinityCount))"
  }

  private static func fact(_ name: String, _ text: String) -> String {
    "  \(name.padded(toColumns: 18))\(text)"
  }

  /// Warnings of the traces, why something could not be compared, and what may belong together.
  private static func remarks(_ comparison: Comparison) -> [String] {
    var lines: [String] = []
    for remark in comparison.remarks { lines += remark.wrapped(toColumns: columns) }
    for pair in comparison.pairs {
      for value in pair.values {
        if let problem = value.problem {
          lines += problem.description.wrapped(toColumns: columns)
        }
      }
    }
    for hint in PairingHint.all(in: comparison) {
      lines +=
        "if '\(hint.dev)' of dev is '\(hint.prod)' of prod, compare them with \(hint.option)"
        .wrapped(toColumns: columns)
    }
    return lines.isEmpty ? [] : ["", "Remarks"] + lines
  }
}
