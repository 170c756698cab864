import PipelineTrace
import TensorKernels
import TraceAlignment
import TraceComparison
import TraceDiagnosis

/// The report for programs: one object, schema 1.
///
/// Numbers that are not finite are strings; indices are zero-based with one number an axis. Names
/// stand as they were recorded, with controls and what steers writing as `\u` escapes.
package enum JSONReport: ReportFormat {
  package static let name = "json"
  package static let describesIdentical = true

  package static func render(_ comparison: Comparison, findings: [Finding]) -> String {
    var writer = JSONWriter()
    writer.object { writer in
      writer.member("paritty", Version.number)
      writer.member("schema", 1)
      writer.member("verdict", comparison.verdict.rawValue)
      writer.member("dev") { write(comparison.dev, to: &$0) }
      writer.member("prod") { write(comparison.prod, to: &$0) }
      writer.member("first_divergence") {
        write(divergence: comparison.firstDivergence, of: comparison, to: &$0)
      }
      writer.member("first_beyond_rounding") {
        write(divergence: comparison.firstBeyondRounding(findings), of: comparison, to: &$0)
      }
      writer.member("origins", comparison.origins)
      writer.member("coverage") { writer in
        let coverage = comparison.coverage
        writer.object { writer in
          writer.member("paired", coverage.paired)
          writer.member("only_dev", coverage.onlyDev)
          writer.member("only_prod", coverage.onlyProd)
          writer.member("moved", coverage.moved)
          writer.member("not_comparable", coverage.notComparable)
          writer.member("summaries", coverage.summaries)
        }
      }
      writer.member("pairs") { writer in
        writer.array { writer in
          for pair in comparison.pairs { writer.element { write(pair, to: &$0) } }
        }
      }
      writer.member("findings") { writer in
        writer.array { writer in
          for finding in findings { writer.element { write(finding, to: &$0) } }
        }
      }
    }
    return writer.text + "\n"
  }

  private static func write(
    divergence index: Int?, of comparison: Comparison, to writer: inout JSONWriter
  ) {
    guard let index else { return writer.null() }
    let pair = comparison.pairs[index]
    writer.object { writer in
      writer.member("pair", index)
      writer.member("dev", pair.dev?.name)
      writer.member("prod", pair.prod?.name)
      writer.member("kind", pair.kind?.rawValue)
    }
  }

  private static func write(_ finding: Finding, to writer: inout JSONWriter) {
    writer.object { writer in
      writer.member("pair", finding.pairIndex)
      writer.member("value", finding.valueName)
      writer.member("cause", finding.cause)
      writer.member("confidence", finding.confidence)
      writer.member("summary", finding.summary)
      writer.member("explained", finding.explained)
      writer.member("details") { writer in
        writer.object { writer in
          for detail in finding.details {
            switch detail.quantity {
            case .count(let count): writer.member(detail.key, count)
            case .text(let text): writer.member(detail.key, text)
            case .number(let number): writer.member(detail.key, number)
            }
          }
        }
      }
    }
  }

  private static func write(_ trace: Trace, to writer: inout JSONWriter) {
    writer.object { writer in
      writer.member("path", trace.path)
      writer.member("format", trace.format)
      writer.member("stages", trace.stages.count)
      writer.member("complete", trace.isComplete)
      if let label = trace.label { writer.member("label", label) }
      if let request = trace.request { writer.member("request", request) }
      if let error = trace.error { writer.member("error", error) }
      if !trace.warnings.isEmpty {
        writer.member("warnings") { writer in
          writer.array { writer in
            for warning in trace.warnings { writer.element { $0.string(warning) } }
          }
        }
      }
    }
  }

  private static func write(_ pair: PairComparison, to writer: inout JSONWriter) {
    writer.object { writer in
      writer.member("dev", pair.dev?.name)
      writer.member("prod", pair.prod?.name)
      writer.member("dev_position", pair.pair.dev)
      writer.member("prod_position", pair.pair.prod)
      writer.member("status", pair.status.rawValue)
      if let role = pair.role { writer.member("role", role.rawValue) }
      writer.member("moved", pair.pair.isMoved)
      writer.member("matched_by", pair.pair.matchedBy?.rawValue)
      if pair.pair.isRenamed { writer.member("renamed", true) }
      if let repeats = pair.pair.repeats { writer.member("repeats_position", repeats) }
      writer.member("values") { writer in
        writer.array { writer in
          for value in pair.values { writer.element { write(value, to: &$0) } }
        }
      }
    }
  }

  private static func write(_ value: ValueComparison, to writer: inout JSONWriter) {
    writer.object { writer in
      writer.member("name", value.name)
      if value.role != .output { writer.member("role", value.role.rawValue) }
      writer.member("kind", kind(of: value))
      if value.isSummarized { writer.member("lossy", true) }
      writer.member("status", value.status.rawValue)
      if let kind = value.kind { writer.member("divergence", kind.rawValue) }
      if let problem = value.problem { writer.member("problem", problem.description) }
      if let tolerance = value.tolerance {
        writer.member("rtol", tolerance.relative)
        writer.member("atol", tolerance.absolute)
      }
      let sides = sides(of: value)
      if let dev = value.dev { writer.member("dev") { write(dev, sides.dev, to: &$0) } }
      if let prod = value.prod { writer.member("prod") { write(prod, sides.prod, to: &$0) } }
      write(value.detail, of: value, to: &writer)
      if let edits = value.tokenEdits { write(edits.script, to: &writer) }
    }
  }

  private static func write(
    _ detail: ValueComparison.Detail, of value: ValueComparison, to writer: inout JSONWriter
  ) {
    switch detail {
    case .difference(let statistics):
      writer.member("elements", statistics.elementCount)
      for metric in allMetrics {
        let reading = metric.reading(of: statistics)
        writer.member(metric.key) { write(reading.quantity, to: &$0) }
        if metric.hasElement {
          let index = reading.element.flatMap { value.dev?.tensor?.shape.index(ofElement: $0) }
          writer.member("\(metric.key)_index", index)
        }
      }
    case .text(let text):
      writer.member("elements", max(text.devCount, text.prodCount))
      writer.member("mismatched", text.differingCount)
      if let first = text.first {
        writer.member("first_difference") { writer in
          writer.object { writer in
            writer.member("text", first.element)
            writer.member("byte", first.byteOffset)
            writer.member("character", first.characterOffset)
          }
        }
      }
      if let edits = text.edits { write(edits, to: &writer) }
    case .summary(let summary): write(summary, of: value, to: &writer)
    case .sides, .none: break
    }
  }

  private static func write(
    _ summary: SummaryComparison, of value: ValueComparison, to writer: inout JSONWriter
  ) {
    writer.member("elements", summary.elementCount)
    writer.member("statistics") { writer in
      writer.array { writer in
        for row in summary.rows {
          writer.element { writer in
            writer.object { writer in
              writer.member("name", row.statistic.rawValue)
              writer.member("dev", row.dev.value)
              writer.member("prod", row.prod.value)
              writer.member("allowed", row.bound)
              if let agrees = row.agrees {
                writer.member("agrees", agrees)
              } else {
                writer.member("agrees") { $0.null() }
              }
            }
          }
        }
      }
    }
    writer.member("printed", summary.printed.count)
    writer.member("printed_mismatched", summary.mismatchedPrintedCount)
    if let first = summary.firstPrintedMismatch, let shape = value.dev?.arrayType?.shape {
      writer.member("first_printed_mismatch") { writer in
        writer.object { writer in
          writer.member("index", shape.index(ofElement: first.element))
          writer.member("dev", first.dev.value)
          writer.member("prod", first.prod.value)
        }
      }
    }
    if let hasSameDigest = summary.hasSameDigest { writer.member("same_digest", hasSameDigest) }
    writer.member("sees_order", summary.seesOrder)
    writer.member("rel_norm_at_least", summary.relativeError)
  }

  private static func write(_ quantity: MetricReading.Quantity, to writer: inout JSONWriter) {
    switch quantity {
    case .count(let count): writer.number(count)
    case .number(let number): writer.number(number)
    case .undefined: writer.null()
    }
  }

  /// The runs that change, as half-open ranges of both sides.
  private static func write(_ script: EditScript, to writer: inout JSONWriter) {
    writer.member("edits") { writer in
      writer.array { writer in
        for run in script.runs where run.kind != .equal {
          writer.element { writer in
            writer.object { writer in
              writer.member("dev", [run.dev.lowerBound, run.dev.upperBound])
              writer.member("prod", [run.prod.lowerBound, run.prod.upperBound])
            }
          }
        }
      }
    }
  }

  private static func write(
    _ value: Value, _ statistics: SideStatistics?, to writer: inout JSONWriter
  ) {
    writer.object { writer in
      switch value.content {
      case .tensor(let tensor), .tokens(let tensor, _):
        writer.member("dtype", tensor.dtype.rawValue)
        writer.member("shape", tensor.shape.extents)
      case .summary(let summary):
        writer.member("dtype", summary.dtype.rawValue)
        writer.member("shape", summary.shape.extents)
        writer.member("summary", true)
        for statistic in TensorSummary.Statistic.allCases {
          if let figure = summary.statistics[statistic] {
            writer.member(statistic.rawValue, figure.value)
          }
        }
      case .text(let texts):
        writer.member("dtype", "text")
        writer.member("shape", texts.shape.extents)
      case .unreadable: writer.member("dtype", nil as String?)
      }
      if let statistics {
        writer.member("min", statistics.minimum)
        writer.member("max", statistics.maximum)
        writer.member("nan", statistics.nanCount)
        writer.member("inf", statistics.infinityCount)
      }
    }
  }

  private static func kind(of value: ValueComparison) -> String {
    if value.isSummarized { return "summary" }
    return switch (value.dev ?? value.prod)?.content {
    case .tensor: "tensor"
    case .tokens: "tokens"
    case .summary: "summary"
    case .text: "text"
    case .unreadable, nil: "unreadable"
    }
  }

  private static func sides(of value: ValueComparison)
    -> (dev: SideStatistics?, prod: SideStatistics?)
  {
    switch value.detail {
    case .difference(let statistics): (statistics.dev, statistics.prod)
    case .sides(let dev, let prod): (dev, prod)
    case .none, .text, .summary: (nil, nil)
    }
  }
}

/// The version of the program, as reports and `--version` state it.
package enum Version {
  package static let number = "0.1.0"
}
