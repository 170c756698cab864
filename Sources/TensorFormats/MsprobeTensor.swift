import PipelineTrace

/// A tensor as msprobe writes it down.
///
/// | member | meaning |
/// | --- | --- |
/// | `type` | `torch.Tensor`, `mindspore.Tensor`, `numpy.ndarray`… |
/// | `dtype` | `torch.float32`, `Float32` of MindSpore, `float32` of numpy |
/// | `shape` | list of extents |
/// | `Max`, `Min`, `Mean`, `Norm` | numbers with all their digits, bools, or null |
/// | `data_name` | its file in `dump_tensor_data` |
/// | `md5` | CRC-32 of the elements as eight digits, or a checksum of 64 bits as `0x…`, or null |
///
/// Of complex numbers the statistics are those of their magnitudes and are not taken; nor is the norm
/// of a scalar, which is the scalar itself with its sign.
struct MsprobeTensor {
  /// What an element is; `nil` for dtypes that are not known.
  private var element: PyTorchTensor.Element?
  private var dtypeName: String
  private var extents: [Int]
  private var statistics: [TensorSummary.Statistic: TensorSummary.Figure] = [:]
  private var fileName: String?
  private var digest: String?
  private var origin: Origin

  /// Where the files of tensors lie.
  static let folderName = "dump_tensor_data"

  private static let statisticNames: [(String, TensorSummary.Statistic)] = [
    ("Max", .maximum), ("Min", .minimum), ("Mean", .mean), ("Norm", .norm),
  ]

  static func describes(_ value: JSONValue) -> Bool {
    value["type"]?.text != nil && value["dtype"] != nil && value["shape"] != nil
  }

  /// - Throws: `malformed` for a member of another kind.
  init(_ value: JSONValue, origin: Origin) throws(FormatError) {
    func malformed(_ what: String) -> FormatError { origin.error(.malformed(what)) }
    guard let dtype = value["dtype"]?.text else { throw malformed("its dtype is no text") }
    guard let elements = value["shape"]?.elements else { throw malformed("its shape is no list") }
    guard elements.count < NpyHeader.axisLimit else {
      throw malformed("its shape has \(elements.count) axes, at most 63 can be")
    }
    extents = []
    for element in elements {
      guard let extent = element.integer, extent >= 0 else {
        throw malformed("an extent of its shape is no count")
      }
      extents.append(extent)
    }
    dtypeName = dtype.truncated(toColumns: 40)
    let name = dtype.hasPrefix("torch.") ? dtype : "torch.\(dtype.lowercased())"
    element = PyTorchTensor.element(ofPrintedDType: name)
    self.origin = origin
    fileName = try Self.text("data_name", of: value, origin: origin)
    digest = try Self.text("md5", of: value, origin: origin)
    for (name, statistic) in Self.statisticNames {
      guard let member = value[name], member != .null else { continue }
      guard let number = member.double ?? member.boolean.map({ $0 ? 1 : 0 }) else {
        throw malformed("'\(name)' is no number")
      }
      if element?.isComplex ?? false || statistic == .norm && extents.isEmpty { continue }
      // Counts of more than 53 bits are rounded on their way into binary64.
      let isRounded = member.integer != nil && number.magnitude >= 0x1p53
      statistics[statistic] = TensorSummary.Figure(
        number, halfUnit: isRounded ? number.ulp / 2 : 0)
    }
  }

  /// A text or null; `nil` also where it is absent.
  private static func text(_ name: String, of value: JSONValue, origin: Origin)
    throws(FormatError) -> String?
  {
    guard let member = value[name], member != .null else { return nil }
    guard let text = member.text else { throw origin.error(.malformed("'\(name)' is no text")) }
    return text
  }

  /// The tensor in its file, or what is known of it without.
  ///
  /// - Parameters:
  ///   - folder: Where the dump lies.
  ///   - keepsTensors: Whether a file that is named and absent is lost.
  /// - Throws: Also `malformed` where the file holds another tensor than the dump describes.
  func content(in folder: Folder, keepsTensors: Bool, notes: inout [String]) throws(FormatError)
    -> Value.Content
  {
    guard let fileName else { return .summary(try summary()) }
    let path = fileName.hasPrefix("/") ? fileName : "\(Self.folderName)/\(fileName)"
    let file: TraceFile
    do throws(FormatError) {
      file = try folder.open(relativePath: path, namedBy: origin)
    } catch {
      if case .cannotRead = error.problem, !keepsTensors { return .summary(try summary()) }
      throw error
    }
    let content = try Self.content(of: file, notes: &notes)
    guard case .tensor(let tensor) = content else { return content }
    let expected = element?.isComplex ?? false ? extents + [2] : extents
    guard tensor.shape.extents == expected, agrees(tensor.dtype, notes: &notes) else {
      throw FormatError(
        file: file.path,
        problem: .malformed(
          "it holds \(tensor.dtype.rawValue) \(tensor.shape), and \(dtypeName) \(extents) in the "
            + "dump, so it is of another run"))
    }
    return content
  }

  /// Whether the elements of the file are of the dtype that the dump says.
  private func agrees(_ found: DType, notes: inout [String]) -> Bool {
    guard let element, found != element.dtype else { return true }
    // numpy has no bfloat16 and no float8, so MindSpore's are saved as float32.
    guard found == .f32, [.bf16, .f8e4m3, .f8e5m2].contains(element.dtype) else { return false }
    notes.append("the elements are \(element.dtype.rawValue), saved as f32")
    return true
  }

  /// The one tensor of a file, told by its first bytes.
  private static func content(of file: TraceFile, notes: inout [String]) throws(FormatError)
    -> Value.Content
  {
    let head = try file.bytes(in: 0..<min(8, file.byteCount))
    if NpyHeader.begins(head) { return try NpyFormat.content(of: file, notes: &notes) }
    guard head.starts(with: [0x50, 0x4B, 0x03, 0x04]) else {
      throw FormatError(
        file: file.path,
        problem: .malformed(
          "it is neither an .npy nor a .pt file, it looks like \(FileLook.of(head))"))
    }
    let opened = try PyTorchFile(file)
    return try opened.content(
      of: opened.pickle.root, place: "the tensor", notes: &notes,
      byteLimit: opened.elementByteLimit)
  }

  /// - Throws: `unknownDType`, as nothing can then be said of the elements; `malformed`.
  private func summary() throws(FormatError) -> TensorSummary {
    guard let element else { throw origin.error(.unknownDType(dtypeName)) }
    guard let shape = Shape(element.isComplex ? extents + [2] : extents) else {
      throw origin.error(.malformed("its shape \(extents) has more elements than 64 bits count"))
    }
    return TensorSummary(
      dtype: element.dtype, shape: shape, statistics: statistics, digest: digest, origin: origin)
  }
}
