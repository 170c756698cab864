import PipelineTrace

/// One of several runs that a file holds, as a user may name it behind `#`.
package struct TraceRun: Sendable, Equatable {
  /// What ran: Polygraphy's name of the runner.
  package var runner: String
  /// Which of the runner's inputs it was, from 0.
  package var iteration: Int

  /// As it is written behind `#`.
  package var name: String { "\(runner)/\(iteration)" }

  /// The position among `runs` of the one that `selector` names: a runner, which stands for its first
  /// iteration, or `RUNNER/ITERATION`. The start of a runner's name will do where it is the only one.
  ///
  /// - Returns: `nil` where it names none, or could be one of several.
  static func position(of selector: String, in runs: [TraceRun]) -> Int? {
    func position(_ runner: some StringProtocol, _ iteration: Int) -> Int? {
      let named = runs.indices.filter {
        runs[$0].iteration == iteration && runs[$0].runner == runner
      }
      if let first = named.first { return first }
      let started = runs.indices.filter {
        runs[$0].iteration == iteration && runs[$0].runner.hasPrefix(runner)
      }
      return !runner.isEmpty && Set(started.map { runs[$0].runner }).count == 1 ? started[0] : nil
    }
    if let whole = position(selector, 0) { return whole }
    guard let slash = selector.lastIndex(of: "/"),
      let iteration = Int(selector[selector.index(after: slash)...])
    else { return nil }
    return position(selector[..<slash], iteration)
  }
}

extension TraceRun {
  /// The position among `runs` of the one that the candidate names; 0 where it names none.
  ///
  /// - Throws: `unsupported` where it names none of them, `notATrace` where there are none.
  static func chosenPosition(by candidate: TraceCandidate, among runs: [TraceRun])
    throws(FormatError) -> Int
  {
    guard !runs.isEmpty else {
      throw FormatError(file: candidate.path, problem: .notATrace("it holds results of no run"))
    }
    guard let selector = candidate.run else { return 0 }
    guard let position = position(of: selector, in: runs) else {
      throw FormatError(
        file: candidate.path,
        problem: .unsupported(
          "'#\(selector)' names no run in it", advice: "it holds \(listing(runs))"))
    }
    return position
  }

  /// The first few names, for a message.
  static func listing(_ runs: [TraceRun]) -> String {
    let shown = runs.prefix(6).map { "'\($0.name.visible)'" }.joined(separator: ", ")
    return runs.count > 6 ? "\(shown) and \(runs.count - 6) more" : shown
  }
}

extension Recording {
  /// The position among `runs` of the one to read; says so where it was not named and is one of several.
  ///
  /// - Throws: As ``TraceRun/chosenPosition(by:among:)``.
  mutating func chosenRun(by candidate: TraceCandidate, among runs: [TraceRun])
    throws(FormatError) -> Int
  {
    let position = try TraceRun.chosenPosition(by: candidate, among: runs)
    if candidate.run == nil, runs.count > 1 {
      warnings.append(
        "The folder holds \(runs.count) runs; this is '\(runs[0].runner.visible)'. "
          + "'#\(runs[1].runner.visible)' names another.")
    }
    return position
  }
}

/// The paths that name the first two runners in the file at `path`.
///
/// - Throws: `unsupported` where the file holds less than two runners.
package func firstRunners(at path: String) throws(FormatError) -> (dev: String, prod: String) {
  let candidate = try TraceCandidate(path: path)
  let runs = try candidate.format().runs(in: candidate)
  guard candidate.run == nil, let dev = runs.first,
    let prod = runs.first(where: { $0.runner != dev.runner })
  else {
    throw FormatError(
      file: path,
      problem: .unsupported(
        "it is one trace, and there is none to compare it with",
        advice: "name the other behind it, or list this one with: paritty inspect"))
  }
  return ("\(path)#\(dev.runner)", "\(path)#\(prod.runner)")
}
