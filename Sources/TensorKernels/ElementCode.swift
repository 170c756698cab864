/// How vector loops read the bits of one dtype.
///
/// Everything here is straight-line arithmetic, so that a plain loop over elements becomes SIMD.
protocol ElementCode {
  /// A signed integer of the width of the element.
  associatedtype Bits: FixedWidthInteger & SignedInteger & BitwiseCopyable & Sendable
  where Bits.Magnitude: BitwiseCopyable

  /// The value, exact but for 64-bit integers beyond 2⁵³.
  static func number(_ bits: Bits) -> Double
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
}

extension FloatCode {
  /// The place among all floats of the dtype in increasing order; both zeros have place 0.
  @inline(__always) static func rank(_ bits: Bits) -> Bits {
    let sign = bits &>> Bits(truncatingIfNeeded: Bits.bitWidth - 1)  // 0 or −1
    return (bits ^ (sign & Bits.max)) &- sign
  }
}

/// Integers and booleans.
protocol IntegerCode: ElementCode {
  /// The value as an `Int64`, of which `u64` takes the bits.
  static func integer(_ bits: Bits) -> Int64
}
