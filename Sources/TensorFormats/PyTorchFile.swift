import PipelineTrace

/// A file of `torch.save`, opened: the tree that was pickled, and the storages beside it.
///
/// | entry | meaning |
/// | --- | --- |
/// | `NAME/data.pkl` | the pickle (``PickleReader``) |
/// | `NAME/data/KEY` | the elements of one storage, which tensors may share (``PyTorchTensor``) |
/// | `NAME/byteorder` | `little` or `big`; absent in older files, which are little |
///
/// NAME is the file's name when it was saved. The archive is described at ``ZipArchive``. Other entries
/// (`version`, `.data/serialization_id`) say nothing that is needed. Written since PyTorch 1.6.
struct PyTorchFile: Sendable {
  let file: TraceFile
  let pickle: Pickle
  private let archive: ZipArchive
  private let name: String
  private let byteOrder: Tensor.ByteOrder
  private let entries: [String: ZipArchive.Entry]

  /// What the entry of the pickle is called, behind the file's own name.
  static let pickleSuffix = "/data.pkl"
  /// Bytes of a pickle at most; a tensor takes some 200 in it.
  private static let pickleByteLimit = 64 << 20

  /// Reads the directory and the pickle, and no element.
  ///
  /// - Throws: Also `unsupported` where the pickle names what no file of tensors has a use for.
  init(_ file: TraceFile) throws(FormatError) {
    self.file = file
    archive = try ZipArchive(file: file)
    let pickles = archive.entries.filter { $0.name.hasSuffix(Self.pickleSuffix) }
    guard let entry = pickles.first else {
      if let lost = archive.cut?.lost, lost.name.hasSuffix(Self.pickleSuffix) { throw lost.error }
      throw FormatError(
        file: file.path, problem: .notATrace("it is a zip archive without .npy entries"))
    }
    guard pickles.count == 1 else {
      throw FormatError(
        file: file.path, place: entry.place, byteOffset: entry.headerOffset,
        problem: .malformed("there is a second pickle, '\(pickles[1].name)'"))
    }
    name = String(entry.name.dropLast(Self.pickleSuffix.count))
    entries = Dictionary(archive.entries.map { ($0.name, $0) }) { first, _ in first }
    if let constants = entries["\(name)/constants.pkl"] {
      throw FormatError(
        file: file.path, place: constants.place,
        problem: .unsupported(
          "it is a TorchScript program", advice: "save a dict of tensors with torch.save"))
    }
    byteOrder = try Self.byteOrder(in: entries["\(name)/byteorder"], of: archive)
    let bytes = try archive.checkedBytes(
      of: entry, limit: Self.pickleByteLimit, what: "the pickle")
    pickle = try PickleReader.read(
      bytes,
      origin: Origin(
        file: file.path, place: entry.place,
        byteOffset: entry.method == 0 ? entry.dataRange.lowerBound : nil))
  }

  /// What is lost of an archive that was cut off, in one sentence; `nil` where it is whole.
  var loss: String? { archive.loss }

  private static func byteOrder(in entry: ZipArchive.Entry?, of archive: ZipArchive)
    throws(FormatError) -> Tensor.ByteOrder
  {
    guard let entry else { return .little }
    let word = VisibleText.decode(
      try archive.checkedBytes(of: entry, limit: 1024, what: "the byte order"))
    switch word {
    case "little": return .little
    case "big": return .big
    default:
      throw FormatError(
        file: archive.file.path, place: entry.place, byteOffset: entry.headerOffset,
        problem: .malformed("the byte order is '\(word)'"))
    }
  }

  /// How many bytes the elements of all tensors may take together.
  ///
  /// A stride of 0 lets six floats pose as any number of elements. Masks that were expanded over heads
  /// and batches do so too, by a factor of hundreds, and small ones by more.
  var elementByteLimit: Int { max(256 << 20, file.byteCount.multipliedClamping(by: 1024)) }

  /// A value that is no container of others: a tensor, a number, a text, or a list of either.
  ///
  /// - Parameters:
  ///   - place: What errors name.
  ///   - notes: Takes in what had to be guessed, as ends of a sentence that starts with "In 'name'".
  ///   - byteLimit: How many bytes its elements may take; ``elementByteLimit`` for all together.
  /// - Throws: `unsupported` for what is neither, and for objects of unknown classes.
  func content(
    of value: PickleValue, place: String, notes: inout [String], byteLimit: Int
  ) throws(FormatError) -> Value.Content {
    let origin = Origin(file: file.path, place: place)
    switch value {
    case .none:
      throw origin.error(.unsupported("it is None", advice: "save a tensor, a number or a text"))
    case .boolean, .integer, .wideInteger, .float:
      return try numbers([value], shape: .scalar, origin: origin)
    case .text(let range): return .text(texts([range], shape: .scalar))
    case .bytes:
      throw origin.error(Self.bytesProblem)
    case .node(let number):
      let node = pickle.nodes[number]
      if let tensor = try PyTorchTensor(node, in: pickle, origin: origin) {
        return try content(of: tensor, origin: origin, notes: &notes, byteLimit: byteLimit)
      }
      switch listKind(of: node) {
      case .numbers:
        return try numbers(node.values, shape: .vector(node.values.count), origin: origin)
      case .texts:
        let ranges = node.values.compactMap { if case .text(let range) = $0 { range } else { nil } }
        return .text(texts(ranges, shape: .vector(ranges.count)))
      case .others: break
      }
      if case .global(let global) = node.kind, PyTorchTensor.isDType(global) {
        return .text(TextArray("\(global)"))
      }
      throw origin.error(Self.problem(of: node))
    }
  }

