import ArgumentParser
import Glibc
import PipelineTrace
import TraceComparison
import TraceDiagnosis
import TraceReport

/// `paritty report DEV PROD`: the comparison on standard output, or in a file.
struct ReportCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "report", abstract: "Print the comparison of two traces.",
    discussion: "Exit status: 0 no divergence, 1 diverged, 2 trouble.")

  @OptionGroup var options: ComparisonOptions

  @Option(
    help: ArgumentHelp("One of: \(allReportFormats.map { $0.name }.joined(separator: ", "))."))
  var format = allReportFormats[0].name

  @Option(help: "Write the report to this file instead of standard output.")
  var output: String?

  @Flag(help: "Say on standard error how long the parts of the comparison took.")
  var timings = false

  func validate() throws {
    guard allReportFormats.contains(where: { $0.name == format }) else {
      let names = allReportFormats.map { $0.name }.joined(separator: ", ")
      throw ValidationError("--format '\(format)' is not one of: \(names)")
    }
  }

  func run() throws {
    let format = allReportFormats.first { $0.name == self.format } ?? TextReport.self
    let timings = self.timings ? Timings() : nil
    try Self.report(
      try options.comparison(timings), workerCount: options.judging.workerCount, format: format,
      output: output, timings: timings)
  }

  /// Compares, prints, and ends the program with the status of the outcome.
  static func report(
    _ comparison: Comparison, workerCount: Int, format: any ReportFormat.Type, output: String?,
    timings: Timings? = nil
  ) throws -> Never {
    var comparison = comparison
    comparison.settings.describesIdentical = format.describesIdentical
    comparison = ComparisonEngine.run(
      comparison, workerCount: workerCount, timings: timings)
    let text = format.render(comparison, findings: findings(of: comparison))
    if let output {
      try write(text, toFile: output)
    } else {
      try print(text)
    }
    if let timings { put(timings.text(workerCount: workerCount), to: STDERR_FILENO) }
    if let trouble = comparison.trouble {
      put("paritty: \(trouble.visible)\n", to: STDERR_FILENO)
    }
    Glibc.exit(comparison.exitStatus)
  }

  private static func write(_ text: String, toFile path: String) throws {
    let descriptor = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o644)
    guard descriptor >= 0 else {
      throw Trouble("\(path): cannot be written (\(String(cString: strerror(errno))))")
    }
    let reason = put(text, to: descriptor)
    close(descriptor)
    if let reason { throw Trouble("\(path): cannot be written whole (\(reason))") }
  }
}
