/// IEEE 754 binary64.
enum Binary64Code: FloatCode {
  @inline(__always) static var largestFinite: Int64 { 0x7fef_ffff_ffff_ffff }
  @inline(__always) static func number(_ bits: Int64) -> Double {
    Double(bitPattern: UInt64(bitPattern: bits))
  }
}

/// IEEE 754 binary32.
enum Binary32Code: FloatCode {
  @inline(__always) static var largestFinite: Int32 { 0x7f7f_ffff }
  @inline(__always) static func number(_ bits: Int32) -> Double {
    Double(Float(bitPattern: UInt32(bitPattern: bits)))
  }
}

/// The upper half of a binary32.
enum BrainCode: FloatCode {
  @inline(__always) static var largestFinite: Int16 { 0x7f7f }
  @inline(__always) static func number(_ bits: Int16) -> Double {
    Double(Float(bitPattern: UInt32(UInt16(bitPattern: bits)) &<< 16))
  }
}

/// IEEE 754 binary16.
enum Binary16Code: FloatCode {
  @inline(__always) static var largestFinite: Int16 { 0x7bff }
  @inline(__always) static func number(_ bits: Int16) -> Double {
    widenedFloat(
      magnitude: UInt32(UInt16(bitPattern: bits & .max)), sign: UInt32(bitPattern: Int32(bits)),
      shift: 13, scale: 0x1p112, largestFinite: 0x7bff)
  }
}

/// OCP FP8 E5M2: the upper half of a binary16.
enum Float8E5M2Code: FloatCode {
  @inline(__always) static var largestFinite: Int8 { 0x7b }
  @inline(__always) static func number(_ bits: Int8) -> Double {
    widenedFloat(
      magnitude: UInt32(UInt8(bitPattern: bits & .max)), sign: UInt32(bitPattern: Int32(bits)),
      shift: 21, scale: 0x1p112, largestFinite: 0x7b)
  }
}

/// OCP FP8 E4M3 (`float8_e4m3fn`): 0x7f and 0xff are NaN, nothing is infinite.
enum Float8E4M3Code: FloatCode {
  @inline(__always) static var largestFinite: Int8 { 0x7e }
  @inline(__always) static func number(_ bits: Int8) -> Double {
    widenedFloat(
      magnitude: UInt32(UInt8(bitPattern: bits & .max)), sign: UInt32(bitPattern: Int32(bits)),
      shift: 20, scale: 0x1p120, largestFinite: 0x7e)
  }
}

/// A float with fewer bits than binary32, exactly.
///
/// Its fields are moved to where binary32 has them; the biases of the exponents differ by `scale`,
/// and multiplying by that normalizes the subnormals too. What lies beyond the largest finite
/// magnitude gets all bits of the exponent: infinity where its fraction is 0, or NaN.
@inline(__always)
private func widenedFloat(
  magnitude: UInt32, sign: UInt32, shift: UInt32, scale: Float, largestFinite: UInt32
) -> Double {
  let moved = magnitude &<< shift
  let scaled = (Float(bitPattern: moved) * scale).bitPattern
  let exponentOfSpecials: UInt32 = magnitude > largestFinite ? 0x7f80_0000 : 0
  return Double(Float(bitPattern: scaled | exponentOfSpecials | (sign & 0x8000_0000)))
}
