import PipelineTrace

/// Texts: those that are taken into memory, and those that only are found.
extension JSONReader {
  /// Where a text lies in the source, so that it can be read later.
  struct TextPlace: Sendable, Equatable {
    /// The bytes between its quotes.
    var range: Range<Int>
    /// Whether some of them are escapes, or beyond ASCII.
    var isPlain: Bool
  }

  /// Passes the next value, a text of any size, and says where it lies.
  mutating func textPlace() throws(FormatError) -> TextPlace {
    guard try skipBlanks() == UInt8(ascii: "\"") else { throw mistake("a text") }
    position += 1
    let start = byteOffset
    var isPlain = true
    while let byte = try passPlainText(&isPlain) {
      if byte == UInt8(ascii: "\"") {
        position += 1
        return TextPlace(range: start..<(byteOffset - 1), isPlain: isPlain)
      }
      guard byte == UInt8(ascii: "\\") else {
        throw mistake("no control character in a text")
      }
      isPlain = false
      position += 1
      guard try current() != nil else { throw mistake("the rest of an escape") }
      position += 1
    }
    throw mistake("the end of a text")
  }

  /// Passes the next value, a text whose start tells how long it is, without reading all of it.
  ///
  /// - Parameter length: Gets the first bytes of the text and gives their count in all, or `nil`.
  /// - Returns: What ``textPlace()`` does; `isPlain` is believed where the text was not read.
  mutating func textPlace(length: (_ head: [UInt8]) throws(FormatError) -> Int?)
    throws(FormatError) -> TextPlace
  {
    guard try skipBlanks() == UInt8(ascii: "\"") else { throw mistake("a text") }
    if filledCount - position < 1025, byteOffset + filledCount - position < source.byteCount {
      try refill()
    }
    let start = byteOffset + 1
    let head = window[(position + 1)..<min(filledCount, position + 1025)]
    if let end = head.firstIndex(where: { !Self.isPlainText($0) || $0 >= 0x80 }) {
      // It is short, or not plain.
      guard window[end] == UInt8(ascii: "\"") else { return try textPlace() }
      position = end + 1
      return TextPlace(range: start..<(byteOffset - 1), isPlain: true)
    }
    guard let count = try length(Array(head)), count >= head.count,
      count < source.byteCount - start,
      try source.bytes(in: (start + count)..<(start + count + 1)) == [UInt8(ascii: "\"")]
    else { return try textPlace() }
    windowStart = start + count + 1
    position = 0
    filledCount = 0
    return TextPlace(range: start..<(start + count), isPlain: true)
  }

  /// Moves on to the next quote, backslash or control character and gives it; `nil` at the end.
  private mutating func passPlainText(_ isASCII: inout Bool) throws(FormatError) -> UInt8? {
    while try current() != nil {
      var union: UInt8 = 0
      while position < filledCount, case let byte = window[position], Self.isPlainText(byte) {
        union |= byte
        position += 1
      }
      if union >= 0x80 { isASCII = false }
      if position < filledCount { return window[position] }
    }
    return nil
  }

  private static func isPlainText(_ byte: UInt8) -> Bool {
    byte >= 0x20 && byte != UInt8(ascii: "\"") && byte != UInt8(ascii: "\\")
  }

  /// The next value, a text, its escapes undone.
  ///
  /// Escapes of lone surrogates (`\ud800`), which no Swift text can hold, stay as written.
  ///
  /// - Throws: `malformed` where it is no text, no UTF-8, or longer than ``textByteLimit``.
  mutating func text() throws(FormatError) -> String {
    guard try skipBlanks() == UInt8(ascii: "\"") else { throw mistake("a text") }
    // Most texts are short and plain, and lie in the window as a whole.
    var end = position + 1
    var union: UInt8 = 0
    while end < filledCount, case let byte = window[end], Self.isPlainText(byte) {
      union |= byte
      end += 1
    }
    if end < filledCount, window[end] == UInt8(ascii: "\""), union < 0x80 {
      let run = UnsafeBufferPointer(rebasing: window[(position + 1)..<end])
      position = end + 1
      return String(decoding: run, as: UTF8.self)  // ASCII needs no validation, which is slow
    }
    return try longText()
  }

  /// The text at a place that was passed before, its escapes undone.
  func text(at place: TextPlace) throws(FormatError) -> String {
    let quoted = (place.range.lowerBound - 1)..<(place.range.upperBound + 1)
    var reader = JSONReader(SourceRegion(of: source, range: quoted), origin: origin)
    return try reader.text()
  }

  private mutating func longText() throws(FormatError) -> String {
    position += 1
    let start = byteOffset
    var bytes: [UInt8] = []
    while let byte = try current(), byte != UInt8(ascii: "\"") {
      guard byte >= 0x20 else { throw mistake("no control character in a text") }
      guard bytes.count < Self.textByteLimit else {
        throw error("a text has more than \(Self.textByteLimit) bytes", at: start)
      }
      position += 1
      if byte == UInt8(ascii: "\\") {
        try unescape(into: &bytes)
      } else {
        bytes.append(byte)
      }
    }
    guard try current() != nil else { throw mistake("the end of a text") }
    guard let text = String(validating: bytes, as: UTF8.self) else {
      throw error("a text of the JSON is not UTF-8", at: start)
    }
    position += 1
    return text
  }

  /// Appends what the escape stands for whose backslash was just passed.
  private mutating func unescape(into text: inout [UInt8]) throws(FormatError) {
    guard let byte = try current() else { throw mistake("the rest of an escape") }
    switch byte {
    case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): text.append(byte)
    case UInt8(ascii: "b"): text.append(8)
    case UInt8(ascii: "f"): text.append(12)
    case UInt8(ascii: "n"): text.append(10)
    case UInt8(ascii: "r"): text.append(13)
    case UInt8(ascii: "t"): text.append(9)
    case UInt8(ascii: "u"):
      position += 1
      return try unescapeUnit(into: &text)
    default: throw mistake("an escape")
    }
    position += 1
  }

  /// Appends the scalar whose one or two UTF-16 units stand here in hexadecimal digits.
  private mutating func unescapeUnit(into text: inout [UInt8]) throws(FormatError) {
    var unit = try hexadecimalUnit()
    while true {
      if let scalar = Unicode.Scalar(unit.value) {
        text += Array(UTF8.encode(scalar)!)
        return
      }
      guard unit.value < 0xDC00, try take("\\u") else {
        text += Array("\\u".utf8) + unit.digits
        return
      }
      let second = try hexadecimalUnit()
      if (0xDC00..<0xE000).contains(second.value),
        let scalar = Unicode.Scalar(
          0x1_0000 + (unit.value - 0xD800) << 10 + (second.value - 0xDC00))
      {
        text += Array(UTF8.encode(scalar)!)
        return
      }
      text += Array("\\u".utf8) + unit.digits
      unit = second
    }
  }

  private mutating func hexadecimalUnit() throws(FormatError) -> (value: UInt32, digits: [UInt8]) {
    var unit: UInt32 = 0
    var digits: [UInt8] = []
    for _ in 0..<4 {
      guard let byte = try current(), let digit = Character(Unicode.Scalar(byte)).hexDigitValue
      else { throw mistake("a hexadecimal digit") }
      unit = unit << 4 | UInt32(digit)
      try pass(into: &digits)
    }
    return (unit, digits)
  }
}
