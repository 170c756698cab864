/// Signed integers are their own rank.
enum SignedCode<Bits>: IntegerCode
where
  Bits: FixedWidthInteger & SignedInteger & BitwiseCopyable & Sendable,
  Bits.Magnitude: BitwiseCopyable
{
  @inline(__always) static func rank(_ bits: Bits) -> Bits { bits }
  @inline(__always) static func bits(ofRank rank: Bits) -> Bits { rank }
  @inline(__always) static func number(_ bits: Bits) -> Double { Double(bits) }
  @inline(__always) static func integer(_ bits: Bits) -> Int64 { Int64(truncatingIfNeeded: bits) }
}

/// Unsigned integers: turning the highest bit moves 0 to the lowest rank.
enum UnsignedCode<Bits>: IntegerCode
where
  Bits: FixedWidthInteger & SignedInteger & BitwiseCopyable & Sendable,
  Bits.Magnitude: BitwiseCopyable
{
  @inline(__always) static func rank(_ bits: Bits) -> Bits { bits ^ Bits.min }
  @inline(__always) static func bits(ofRank rank: Bits) -> Bits { rank ^ Bits.min }
  @inline(__always) static func number(_ bits: Bits) -> Double {
    Double(Bits.Magnitude(truncatingIfNeeded: bits))
  }
  @inline(__always) static func integer(_ bits: Bits) -> Int64 {
    Int64(truncatingIfNeeded: Bits.Magnitude(truncatingIfNeeded: bits))
  }
}

/// Booleans: any byte but 0 is true.
enum BooleanCode: IntegerCode {
  @inline(__always) static func rank(_ bits: Int8) -> Int8 { bits != 0 ? 1 : 0 }
  @inline(__always) static func bits(ofRank rank: Int8) -> Int8 { rank }
  @inline(__always) static func number(_ bits: Int8) -> Double { bits != 0 ? 1 : 0 }
  @inline(__always) static func integer(_ bits: Int8) -> Int64 { bits != 0 ? 1 : 0 }
}
