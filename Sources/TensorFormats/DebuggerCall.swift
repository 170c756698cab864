import PipelineTrace

/// One call of a module, as the Hugging Face debugger writes it down, with the calls within it.
///
/// | member | meaning |
/// | --- | --- |
/// | `module_path` | `BertModel.encoder.layer.0`; the class alone for the model itself |
/// | `inputs` | `{"args": […], "kwargs": {…}}`; an empty one of both is left out |
/// | `outputs` | what the module returned; absent for a module that has others in it |
/// | `children` | the calls of other modules, in order |
///
/// Inputs and outputs are tensors (``DebuggerTensor``), lists and dicts of what else there is, and
/// texts: what Python's `repr` says of anything else.
struct DebuggerCall {
  /// Something that the module took in or gave out.
  struct Item {
    enum Content {
      case tensor(DebuggerTensor)
      /// As Python prints it: `None`, `0`, `'mean'`.
      case text(String)
      case unreadable(FormatError)
    }

    /// Where it stands: `args.0`, `kwargs.input_ids`, `outputs.last_hidden_state`.
    var name: String
    var content: Content
  }

  /// Printed elements that are kept of one tree: two hundred megabytes; torch prints a thousand a tensor.
  static let printLimit = 8_000_000

  var modulePath = ""
  var inputs: [Item] = []
  var outputs: [Item] = []
  var children: [DebuggerCall] = []

  /// The tree in a file, from the model itself down.
  ///
  /// Memory: the inputs and outputs of one call at a time as JSON, and what is kept of them.
  ///
  /// - Throws: Where it is no such tree; what is wrong with one tensor becomes unreadable instead.
  static func tree(in file: TraceFile) throws(FormatError) -> DebuggerCall {
    let origin = Origin(file: file.path)
    var reader = JSONReader(FileRegion(file: file, range: 0..<file.byteCount), origin: origin)
    var remaining = printLimit
    let root = try DebuggerCall(from: &reader, printLimit: &remaining, origin: origin)
    try reader.finish()
    return root
  }

  private init(from reader: inout JSONReader, printLimit: inout Int, origin: Origin)
    throws(FormatError)
  {
    var inputs: JSONValue?
    var outputs: JSONValue?
    var names: Set<String> = []
    try reader.enterObject()
    while let name = try reader.nextName() {
      guard names.insert(name).inserted else {
        throw reader.duplicate(name, at: reader.nameOffset)
      }
      switch name {
      case "module_path": modulePath = try reader.text()
      case "inputs": inputs = try reader.value()
      case "outputs": outputs = try reader.value()
      case "children":
        try reader.enterArray()
        while try reader.nextElement() {
          children.append(
            try DebuggerCall(from: &reader, printLimit: &printLimit, origin: origin))
        }
      default: try reader.skip()
      }
    }
    guard names.contains("module_path") else {
      throw reader.error("a call has no 'module_path'", at: reader.byteOffset)
    }
    if let inputs {
      // Its two members hold what the module was given and are never tensors themselves.
      for member in inputs.members ?? [] {
        for (key, value) in Self.parts(of: member.value) ?? [] {
          add(
            value, named: "\(member.name).\(key)", to: \.inputs, printLimit: &printLimit,
            origin: origin)
        }
      }
      if inputs.members == nil, inputs != .null {
        let error = error("its inputs are no JSON object", "inputs", origin)
        self.inputs.append(Item(name: "inputs", content: .unreadable(error)))
      }
    }
    if let outputs {
      add(outputs, named: "outputs", to: \.outputs, printLimit: &printLimit, origin: origin)
    }
  }

  /// The members of an object under their names, or the elements of a list under their numbers.
  private static func parts(of value: JSONValue) -> [(key: String, value: JSONValue)]? {
    if let members = value.members { return members.map { ($0.name, $0.value) } }
    return value.elements?.enumerated().map { ("\($0.offset)", $0.element) }
  }

  private mutating func add(
    _ value: JSONValue, named name: String, to list: WritableKeyPath<DebuggerCall, [Item]>,
    printLimit: inout Int, origin: Origin
  ) {
    if DebuggerTensor.describes(value) {
      let place = Origin(file: origin.file, place: "\(modulePath), \(name)")
      do throws(FormatError) {
        let tensor = try DebuggerTensor(value, printLimit: printLimit, origin: place)
        if case .printed(let elements) = tensor.elements { printLimit -= elements.count }
        self[keyPath: list].append(Item(name: name, content: .tensor(tensor)))
      } catch {
        self[keyPath: list].append(Item(name: name, content: .unreadable(error)))
      }
    } else if let parts = Self.parts(of: value) {
      for (key, part) in parts {
        add(part, named: "\(name).\(key)", to: list, printLimit: &printLimit, origin: origin)
      }
    } else if let text = value.text {
      self[keyPath: list].append(Item(name: name, content: .text(text)))
    } else if value != .null {
      let error = error("it is neither a tensor nor a text", name, origin)
      self[keyPath: list].append(Item(name: name, content: .unreadable(error)))
    }
  }

  private func error(_ what: String, _ name: String, _ origin: Origin) -> FormatError {
    FormatError(
      file: origin.file, place: "\(modulePath), \(name)", problem: .malformed(what))
  }
}
