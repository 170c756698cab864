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
  /// Whether nothing can have been recorded behind the last item.
  var isEndKnown = false
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
    items.append(Item(name: name, content: content(name, read: read)))
  }

  /// Takes in a stage that is known to have been recorded, and cannot be read.
  mutating func addUnreadable(_ name: String, because error: FormatError) {
    items.append(Item(name: name, content: unreadable(name, because: error)))
  }

  /// What `read` gives for a part of a stage, else what stands for it; noted as ``add(_:read:)`` does.
  mutating func content(
    _ name: String, read: (inout [String]) throws(FormatError) -> Value.Content
  ) -> Value.Content {
    do throws(FormatError) {
      var notes: [String] = []
      let content = try read(&notes)
      warnings += notes.map { "In '\(name.visible)' \($0)." }
      return content
    } catch {
      return unreadable(name, because: error)
    }
  }

  /// What stands for something that is known to have been recorded, and cannot be read.
  private mutating func unreadable(_ name: String, because error: FormatError) -> Value.Content {
    if error.isDamage {
      isComplete = false
      warnings.append("'\(name.visible)' is lost, so the trace is incomplete: \(error).")
    } else {
      warnings.append("'\(name.visible)' cannot be compared: \(error).")
    }
    return .unreadable(error)
  }

  /// The trace: stages by the manifest where there is one, else one stage an item.
  ///
  /// - Throws: The first error where there are values and none can be read; what the manifest says
  ///   wrongly.
  func trace() throws(FormatError) -> Trace {
    guard let manifest else {
      return try trace(
        of: items.enumerated().map { position, item in Stage(item: item, position: position) })
    }
    var trace = emptyTrace
    try manifest.fill(&trace, with: items)
    return try Self.checked(trace)
  }

  /// The trace of stages that the format itself makes, each of one value or more.
  ///
  /// - Throws: The first error where there are values and none can be read.
  func trace(of stages: [Stage]) throws(FormatError) -> Trace {
    var trace = emptyTrace
    trace.stages = stages
    return try Self.checked(trace)
  }

  private var emptyTrace: Trace {
    var trace = Trace(
      path: path, format: format, stages: [], isComplete: isComplete, warnings: warnings)
    trace.isEndKnown = isEndKnown
    return trace
  }

  /// A trace of which a value can be read, or that has none.
  private static func checked(_ trace: Trace) throws(FormatError) -> Trace {
    var first: FormatError?
    for stage in trace.stages.indices {
      for value in trace.stages[stage].values.indices {
        // By index: a loop over them would copy every value of every stage.
        guard case .unreadable(let error) = trace.stages[stage].values[value].content else {
          return trace
        }
        first = first ?? error
      }
    }
    if let first { throw first }
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
