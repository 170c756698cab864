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
/// modules only. What the model itself returned comes last, as a second stage of the model's name.
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

  package static func read(_ candidate: TraceCandidate) throws(FormatError) -> Trace {
    let folder: Folder
    let file: TraceFile
    switch candidate.content {
    case .file(let named, _):
      file = named
      folder = try Folder(pathOfParent: candidate.path)
    case .folder(let named):
      folder = named
      let trees = trees(in: named)
      guard let tree = trees.first else { throw candidate.unrecognisedError() }
      guard trees.count == 1 else {
        let names = trees.map { "'\($0.name)'" }.joined(separator: ", ")
        throw FormatError(
          file: candidate.path,
          problem: .unsupported(
            "it holds several traces: \(names)", advice: "name one of these files as the trace"))
      }
      file = try named.open(tree)
    }
    var recording = Recording(path: candidate.path, format: name)
    let root = try DebuggerCall.tree(in: file)
    var writer = DebuggerStages(folder: folder, file: file, root: root)
    let stages = try writer.stages(&recording)
    guard !stages.isEmpty else {
      throw FormatError(
        file: file.path, problem: .notATrace("it is a tree of calls without tensors"))
    }
    return try recording.trace(of: stages)
  }

  /// The trees that a folder holds: the full ones, and summaries of which the full one is not there.
  private static func trees(in folder: Folder) -> [Folder.Entry] {
    let files = folder.files
    let full = files.filter { $0.name.hasSuffix(fullEnding) }
    let models = Set(full.map { $0.name.dropLast(fullEnding.count) })
    return full
      + files.filter {
        $0.name.hasSuffix(summaryEnding) && !models.contains($0.name.dropLast(summaryEnding.count))
      }
  }
}
