import PipelineTrace

/// One tensor of a safetensors header, its numbers checked against each other.
struct SafetensorsEntry {
  var name: String
  /// As in the header, `F32`.
  var dtype: String
  var shape: Shape
  /// Its bytes, counted from the end of the header.
  var range: Range<Int>

  /// Where in the header its name stands, for errors.
  var headerOffset: Int
  /// What its elements are; `nil` for dtypes that are not known.
  private var element: (dtype: DType, isComplex: Bool)?

  private static let elements: [String: (dtype: DType, isComplex: Bool)] = [
    "BOOL": (.bool, false), "U8": (.u8, false), "U16": (.u16, false), "U32": (.u32, false),
    "U64": (.u64, false), "I8": (.i8, false), "I16": (.i16, false), "I32": (.i32, false),
    "I64": (.i64, false), "F16": (.f16, false), "BF16": (.bf16, false), "F32": (.f32, false),
    "F64": (.f64, false), "F8_E4M3": (.f8e4m3, false), "F8_E5M2": (.f8e5m2, false),
    "C64": (.f32, true),
  ]

  /// Reads what the header says of the tensor `name`: the next value of `reader`.
  ///
  /// - Throws: `malformed` for anything that the format forbids.
  init(
    named name: String, at nameOffset: Int, from reader: inout JSONReader, origin: Origin
  ) throws(FormatError) {
    func malformed(_ what: String) -> FormatError {
      FormatError(file: origin.file, place: "tensor '\(name)'", problem: .malformed(what))
    }
    guard try reader.kind() == .object else { throw malformed("it is no JSON object") }
    var dtype: String?
    var extents: [Int]?
    var range: Range<Int>?
    try reader.enterObject()
    while let field = try reader.nextName() {
      switch (field, try reader.kind()) {
      case ("dtype", .text) where dtype == nil: dtype = try reader.text()
      case ("shape", .array) where extents == nil:
        extents = []
        try reader.enterArray()
        while try reader.nextElement() {
          guard let extent = try reader.count() else {
            throw malformed("an extent of its shape is no count")
          }
          extents?.append(extent)
          guard extents!.count <= NpyHeader.axisLimit else {
            throw malformed("its shape has more than \(NpyHeader.axisLimit) axes")
          }
        }
      case ("data_offsets", .array) where range == nil:
        guard let offsets = try reader.range() else {
          throw malformed("its data_offsets are no two counts in increasing order")
        }
        range = offsets
      default: throw malformed("it needs dtype, shape and data_offsets, and nothing else")
      }
    }
    guard let dtype, let extents, let range else {
      throw malformed("it needs dtype, shape and data_offsets, and nothing else")
    }
    guard let shape = Shape(extents) else {
      throw malformed("its shape \(extents) has more elements than 64 bits count")
    }
    let element = Self.elements[dtype]
    if let element {
      let size = element.dtype.byteCount * (element.isComplex ? 2 : 1)
      let (byteCount, overflows) = shape.elementCount.multipliedReportingOverflow(by: size)
      guard !overflows, byteCount == range.count else {
        throw malformed("shape \(extents) of \(dtype) does not take \(range.count) bytes")
      }
    }
    self.name = name
    self.dtype = dtype
    self.element = element
    self.shape = shape
    self.range = range
    headerOffset = nameOffset
  }

  /// The tensor in place.
  ///
  /// - Throws: `unknownDType`, `truncated` where the file ends before the data do.
  func content(in file: TraceFile, dataStart: Int, notes: inout [String]) throws(FormatError)
    -> Value.Content
  {
    let dataByteCount = file.byteCount - dataStart
    guard range.upperBound <= dataByteCount else {
      throw FormatError(
        file: file.path, place: "tensor '\(name)'",
        problem: .truncated(
          expectedByteCount: range.count,
          foundByteCount: max(0, dataByteCount - range.lowerBound)))
    }
    let bytes = FileRegion(
      file: file, range: (dataStart + range.lowerBound)..<(dataStart + range.upperBound),
      kind: "tensor", name: name)
    guard let element else { throw bytes.origin.error(.unknownDType(dtype)) }
    guard element.isComplex else {
      return .tensor(Tensor(dtype: element.dtype, shape: shape, bytes: bytes))
    }
    guard let pairs = Shape(shape.extents + [2]) else {
      throw bytes.origin.error(.malformed("its shape has more elements than 64 bits count"))
    }
    notes.append(
      "complex numbers are shown as pairs (real, imaginary) along a last axis of extent 2")
    return .tensor(Tensor(dtype: element.dtype, shape: pairs, bytes: bytes))
  }
}

extension JSONReader {
  /// The next value where it is a list of two counts in increasing order; `nil` where it is another.
  fileprivate mutating func range() throws(FormatError) -> Range<Int>? {
    try enterArray()
    guard try nextElement(), let begin = try count(), try nextElement(), let end = try count(),
      try !nextElement(), begin <= end
    else { return nil }
    return begin..<end
  }
}
