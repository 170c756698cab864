import PipelineTrace

/// The start of an `.npy` array: what its elements are and how they lie.
///
/// | offset | size | meaning |
/// | --- | --- | --- |
/// | 0 | 6 | `\x93NUMPY` |
/// | 6 | 2 | version: 1.0, 2.0 or 3.0 |
/// | 8 | 2 or 4 | length of the text, low byte first; 4 bytes from version 2 on |
/// | 10 or 12 | … | Python dict literal: `descr`, `fortran_order`, `shape`; Latin-1, UTF-8 in version 3 |
/// | after it | … | the elements, without gaps |
///
/// After NEP 1 and `numpy.lib.format` of numpy 2.4. Not supported: objects (pickles), structured
/// dtypes, dates, long double. Complex numbers become pairs of floats; the raw bytes that numpy
/// writes for the dtypes of `ml_dtypes` are taken for the likeliest of them, with a note.
package struct NpyHeader: Sendable, Equatable {
  /// What one element is, where it can be read.
  package enum Element: Sendable, Equatable {
    case number(DType)
    /// Two floats of this dtype: real, imaginary.
    case complex(DType)
    /// UCS-4 units, NUL-padded.
    case unicode(unitCount: Int)
    /// Bytes, NUL-padded.
    case bytes(count: Int)
    /// Raw bytes of a dtype that numpy has no name for, taken for this one.
    case lost(DType)
    case unsupported(String, advice: String)
  }

  package var element: Element
  /// The dtype as it stands in the header.
  package var descriptor: String
  package var byteOrder: Tensor.ByteOrder
  /// Whether the first axis runs fastest.
  package var isColumnMajor: Bool
  /// The shape as written; complex numbers do not yet have their axis of 2.
  package var shape: Shape
  /// Bytes from the start of the array's file to its elements.
  package var byteCount: Int
  /// The hash of those bytes.
  package var checksum: UInt32

  /// The bytes that every such file starts with.
  package static let magic: [UInt8] = [0x93] + Array("NUMPY".utf8)
  /// Bytes of a header that are read at most; numpy itself writes less than a hundredth of it.
  package static let byteLimit = 1 << 20
  /// As many axes as numpy 2 allows.
  package static let axisLimit = 64

  /// Reads the header that `source` starts with, and nothing behind it.
  package init(from source: some ByteSource) throws(FormatError) {
    let origin = source.origin
    let lead = try source.bytes(in: 0..<min(12, source.byteCount))
    guard lead.count >= Self.magic.count || !Self.magic.starts(with: lead) else {
      throw origin.error(.truncated(expectedByteCount: 10, foundByteCount: lead.count))
    }
    guard lead.starts(with: Self.magic) else {
      throw origin.error(
        .malformed("no .npy array stands here, it looks like \(FileLook.of(lead))"))
    }
    guard lead.count >= 10 else {
      throw origin.error(.truncated(expectedByteCount: 10, foundByteCount: lead.count))
    }
    let version = (lead[6], lead[7])
    let start: Int
    let textByteCount: Int
    switch version {
    case (1, 0):
      start = 10
      textByteCount = Int(lead.littleEndian(UInt16.self, at: 8))
    case (2, 0), (3, 0):
      guard lead.count == 12 else {
        throw origin.error(.truncated(expectedByteCount: 12, foundByteCount: lead.count))
      }
      start = 12
      textByteCount = Int(lead.littleEndian(UInt32.self, at: 8))
    default:
      throw origin.error(
        .unsupported(
          "the .npy version is \(version.0).\(version.1), known are 1.0, 2.0 and 3.0",
          advice: "save it again with numpy.save"))
    }
    guard start + textByteCount <= source.byteCount else {
      throw origin.error(
        .truncated(expectedByteCount: start + textByteCount, foundByteCount: source.byteCount))
    }
    guard textByteCount <= Self.byteLimit else {
      throw origin.error(
        .tooLarge(byteCount: textByteCount, limit: Self.byteLimit, what: "the npy header"))
    }
    let bytes = try source.bytes(in: 0..<(start + textByteCount))
    byteCount = bytes.count
    var check = CyclicRedundancyCheck()
    bytes.withUnsafeBytes { check.update($0) }
    checksum = check.value
    let fields = try Fields(PythonLiteral(bytes[start...], origin: origin), origin: origin)
    shape = fields.shape
    isColumnMajor = fields.isColumnMajor
    (element, descriptor, byteOrder) = try Self.element(describedBy: fields.descr, origin: origin)
  }

  /// Bytes that all elements take; `nil` for elements that cannot be read, and beyond 64 bits.
  var elementsByteCount: Int? {
    let size: Int
    switch element {
    case .number(let dtype), .lost(let dtype): size = dtype.byteCount
    case .complex(let part): size = 2 * part.byteCount
    case .unicode(let unitCount):
      guard unitCount < 1 << 60 else { return nil }
      size = 4 * unitCount
    case .bytes(let count): size = count
    case .unsupported: return nil
    }
    let (byteCount, overflows) = shape.elementCount.multipliedReportingOverflow(by: size)
    return overflows ? nil : byteCount
  }

  /// Whether `head` starts as an `.npy` file does.
  package static func begins(_ head: [UInt8]) -> Bool { head.starts(with: magic) }
}

