/// How vector loops read the bits of one dtype: as a place in an order, and as a `Double`.
///
/// Everything here is straight-line arithmetic, so that a plain loop over elements becomes SIMD.
protocol ElementCode {
  /// A signed integer of the width of the element.
  associatedtype Bits: FixedWidthInteger & SignedInteger & BitwiseCopyable & Sendable
  where Bits.Magnitude: BitwiseCopyable

  /// The place among all elements of the dtype in increasing order; both zeros have place 0.
  ///
  /// NaN come before and after all numbers.
  static func rank(_ bits: Bits) -> Bits
  /// An element that has this place.
  static func bits(ofRank rank: Bits) -> Bits
  /// The value, exact but for 64-bit integers beyond 2⁵³.
  static func number(_ bits: Bits) -> Double

  /// Ranks of what is neither NaN nor infinite.
  static var finiteRanks: ClosedRange<Bits> { get }
  /// Ranks of what is not NaN.
  static var numberRanks: ClosedRange<Bits> { get }
}

extension ElementCode {
  /// Bytes an element takes.
  @inline(__always) static var byteCount: Int { MemoryLayout<Bits>.size }

  /// The bits of one element, at any alignment.
  @inline(__always) static func load(_ elements: UnsafeRawPointer, _ index: Int) -> Bits {
    elements.loadUnaligned(fromByteOffset: index &* byteCount, as: Bits.self)
  }
}

/// Sign and magnitude, as in every float: the order of magnitudes is that of their bits.
protocol FloatCode: ElementCode {
  /// The bits of the largest finite float.
  static var largestFinite: Bits { get }
  /// The bits of infinity, or of the largest finite float where there is no infinity.
  static var largestNumber: Bits { get }
}

extension FloatCode {
  @inline(__always) static func rank(_ bits: Bits) -> Bits {
    let sign = bits &>> Bits(truncatingIfNeeded: Bits.bitWidth - 1)  // 0 or −1
    return (bits ^ (sign & Bits.max)) &- sign
  }
  @inline(__always) static func bits(ofRank rank: Bits) -> Bits {
    rank < 0 ? Bits.min &- rank : rank
  }
  @inline(__always) static var finiteRanks: ClosedRange<Bits> { -largestFinite...largestFinite }
  @inline(__always) static var numberRanks: ClosedRange<Bits> { -largestNumber...largestNumber }
}

/// Integers and booleans: all ranks are finite numbers.
protocol IntegerCode: ElementCode {
  /// The value as an `Int64`, of which `u64` takes the bits.
  static func integer(_ bits: Bits) -> Int64
}

extension IntegerCode {
  @inline(__always) static var finiteRanks: ClosedRange<Bits> { Bits.min...Bits.max }
  @inline(__always) static var numberRanks: ClosedRange<Bits> { Bits.min...Bits.max }
}
