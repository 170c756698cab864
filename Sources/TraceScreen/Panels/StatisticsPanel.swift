import PipelineTrace
import TensorKernels
import TraceComparison
import TraceDiagnosis
import TraceReport

/// Every metric of a value with what it means, and each side by itself.
package struct StatisticsPanel: Panel {
  package static let title = "Statistics"

  private var first = 0
  private var width = 0
  private var height = 0

  package init() {}

  package static func canShow(_ subject: Subject) -> Bool { true }

  package mutating func resize(width: Int, height: Int, subject: inout Subject, theme: Theme) {
    self.width = width
    self.height = height
  }

  package mutating func update(_ action: Action, subject: inout Subject) -> PanelReply {
    let last = max(0, lines(subject, columns: width).count - height)
    switch action {
    case .moveDown: first = min(last, first + 1)
    case .moveUp: first = max(0, first - 1)
    case .pageDown, .halfPageDown: first = min(last, first + max(1, height / 2))
    case .pageUp, .halfPageUp: first = max(0, first - max(1, height / 2))
    case .moveToFirst: first = 0
    case .moveToLast: first = last
    case .open: return .done
    default: return .ignored
    }
    return .done
  }

  package func job(for subject: Subject) -> Job? { nil }
  package mutating func receive(_ output: Job.Output) {}
  package mutating func forget() { first = 0 }

  package func draw(into grid: inout Grid, subject: Subject, theme: Theme, isFocused: Bool) {
    for (y, line) in lines(subject, columns: grid.width).dropFirst(first).prefix(grid.height)
      .enumerated()
    {
      let end = grid.write(" \(line.name.padded(toColumns: 18))", x: 0, y: y)
      let next = grid.write(
        line.text.visible.truncated(toColumns: max(0, grid.width - end)), x: end, y: y,
        style: line.isStrong ? theme.bold : theme.plain)
      // Half a sentence explains nothing.
      if let meaning = line.meaning, max(next + 2, end + 34) + meaning.columnCount <= grid.width {
        grid.write(meaning, x: max(next + 2, end + 34), y: y, style: theme.faint)
      }
    }
  }

  private struct Line {
    var name: String
    var text: String
    var meaning: String?
    var isStrong = false
  }

  /// - Parameter columns: What remarks are broken to, as their ends say what to do.
  private func lines(_ subject: Subject, columns: Int) -> [Line] {
    let value = subject.value
    let pair = subject.pair
    var lines = [
      Line(name: "status", text: DivergenceText.word(for: pair), isStrong: true),
      Line(name: "difference", text: DivergenceText.amount(of: value)),
    ]
    for finding in subject.findings {
      lines.append(Line(name: "cause", text: finding.cause, isStrong: true))
      for part in finding.summary.wrapped(toColumns: max(40, columns - 17)) {
        lines.append(Line(name: "", text: String(part.drop { $0 == " " })))
      }
    }
    if let matchedBy = pair.pair.matchedBy {
      var how = "by \(matchedBy.rawValue)"
      if pair.pair.isMoved { how += ", moved: prod runs it in another order" }
      if pair.pair.isRenamed { how += ", renamed: \(pair.prod?.name ?? "") in prod" }
      lines.append(Line(name: "matched", text: how))
    }
    if let problem = value.problem { lines.append(Line(name: "problem", text: "\(problem)")) }
    if let tolerance = value.tolerance {
      lines.append(
        Line(
          name: "tolerance",
          text:
            "rtol \(NumberText.brief(tolerance.relative)) atol \(NumberText.brief(tolerance.absolute))",
          meaning: "elements agree where |Δ| <= atol + rtol × |dev|"))
    }
    if let difference = value.difference, let shape = value.dev?.tensor?.shape {
      for metric in allMetrics {
        let reading = metric.reading(of: difference)
        var text = reading.quantity.text
        if let element = reading.element {
          text += " at \(NumberText.index(shape.index(ofElement: element)))"
        }
        lines.append(Line(name: metric.title, text: text, meaning: metric.meaning))
      }
    }
    if let summary = value.summary, let shape = value.dev?.arrayType?.shape {
      lines += summaryLines(summary, shape)
    }
    for (name, side, statistics) in [
      ("dev", value.dev, sides(value).dev), ("prod", value.prod, sides(value).prod),
    ] {
      guard let side else { continue }
      var text = "\(DivergenceText.dtype(of: side))  \(DivergenceText.shape(of: side))"
      if let summary = side.summary {
        text += "  \(FigureText.description(of: summary))"
      }
      if let statistics {
        text += "  \(statistics.rangeText)"
        text += "  NaN \(NumberText.grouped(statistics.nanCount))"
        text += "  inf \(NumberText.grouped(statistics.infinityCount))"
      }
      lines.append(Line(name: name, text: text))
    }
    if let edits = value.tokenEdits {
      lines.append(
        Line(name: "token edits", text: NumberText.grouped(edits.script.changedRunCount)))
    }
    for (name, stage) in [("dev source", pair.dev), ("prod source", pair.prod)] {
      guard let source = stage?.source else { continue }
      var text = source.file
      if let line = source.line { text += ":\(line)" }
      if let function = source.function { text += " \(function)" }
      lines.append(Line(name: name, text: text))
    }
    lines += parameterLines(pair)
    for remark in subject.remarks {
      // Lines come indented by two blanks, and stand behind the name of a line.
      let parts = remark.wrapped(toColumns: max(40, columns - 17))
      for (i, part) in parts.enumerated() {
        lines.append(Line(name: i == 0 ? "remark" : "", text: String(part.dropFirst(2))))
      }
    }
    return lines
  }

  /// The statistics of both sides with what may lie between them, then what else was compared.
  private func summaryLines(_ summary: SummaryComparison, _ shape: Shape) -> [Line] {
    var lines = summary.rows.isEmpty ? [] : [Line(name: "", text: "  dev         prod        Δ")]
    for row in summary.rows {
      let sign =
        row.agrees.map { $0 ? (row.dev.value == row.prod.value ? "=" : "≈") : "≠" } ?? "?"
      let text =
        "\(sign) \(FigureText.figure(row.dev).padded(toColumns: 11))"
        + " \(FigureText.figure(row.prod).padded(toColumns: 11))"
        + " \(FigureText.difference(row.dev, row.prod))"
      lines.append(
        Line(
          name: row.statistic.rawValue, text: text, meaning: FigureText.outcome(of: row),
          isStrong: row.agrees == false))
    }
    return lines
      + FigureText.facts(of: summary, shape: shape).map { Line(name: $0, text: $1) }
  }

  /// Parameters of the two stages, those that differ first.
  private func parameterLines(_ pair: PairComparison) -> [Line] {
    let dev = pair.dev?.parameters ?? []
    let prod = pair.prod?.parameters ?? []
    var names = dev.map(\.name)
    names += prod.map(\.name).filter { !names.contains($0) }
    let lines = names.map { name in
      let devText = dev.first { $0.name == name }?.text
      let prodText = prod.first { $0.name == name }?.text
      guard devText != prodText else { return Line(name: name, text: devText ?? "") }
      return Line(
        name: name, text: "dev \(devText ?? "has none")  prod \(prodText ?? "has none")",
        isStrong: true)
    }
    return lines.filter(\.isStrong) + lines.filter { !$0.isStrong }
  }

  private func sides(_ value: ValueComparison) -> (dev: SideStatistics?, prod: SideStatistics?) {
    switch value.detail {
    case .difference(let statistics): (statistics.dev, statistics.prod)
    case .sides(let dev, let prod): (dev, prod)
    case .none, .text, .summary: (nil, nil)
    }
  }
}
