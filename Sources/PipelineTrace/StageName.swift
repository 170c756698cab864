/// The parts of a stage's recorded name.
package enum StageName {
  /// Splits a leading order number from a name: `03_resize`, `003.resize`, `3-resize` → 3, `resize`.
  ///
  /// - Returns: `nil` for the number where there is none, or where nothing but digits stands there.
  package static func split(_ recorded: String) -> (order: Int?, name: String) {
    let digits = recorded.prefix { $0.isASCII && $0.isNumber }
    let rest = recorded.dropFirst(digits.count)
    guard let order = Int(digits), let separator = rest.first, "_.- ".contains(separator),
      rest.count > 1
    else { return (nil, recorded) }
    return (order, String(rest.dropFirst()))
  }

  /// Whether `first` stands before `second` where runs of digits count as numbers: 2 before 10.
  package static func precedesNaturally(_ first: String, _ second: String) -> Bool {
    var left = Array(first.unicodeScalars)[...]
    var right = Array(second.unicodeScalars)[...]
    while let a = left.first, let b = right.first {
      if isDigit(a), isDigit(b) {
        let leftRun = left.prefix(while: isDigit)
        let rightRun = right.prefix(while: isDigit)
        let leftDigits = leftRun.drop { $0 == "0" }
        let rightDigits = rightRun.drop { $0 == "0" }
        if leftDigits.count != rightDigits.count { return leftDigits.count < rightDigits.count }
        for (x, y) in zip(leftDigits, rightDigits) where x != y { return x < y }
        left = left.dropFirst(leftRun.count)
        right = right.dropFirst(rightRun.count)
      } else {
        if a != b { return a < b }
        left = left.dropFirst()
        right = right.dropFirst()
      }
    }
    if left.isEmpty != right.isEmpty { return left.isEmpty }
    return first < second
  }

  private static func isDigit(_ scalar: Unicode.Scalar) -> Bool {
    ("0"..."9").contains(scalar)
  }
}
