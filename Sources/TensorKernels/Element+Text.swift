import PipelineTrace

extension Element: CustomStringConvertible {
  /// The shortest text from which the element can be read back in its dtype.
  ///
  /// A float16 of 0.1 is `0.1`, though as a `Double` it is 0.0999755859375. Floats as Swift and
  /// Python print them (`1.0`, `1e-05`, `nan`, `-inf`, `-0.0`), booleans as Python does (`True`).
  /// Whole numbers up to 2²⁴ are written with all their digits: 448.0, not 450.0.
  package var description: String {
    switch self {
    case .boolean(let value): value ? "True" : "False"
    case .signed(let value): String(value)
    case .unsigned(let value): String(value)
    case .float(let value, let dtype): floatText(value, dtype)
    }
  }

  /// The best text in at most so many columns: all of it, or fixed or scientific with fewer digits.
  ///
  /// What is rounded fills its columns (`1.0000`), what is exact may be short (`1.0`). A number that
  /// is not zero never shows as zero: where even one digit has no room it is `-tiny`.
  ///
  /// - Precondition: `columns` is 6 or more.
  package func formatted(columns: Int) -> String {
    precondition(columns >= 6, "\(columns) columns are too few for a number")
    let text = description
    if text.utf8.count <= columns { return text }

    let number = DecimalNumber(text)
    let wholeCount = max(number.exponent, 1) + (number.isNegative ? 1 : 0)
    let mostPlaces = max(number.digits.count - number.exponent, 0)
    var places = min(max(columns - wholeCount - 1, 0), mostPlaces)
    var fixed = number.fixed(places: places)
    while fixed.utf8.count > columns && places > 0 {  // 99.99 became 100.0
      places -= 1
      fixed = number.fixed(places: places)
    }
    let fixedDigitCount = fixed.utf8.count <= columns ? number.exponent + places : 0

    var digitCount = min(number.digits.count, columns)
    while digitCount > max(fixedDigitCount, 0) {
      let scientific = number.scientific(digitCount: digitCount)
      if scientific.utf8.count <= columns { return scientific }
      digitCount -= 1
    }
    if fixedDigitCount > 0 { return fixed }
    return number.isNegative ? "-tiny" : "tiny"
  }
}

private func floatText(_ value: Double, _ dtype: DType) -> String {
  if value.isNaN { return "nan" }
  if dtype == .f64 || !value.isFinite { return value.description }
  if dtype == .f32 { return Float(value).description }
  if value == value.rounded() && value.magnitude <= 0x1p24 { return value.description }
  let exact = DecimalNumber(value.description)
  for digitCount in 1..<exact.digits.count {
    let shorter = exact.rounded(toDigits: digitCount).double
    if rounded(shorter, to: dtype) == value { return shorter.description }
  }
  return value.description
}

/// The float of a dtype that is nearest to a double within its range, ties to even.
private func rounded(_ value: Double, to dtype: DType) -> Double {
  let exponentBitCount = dtype.byteCount * 8 - 1 - dtype.mantissaBitCount
  let leastExponent = 2 - 1 << (exponentBitCount - 1)
  let exponent = max(Int(value.exponent), leastExponent) - dtype.mantissaBitCount
  let step = Double(sign: .plus, exponent: exponent, significand: 1)
  return (value / step).rounded(.toNearestOrEven) * step
}
