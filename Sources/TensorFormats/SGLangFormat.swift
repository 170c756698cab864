import PipelineTrace

/// A folder of SGLang's dumper: a file of `torch.save` for each tensor, its tags in the file's name.
///
/// `step=0___rank=0___dump_index=12___name=attn_out___recompute_status=disabled___layer_id=3.pt`
///
/// | tag | meaning |
/// | --- | --- |
/// | `rank` | the process: each is a run of its own (`#rank1`), the lowest where none is named |
/// | `dump_index` | the order within a process |
/// | `name` | the stage, behind the tags that follow: `layer_id=3/attn_out` |
/// | `step` | the forward pass: from the second on, `step=1/` stands in front |
///
/// A file holds `{"value": …, "meta": {…}}`, or the value alone; what it is made of is described at
/// ``PyTorchFormat``. The meta are the parameters of the stage. After SGLang's
/// `srt/debug_utils/dumper.py`. A folder in which such a folder lies alone stands for it.
package enum SGLangFormat: TraceFormat {
  package static let name = "sglang"

  package static func recognises(_ candidate: TraceCandidate) -> Bool {
    guard case .folder(let folder) = candidate.content else { return false }
    return (try? dump(in: folder)) != nil
  }

  /// The folder with the files: this one, or the one that lies alone in it.
  private static func dump(in folder: Folder) throws(FormatError) -> Folder? {
    if folder.files.contains(where: { DumpName($0.name) != nil }) { return folder }
    guard let inner = try folder.onlySubfolder(),
      inner.files.contains(where: { DumpName($0.name) != nil })
    else { return nil }
    return inner
  }

  package static func runs(in candidate: TraceCandidate) throws(FormatError) -> [TraceRun] {
    guard case .folder(let whole) = candidate.content, let folder = try dump(in: whole)
    else { return [] }
    let ranks = Set(folder.files.compactMap { DumpName($0.name)?.rank })
    return ranks.sorted().map { TraceRun(runner: "rank\($0)", iteration: 0) }
  }

  package static func read(_ candidate: TraceCandidate) throws(FormatError) -> Trace {
    guard case .folder(let whole) = candidate.content, let folder = try dump(in: whole) else {
      throw candidate.unrecognisedError()
    }
    let runs = try runs(in: candidate)
    let run = runs[try TraceRun.chosenPosition(by: candidate, among: runs)]
    var recording = Recording(path: candidate.givenPath, format: name)
    if candidate.run == nil, runs.count > 1 {
      recording.warnings.append(
        "The dump has \(runs.count) ranks; this is \(run.runner). '#\(runs[1].runner)' names another."
      )
    }
    var dumps: [(name: DumpName, file: Folder.Entry)] = []
    for file in folder.files {
      if let name = DumpName(file.name) {
        if "rank\(name.rank)" == run.runner { dumps.append((name, file)) }
      } else {
        recording.warnings.append("File '\(file.name.visible)' is no dump and is skipped.")
      }
    }
    dumps.sort { ($0.name.step, $0.name.index) < ($1.name.step, $1.name.index) }
    try folder.allowOpenFiles(dumps.count)
    var parameters: [[Fact]] = []
    for dump in dumps {
      do throws(FormatError) {
        let opened = try PyTorchFile(folder.open(dump.file))
        let pickle = opened.pickle
        let value = pickle.member("value", of: pickle.root) ?? pickle.root
        var walk = PyTorchWalk(opened)
        try walk.add(value, named: dump.name.stage, under: dump.name.stage, to: &recording)
        let facts = pickle.member("meta", of: pickle.root).map(pickle.facts(of:)) ?? []
        while parameters.count < recording.items.count { parameters.append(facts) }
      } catch {
        recording.addUnreadable(dump.name.stage, because: error)
        parameters.append([])
      }
    }
    var trace = try recording.trace()
    for (position, facts) in parameters.enumerated() { trace.stages[position].parameters = facts }
    return trace
  }
}

/// What the name of a dumped file says.
private struct DumpName {
  var step = 0
  var rank = 0
  var index: Int
  /// The stage, the tags that tell it from others in front.
  var stage: String

  /// - Returns: `nil` for a name that is not of the dumper.
  init?(_ fileName: String) {
    guard fileName.hasSuffix(".pt") else { return nil }
    var tags: [(key: Substring, value: Substring)] = []
    for part in fileName.dropLast(3).split(separator: "___") {
      guard let equals = part.firstIndex(of: "=") else { return nil }
      tags.append((part[..<equals], part[part.index(after: equals)...]))
    }
    guard let name = tags.first(where: { $0.key == "name" })?.value, !name.isEmpty,
      let index = tags.first(where: { $0.key == "dump_index" }).flatMap({ Int($0.value) })
    else { return nil }
    self.index = index
    var path = ""
    for (key, value) in tags {
      switch key {
      case "name", "dump_index": break
      case "step": step = Int(value) ?? 0
      case "rank": rank = Int(value) ?? 0
      case "recompute_status" where value != "recompute": break
      default: path += "\(key)=\(value)/"
      }
    }
    stage = (step == 0 ? "" : "step=\(step)/") + path + name
  }
}

extension Pickle {
  /// The members of a dict that are texts, numbers or flags.
  fileprivate func facts(of value: PickleValue) -> [Fact] {
    guard let node = node(value), node.kind == .dictionary else { return [] }
    return zip(node.keys, node.values).compactMap { key, value in
      guard case .text(let range) = key else { return nil }
      let name = string(range)
      return switch value {
      case .boolean(let flag): Fact(name: name, text: flag ? "true" : "false")
      case .integer(let integer): Fact(name: name, text: String(integer))
      case .float(let float): Fact(name: name, text: "\(float)")
      case .text(let range): Fact(name: name, text: string(range))
      case .none, .wideInteger, .bytes, .node: nil
      }
    }
  }
}
