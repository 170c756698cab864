import PipelineTrace

extension NpyHeader {
  /// Texts in column-major order have to be sorted in memory; more bytes of them are refused.
  private static let sortedTextByteLimit = 16 << 20
  /// Texts of no width take no bytes, so nothing in the file vouches for their count.
  private static let emptyTextLimit = 1 << 16

  /// The array that this header describes, over `data`: all bytes that follow the header.
  ///
  /// - Parameter notes: Takes in what had to be guessed or skipped, as ends of a sentence that
  ///   starts with "In 'name'".
  /// - Throws: `truncated` where `data` is short, `unsupported` for elements that cannot be read.
  func content(of data: any ByteSource, notes: inout [String]) throws(FormatError) -> Value.Content
  {
    switch element {
    case .number(let dtype):
      try check(data, elementByteCount: dtype.byteCount, notes: &notes)
      return .tensor(tensor(dtype, over: data))
    case .lost(let dtype):
      try check(data, elementByteCount: dtype.byteCount, notes: &notes)
      let bits = dtype.byteCount * 8
      notes.append(
        "the type of the elements is lost (dtype '\(descriptor.visible)', raw bytes of \(bits) bits); "
          + "\(dtype.rawValue) is assumed, safetensors would keep it")
      return .tensor(tensor(dtype, over: data))
    case .complex(let part):
      try check(data, elementByteCount: 2 * part.byteCount, notes: &notes)
      notes.append(
        "complex numbers are shown as pairs (real, imaginary) along a last axis of extent 2")
      guard let pairs = Shape(shape.extents + [2]) else {
        throw data.origin.error(.malformed("the shape has more elements than 64 bits count"))
      }
      let strides = isColumnMajor ? shape.columnMajorStrides.map { 2 * $0 } + [1] : nil
      return .tensor(
        Tensor(dtype: part, shape: pairs, bytes: data, strides: strides, byteOrder: byteOrder))
    case .unicode(let unitCount):
      let (width, overflows) = unitCount.multipliedReportingOverflow(by: 4)
      guard !overflows else { throw data.origin.error(.unknownDType(descriptor)) }
      let encoding = TextArray.Encoding.utf32(unitCount: unitCount, byteOrder: byteOrder)
      return try texts(data, encoding: encoding, width: width, notes: &notes)
    case .bytes(let count):
      return try texts(
        data, encoding: .bytes(byteCount: count), width: count, notes: &notes)
    case .unsupported(let what, let advice):
      throw data.origin.error(.unsupported(what, advice: advice))
    }
  }

  private func tensor(_ dtype: DType, over data: any ByteSource) -> Tensor {
    Tensor(
      dtype: dtype, shape: shape, bytes: data,
      strides: isColumnMajor ? shape.columnMajorStrides : nil, byteOrder: byteOrder)
  }

  private func texts(
    _ data: any ByteSource, encoding: TextArray.Encoding, width: Int, notes: inout [String]
  ) throws(FormatError) -> Value.Content {
    try check(data, elementByteCount: width, notes: &notes)
    guard width > 0 || shape.elementCount <= Self.emptyTextLimit else {
      throw data.origin.error(
        .malformed("\(shape.elementCount) texts are announced, each of no width"))
    }
    let asStored = TextArray(shape: shape, encoding: encoding, bytes: data)
    let longAxisCount = shape.extents.count { $0 > 1 }
    guard isColumnMajor, longAxisCount > 1, shape.elementCount > 0 else { return .text(asStored) }
    guard width * shape.elementCount <= Self.sortedTextByteLimit else {
      throw data.origin.error(
        .unsupported(
          "so many texts in column-major order cannot be read",
          advice: "save numpy.ascontiguousarray of it"))
    }
    let stored = try asStored.elements(0..<shape.elementCount)
    let strides = shape.columnMajorStrides
    let sorted = (0..<shape.elementCount).map { element in
      stored[zip(shape.index(ofElement: element), strides).reduce(0) { $0 + $1.0 * $1.1 }]
    }
    return .text(TextArray(sorted, shape: shape, origin: data.origin))
  }

  /// Compares the bytes that the header announces with those that are there.
  private func check(_ data: any ByteSource, elementByteCount: Int, notes: inout [String])
    throws(FormatError)
  {
    let (expected, overflows) = shape.elementCount.multipliedReportingOverflow(
      by: elementByteCount)
    guard !overflows else {
      throw data.origin.error(.malformed("the shape announces more bytes than 64 bits count"))
    }
    guard expected <= data.byteCount else {
      throw data.origin.error(
        .truncated(expectedByteCount: expected, foundByteCount: data.byteCount))
    }
    if expected < data.byteCount {
      notes.append("\(data.byteCount - expected) bytes follow the last element and are ignored")
    }
  }
}
