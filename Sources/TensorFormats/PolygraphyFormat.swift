import PipelineTrace

/// What NVIDIA's Polygraphy saves of its runs: `RunResults` as JSON, inputs as JSON, or a folder with a
/// file of results for each iteration.
///
/// | JSON | meaning |
/// | --- | --- |
/// | `{"lst": [[RUNNER, [ITERATION, …]], …]}` | results: every iteration of every runner is a run |
/// | `[{NAME: ARRAY, …}, …]` | inputs: every element is a run of the runner `inputs` |
/// | ITERATION: `{"outputs": {NAME: ARRAY, …}, "runtime": …}` | a stage for each output, in order |
/// | ARRAY: `{"values": ARRAY}` or `{"array": BASE64}` | a whole `.npy` file, or an `.npz` of one array |
/// | `{"array": TEXT}` | the same bytes as text in Latin-1, in very old files |
/// | `{"tensor": BASE64}` | what `torch.save` wrote of one tensor |
///
/// After Polygraphy 0.53, `polygraphy/json/serde.py`; its marks `polygraphy_class` and
/// `__polygraphy_encoded_…` may be there or not. Files in a folder are taken in the natural order of
/// their names and count as iterations. Base64 is decoded when its elements are asked for.
package enum PolygraphyFormat: TraceFormat {
  package static let name = "polygraphy"

  package static func recognises(_ candidate: TraceCandidate) -> Bool {
    switch candidate.content {
    case .folder(let folder):
      let first = folder.files.first { isIteration($0.name) }
      guard let first, let file = try? folder.open(first),
        let head = try? file.bytes(in: 0..<min(TraceCandidate.headByteCount, file.byteCount))
      else { return false }
      return isResults(head)
    case .file(_, let head): return isResults(head)
    }
  }

  /// Whether a file's first bytes are those of results or inputs.
  private static func isResults(_ head: [UInt8]) -> Bool {
    let text = head.filter { !FileLook.blanks.contains($0) }
    if text.starts(with: Array(#"{"lst":["#.utf8)) { return true }
    // Members may stand in another order, and inputs begin with the names of the user's own.
    guard text.first == UInt8(ascii: "{") || text.starts(with: Array("[{".utf8)) else {
      return false
    }
    let words = String(decoding: text, as: UTF8.self)
    return words.contains(#""polygraphy_class":"#) || words.contains("__polygraphy_encoded_")
      || words.contains(#":{"array":"k05VTVBZ"#)
  }

  /// `0000000003.json`, as Polygraphy numbers the files of a folder.
  private static func isIteration(_ fileName: String) -> Bool {
    fileName.hasSuffix(".json") && fileName.utf8.count > 5
      && fileName.utf8.dropLast(5).allSatisfy { (0x30...0x39).contains($0) }
  }

  package static func runs(in candidate: TraceCandidate) throws(FormatError) -> [TraceRun] {
    try recordedRuns(candidate).map(\.run)
  }

  package static func read(_ candidate: TraceCandidate) throws(FormatError) -> Trace {
    let runs = try recordedRuns(candidate)
    let names = runs.map(\.run)
    let position = try TraceRun.chosenPosition(by: candidate, among: names)
    let chosen = runs[position]
    var recording = Recording(path: candidate.givenPath, format: name)
    let iterations = runs.count { $0.run.runner == chosen.run.runner }
    if candidate.run == nil, runs.count > iterations {
      recording.warnings.append(
        "The file holds several runs, \(TraceRun.listing(names)); this is the first. "
          + "Behind # another can be named.")
    } else if candidate.run != chosen.run.name, iterations > 1 {
      recording.warnings.append(
        "'\(chosen.run.runner.visible)' has \(iterations) iterations; this is the first. "
          + "'#\(chosen.run.runner.visible)/1' names the second.")
    }
    for output in chosen.outputs {
      recording.add(output.name) { (notes) throws(FormatError) in
        try output.content(notes: &notes)
      }
    }
    var trace = try recording.trace()
    if runs.count > 1 { trace.label = chosen.run.name }
    return trace
  }

  /// All runs of a file; of a folder, those of its files, each file one iteration further.
  private static func recordedRuns(_ candidate: TraceCandidate) throws(FormatError)
    -> [PolygraphyRun]
  {
    switch candidate.content {
    case .file(let file, _): return try PolygraphyRun.all(in: file)
    case .folder(let folder):
      let files = folder.files.filter { isIteration($0.name) }
      try folder.allowOpenFiles(files.count)
      var runs: [PolygraphyRun] = []
      var iterationCounts: [String: Int] = [:]
      for file in files {
        for var run in try PolygraphyRun.all(in: folder.open(file)) {
          let iteration = iterationCounts[run.run.runner, default: 0]
          iterationCounts[run.run.runner] = iteration + 1
          run.run.iteration = iteration
          runs.append(run)
        }
      }
      return runs
    }
  }
}
