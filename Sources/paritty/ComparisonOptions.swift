import ArgumentParser
import Glibc
import PipelineTrace
import TensorFormats
import TraceAlignment
import TraceComparison

extension AlignmentError: TroubleConvertible {
  var sentence: String { description }
}

/// The two traces and how they are to be compared: what every command that compares takes.
struct ComparisonOptions: ParsableArguments {
  @Argument(
    help: "The trace that is believed. PATH#RUNNER/ITERATION names one run of a file with several.")
  var dev: String

  @Argument(
    help: "The trace that is in doubt; left out, the first two runners of a file that holds both.")
  var prod: String?

  @OptionGroup var judging: JudgingOptions

  /// Opens both traces and pairs their stages by name; reads headers only.
  func comparison(_ timings: Timings? = nil) throws -> Comparison {
    if let prod { return try judging.comparison(dev: dev, prod: prod, timings) }
    let runs = try firstRunners(at: dev)
    return try judging.comparison(dev: runs.dev, prod: runs.prod, timings)
  }
}

/// How pairs are formed and judged.
struct JudgingOptions: ParsableArguments {
  @Option(help: "Relative tolerance for all stages (default: by dtype, as torch has it).")
  var rtol: Double?

  @Option(help: "Absolute tolerance for all stages (default: by dtype, as torch has it).")
  var atol: Double?

  @Option(
    help: ArgumentHelp(
      "Tolerance of the stages that fit; the last that fits holds.",
      valueName: "GLOB=RTOL,ATOL"))
  var tolerance: [String] = []

  @Option(help: ArgumentHelp("Put these two stages across from each other.", valueName: "DEV=PROD"))
  var pair: [String] = []

  @Option(
    help: ArgumentHelp("Turn dev's stage names into prod's.", valueName: "REGEX=REPLACEMENT"))
  var rename: [String] = []

  @Flag(help: "NaN differs from NaN.")
  var nanDiffers = false

  @Flag(help: "Another float dtype is a divergence even where the values agree.")
  var strictDtype = false

  @Option(help: "Threads that compare (default: one for each core).")
  var threads: Int?

  func validate() throws {
    for (name, bound) in [("--rtol", rtol), ("--atol", atol)] {
      guard bound.map({ $0 >= 0 && $0.isFinite }) ?? true else {
        throw ValidationError("\(name) has to be a number that is not negative")
      }
    }
    guard threads.map({ (1...256).contains($0) }) ?? true else {
      throw ValidationError("--threads has to be 1 to 256")
    }
    _ = try settings()
  }

  var workerCount: Int { threads ?? max(1, sysconf(Int32(_SC_NPROCESSORS_ONLN))) }

  /// The settings that the options ask for.
  func settings() throws -> ComparisonSettings {
    var settings = ComparisonSettings()
    settings.relative = rtol
    settings.absolute = atol
    settings.nanEqualsNaN = !nanDiffers
    settings.isStrictAboutDType = strictDtype
    settings.stageTolerances = try tolerance.map { try Self.stageTolerance($0) }
    return settings
  }

  private static func stageTolerance(_ text: String) throws -> ComparisonSettings.StageTolerance {
    let wrong = ValidationError(
      "--tolerance '\(text)' is not GLOB=RTOL,ATOL, say 'encoder*=1e-3,1e-5'")
    guard let equals = text.lastIndex(of: "=") else { throw wrong }
    let bounds = text[text.index(after: equals)...].split(separator: ",").map { Double($0) }
    guard equals != text.startIndex, bounds.count == 2, let relative = bounds[0],
      let absolute = bounds[1], relative >= 0, absolute >= 0, relative.isFinite, absolute.isFinite
    else { throw wrong }
    return ComparisonSettings.StageTolerance(
      glob: Glob(String(text[..<equals])), relative: relative, absolute: absolute)
  }

  func comparison(dev: String, prod: String, _ timings: Timings? = nil) throws -> Comparison {
    let overrides = try AlignmentOverrides(pairs: pair, renames: rename)
    let devTrace = try openTrace(at: dev)
    let prodTrace = try openTrace(at: prod)
    timings?.noteOpened()
    let comparison = try Comparison(
      dev: devTrace, prod: prodTrace, settings: try settings(), overrides: overrides)
    timings?.noteAligned()
    for trace in [comparison.dev, comparison.prod] where trace.stages.isEmpty {
      throw Trouble("\(trace.path): holds no stages, so there is nothing to compare; record some")
    }
    return comparison
  }
}

extension Comparison {
  /// What exit status 2 has to say, where the comparison is no answer.
  var trouble: String? {
    guard pairs.contains(where: \.pair.isWhole) else {
      return "no stage of \(dev.path) has a counterpart in \(prod.path), by name or by content;"
        + " pair some with --pair DEV=PROD or --rename REGEX=REPLACEMENT"
    }
    if let open = unexplainedProblem { return open.description }
    guard verdict == .undecided else { return nil }
    let trace = dev.isComplete ? prod : dev
    return "\(trace.path): the trace is not complete, so agreement of its stages is no match;"
      + " record the request again"
  }

  /// The first reason why something could not be compared that leaves the outcome open.
  ///
  /// Where the traces diverged, stages that a file's end took with all that follows do not.
  private var unexplainedProblem: FormatError? {
    guard verdict == .diverged else { return firstProblem }
    let end = pairs.lastIndex { [.identical, .close, .diverged].contains($0.status) } ?? -1
    for (index, pair) in pairs.enumerated() {
      let problems = pair.values.compactMap(\.problem)
      if let problem = problems.first(where: { index <= end || !$0.isCut }) { return problem }
    }
    return nil
  }

  /// 0 no divergence, 1 diverged, 2 trouble.
  var exitStatus: Int32 {
    if trouble != nil { return 2 }
    return verdict == .match ? 0 : 1
  }
}
