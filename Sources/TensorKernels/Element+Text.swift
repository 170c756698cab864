import PipelineTrace

extension Element: CustomStringConvertible {
  /// The shortest text from which the element can be read back as float32, or as float64 where it is one.
  ///
  /// Shorter floats have the digits of their value as float32: a float16 of 0.1 is `0.099975586`, for
  /// what `0.1` would hide is of the size of the differences that are looked for. Floats as Swift and
  /// Python print them (`1.0`, `1e-05`, `nan`, `-inf`, `-0.0`), booleans as Python does (`True`).
  package var description: String {
    switch self {
    case .boolean(let value): value ? "True" : "False"
    case .signed(let value): String(value)
    case .unsigned(let value): String(value)
    case .float(let value, .f64): value.description
    case .float(let value, _): Float(value).description
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
