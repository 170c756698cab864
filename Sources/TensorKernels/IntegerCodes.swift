/// Signed integers of any width.
enum SignedCode<Bits>: IntegerCode
where
  Bits: FixedWidthInteger & SignedInteger & BitwiseCopyable & Sendable,
  Bits.Magnitude: BitwiseCopyable
{
  @inline(__always) static func number(_ bits: Bits) -> Double { Double(bits) }
  @inline(__always) static func integer(_ bits: Bits) -> Int64 { Int64(truncatingIfNeeded: bits) }
}

/// Unsigned integers of any width.
enum UnsignedCode<Bits>: IntegerCode
where
  Bits: FixedWidthInteger & SignedInteger & BitwiseCopyable & Sendable,
  Bits.Magnitude: BitwiseCopyable
{
  @inline(__always) static func number(_ bits: Bits) -> Double {
    Double(Bits.Magnitude(truncatingIfNeeded: bits))
  }
  @inline(__always) static func integer(_ bits: Bits) -> Int64 {
    Int64(truncatingIfNeeded: Bits.Magnitude(truncatingIfNeeded: bits))
  }
}

/// Booleans: any byte but 0 is true.
enum BooleanCode: IntegerCode {
  @inline(__always) static func number(_ bits: Int8) -> Double { bits != 0 ? 1 : 0 }
  @inline(__always) static func integer(_ bits: Int8) -> Int64 { bits != 0 ? 1 : 0 }
}
