import TraceComparison
import TraceDiagnosis

/// A way to write down what a comparison found.
package protocol ReportFormat: Sendable {
  /// The word behind `--format`.
  static var name: String { get }
  /// Whether it wants statistics of tensors that have the same bits, which costs another pass.
  static var describesIdentical: Bool { get }
  /// The whole report, with a line feed at its end.
  static func render(_ comparison: Comparison, findings: [Finding]) -> String
}

/// Every report format; the first is what is printed where nothing is asked for.
package let allReportFormats: [any ReportFormat.Type] = [
  TextReport.self,
  JSONReport.self,
  MarkdownReport.self,
  JUnitReport.self,
]
