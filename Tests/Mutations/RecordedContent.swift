import PipelineTrace
import TensorKernels

/// The elements of a value, read one by one and compared without any of the kernels.
struct RecordedContent {
  /// What a tensor of more bytes is held by: its first elements.
  private static let byteLimit = 1 << 20

  private enum Elements {
    case tensor(DType, Shape, bytes: [UInt8], isWhole: Bool)
    case texts([[UInt8]], Shape)
    case summary
  }

  /// How much two contents differ.
  enum Difference {
    case none
    /// Within the standard tolerance.
    case small
    case large
  }

  private let elements: Elements

  /// Reads all elements, of a large tensor all but keeps the first.
  ///
  /// - Throws: Also what an unreadable value is unreadable for, and a wrong checksum.
  init(_ value: Value) throws(FormatError) {
    switch value.content {
    case .unreadable(let problem): throw problem
    case .summary: elements = .summary
    case .text(let texts):
      elements = .texts(try texts.elements(0..<min(4096, texts.shape.elementCount)), texts.shape)
      try Self.verify(texts.bytes)
    case .tensor(let tensor), .tokens(let tensor, _):
      var reader = TensorReader(tensor)
      let window = Self.byteLimit / tensor.dtype.byteCount
      let count = tensor.shape.elementCount
      var kept: [UInt8] = []
      for start in stride(from: 0, to: min(count, 4 * window), by: window) {
        let end = min(count, start + window)
        var bytes = [UInt8](repeating: 0, count: (end - start) * tensor.dtype.byteCount)
        try bytes.withUnsafeMutableBufferPointer { (buffer) throws(FormatError) in
          try reader.read(start..<end, into: UnsafeMutableRawBufferPointer(buffer))
        }
        if start == 0 { kept = bytes }
      }
      try Self.verify(tensor.bytes)
      elements = .tensor(tensor.dtype, tensor.shape, bytes: kept, isWhole: count <= window)
    }
  }

  /// The bytes of a tensor that was kept whole.
  var tensorBytes: [UInt8]? {
    if case .tensor(_, _, let bytes, true) = elements { bytes } else { nil }
  }

  private static func verify(_ source: any ByteSource) throws(FormatError) {
    guard let checksum = source.checksum, source.byteCount <= byteLimit else { return }
    var check = CyclicRedundancyCheck(value: checksum.ofPrefix)
    try source.bytes(in: 0..<source.byteCount).withUnsafeBytes { check.update($0) }
    guard check.value == checksum.expected else {
      throw source.origin.error(
        .wrongChecksum(expected: checksum.expected, found: check.value))
    }
  }

  /// How much `prod` differs from this, as dev; `nil` where that is not decided here.
  func difference(from prod: RecordedContent) -> Difference? {
    switch (elements, prod.elements) {
    case (.summary, _), (_, .summary): return nil
    case (.texts(let dev, let devShape), .texts(let prod, let prodShape)):
      return dev == prod && devShape == prodShape ? Difference.none : .large
    case (.texts, .tensor), (.tensor, .texts): return .large
    case (
      .tensor(let dtype, let shape, let dev, let isWhole),
      .tensor(let prodDType, let prodShape, let prod, _)
    ):
      guard shape == prodShape else { return .large }
      guard dtype == prodDType, isWhole else { return nil }
      if dev == prod { return Difference.none }
      let tolerance = Tolerance.standard(dev: dtype, prod: dtype)
      let size = dtype.byteCount
      let agree = stride(from: 0, to: dev.count, by: size).allSatisfy { start in
        let a = Array(dev[start..<(start + size)])
        let b = Array(prod[start..<(start + size)])
        if a == b { return true }
        guard let a = Self.number(a, dtype), let b = Self.number(b, dtype) else { return false }
        if a.isNaN || b.isNaN { return a.isNaN && b.isNaN }
        if a.isInfinite || b.isInfinite { return a == b }
        return abs(a - b) <= tolerance.absolute + tolerance.relative * abs(a)
      }
      return agree ? .small : .large
    }
  }

  /// The number that a float's bytes, low byte first, stand for, 0 or 1 for a boolean's; `nil` for integers.
  private static func number(_ bytes: [UInt8], _ dtype: DType) -> Double? {
    let bits = bytes.reversed().reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
    switch dtype {
    case .f64: return Double(bitPattern: bits)
    case .f32: return Double(Float(bitPattern: UInt32(bits)))
    case .bf16: return Double(Float(bitPattern: UInt32(bits) << 16))
    case .f16: return Double(Float16(bitPattern: UInt16(bits)))
    case .f8e5m2: return Double(Float16(bitPattern: UInt16(bits) << 8))
    case .f8e4m3:
      let magnitude = Int(bits & 0x7F)
      if magnitude == 0x7F { return .nan }
      let fraction = Double(magnitude & 7) / 8
      let size =
        magnitude < 8
        ? fraction / 64
        : (1 + fraction) * Double(sign: .plus, exponent: magnitude / 8 - 7, significand: 1)
      return bits & 0x80 == 0 ? size : -size
    case .bool: return bits == 0 ? 0 : 1
    case .u8, .u16, .u32, .u64, .i8, .i16, .i32, .i64: return nil
    }
  }
}
