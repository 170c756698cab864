/// A number as its decimal digits, to be shown with fewer of them: 0.d₁d₂d₃… · 10^`exponent`.
struct DecimalNumber {
  var isNegative: Bool
  /// Without zeros in front; empty for zero.
  var digits: [UInt8]
  /// Digits before the decimal point; negative where zeros follow it.
  var exponent: Int

  /// Reads what Swift prints for an integer or a finite float: `-12`, `0.001`, `1.5e-07`.
  init(_ text: String) {
    isNegative = false
    digits = []
    exponent = 0
    var seesFraction = false
    var characters = text.utf8[...]
    while let character = characters.popFirst() {
      switch character {
      case UInt8(ascii: "-"): isNegative = true
      case UInt8(ascii: "."): seesFraction = true
      case UInt8(ascii: "e"):
        exponent += Int(String(Substring(characters))) ?? 0
        characters = characters.suffix(0)
      default:
        let digit = character - UInt8(ascii: "0")
        let isLeadingZero = digit == 0 && digits.isEmpty
        if !isLeadingZero { digits.append(digit) }
        if seesFraction == isLeadingZero { exponent += seesFraction ? -1 : 1 }
      }
    }
    while digits.last == 0 { digits.removeLast() }
    if digits.isEmpty { exponent = 0 }
  }

  /// This number with at most so many digits; a tie goes to the even digit, as in printf.
  func rounded(toDigits count: Int) -> DecimalNumber {
    guard count < digits.count else { return self }
    var result = self
    result.digits = Array(digits.prefix(max(count, 0)))
    guard count >= 0, digits[count] >= 5 else { return result }
    let isTie = digits[count] == 5 && count + 1 == digits.count
    if isTie && (count == 0 || digits[count - 1] % 2 == 0) { return result }
    var place = count - 1
    while place >= 0, result.digits[place] == 9 {
      result.digits[place] = 0
      place -= 1
    }
    if place >= 0 {
      result.digits[place] += 1
    } else {
      result.digits.insert(1, at: 0)  // 9.99 became 10.0
      result.exponent += 1
      if count > 0 { result.digits.removeLast() }
    }
    return result
  }

  /// Like `-12.50`, with so many places after the point.
  func fixed(places: Int) -> String {
    let number = rounded(toDigits: exponent + places)
    var text = number.isNegative ? "-" : ""
    let whole = max(number.exponent, 1)
    for place in 0..<whole { text += String(number.digit(place + number.exponent - whole)) }
    if places > 0 {
      text += "."
      for place in number.exponent..<number.exponent + places {
        text += String(number.digit(place))
      }
    }
    return text
  }

  /// Like `-1.25e-7`, with so many digits.
  func scientific(digitCount: Int) -> String {
    let number = rounded(toDigits: digitCount)
    var text = (number.isNegative ? "-" : "") + String(number.digit(0))
    if digitCount > 1 {
      text += "."
      for place in 1..<digitCount { text += String(number.digit(place)) }
    }
    return text + "e\(number.exponent - 1)"
  }

  /// The digit at a place after the point of 0.d₁d₂d₃…; 0 beyond the last one.
  private func digit(_ place: Int) -> UInt8 {
    digits.indices.contains(place) ? digits[place] : 0
  }
}
