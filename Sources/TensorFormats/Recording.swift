import PipelineTrace

/// What a reader finds in a file, in order of execution, on its way to become a ``Trace``.
struct Recording {
  /// An array or a text under the name that it has in the file.
  struct Item {
    var name: String
    var content: Value.Content
  }

  let path: String
  let format: String
  var items: [Item] = []
  var warnings: [String] = []
  var isComplete = true
  var manifest: Manifest?

  init(path: String, format: String) {
    self.path = path
    self.format = format
  }

  /// Takes in what `read` gives; where it throws, the item is kept as unreadable beside the others.
  ///
  /// A type that is not supported is no damage; anything else makes the recording incomplete.
  mutating func add(
    _ name: String, read: (inout [String]) throws(FormatError) -> Value.Content
  ) {
    do throws(FormatError) {
      var notes: [String] = []
      let content = try read(&notes)
      warnings += notes.map { "In '\(name.visible)' \($0)." }
      items.append(Item(name: name, content: content))
    } catch {
      addUnreadable(name, because: error)
    }
  }

  /// Takes in a stage that is known to have been recorded, and cannot be read.
  mutating func addUnreadable(_ name: String, because error: FormatError) {
    items.append(Item(name: name, content: .unreadable(error)))
    switch error.problem {
    case .unsupported, .unknownDType:
      warnings.append("'\(name.visible)' cannot be compared: \(error).")
    default:
      isComplete = false
      warnings.append("'\(name.visible)' is lost, so the trace is incomplete: \(error).")
    }
  }

  /// The trace: stages by the manifest where there is one, else one stage an item.
  ///
  /// - Throws: The first error where there are items and none can be read; what the manifest says
  ///   wrongly.
  func trace() throws(FormatError) -> Trace {
    let isUnreadable = items.allSatisfy { item in
      if case .unreadable = item.content { true } else { false }
    }
    if isUnreadable, case .unreadable(let error)? = items.first?.content { throw error }
    var trace = Trace(
      path: path, format: format, stages: [], isComplete: isComplete, warnings: warnings)
    if let manifest {
      try manifest.fill(&trace, with: items)
    } else {
      trace.stages = items.enumerated().map { position, item in
        Stage(item: item, position: position)
      }
    }
    return trace
  }
}

extension Stage {
  /// A stage of one output, both named as the item is, without the number that gives its order.
  init(item: Recording.Item, position: Int) {
    let name = StageName.split(item.name).name
    let content = item.content.recognisingTokens(named: name)
    self.init(name: name, position: position, values: [Value(name: name, content: content)])
  }
}

extension Value.Content {
  /// This content, as a token sequence where it is an integer vector whose name says so.
  func recognisingTokens(named name: String) -> Value.Content {
    guard case .tensor(let tensor) = self,
      Value.namesTokenIDs(name, dtype: tensor.dtype, shape: tensor.shape)
    else { return self }
    return .tokens(tensor, pieces: nil)
  }
}
