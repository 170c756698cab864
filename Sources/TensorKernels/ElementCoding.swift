import PipelineTrace

/// The loops that read the elements of one dtype: what is left of the dtypes behind this table.
///
/// All take the address of the first element, at any alignment, and a number of elements.
struct ElementCoding {
  /// Writes the values as doubles.
  let widen: (UnsafeRawPointer, Int, UnsafeMutablePointer<Double>) -> Void
  /// The largest distance in ULP of a chunk of this dtype on both sides, over its finite pairs;
  /// the last argument says whether all of them are.
  let largestULP: (UnsafeRawPointer, UnsafeRawPointer, Int, Bool) -> UInt64
  /// Writes the values as integers, `u64` by its bits; `nil` for floats.
  let integers: ((UnsafeRawPointer, Int, UnsafeMutablePointer<Int64>) -> Void)?

  /// Whether `integers` writes the bits of values up to 2⁶⁴ − 1.
  let isUnsigned64: Bool

  private init<Code: FloatCode>(float code: Code.Type) {
    widen = { code.widen($0, count: $1, into: $2) }
    largestULP = { dev, prod, count, isFinite in
      isFinite
        ? code.largestULP(dev: dev, prod: prod, count: count, isMasked: false)
        : code.largestULP(dev: dev, prod: prod, count: count, isMasked: true)
    }
    integers = nil
    isUnsigned64 = false
  }

  private init<Code: IntegerCode>(integer code: Code.Type) {
    widen = { code.widen($0, count: $1, into: $2) }
    largestULP = { _, _, _, _ in 0 }
    integers = { elements, count, values in
      for k in 0..<count { values[k] = code.integer(code.load(elements, k)) }
    }
    isUnsigned64 = code == UnsignedCode<Int64>.self
  }

  static func of(_ dtype: DType) -> ElementCoding {
    switch dtype {
    case .bool: ElementCoding(integer: BooleanCode.self)
    case .u8: ElementCoding(integer: UnsignedCode<Int8>.self)
    case .u16: ElementCoding(integer: UnsignedCode<Int16>.self)
    case .u32: ElementCoding(integer: UnsignedCode<Int32>.self)
    case .u64: ElementCoding(integer: UnsignedCode<Int64>.self)
    case .i8: ElementCoding(integer: SignedCode<Int8>.self)
    case .i16: ElementCoding(integer: SignedCode<Int16>.self)
    case .i32: ElementCoding(integer: SignedCode<Int32>.self)
    case .i64: ElementCoding(integer: SignedCode<Int64>.self)
    case .f16: ElementCoding(float: Binary16Code.self)
    case .bf16: ElementCoding(float: BrainCode.self)
    case .f32: ElementCoding(float: Binary32Code.self)
    case .f64: ElementCoding(float: Binary64Code.self)
    case .f8e4m3: ElementCoding(float: Float8E4M3Code.self)
    case .f8e5m2: ElementCoding(float: Float8E5M2Code.self)
    }
  }
}

extension ElementCode {
  @inline(__always)
  fileprivate static func widen(
    _ elements: UnsafeRawPointer, count: Int, into values: UnsafeMutablePointer<Double>
  ) {
    for k in 0..<count { values[k] = number(load(elements, k)) }
  }
}

extension FloatCode {
  /// Pairs that are not finite on both sides get the distance 0, if `isMasked`.
  ///
  /// Integers have an order that a plain loop may reduce in SIMD. Distances do not fit into signed
  /// ranks, but for signed integers alone SSE2 has a comparison: so all are shifted by `Bits.min`.
  @inline(__always)
  fileprivate static func largestULP(
    dev: UnsafeRawPointer, prod: UnsafeRawPointer, count: Int, isMasked: Bool
  ) -> UInt64 {
    var largest = Bits.min
    for k in 0..<count {
      var devRank = rank(load(dev, k))
      var prodRank = rank(load(prod, k))
      if isMasked {
        let isFinite =
          devRank <= largestFinite && devRank >= -largestFinite && prodRank <= largestFinite
          && prodRank >= -largestFinite
        devRank = isFinite ? devRank : 0
        prodRank = isFinite ? prodRank : 0
      }
      let difference = devRank &- prodRank
      let distance = (devRank < prodRank ? 0 &- difference : difference) ^ Bits.min
      largest = distance > largest ? distance : largest
    }
    return UInt64(truncatingIfNeeded: Bits.Magnitude(truncatingIfNeeded: largest ^ Bits.min))
  }
}
