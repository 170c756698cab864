/// The parts of a stage's recorded name.
package enum StageName {
  /// Splits a leading order number from a name: `03_resize`, `003.resize`, `3-resize` → 3, `resize`.
  ///
  /// - Returns: `nil` for the number where there is none, or where nothing but digits stands there.
  package static func split(_ recorded: String) -> (order: Int?, name: String) {
    guard let first = recorded.utf8.first, isDigit(first) else { return (nil, recorded) }
    let digits = recorded.prefix { $0.isASCII && $0.isNumber }
    let rest = recorded.dropFirst(digits.count)
    guard let order = Int(digits), let separator = rest.first, "_.- ".contains(separator),
      rest.count > 1
    else { return (nil, recorded) }
    return (order, String(rest.dropFirst()))
  }

  /// Whether `first` stands before `second` where runs of digits count as numbers: 2 before 10.
  ///
  /// All else goes by code point, which is the order of the bytes of UTF-8.
  package static func precedesNaturally(_ first: String, _ second: String) -> Bool {
    var left = first
    var right = second
    let order = left.withUTF8 { left in right.withUTF8 { right in naturalOrder(left, right) } }
    return order < 0
  }

  /// Negative where `left` stands before `right`, 0 only where they have the same bytes.
  static func naturalOrder(
    _ left: UnsafeBufferPointer<UInt8>, _ right: UnsafeBufferPointer<UInt8>
  ) -> Int {
    var i = 0
    var j = 0
    while i < left.count, j < right.count {
      guard isDigit(left[i]), isDigit(right[j]) else {
        if left[i] != right[j] { return Int(left[i]) - Int(right[j]) }
        i += 1
        j += 1
        continue
      }
      while i < left.count, left[i] == UInt8(ascii: "0") { i += 1 }
      while j < right.count, right[j] == UInt8(ascii: "0") { j += 1 }
      let leftStart = i
      let rightStart = j
      var difference = 0
      while i < left.count, j < right.count, isDigit(left[i]), isDigit(right[j]) {
        if difference == 0 { difference = Int(left[i]) - Int(right[j]) }
        i += 1
        j += 1
      }
      while i < left.count, isDigit(left[i]) { i += 1 }
      while j < right.count, isDigit(right[j]) { j += 1 }
      if i - leftStart != j - rightStart { return (i - leftStart) - (j - rightStart) }
      if difference != 0 { return difference }
    }
    let rest = (left.count - i) - (right.count - j)
    if rest != 0 { return rest }
    // Equal but for zeros in front of numbers.
    for k in 0..<min(left.count, right.count) where left[k] != right[k] {
      return Int(left[k]) - Int(right[k])
    }
    return left.count - right.count
  }

  static func isDigit(_ byte: UInt8) -> Bool {
    byte >= UInt8(ascii: "0") && byte <= UInt8(ascii: "9")
  }
}
