import PipelineTrace
import TestTraces
import TraceAlignment
import TraceComparison
import TraceDiagnosis
import TraceReport

/// Two traces, compared to the end.
func compared(
  _ dev: Trace, _ prod: Trace, _ settings: ComparisonSettings = ComparisonSettings()
) throws -> Comparison {
  ComparisonEngine.run(
    try Comparison(dev: dev, prod: prod, settings: settings, overrides: AlignmentOverrides()),
    workerCount: 2)
}

func compared(
  _ dev: [Stage], _ prod: [Stage], _ settings: ComparisonSettings = ComparisonSettings()
) throws -> Comparison {
  try compared(trace(dev, path: "dev"), trace(prod, path: "prod"), settings)
}

/// Two tensors, compared as the one output of the one stage `x` of two traces.
func compared(
  _ dev: Tensor, _ prod: Tensor, _ settings: ComparisonSettings = ComparisonSettings()
) throws -> PairComparison {
  try compared([stage("x", dev)], [stage("x", prod)], settings).pairs[0]
}

extension ReportFormat {
  /// The report, with all findings in it.
  static func render(_ comparison: Comparison) -> String {
    render(comparison, findings: findings(of: comparison))
  }
}

extension String {
  /// What is wrong with the lines of a text for a terminal of 80 columns, if anything is.
  var faults: [String] {
    split(separator: "\n", omittingEmptySubsequences: false).compactMap { line in
      if String(line).columnCount > 80 { return "\(String(line).columnCount) columns: \(line)" }
      if let scalar = line.unicodeScalars.first(where: { !VisibleText.isPlain($0) }) {
        return "U+\(String(scalar.value, radix: 16)) in \(String(line).visible)"
      }
      return nil
    }
  }
}
