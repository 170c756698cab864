import PipelineTrace

/// A tensor as the Hugging Face debugger writes it down.
///
/// | member | meaning |
/// | --- | --- |
/// | `shape` | `torch.Size([1, 6, 384])` |
/// | `dtype` | `torch.float32` |
/// | `value` | the lines of its print (``TorchPrint``), or the path of a safetensors file relative to the tree's folder, whose tensor is called `data`; absent in the summary |
/// | `mean`, `std`, `min`, `max` | prints of scalars, five digits; for float16, bfloat16 and float32 alone |
struct DebuggerTensor {
  /// What stands for the elements.
  enum Elements {
    case absent
    case printed([TensorSummary.PrintedElement])
    case file(path: String)
  }

  var dtype: DType
  /// Complex numbers have a last axis of extent 2.
  var shape: Shape
  var statistics: [TensorSummary.Statistic: TensorSummary.Figure]
  var elements: Elements
  var origin: Origin

  private static let members: Set<String> = [
    "shape", "dtype", "value", "mean", "std", "min", "max",
  ]

  /// Whether a value of the tree is a tensor, and no dict of the model's own with such names in it.
  static func describes(_ value: JSONValue) -> Bool {
    guard let found = value.members, value["shape"] != nil, value["dtype"] != nil else {
      return false
    }
    return found.allSatisfy { members.contains($0.name) }
  }

  /// - Parameter printLimit: How many printed elements are kept at most.
  /// - Throws: `malformed` for a member of another form, `unknownDType`, `unsupported` for prints that
  ///   are not read, `tooLarge`.
  init(_ value: JSONValue, printLimit: Int, origin: Origin) throws(FormatError) {
    guard let printedShape = value["shape"]?.text else {
      throw origin.error(.malformed("its shape is no text"))
    }
    guard let printedDType = value["dtype"]?.text else {
      throw origin.error(.malformed("its dtype is no text"))
    }
    guard let extents = Self.extents(printedShape) else {
      throw origin.error(
        .malformed("its shape is '\(printedShape.truncated(toColumns: 40))' and no torch.Size"))
    }
    guard extents.count < NpyHeader.axisLimit else {
      throw origin.error(.malformed("its shape has \(NpyHeader.axisLimit) axes or more"))
    }
    guard let element = PyTorchTensor.element(ofPrintedDType: printedDType) else {
      throw origin.error(.unknownDType(printedDType.truncated(toColumns: 40)))
    }
    guard let shape = Shape(element.isComplex ? extents + [2] : extents) else {
      throw origin.error(.malformed("its shape \(extents) has more elements than 64 bits count"))
    }
    self.origin = origin
    self.shape = shape
    dtype = element.dtype
    statistics = [:]
    for statistic in [TensorSummary.Statistic.minimum, .maximum, .mean, .deviation] {
      guard let member = value[statistic.rawValue] else { continue }
      guard let text = member.text else {
        throw origin.error(.malformed("'\(statistic.rawValue)' is no text"))
      }
      statistics[statistic] = try TorchPrint.figure(text, origin: origin)
    }
    switch value["value"] {
    case nil: elements = .absent
    case .text(let path)?: elements = .file(path: path)
    case .array(let lines)?:
      let texts = lines.compactMap(\.text)
      guard texts.count == lines.count else {
        throw origin.error(.malformed("a line of its print is no text"))
      }
      elements = .printed(
        try TorchPrint.elements(
          texts.joined(separator: "\n"), shape: shape, limit: printLimit, origin: origin))
    default: throw origin.error(.malformed("its value is neither a path nor a print"))
    }
  }

  /// The extents in `torch.Size([1, 6, 384])`.
  private static func extents(_ text: String) -> [Int]? {
    guard text.hasPrefix("torch.Size(["), text.hasSuffix("])") else { return nil }
    let inside = text.dropFirst(12).dropLast(2)
    if inside.isEmpty { return [] }
    let extents = inside.split(separator: ",", omittingEmptySubsequences: false)
      .map { Int($0.drop { $0 == " " }) }
    return extents.contains { ($0 ?? -1) < 0 } ? nil : extents.compactMap(\.self)
  }

  /// What is known of it without its file.
  var summary: TensorSummary {
    var printed: [TensorSummary.PrintedElement] = []
    if case .printed(let elements) = elements { printed = elements }
    return TensorSummary(
      dtype: dtype, shape: shape, statistics: statistics, printed: printed, origin: origin)
  }

  /// The tensor in its file.
  ///
  /// - Throws: Also `malformed` where the file holds another tensor than the tree describes.
  func content(of file: TraceFile, notes: inout [String]) throws(FormatError) -> Value.Content {
    let content = try Self.tensor(in: file, notes: &notes)
    guard case .tensor(let tensor) = content, tensor.dtype == dtype, tensor.shape == shape else {
      let found =
        if case .tensor(let it) = content { "\(it.dtype.rawValue) \(it.shape)" } else {
          "no tensor"
        }
      throw FormatError(
        file: file.path, place: "tensor 'data'",
        problem: .malformed(
          "it is \(found), and \(dtype.rawValue) \(shape) in the tree, so it is of another run"))
    }
    return content
  }

  /// The tensor of a file that the debugger wrote.
  static func tensor(in file: TraceFile, notes: inout [String]) throws(FormatError)
    -> Value.Content
  {
    let header = try SafetensorsHeader(of: file)
    guard header.tensors.count == 1, let entry = header.tensors.first, entry.name == "data" else {
      throw header.origin.error(
        .malformed("it should hold one tensor, called 'data', as the debugger writes it"))
    }
    return try entry.content(in: file, dataStart: header.dataStart, notes: &notes)
  }
}
