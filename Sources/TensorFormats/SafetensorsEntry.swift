import PipelineTrace

/// One tensor of a safetensors header, its numbers checked against each other.
struct SafetensorsEntry {
  var name: String
  /// As in the header, `F32`.
  var dtype: String
  var shape: Shape
  /// Its bytes, counted from the end of the header.
  var range: Range<Int>

  /// All dtypes but C64, which has two floats an element.
  private static let dtypes: [String: DType] = [
    "BOOL": .bool, "U8": .u8, "U16": .u16, "U32": .u32, "U64": .u64, "I8": .i8, "I16": .i16,
    "I32": .i32, "I64": .i64, "F16": .f16, "BF16": .bf16, "F32": .f32, "F64": .f64,
    "F8_E4M3": .f8e4m3, "F8_E5M2": .f8e5m2,
  ]

  /// - Throws: `malformed` for anything that the format forbids.
  init(_ member: JSONValue.Member, origin: Origin) throws(FormatError) {
    let name = member.name
    func malformed(_ what: String) -> FormatError {
      FormatError(file: origin.file, place: "tensor '\(name)'", problem: .malformed(what))
    }
    guard let fields = member.value.members else { throw malformed("it is no JSON object") }
    guard fields.count == 3, let dtype = member.value["dtype"]?.text,
      let axes = member.value["shape"]?.elements,
      let offsets = member.value["data_offsets"]?.elements
    else { throw malformed("it needs dtype, shape and data_offsets, and nothing else") }
    var extents: [Int] = []
    for axis in axes {
      guard let extent = axis.integer, extent >= 0 else {
        throw malformed("an extent of its shape is no count")
      }
      extents.append(extent)
    }
    guard extents.count <= NpyHeader.axisLimit else {
      throw malformed("its shape has \(extents.count) axes, at most \(NpyHeader.axisLimit) can be")
    }
    guard let shape = Shape(extents) else {
      throw malformed("its shape \(extents) has more elements than 64 bits count")
    }
    guard offsets.count == 2, let begin = offsets[0].integer, let end = offsets[1].integer,
      begin >= 0, end >= begin
    else { throw malformed("its data_offsets are no two counts in increasing order") }
    let size = dtype == "C64" ? 8 : Self.dtypes[dtype]?.byteCount
    if let size {
      let (byteCount, overflows) = shape.elementCount.multipliedReportingOverflow(by: size)
      guard !overflows, byteCount == end - begin else {
        throw malformed("shape \(extents) of \(dtype) does not take \(end - begin) bytes")
      }
    }
    self.name = name
    self.dtype = dtype
    self.shape = shape
    range = begin..<end
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
      place: "tensor '\(name)'")
    if let dtype = Self.dtypes[dtype] {
      return .tensor(Tensor(dtype: dtype, shape: shape, bytes: bytes))
    }
    guard dtype == "C64", let pairs = Shape(shape.extents + [2]) else {
      throw bytes.origin.error(.unknownDType(dtype))
    }
    notes.append(
      "complex numbers are shown as pairs (real, imaginary) along a last axis of extent 2")
    return .tensor(Tensor(dtype: .f32, shape: pairs, bytes: bytes))
  }
}
