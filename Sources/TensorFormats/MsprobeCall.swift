import PipelineTrace

/// One call in a dump of msprobe: an operator (`Functional.linear.0.forward`) or a module
/// (`Module.fc.Linear.forward.0`), forwards or backwards.
///
/// | member | meaning |
/// | --- | --- |
/// | `input_args`, `input_kwargs`, `input` | inputs; `input` holds gradients, in `….backward` |
/// | `output` | outputs |
/// | `parameters` | parameters of the module, by name |
/// | any, in `….parameters_grad.0` | gradients of the parameter of that name |
///
/// Each is a tree of lists and dicts with tensors (``MsprobeTensor``) and `{"type": "int", "value": 3}`
/// for what else there is; null is what was not kept. Other members are ignored. Arguments are named
/// as those of Hugging Face's debugger: `args.0`, `kwargs.mask`.
struct MsprobeCall {
  var name: String
  var value: JSONValue
  /// Where the dump lies.
  var folder: Folder
  /// Whether the task was one that keeps tensors, so that a file that is absent is lost.
  var keepsTensors: Bool
  var origin: Origin

  /// The call as a stage; `nil` where it has no tensor.
  func stage(position: Int, _ recording: inout Recording) -> Stage? {
    let isGradient = name.contains(".parameters_grad.") || name.hasSuffix(".parameters_grad")
    var values: [Value] = []
    var facts: [Fact] = []
    for member in value.members ?? [] {
      let (role, valueName): (Value.Role, String)
      switch member.name {
      case _ where isGradient: (role, valueName) = (.state, member.name)
      case "input_args": (role, valueName) = (.input, "args")
      case "input_kwargs": (role, valueName) = (.input, "kwargs")
      case "input": (role, valueName) = (.input, "input")
      case "output": (role, valueName) = (.output, "output")
      case "parameters": (role, valueName) = (.state, "parameters")
      default: continue
      }
      add(member.value, named: valueName, role: role, to: &values, &facts, &recording)
    }
    guard !values.isEmpty else { return nil }
    let sorted = [Value.Role.output, .input, .state].flatMap { role in
      values.filter { $0.role == role }
    }
    return Stage(name: name, position: position, values: sorted, parameters: facts)
  }

  private func add(
    _ value: JSONValue, named name: String, role: Value.Role, to values: inout [Value],
    _ facts: inout [Fact], _ recording: inout Recording
  ) {
    switch value {
    case .null: break
    case .array(let elements):
      for (i, element) in elements.enumerated() {
        add(element, named: "\(name).\(i)", role: role, to: &values, &facts, &recording)
      }
    case .object(let members):
      if MsprobeTensor.describes(value) {
        let content = recording.content("\(self.name), \(name)") { (notes) throws(FormatError) in
          let place = Origin(file: origin.file, place: "\(self.name), \(name)")
          let tensor = try MsprobeTensor(value, origin: place)
          return try tensor.content(in: folder, keepsTensors: keepsTensors, notes: &notes)
        }
        values.append(
          Value(name: name, role: role, content: content.recognisingTokens(named: name)))
      } else if value["type"]?.text != nil {
        let recorded = value["value"] ?? value
        facts.append(Fact(name: name, text: recorded.text ?? recorded.compact))
      } else {
        for member in members {
          add(
            member.value, named: "\(name).\(member.name)", role: role, to: &values, &facts,
            &recording)
        }
      }
    case .boolean, .number, .text:
      facts.append(Fact(name: name, text: value.text ?? value.compact))
    }
  }
}
