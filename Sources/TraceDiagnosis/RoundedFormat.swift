/// A format of fewer bits than float32 that numbers are rounded to.
enum RoundedFormat: String, CaseIterable, Sendable {
  case f16
  case bf16
  case tf32
  case f8e4m3 = "f8_e4m3"
  case f8e5m2 = "f8_e5m2"

  /// As sentences call it.
  var name: String {
    switch self {
    case .f16: "float16"
    case .bf16: "bfloat16"
    case .tf32: "tf32"
    case .f8e4m3: "float8 e4m3"
    case .f8e5m2: "float8 e5m2"
    }
  }

  /// Bits of the mantissa without the implied one, the exponent of the smallest normal number, and the
  /// largest finite number.
  private var layout: (mantissaBitCount: Int, leastExponent: Int, largest: Double) {
    switch self {
    case .f16: (10, -14, 65504)
    case .bf16: (7, -126, 0x1.fep127)
    case .tf32: (10, -126, 0x1.ffcp127)
    case .f8e4m3: (3, -6, 448)
    case .f8e5m2: (2, -14, 57344)
    }
  }

  /// Half a step relative to a number in the normal range.
  var halfStep: Double {
    Double(sign: .plus, exponent: -layout.mantissaBitCount - 1, significand: 1)
  }

  /// Whether a conversion may drop the lower bits instead of rounding them: a cut off float32.
  var canTruncate: Bool { self == .bf16 || self == .tf32 }

  /// Whether this number lies where float16 and tf32 hold the same numbers.
  static func isCommonToHalfAndTensorFloat(_ number: Double) -> Bool {
    number == 0 || (0x1p-14...65504).contains(number.magnitude)
  }

  /// The nearest number of the format, ties to even, or the next one toward zero; by way of float32.
  ///
  /// Beyond the largest the 8-bit formats stay at it, as saturating conversions do; the others become
  /// infinite.
  func rounded(_ number: Double, towardZero: Bool = false) -> Double {
    let float = Double(Float(number))
    guard float.isFinite, float != 0 else { return float }
    let layout = layout
    let exponent = max(Int(float.exponent), layout.leastExponent) - layout.mantissaBitCount
    let step = Double(sign: .plus, exponent: exponent, significand: 1)
    let rounded = (float / step).rounded(towardZero ? .towardZero : .toNearestOrEven) * step
    guard rounded.magnitude > layout.largest else { return rounded }
    switch self {
    case .f8e4m3, .f8e5m2: return rounded < 0 ? -layout.largest : layout.largest
    default: return rounded < 0 ? -.infinity : .infinity
    }
  }
}
