import ArgumentParser
import Glibc
import PipelineTrace
import TraceReport

/// The command line: `paritty DEV PROD`, and the commands that do without a screen.
@main
struct Paritty: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "paritty",
    abstract: "Find the first stage where two runs of one machine-learning pipeline part.",
    usage: """
      paritty DEV PROD            open the debugger (the text report where there is no terminal)
      paritty report DEV PROD     print the comparison: text, JSON, Markdown or JUnit
      paritty inspect TRACE       list one trace
      paritty demo [NAME]         open a bundled pair of traces
      """,
    discussion: """
      A trace is an .npz, .safetensors or PyTorch .pt file, a folder of .npy files, or what Polygraphy, msprobe or \
      the debugger of Hugging Face wrote; np.savez(path, **stages) and torch.save(stages, path) write one. \
      The first trace is the one that is believed.

      Exit status of report: 0 no divergence, 1 diverged, 2 trouble.
      """,
    version: Version.number,
    subcommands: [DebugCommand.self, ReportCommand.self, InspectCommand.self, DemoCommand.self],
    defaultSubcommand: DebugCommand.self)

  static func main() {
    // A reader that closes the pipe early (`| head`) ends the program quietly.
    signal(SIGPIPE, SIG_DFL)
    do {
      var command = try parseAsRoot()
      try command.run()
    } catch let status as ExitCode {
      Glibc.exit(status.rawValue)
    } catch let error where exitCode(for: error) == .success {
      put(fullMessage(for: error) + "\n", to: STDOUT_FILENO)  // help, version
    } catch {
      let text: String
      switch error {
      case let trouble as any TroubleConvertible: text = trouble.sentence
      default: text = "\(message(for: error).firstLine); see paritty --help"
      }
      put("paritty: \(text.visible)\n", to: STDERR_FILENO)
      Glibc.exit(2)
    }
  }
}

/// Writes what a command was asked for to standard output.
///
/// - Throws: where it could not be written whole.
func print(_ text: String) throws {
  guard let reason = put(text, to: STDOUT_FILENO) else { return }
  throw Trouble("standard output takes no more (\(reason)); what was written is not whole")
}

/// An error whose sentence names the file, the place, what is wrong and what to do.
protocol TroubleConvertible: Error {
  var sentence: String { get }
}

extension FormatError: TroubleConvertible {
  var sentence: String { description }
}

/// Trouble that is no file's fault alone.
struct Trouble: TroubleConvertible {
  var sentence: String
  init(_ sentence: String) { self.sentence = sentence }
}

/// Writes all of `text`.
///
/// - Returns: Why the system did not take all of it; `nil` where it did.
@discardableResult
func put(_ text: String, to descriptor: Int32) -> String? {
  var rest = Array(text.utf8)[...]
  while !rest.isEmpty {
    let count = rest.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
    if count < 0, errno == EINTR { continue }
    guard count > 0 else { return String(cString: strerror(errno)) }
    rest = rest.dropFirst(count)
  }
  return nil
}

extension String {
  fileprivate var firstLine: String {
    String(prefix { $0 != "\n" })
  }
}
