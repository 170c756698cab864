import ArgumentParser
import Glibc
import TraceComparison
import TraceReport
import TraceTerminal

extension TerminalError: TroubleConvertible {
  var sentence: String { description }
}

/// `paritty DEV PROD`: the debugger; the text report where there is no terminal to draw on.
struct DebugCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "debug", abstract: "Open two traces in the debugger (the default).",
    discussion: "Exit status: 0, or 2 on trouble. In a pipe it is that of report.")

  @OptionGroup var options: ComparisonOptions
  @OptionGroup var screen: ScreenOptions

  func run() throws {
    try Self.debug(
      try options.comparison(), workerCount: options.judging.workerCount, screen: screen)
  }

  /// Opens the debugger, or prints the report where there is no screen.
  static func debug(_ comparison: Comparison, workerCount: Int, screen: ScreenOptions) throws {
    guard isatty(STDOUT_FILENO) == 1 else {
      try ReportCommand.report(
        comparison, workerCount: workerCount, format: TextReport.self, output: nil)
    }
    let terminal: Terminal
    do throws(TerminalError) {
      terminal = try Terminal(colorChoice: screen.colorChoice)
    } catch {
      put("paritty: \(error); this is the text report\n", to: STDERR_FILENO)
      try ReportCommand.report(
        comparison, workerCount: workerCount, format: TextReport.self, output: nil)
    }
    var session = DebuggerSession(
      comparison, terminal: terminal, display: screen.display(terminal.display),
      workerCount: workerCount)
    let trouble = session.run()
    terminal.close()
    if let trouble { throw Trouble(trouble) }
  }
}
