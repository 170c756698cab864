import PipelineTrace

/// The loops that read the elements of one dtype: what is left of the dtypes behind this table.
///
/// All take the address of the first element, at any alignment, and a number of elements.
struct ElementCoding {
  /// Writes the values as doubles.
  let widen: (UnsafeRawPointer, Int, UnsafeMutablePointer<Double>) -> Void
  /// Range and special elements of a chunk.
  let scan: (UnsafeRawPointer, Int) -> SideStatistics
  /// The largest distance in ULP of a chunk of this dtype on both sides, over its finite pairs.
  let largestULP: (UnsafeRawPointer, UnsafeRawPointer, Int) -> UInt64
  /// Writes the values as integers, `u64` by its bits; `nil` for floats.
  let integers: ((UnsafeRawPointer, Int, UnsafeMutablePointer<Int64>) -> Void)?

  /// Whether `integers` writes the bits of values up to 2⁶⁴ − 1.
  let isUnsigned64: Bool

  private init<Code: FloatCode>(float code: Code.Type) {
    widen = { code.widen($0, count: $1, into: $2) }
    scan = { code.scan($0, count: $1) }
    largestULP = { code.largestULP(dev: $0, prod: $1, count: $2) }
    integers = nil
    isUnsigned64 = false
  }

  private init<Code: IntegerCode>(integer code: Code.Type) {
    widen = { code.widen($0, count: $1, into: $2) }
    scan = { code.scan($0, count: $1) }
    largestULP = { _, _, _ in 0 }
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

/// Writes `count` elements of a dtype as doubles: exact but for 64-bit integers beyond 2⁵³.
///
/// The bytes may start at any address; as many elements are read as `doubles` has room for.
package func widen(
  _ bytes: UnsafeRawBufferPointer, dtype: DType, into doubles: UnsafeMutableBufferPointer<Double>
) {
  precondition(
    bytes.count >= doubles.count * dtype.byteCount,
    "\(bytes.count) bytes for \(doubles.count) elements of \(dtype)")
  guard let start = bytes.baseAddress, let values = doubles.baseAddress else { return }
  ElementCoding.of(dtype).widen(start, doubles.count, values)
}

extension ElementCode {
  @inline(__always)
  fileprivate static func widen(
    _ elements: UnsafeRawPointer, count: Int, into values: UnsafeMutablePointer<Double>
  ) {
    for k in 0..<count { values[k] = number(load(elements, k)) }
  }

  /// Minimum and maximum as those of the ranks: integers have an order that SIMD can reduce.
  @inline(__always)
  fileprivate static func scan(_ elements: UnsafeRawPointer, count: Int) -> SideStatistics {
    var lowest = Bits.max
    var highest = Bits.min
    for k in 0..<count {
      let rank = rank(load(elements, k))
      lowest = rank < lowest ? rank : lowest
      highest = rank > highest ? rank : highest
    }
    let (finite, numbers) = (finiteRanks, numberRanks)
    if count == 0 || (lowest >= finite.lowerBound && highest <= finite.upperBound) {
      return side(lowest, highest, nanCount: 0, infinityCount: 0, isEmpty: count == 0)
    }
    // Something is special: once more, and NaN take no part.
    lowest = Bits.max
    highest = Bits.min
    var numberCount: Int32 = 0
    var finiteCount: Int32 = 0
    for k in 0..<count {
      let rank = rank(load(elements, k))
      let isNumber = rank >= numbers.lowerBound && rank <= numbers.upperBound
      let isFinite = rank >= finite.lowerBound && rank <= finite.upperBound
      let low = isNumber ? rank : Bits.max
      let high = isNumber ? rank : Bits.min
      lowest = low < lowest ? low : lowest
      highest = high > highest ? high : highest
      numberCount &+= isNumber ? 1 : 0
      finiteCount &+= isFinite ? 1 : 0
    }
    return side(
      lowest, highest, nanCount: count - Int(numberCount),
      infinityCount: Int(numberCount - finiteCount), isEmpty: numberCount == 0)
  }

  @inline(__always)
  private static func side(
    _ lowest: Bits, _ highest: Bits, nanCount: Int, infinityCount: Int, isEmpty: Bool
  ) -> SideStatistics {
    SideStatistics(
      minimum: isEmpty ? nil : number(bits(ofRank: lowest)),
      maximum: isEmpty ? nil : number(bits(ofRank: highest)),
      nanCount: nanCount, infinityCount: infinityCount)
  }

  /// Pairs that are not finite on both sides get the distance 0.
  @inline(__always)
  fileprivate static func largestULP(
    dev: UnsafeRawPointer, prod: UnsafeRawPointer, count: Int
  ) -> UInt64 {
    let finite = finiteRanks
    var largest = Bits.Magnitude.zero
    for k in 0..<count {
      let devRank = rank(load(dev, k))
      let prodRank = rank(load(prod, k))
      let high = devRank > prodRank ? devRank : prodRank
      let low = devRank > prodRank ? prodRank : devRank
      let isFinite = low >= finite.lowerBound && high <= finite.upperBound
      let distance = isFinite ? Bits.Magnitude(truncatingIfNeeded: high &- low) : 0
      largest = distance > largest ? distance : largest
    }
    return UInt64(truncatingIfNeeded: largest)
  }
}
