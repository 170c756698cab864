import PipelineTrace

/// What msprobe (MindStudio Probe) dumps: the calls of operators and modules as JSON, and beside it,
/// where the task was to keep tensors, a file for each.
///
/// | path | content |
/// | --- | --- |
/// | `dump.json` | the calls (``MsprobeCall``), under `data` in the order in which they ended |
/// | `dump_tensor_data/` | the files that the calls name: `.pt` of PyTorch, `.npy` of MindSpore |
/// | `stack.json` | where in the pipeline's code each call was made (``MsprobeStacks``) |
///
/// After mindstudio-probe 26.2. They lie in `step0/rank0` of the folder that the tool was given; where
/// that one is opened, every such folder in it is a run. `construct.json`, `debug.json` and the folder
/// that dump.json says the files were in are not looked at. A stage is a call; without
/// its file a tensor is a ``TensorSummary``.
package enum MsprobeFormat: TraceFormat {
  package static let name = "msprobe"

  /// What every dump.json has near its start, and hardly any other file.
  private static let mark = "\"dump_data_dir\""
  private static let fileName = "dump.json"

  package static func recognises(_ candidate: TraceCandidate) -> Bool {
    switch candidate.content {
    case .folder(let folder): return !dumps(in: folder, levels: 2).isEmpty
    case .file(_, let head): return isMarked(head)
    }
  }

  package static func runs(in candidate: TraceCandidate) -> [TraceRun] {
    guard case .folder(let folder) = candidate.content else { return [] }
    return dumps(in: folder, levels: 2).map(\.run)
  }

  package static func read(_ candidate: TraceCandidate) throws(FormatError) -> Trace {
    var recording = Recording(path: candidate.givenPath, format: name)
    switch candidate.content {
    case .file(let file, _):
      return try read(file, in: Folder(pathOfParent: candidate.path), recording)
    case .folder(let folder):
      let dumps = dumps(in: folder, levels: 2)
      guard !dumps.isEmpty else { throw candidate.unrecognisedError() }
      let dump = dumps[try recording.chosenRun(by: candidate, among: dumps.map(\.run))]
      var holder = folder
      for step in dump.steps { holder = try holder.subfolder(step) }
      guard let entry = holder.files.first(where: { $0.name == fileName }) else {
        throw candidate.unrecognisedError()
      }
      var trace = try read(holder.open(entry), in: holder, recording)
      if dumps.count > 1 { trace.label = dump.run.runner }
      return trace
    }
  }

  private static func isMarked(_ head: [UInt8]) -> Bool {
    let isObject = head.first { !FileLook.blanks.contains($0) } == UInt8(ascii: "{")
    return isObject && FileLook.isText(head)
      && String(decoding: head, as: UTF8.self).contains(mark)
  }

  /// The dumps in a folder and in those of steps and ranks below it, by the way to them.
  ///
  /// Nothing stays open: a long training has thousands of them.
  private static func dumps(in folder: Folder, levels: Int)
    -> [(run: TraceRun, steps: [Folder.Entry])]
  {
    if let entry = folder.files.first(where: { $0.name == fileName }) {
      guard let file = try? folder.open(entry),
        let head = try? file.bytes(in: 0..<min(TraceCandidate.headByteCount, file.byteCount)),
        isMarked(head)
      else { return [] }
      return [(TraceRun(runner: fileName, iteration: 0), [])]
    }
    guard levels > 0 else { return [] }
    var found: [(run: TraceRun, steps: [Folder.Entry])] = []
    for entry in folder.entries where entry.isFolder && isStepOrRank(entry.name) {
      guard let below = try? folder.subfolder(entry) else { continue }
      for dump in dumps(in: below, levels: levels - 1) {
        let steps = [entry] + dump.steps
        let name = steps.map(\.name).joined(separator: "/")
        found.append((TraceRun(runner: name, iteration: 0), steps))
      }
    }
    return found
  }

  /// Whether a folder is called as the tool calls them: `step0`, `rank3`, `proc4711`.
  private static func isStepOrRank(_ name: String) -> Bool {
    let isKnown = ["step", "rank", "proc"].contains { name.hasPrefix($0) }
    return isKnown && name.dropFirst(4).allSatisfy { $0.isASCII && $0.isNumber }
  }

  private static func read(_ file: TraceFile, in folder: Folder, _ begun: Recording)
    throws(FormatError) -> Trace
  {
    let origin = Origin(file: file.path)
    var recording = begun
    let stacks = MsprobeStacks(in: folder, warnings: &recording.warnings)
    if let tensors = try folder.subfolder(named: MsprobeTensor.folderName) {
      try tensors.allowOpenFiles(tensors.files.count)
    }
    var facts: [String: String] = [:]
    var stages: [Stage] = []
    var hasData = false
    var reader = JSONReader(FileRegion(file: file, range: 0..<file.byteCount), origin: origin)
    try reader.enterObject()
    while let key = try reader.nextName() {
      switch key {
      case "task", "framework":
        if let text = try reader.value().text { facts[key] = text }
      case "data":
        guard !hasData else { throw reader.duplicate(key, at: reader.nameOffset) }
        hasData = true
        var names: Set<ExactName> = []
        try reader.enterObject()
        while let name = try reader.nextName() {
          guard names.insert(ExactName(name)).inserted else {
            throw reader.duplicate(name, at: reader.nameOffset)
          }
          guard try reader.kind() == .object else { throw reader.mistake("an object") }
          let call = MsprobeCall(
            name: name, value: try reader.value(), folder: folder,
            keepsTensors: facts["task"] != "statistics", origin: origin)
          if var stage = call.stage(position: stages.count, &recording) {
            stage.source = stacks.sources[name]
            stages.append(stage)
          }
        }
      default: try reader.skip()
      }
    }
    try reader.finish()
    guard hasData else { throw origin.error(.malformed("it has no 'data'")) }
    guard !stages.isEmpty else {
      throw origin.error(.notATrace("it is a dump of msprobe without tensors"))
    }
    var trace = try recording.trace(of: stages)
    if let framework = facts["framework"] {
      trace.environment = [Fact(name: "framework", text: framework)]
    }
    return trace
  }
}