/// The three members of the dict, each there once and of its type.
private struct Fields {
  var descr: PythonLiteral
  var isColumnMajor: Bool
  var shape: Shape

  init(_ literal: PythonLiteral, origin: Origin) throws(FormatError) {
    guard case .dictionary(let members) = literal else {
      throw origin.error(.malformed("the npy header is no Python dict"))
    }
    guard members.map(\.key).sorted() == ["descr", "fortran_order", "shape"] else {
      throw origin.error(
        .malformed("the npy header has other keys than descr, fortran_order and shape"))
    }
    func value(_ key: String) -> PythonLiteral { members.first { $0.key == key }?.value ?? .none }
    guard case .boolean(let isColumnMajor) = value("fortran_order") else {
      throw origin.error(.malformed("fortran_order is neither True nor False"))
    }
    guard case .tuple(let axes) = value("shape") else {
      throw origin.error(.malformed("the shape is no tuple"))
    }
    guard axes.count <= NpyHeader.axisLimit else {
      throw origin.error(
        .malformed("the shape has \(axes.count) axes, numpy allows \(NpyHeader.axisLimit)"))
    }
    var extents: [Int] = []
    for axis in axes {
      guard case .integer(let extent) = axis, extent >= 0 else {
        throw origin.error(.malformed("an extent of the shape is no count"))
      }
      extents.append(extent)
    }
    guard let shape = Shape(extents) else {
      throw origin.error(.malformed("the shape \(extents) has more elements than 64 bits count"))
    }
    descr = value("descr")
    self.isColumnMajor = isColumnMajor
    self.shape = shape
  }
}

extension NpyHeader {
  /// Takes a dtype such as `<f4` apart.
  ///
  /// - Throws: `unknownDType` for what numpy never writes.
  private static func element(describedBy descr: PythonLiteral, origin: Origin)
    throws(FormatError) -> (Element, String, Tensor.ByteOrder)
  {
    guard case .text(let descriptor) = descr else {
      let isStructured =
        if case .list = descr { true } else if case .tuple = descr { true } else { false }
      guard isStructured else { throw origin.error(.malformed("the dtype is no text")) }
      let advice = "save each field as an array of its own"
      return (.unsupported("a structured dtype has several fields", advice: advice), "", .little)
    }
    var rest = Substring(descriptor)
    var byteOrder = Tensor.ByteOrder.little
    if let mark = rest.first, "<>|=".contains(mark) {
      byteOrder = mark == ">" ? .big : .little
      rest.removeFirst()
    }
    let kind = rest.popFirst()
    let size = Int(rest)
    let element: Element?
    switch (kind, size) {
    case ("b", 1), ("?", nil): element = .number(.bool)
    case ("i", 1): element = .number(.i8)
    case ("i", 2): element = .number(.i16)
    case ("i", 4): element = .number(.i32)
    case ("i", 8): element = .number(.i64)
    case ("u", 1): element = .number(.u8)
    case ("u", 2): element = .number(.u16)
    case ("u", 4): element = .number(.u32)
    case ("u", 8): element = .number(.u64)
    case ("f", 2): element = .number(.f16)
    case ("f", 4): element = .number(.f32)
    case ("f", 8): element = .number(.f64)
    case ("c", 8): element = .complex(.f32)
    case ("c", 16): element = .complex(.f64)
    case ("V", 2): element = .lost(.bf16)
    case ("V", 1): element = .lost(.f8e4m3)
    case ("U", let count?) where count >= 0: element = .unicode(unitCount: count)
    case ("S", let count?) where count >= 0, ("a", let count?) where count >= 0:
      element = .bytes(count: count)
    case ("O", _):
      element = .unsupported(
        "dtype object holds a pickle, which is never executed here",
        advice: "save numbers or texts, with a plain dtype")
    case ("M", _), ("m", _):
      element = .unsupported(
        "dtype \(descriptor) holds dates or times", advice: "save them as integers (.view('i8'))")
    case ("f", 10), ("f", 12), ("f", 16), ("c", 20), ("c", 24), ("c", 32):
      element = .unsupported(
        "dtype \(descriptor) is a long double", advice: "save it as float64 (.astype('f8'))")
    case ("V", _?):
      element = .unsupported(
        "dtype \(descriptor) is raw bytes", advice: "save it as bytes (.view('u1')) or as numbers")
    default: element = nil
    }
    guard let element else { throw origin.error(.unknownDType(descriptor)) }
    return (element, descriptor, byteOrder)
  }
}