  // MARK: Tensors

  private func content(
    of tensor: PyTorchTensor, origin: Origin, notes: inout [String], byteLimit: Int
  ) throws(FormatError) -> Value.Content {
    let entryName = "\(name)/data/\(tensor.storageKey)"
    guard let entry = entries[entryName] else {
      if let cut = archive.cut {
        throw cut.lost.flatMap { $0.name == entryName ? $0.error : nil }
          ?? origin.error(.cutOff(foundByteCount: 0))
      }
      throw origin.error(
        .malformed("its storage '\(entryName)' is not in the archive"))
    }
    let size = tensor.element.byteCount
    let storageByteCount = tensor.storageElementCount.multipliedClamping(by: size)
    guard storageByteCount <= entry.byteCount else {
      throw FormatError(
        file: file.path, place: entry.place, byteOffset: entry.headerOffset,
        problem: .truncated(
          expectedByteCount: storageByteCount, foundByteCount: entry.byteCount))
    }
    let byteCount = tensor.shape.elementCount.multipliedClamping(by: size)
    guard byteCount <= max(byteLimit, 0) else {
      throw origin.error(
        .unsupported(
          "its \(tensor.shape.elementCount) elements are views of a few that are stored",
          advice: "save the tensor as it was before expand"))
    }
    let whole = try archive.content(of: entry)
    var bytes = whole
    if byteCount != whole.byteCount, whole.checksum != nil {
      // What the archive vouches for is all of the storage, of which others may hold the rest.
      bytes = FileRegion(file: file, range: entry.dataRange, place: entry.place)
    }
    guard tensor.element.isComplex else {
      return .tensor(
        Tensor(
          dtype: tensor.element.dtype, shape: tensor.shape, bytes: bytes,
          strides: tensor.strides, firstElement: tensor.firstElement, byteOrder: byteOrder))
    }
    guard let pairs = Shape(tensor.shape.extents + [2]) else {
      throw origin.error(.malformed("its shape has more elements than 64 bits count"))
    }
    notes.append(
      "complex numbers are shown as pairs (real, imaginary) along a last axis of extent 2")
    return .tensor(
      Tensor(
        dtype: tensor.element.dtype, shape: pairs, bytes: bytes,
        strides: tensor.shape.elementCount > 0 ? tensor.strides.map { 2 * $0 } + [1] : nil,
        firstElement: 2 * tensor.firstElement, byteOrder: byteOrder))
  }

  // MARK: What cannot be read

  private static let bytesProblem = FormatError.Problem.unsupported(
    "it is a bytes object", advice: "save it as a uint8 tensor (torch.frombuffer)")

  /// Why the value of `node` cannot be read.
  private static func problem(of node: PickleNode) -> FormatError.Problem {
    let advice = "save a dict of tensors, numbers and texts"
    switch node.kind {
    case .set: return .unsupported("it is a set, which has no order", advice: "save a sorted list")
    case .list, .tuple: return .unsupported("it is a list of several kinds", advice: advice)
    case .dictionary: return .unsupported("it is a dict", advice: advice)
    case .persistent:
      return .unsupported("it is a storage without a shape", advice: "save a tensor over it")
    case .global(let global):
      return .unsupported("it names \(global), which is never imported here", advice: advice)
    case .call(let global):
      if global.module == "torch._utils", let kind = unreadableTensors[global.name] {
        return .unsupported(kind.what, advice: kind.advice)
      }
      if "\(global)" == "_codecs.encode" { return bytesProblem }
      return .unsupported("it holds \(global), which is never executed here", advice: advice)
    }
  }

  private static let unreadableTensors: [String: (what: String, advice: String)] = [
    "_rebuild_qtensor": ("it is a quantized tensor", "save .dequantize() of it"),
    "_rebuild_sparse_tensor": ("it is a sparse tensor", "save .to_dense() of it"),
    "_rebuild_sparse_csr_tensor": ("it is a sparse tensor", "save .to_dense() of it"),
    "_rebuild_nested_tensor": ("it is a nested tensor", "save .unbind() of it, or pad it"),
    "_rebuild_meta_tensor_no_storage": (
      "it is a tensor on the device meta, which has no elements", "save it from another device"
    ),
  ]
}

extension Int {
  /// The product of two counts, or the largest number where it is beyond all.
  fileprivate func multipliedClamping(by factor: Int) -> Int {
    let (product, overflows) = multipliedReportingOverflow(by: factor)
    return overflows ? .max : product
  }
}
