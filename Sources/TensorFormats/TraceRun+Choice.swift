import PipelineTrace

extension TraceCandidate {
  /// The position of the run to read: the one that was named behind `#`, else the first.
  ///
  /// - Parameter recording: Takes in a warning where none was named of several.
  /// - Throws: `unsupported` where the name is none of them, or could be one of several.
  func chosenRun(of runs: [TraceRun], _ recording: inout Recording) throws(FormatError) -> Int {
    let shown = runs.prefix(6).map { "'\($0.runner.visible)'" }.joined(separator: ", ")
    let listing = runs.count > 6 ? "\(shown) and \(runs.count - 6) more" : shown
    guard let run else {
      if runs.count > 1 {
        recording.warnings.append(
          "The folder holds several runs, \(listing); this is the first. "
            + "Behind # another can be named.")
      }
      return 0
    }
    guard let position = TraceRun.position(of: run, in: runs) else {
      throw FormatError(
        file: path,
        problem: .unsupported("'#\(run)' names no run in it", advice: "it holds \(listing)"))
    }
    return position
  }
}
