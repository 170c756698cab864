import PipelineTrace

/// Makes the stages of a debugger's tree, in order, and opens the files that it names.
///
/// The debugger names files after modules, so a module that runs again overwrites what it wrote: only
/// the last call to name a file has its elements, the statistics of the others are what is left of them.
struct DebuggerStages {
  private let folder: Folder
  private let root: DebuggerCall
  /// How many values were passed, in the order in which the debugger wrote them.
  private var writeCount = 0
  /// For each file that the tree names, the number of the write that is the last to it.
  private var lastWrites: [String: Int] = [:]
  /// Modules of which a file was overwritten, and how often.
  private var overwritten: [(name: String, count: Int)] = []
  /// Where in that list a module stands.
  private var overwrittenPositions: [String: Int] = [:]
  private var stages: [Stage] = []

  init(folder: Folder, root: DebuggerCall) {
    self.folder = folder
    self.root = root
  }

  mutating func stages(_ recording: inout Recording) throws(FormatError) -> [Stage] {
    noteWrites(of: root)
    writeCount = 0
    let rootOutputs = lastWrites.isEmpty || !root.outputs.isEmpty ? [] : rootOutputFiles
    try folder.allowOpenFiles(lastWrites.count + rootOutputs.count)
    add(root, &recording)
    let outputs = rootOutputs.map { entry, name in
      let content = recording.content("\(stageName(root)), \(name)") {
        (notes) throws(FormatError) in
        try DebuggerTensor.tensor(in: folder.open(entry), notes: &notes)
      }
      return Value(name: name, content: content.recognisingTokens(named: name))
    }
    addStage("\(stageName(root)).outputs", outputs)
    for (name, count) in overwritten {
      recording.warnings.append(
        "'\(name.visible)' ran again and overwrote what it had written: of \(count) tensors of its "
          + "earlier calls only statistics are left.")
    }
    warnOfPrunedLayers(in: root, &recording)
    return stages
  }

  /// The path as the file system takes it, so that `./a` and `a` are one.
  private static func normalized(_ path: String) -> String {
    path.split(separator: "/").filter { $0 != "." }.joined(separator: "/")
  }

  private mutating func noteWrites(of call: DebuggerCall) {
    noteWrites(of: call.inputs)
    for child in call.children { noteWrites(of: child) }
    noteWrites(of: call.outputs)
  }

  private mutating func noteWrites(of items: [DebuggerCall.Item]) {
    for item in items {
      writeCount += 1
      if case .tensor(let tensor) = item.content, case .file(let path) = tensor.elements {
        lastWrites[Self.normalized(path)] = writeCount
      }
    }
  }

  /// Files of what the model itself returned: `BertModel_outputs_pooler_output.safetensors`.
  private var rootOutputFiles: [(Folder.Entry, name: String)] {
    let start = "\(root.modulePath)_outputs"
    return folder.files.compactMap { entry in
      guard entry.name.hasPrefix(start), entry.name.hasSuffix(".safetensors") else { return nil }
      let key = entry.name.dropFirst(start.count).dropLast(12)
      if key.isEmpty { return (entry, "outputs") }
      return key.hasPrefix("_") ? (entry, "outputs.\(key.dropFirst())") : nil
    }
  }

  // MARK: Stages

  /// The module without the model's class, as `named_modules()` has it; the class for the model.
  private func stageName(_ call: DebuggerCall) -> String {
    let start = "\(root.modulePath)."
    let isInside = call.modulePath.hasPrefix(start) && call.modulePath != start
    return isInside ? String(call.modulePath.dropFirst(start.count)) : call.modulePath
  }

  private mutating func add(_ call: DebuggerCall, _ recording: inout Recording) {
    let inputs = values(call.inputs, of: call, role: .input, &recording)
    let facts = (call.inputs + call.outputs).compactMap { item in
      if case .text(let text) = item.content { Fact(name: item.name, text: text) } else { nil }
    }
    if !call.children.isEmpty {
      addStage(stageName(call), inputs, parameters: facts)
      for child in call.children { add(child, &recording) }
    }
    let outputs = values(call.outputs, of: call, role: .output, &recording)
    if call.children.isEmpty {
      addStage(stageName(call), outputs + inputs, parameters: facts)
    } else {
      addStage("\(stageName(call)).outputs", outputs)
    }
  }

  private mutating func addStage(
    _ name: String, _ values: [Value], parameters: [Fact] = []
  ) {
    guard !values.isEmpty else { return }
    stages.append(
      Stage(name: name, position: stages.count, values: values, parameters: parameters))
  }

  private mutating func values(
    _ items: [DebuggerCall.Item], of call: DebuggerCall, role: Value.Role,
    _ recording: inout Recording
  ) -> [Value] {
    var values: [Value] = []
    for item in items {
      writeCount += 1
      let content: Value.Content
      let place = "\(stageName(call)), \(item.name)"
      switch item.content {
      case .text: continue
      case .unreadable(let error):
        content = recording.content(place) { (_) throws(FormatError) in throw error }
      case .tensor(let tensor):
        content = recording.content(place) { (notes) throws(FormatError) in
          try elements(of: tensor, in: call, notes: &notes)
        }
      }
      values.append(
        Value(name: item.name, role: role, content: content.recognisingTokens(named: item.name)))
    }
    return values
  }

  /// The tensor that was passed last, or what is left of it.
  private mutating func elements(
    of tensor: DebuggerTensor, in call: DebuggerCall, notes: inout [String]
  ) throws(FormatError) -> Value.Content {
    guard case .file(let path) = tensor.elements else { return .summary(tensor.summary) }
    guard lastWrites[Self.normalized(path)] == writeCount else {
      let name = stageName(call)
      let position = overwrittenPositions[name] ?? overwritten.count
      if position == overwritten.count {
        overwritten.append((name, 0))
        overwrittenPositions[name] = position
      }
      overwritten[position].count += 1
      return .summary(tensor.summary)
    }
    return try tensor.content(
      of: folder.open(relativePath: path, namedBy: tensor.origin), notes: &notes)
  }

  // MARK: Pruned layers

  /// Says where the debugger left layers out: `do_prune_layers` keeps the first and the last of a row.
  private func warnOfPrunedLayers(in call: DebuggerCall, _ recording: inout Recording) {
    let layers = call.children.compactMap { child in layer(child).map { (child, $0) } }
    if layers.count == 2 {
      let (first, last) = (layers[0], layers[1])
      let next = first.1.stem == last.1.stem ? first.1.number + 1 : 0
      if last.1.number > next {
        recording.warnings.append(
          "Between '\(stageName(first.0).visible)' and '\(stageName(last.0).visible)' layers are "
            + "left out; write the trace with do_prune_layers=False to compare them.")
      }
    }
    for child in call.children { warnOfPrunedLayers(in: child, &recording) }
  }

  /// Path and number of a call that the debugger takes for one layer of many.
  private func layer(_ call: DebuggerCall) -> (stem: Substring, number: Int)? {
    guard let point = call.modulePath.lastIndex(of: "."),
      let number = Int(call.modulePath[point...].dropFirst()), number >= 0, number < Int.max,
      call.children.contains(where: { $0.modulePath.hasPrefix("\(call.modulePath).") })
    else { return nil }
    return (call.modulePath[..<point], number)
  }
}
