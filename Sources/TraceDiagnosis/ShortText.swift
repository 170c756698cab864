import Glibc

/// A number with at most six significant digits, as `%.6g` writes it: `0.1`, `-1.5`, `255`, `3e-07`.
func shortText(_ number: Double) -> String {
  guard number.isFinite else { return number.isNaN ? "nan" : number < 0 ? "-inf" : "inf" }
  guard number != 0 else { return "0" }
  let sign = number < 0 ? "-" : ""
  // Six digits, by scaling to a whole number; a power of ten beyond 22 is not exact, which the
  // seventh digit does not show.
  var exponent = Int(log10(number.magnitude).rounded(.down))
  var digits = scaled(number.magnitude, by: 5 - exponent).rounded(.toNearestOrEven)
  if digits >= 1_000_000 {
    digits /= 10
    exponent += 1
  }
  if digits < 100_000 {
    exponent -= 1
    digits = scaled(number.magnitude, by: 5 - exponent).rounded(.toNearestOrEven)
  }
  var text = String(Int(digits.rounded()))
  while text.count > 1, text.hasSuffix("0") { text.removeLast() }
  if exponent < -4 || exponent > 5 {
    let mantissa = text.count > 1 ? "\(text.prefix(1)).\(text.dropFirst())" : text
    let size = abs(exponent) < 10 ? "0\(abs(exponent))" : "\(abs(exponent))"
    return "\(sign)\(mantissa)e\(exponent < 0 ? "-" : "+")\(size)"
  }
  if exponent < 0 {
    return "\(sign)0.\(String(repeating: "0", count: -exponent - 1))\(text)"
  }
  let whole = text.count <= exponent
  if whole || text.count == exponent + 1 {
    return sign + text + String(repeating: "0", count: exponent + 1 - text.count)
  }
  return "\(sign)\(text.prefix(exponent + 1)).\(text.dropFirst(exponent + 1))"
}

/// `number` · 10^`power`, in two steps where the power itself would overflow.
private func scaled(_ number: Double, by power: Int) -> Double {
  power > 300 ? number * 1e300 * pow(10, Double(power - 300)) : number * pow(10, Double(power))
}
