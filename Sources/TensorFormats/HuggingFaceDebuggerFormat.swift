import PipelineTrace

/// What the `model_addition_debugger` of Hugging Face's transformers writes: a tree of calls as JSON,
/// and with `use_repr=False` a safetensors file beside it for every tensor.
///
/// | file | content |
/// | --- | --- |
/// | `CLASS_debug_tree_FULL_TENSORS.json` | the tree (``DebuggerCall``) |
/// | `CLASS_debug_tree_SUMMARY.json` | the same without elements; read where the first is absent, or by itself |
/// | `CLASS.MODULE_inputs_….safetensors`, `…_outputs….safetensors` | one tensor each, which the tree names |
/// | `CLASS_outputs….safetensors` | what the model returned, which the tree does not name |
///
/// After transformers 5.23. A stage is a call that took or gave tensors, named by its module without
/// the model's class. It stands where it was called, so that an input stands before what it flows
/// into: an outer module before those in it, with its inputs alone, as outputs are kept of innermost
/// modules only. What the model itself returned comes last, as the stage `CLASS.outputs`.
/// Where the elements were not kept, what was printed of them is a ``TensorSummary``.
package enum HuggingFaceDebuggerFormat: TraceFormat {
  package static let name = "hf-debugger"

  private static let fullEnding = "_debug_tree_FULL_TENSORS.json"
  private static let summaryEnding = "_debug_tree_SUMMARY.json"

  package static func recognises(_ candidate: TraceCandidate) -> Bool {
    switch candidate.content {
    case .folder(let folder): return !trees(in: folder).isEmpty
    case .file(_, let head):
      let isObject = head.first { !FileLook.blanks.contains($0) } == UInt8(ascii: "{")
      return isObject && FileLook.isText(head)
        && String(decoding: head, as: UTF8.self).contains("\"module_path\"")
    }
  }

  package static func runs(in candidate: TraceCandidate) -> [TraceRun] {
    guard case .folder(let folder) = candidate.content else { return [] }
    return trees(in: folder).map(\.run)
  }

  package static func read(_ candidate: TraceCandidate) throws(FormatError) -> Trace {
    var recording = Recording(path: candidate.givenPath, format: name)
    let folder: Folder
    let file: TraceFile
    var label: String?
    switch candidate.content {
    case .file(let named, _):
      file = named
      folder = try Folder(pathOfParent: candidate.path)
    case .folder(let named):
      folder = named
      let trees = trees(in: named)
      guard !trees.isEmpty else { throw candidate.unrecognisedError() }
      let tree = trees[try recording.chosenRun(by: candidate, among: trees.map(\.run))]
      if trees.count > 1 { label = tree.run.runner }
      file = try named.open(tree.entry)
    }
    let root = try DebuggerCall.tree(in: file)
    var maker = DebuggerStages(folder: folder, root: root)
    let stages = try maker.stages(&recording)
    guard !stages.isEmpty else {
      throw FormatError(
        file: file.path, problem: .notATrace("it is a tree of calls without tensors"))
    }
    var trace = try recording.trace(of: stages)
    trace.label = label
    return trace
  }

  /// The trees that a folder holds, by their models' classes: the full ones, and summaries without one.
  private static func trees(in folder: Folder) -> [(run: TraceRun, entry: Folder.Entry)] {
    var trees: [(run: TraceRun, entry: Folder.Entry)] = []
    for ending in [fullEnding, summaryEnding] {
      for entry in folder.files where entry.name.hasSuffix(ending) {
        let run = TraceRun(runner: String(entry.name.dropLast(ending.count)), iteration: 0)
        if !trees.contains(where: { $0.run == run }) { trees.append((run, entry)) }
      }
    }
    return trees
  }
}
