import PipelineTrace

/// One iteration of one runner in a file that Polygraphy wrote: which it is, and where its arrays lie.
///
/// The JSON is described at ``PolygraphyFormat``.
struct PolygraphyRun {
  var run: TraceRun
  /// In the order of the runner.
  var outputs: [PolygraphyArray]

  /// The runs of `file` in the order written; reads its structure, and passes over its arrays.
  ///
  /// - Throws: `malformed` with line and column where the JSON is none, or another structure;
  ///   `notATrace` where it holds no results.
  static func all(in file: TraceFile) throws(FormatError) -> [PolygraphyRun] {
    let whole = FileRegion(file: file, range: 0..<file.byteCount)
    var reader = JSONReader(whole, origin: Origin(file: file.path))
    var runs: [PolygraphyRun] = []
    if try reader.kind() == .array {
      try reader.enterArray()
      while try reader.nextElement() {
        runs.append(
          PolygraphyRun(
            run: TraceRun(runner: "inputs", iteration: runs.count),
            outputs: try outputs(from: &reader, in: file)))
      }
    } else {
      try reader.enterObject()
      var hasList = false
      while let name = try reader.nextName() {
        guard name == "lst", !hasList else {
          try reader.skip()
          continue
        }
        hasList = true
        runs = try results(from: &reader, in: file)
      }
      guard hasList else {
        throw FormatError(file: file.path, problem: .notATrace("JSON without results"))
      }
    }
    try reader.finish()
    return runs
  }

  /// `[[RUNNER, [ITERATION, …]], …]`; a runner whose name was there before gets a number.
  private static func results(from reader: inout JSONReader, in file: TraceFile)
    throws(FormatError) -> [PolygraphyRun]
  {
    var runs: [PolygraphyRun] = []
    var runnerCounts: [String: Int] = [:]
    try reader.enterArray()
    while try reader.nextElement() {
      try reader.enterArray()
      try expectElement(of: &reader, "the name of a runner")
      let recorded = try reader.text()
      let count = runnerCounts[recorded, default: 0] + 1
      runnerCounts[recorded] = count
      let runner = count == 1 ? recorded : "\(recorded) (\(count))"
      try expectElement(of: &reader, "the iterations of a runner")
      var iteration = 0
      try reader.enterArray()
      while try reader.nextElement() {
        runs.append(
          PolygraphyRun(
            run: TraceRun(runner: runner, iteration: iteration),
            outputs: try iterationOutputs(from: &reader, in: file)))
        iteration += 1
      }
      guard try !reader.nextElement() else { throw reader.mistake("a runner and its iterations") }
    }
    return runs
  }

  private static func expectElement(of reader: inout JSONReader, _ what: String)
    throws(FormatError)
  {
    let place = reader.byteOffset
    guard try reader.nextElement() else { throw reader.error("expected \(what)", at: place) }
  }

  private static func iterationOutputs(from reader: inout JSONReader, in file: TraceFile)
    throws(FormatError) -> [PolygraphyArray]
  {
    var outputs: [PolygraphyArray]?
    try reader.enterObject()
    while let name = try reader.nextName() {
      if name == "outputs", outputs == nil {
        outputs = try self.outputs(from: &reader, in: file)
      } else {
        try reader.skip()
      }
    }
    guard let outputs else { throw reader.mistake("outputs of an iteration before this place") }
    return outputs
  }

  /// `{NAME: ARRAY, …}`.
  private static func outputs(from reader: inout JSONReader, in file: TraceFile)
    throws(FormatError) -> [PolygraphyArray]
  {
    var outputs: [PolygraphyArray] = []
    var names: Set<ExactName> = []
    try reader.enterObject()
    while let name = try reader.nextName() {
      guard names.insert(ExactName(name)).inserted else {
        throw reader.duplicate(name, at: reader.nameOffset)
      }
      outputs.append(try PolygraphyArray(named: name, from: &reader, in: file))
    }
    return outputs
  }
}
