import PipelineTrace
import TensorKernels
import TraceComparison

/// One trace as a list: each value with its dtype, shape, range, NaN and infinities.
package enum TraceListing {
  private static let columns = 80
  private static let rangeColumns = 20

  /// The list; reads every tensor once.
  ///
  /// - Returns: The text, and the first reason why a value could not be read.
  package static func render(_ trace: Trace, workerCount: Int) -> (String, FormatError?) {
    var lines = [heading(trace)]
    for (name, fact) in [
      ("label", trace.label), ("request", trace.request), ("captured", trace.capturedAt),
      ("error", trace.error),
    ] {
      if let fact { lines.append("  \(name.padded(toColumns: 9)) \(fact)") }
    }
    lines.append("")
    var problem: FormatError?
    lines.append(row("#", "stage", "dtype", "shape", "range", "NaN", "inf"))
    for stage in trace.stages {
      for (i, value) in stage.values.enumerated() {
        let number = i == 0 ? String(stage.position) : ""
        var name = stage.name
        if stage.values.count > 1 || value.role != .output {
          name = i == 0 ? stage.name : "  "
          name += " \(value.role == .output ? "" : "\(value.role.rawValue) ")\(value.name)"
        }
        do throws(FormatError) {
          lines.append(try line(of: value, number: number, name: name, workerCount: workerCount))
        } catch {
          problem = problem ?? error
          lines.append(row(number, name.visible, "?", "unreadable", "", "", ""))
        }
      }
    }
    if !trace.warnings.isEmpty {
      lines += ["", "Remarks"] + trace.warnings.flatMap { $0.wrapped(toColumns: columns) }
    }
    let text = lines.map { $0.visible.truncated(toColumns: columns).trimmed }
      .joined(separator: "\n")
    return (text + "\n", problem)
  }

  private static func heading(_ trace: Trace) -> String {
    let end = "  \(SummaryText.kind(of: trace))"
    return trace.path.visible.lastPart(columns: columns - end.columnCount) + end
  }

  private static func line(of value: Value, number: String, name: String, workerCount: Int)
    throws(FormatError) -> String
  {
    let dtype = DivergenceText.dtype(of: value)
    let shape = DivergenceText.shape(of: value)
    switch value.content {
    case .unreadable(let problem): throw problem
    case .text(let texts):
      let first =
        texts.shape.elementCount > 0 ? VisibleText.decode(try texts.elements(0..<1)[0]) : ""
      return row(number, name.visible, dtype, shape, "\"\(first.visible)\"", "", "")
    case .summary(let summary):
      let line = row(number, name.visible, dtype, shape, range(of: summary), "", "")
      // The word stands across both columns of counts, which a summary does not have.
      return line.dropLast(11) + "summary".leftPadded(toColumns: 11)
    case .tensor(let tensor), .tokens(let tensor, _):
      let side = try SideStatistics.of(tensor, workerCount: workerCount)
      return row(
        number, name.visible, dtype, shape, side?.rangeText(columns: rangeColumns) ?? "",
        side.map { count($0.nanCount) } ?? "",
        side.map { count($0.infinityCount) } ?? "")
    }
  }

  /// The range as it was kept; nothing where it was not.
  private static func range(of summary: TensorSummary) -> String {
    guard let minimum = summary.statistics[.minimum]?.value,
      let maximum = summary.statistics[.maximum]?.value
    else { return "" }
    return NumberText.range(minimum, maximum, columns: rangeColumns)
  }

  /// A count in at most five columns: `9,999`, `12k`, `3M`.
  private static func count(_ number: Int) -> String {
    switch number {
    case ..<10_000: NumberText.grouped(number)
    case ..<1_000_000: "\(number / 1000)k"
    case ..<1_000_000_000: "\(number / 1_000_000)M"
    default: "\(number / 1_000_000_000)G"
    }
  }

  private static func row(
    _ number: String, _ name: String, _ dtype: String, _ shape: String, _ range: String,
    _ nan: String, _ infinite: String
  ) -> String {
    number.leftPadded(toColumns: 4) + " " + name.padded(toColumns: 20) + " "
      + dtype.padded(toColumns: 7) + " " + shape.padded(toColumns: 13) + " "
      + range.padded(toColumns: rangeColumns) + " " + nan.leftPadded(toColumns: 5) + " "
      + infinite.leftPadded(toColumns: 5)
  }
}
