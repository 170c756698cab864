import ArgumentParser
import Glibc
import PipelineTrace
import TensorFormats
import TraceReport

/// `paritty inspect TRACE`: what one trace holds.
struct InspectCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "inspect",
    abstract: "List the stages of one trace: dtypes, shapes, ranges, NaN and infinities.")

  @Argument(help: "The trace.")
  var trace: String

  func run() throws {
    let opened = try openTrace(at: trace)
    let (text, problem) = TraceListing.render(
      opened, workerCount: max(1, sysconf(Int32(_SC_NPROCESSORS_ONLN))))
    try print(text)
    if let problem { throw problem }
  }
}
