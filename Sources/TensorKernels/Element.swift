import PipelineTrace

/// One element of a tensor, exactly: for display, for texts, and for the definitions of the kernels.
package enum Element: Sendable, Equatable {
  case boolean(Bool)
  case signed(Int64)
  case unsigned(UInt64)
  /// A float of any dtype; every one of them is exact in a `Double`.
  case float(Double, DType)

  /// The element with these bits, which lie in the low bytes; what lies above is ignored.
  package init(bits: UInt64, dtype: DType) {
    switch dtype {
    case .bool: self = .boolean(UInt8(truncatingIfNeeded: bits) != 0)
    case .u8: self = .unsigned(UInt64(UInt8(truncatingIfNeeded: bits)))
    case .u16: self = .unsigned(UInt64(UInt16(truncatingIfNeeded: bits)))
    case .u32: self = .unsigned(UInt64(UInt32(truncatingIfNeeded: bits)))
    case .u64: self = .unsigned(bits)
    case .i8: self = .signed(Int64(Int8(truncatingIfNeeded: bits)))
    case .i16: self = .signed(Int64(Int16(truncatingIfNeeded: bits)))
    case .i32: self = .signed(Int64(Int32(truncatingIfNeeded: bits)))
    case .i64: self = .signed(Int64(bitPattern: bits))
    case .f16, .bf16, .f32, .f64, .f8e4m3, .f8e5m2:
      self = .float(decodedFloat(bits: bits, dtype: dtype), dtype)
    }
  }

  /// The element at an index of the bytes of a tensor, which may start at any address.
  package init(at index: Int, of bytes: UnsafeRawBufferPointer, dtype: DType) {
    self.init(bits: elementBits(at: index, of: bytes, byteCount: dtype.byteCount), dtype: dtype)
  }

  /// The value as a `Double`: exact but for 64-bit integers beyond 2⁵³; a boolean is 0 or 1.
  package var number: Double {
    switch self {
    case .boolean(let value): value ? 1 : 0
    case .signed(let value): Double(value)
    case .unsigned(let value): Double(value)
    case .float(let value, _): value
    }
  }

  /// The value where it is no float.
  private var integer: Int128? {
    switch self {
    case .boolean(let value): value ? 1 : 0
    case .signed(let value): Int128(value)
    case .unsigned(let value): Int128(value)
    case .float: nil
    }
  }

  /// prod − dev, rounded once: exact before that between integers and booleans.
  ///
  /// Beside a float an integer is rounded to `Double` first. NaN between equal infinities.
  package static func difference(dev: Element, prod: Element) -> Double {
    guard let dev = dev.integer, let prod = prod.integer else { return prod.number - dev.number }
    let difference = prod - dev
    let magnitude = roundedToDouble(difference.magnitude)
    return difference < 0 ? -magnitude : magnitude
  }
}

/// The nearest double to a magnitude below 2⁶⁵.
@inline(__always)
func roundedToDouble(_ magnitude: UInt128) -> Double {
  let low = UInt64(truncatingIfNeeded: magnitude)
  if magnitude >> 64 == 0 { return Double(low) }
  // The lowest bit only breaks ties: halved, it stays as a mark that something lies below.
  return 2 * Double(1 << 63 | low >> 1 | low & 1)
}

/// The bits of one element, in the low bytes.
func elementBits(at index: Int, of bytes: UnsafeRawBufferPointer, byteCount: Int) -> UInt64 {
  let offset = index * byteCount
  return switch byteCount {
  case 1: UInt64(bytes[offset])
  case 2: UInt64(bytes.loadUnaligned(fromByteOffset: offset, as: UInt16.self))
  case 4: UInt64(bytes.loadUnaligned(fromByteOffset: offset, as: UInt32.self))
  default: bytes.loadUnaligned(fromByteOffset: offset, as: UInt64.self)
  }
}

/// A float read field by field: sign, exponent, fraction.
private func decodedFloat(bits: UInt64, dtype: DType) -> Double {
  let fractionBitCount = dtype.mantissaBitCount
  let exponentBitCount = dtype.byteCount * 8 - 1 - fractionBitCount
  let fraction = bits & (1 << fractionBitCount - 1)
  let largestExponent = 1 << exponentBitCount - 1
  let exponent = Int(bits >> fractionBitCount) & largestExponent
  let isNegative = bits >> (fractionBitCount + exponentBitCount) & 1 == 1

  let magnitude: Double
  let leastExponent = 2 - 1 << (exponentBitCount - 1)
  let isSpecial =
    dtype == .f8e4m3
    ? exponent == largestExponent && fraction == 0b111  // all other codes are numbers
    : exponent == largestExponent
  if isSpecial {
    magnitude = fraction == 0 ? .infinity : .nan
  } else if exponent == 0 {
    magnitude = scaled(fraction, byPowerOfTwo: leastExponent - fractionBitCount)
  } else {
    magnitude = scaled(
      fraction | 1 << fractionBitCount,
      byPowerOfTwo: leastExponent + exponent - 1 - fractionBitCount)
  }
  return isNegative ? -magnitude : magnitude
}

/// An integer of at most 53 bits times a power of two that keeps it in the range of doubles.
private func scaled(_ integer: UInt64, byPowerOfTwo exponent: Int) -> Double {
  // In two steps: the last powers of the subnormals are below what one factor can hold.
  let half = exponent / 2
  return Double(integer) * Double(sign: .plus, exponent: half, significand: 1)
    * Double(sign: .plus, exponent: exponent - half, significand: 1)
}
