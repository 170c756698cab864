import PipelineTrace

/// Reads JSON (RFC 8259) from bytes in one pass.
///
/// Beyond the RFC it takes Python's bare `NaN`, `Infinity` and `-Infinity`. It refuses duplicate
/// names, bytes that are no UTF-8, nesting beyond ``depthLimit`` and more than ``valueLimit``
/// values. Escapes of lone surrogates (`\ud800`), which no Swift text can hold, stay as written.
struct JSONReader {
  /// How deep arrays and objects may lie in each other.
  static let depthLimit = 64
  /// How many values one text may hold: some hundred megabytes of memory.
  static let valueLimit = 2_000_000

  private let bytes: UnsafeBufferPointer<UInt8>
  private let origin: Origin
  private var position = 0
  private var depth = 0
  private var valueCount = 0

  /// The one value that `bytes` hold.
  ///
  /// - Parameter origin: What errors name; where it has a byte offset, theirs are counted from it.
  /// - Throws: `malformed` with the place of the first byte that cannot stand where it does.
  static func read(_ bytes: [UInt8], origin: Origin) throws(FormatError) -> JSONValue {
    try bytes.withUnsafeBufferPointer { (buffer) throws(FormatError) in
      var reader = JSONReader(bytes: buffer, origin: origin)
      let value = try reader.value()
      reader.skipBlanks()
      guard reader.position == buffer.count else { throw reader.mistake("nothing more") }
      return value
    }
  }

  private init(bytes: UnsafeBufferPointer<UInt8>, origin: Origin) {
    self.bytes = bytes
    self.origin = origin
  }

  private mutating func value() throws(FormatError) -> JSONValue {
    skipBlanks()
    valueCount += 1
    guard valueCount <= Self.valueLimit else {
      throw mistake("at most \(Self.valueLimit) values")
    }
    guard let byte = current else { throw mistake("a value") }
    switch byte {
    case UInt8(ascii: "\""): return .text(try string())
    case UInt8(ascii: "{"): return try object()
    case UInt8(ascii: "["): return try array()
    case UInt8(ascii: "t") where take("true"): return .boolean(true)
    case UInt8(ascii: "f") where take("false"): return .boolean(false)
    case UInt8(ascii: "n") where take("null"): return .null
    case UInt8(ascii: "N") where take("NaN"): return .number("NaN")
    case UInt8(ascii: "I") where take("Infinity"): return .number("Infinity")
    case UInt8(ascii: "-") where take("-Infinity"): return .number("-Infinity")
    case UInt8(ascii: "-"), UInt8(ascii: "0")...UInt8(ascii: "9"): return .number(try number())
    default: throw mistake("a value")
    }
  }

  private mutating func object() throws(FormatError) -> JSONValue {
    try descend()
    var members: [JSONValue.Member] = []
    var names: Set<ExactName> = []
    skipBlanks()
    while current != UInt8(ascii: "}") {
      if !members.isEmpty { try expect(UInt8(ascii: ","), "a comma or }") }
      skipBlanks()
      let start = position
      guard current == UInt8(ascii: "\"") else { throw mistake("a name") }
      let name = try string()
      // A few names are compared faster than hashed.
      if members.count == 8 { for member in members { names.insert(ExactName(member.name)) } }
      let isNew =
        members.count < 8
        ? !members.contains { ExactName.same($0.name, name) }
        : names.insert(ExactName(name)).inserted
      guard isNew else {
        position = start
        throw error("the name '\(name.truncated(toColumns: 80))' stands twice in one object")
      }
      skipBlanks()
      try expect(UInt8(ascii: ":"), "a colon")
      if members.isEmpty { members.reserveCapacity(4) }
      members.append(JSONValue.Member(name: name, value: try value()))
      skipBlanks()
    }
    position += 1
    depth -= 1
    return .object(members)
  }

  private mutating func array() throws(FormatError) -> JSONValue {
    try descend()
    var elements: [JSONValue] = []
    skipBlanks()
    while current != UInt8(ascii: "]") {
      if !elements.isEmpty { try expect(UInt8(ascii: ","), "a comma or ]") }
      elements.append(try value())
      skipBlanks()
    }
    position += 1
    depth -= 1
    return .array(elements)
  }

  private mutating func number() throws(FormatError) -> String {
    let start = position
    if current == UInt8(ascii: "-") { position += 1 }
    let isZero = current == UInt8(ascii: "0")
    let integerDigits = skipDigits()
    guard integerDigits > 0, !isZero || integerDigits == 1 else { throw mistake("a number") }
    if current == UInt8(ascii: ".") {
      position += 1
      guard skipDigits() > 0 else { throw mistake("a digit") }
    }
    if current == UInt8(ascii: "e") || current == UInt8(ascii: "E") {
      position += 1
      if current == UInt8(ascii: "+") || current == UInt8(ascii: "-") { position += 1 }
      guard skipDigits() > 0 else { throw mistake("a digit") }
    }
    return String(
      decoding: UnsafeBufferPointer(rebasing: bytes[start..<position]), as: UTF8.self)
  }

  private mutating func skipDigits() -> Int {
    let start = position
    while let byte = current, byte >= UInt8(ascii: "0"), byte <= UInt8(ascii: "9") {
      position += 1
    }
    return position - start
  }

  /// The text between the quotes, the first of which is at the current place.
  private mutating func string() throws(FormatError) -> String {
    position += 1
    let start = position
    var union: UInt8 = 0
    while let byte = current, byte != UInt8(ascii: "\""), byte != UInt8(ascii: "\\"), byte >= 0x20 {
      union |= byte
      position += 1
    }
    let run = UnsafeBufferPointer(rebasing: bytes[start..<position])
    if current == UInt8(ascii: "\""), union < 0x80 {
      // ASCII needs no validation, which is slow.
      position += 1
      return String(decoding: run, as: UTF8.self)
    }
    if current == UInt8(ascii: "\"") {
      guard let text = String(validating: run, as: UTF8.self) else {
        throw notUTF8(in: start..<position)
      }
      position += 1
      return text
    }
    var unescaped = Array(run)
    while let byte = current, byte != UInt8(ascii: "\"") {
      guard byte >= 0x20 else { throw mistake("no control character in a text") }
      position += 1
      if byte == UInt8(ascii: "\\") {
        try unescape(into: &unescaped)
      } else {
        unescaped.append(byte)
      }
    }
    guard current != nil else { throw mistake("the end of a text") }
    guard let text = String(validating: unescaped, as: UTF8.self) else {
      throw notUTF8(in: start..<position)
    }
    position += 1
    return text
  }

  /// Appends what the escape stands for whose backslash was just passed.
  private mutating func unescape(into text: inout [UInt8]) throws(FormatError) {
    guard let byte = current else { throw mistake("the rest of an escape") }
    position += 1
    switch byte {
    case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): text.append(byte)
    case UInt8(ascii: "b"): text.append(8)
    case UInt8(ascii: "f"): text.append(12)
    case UInt8(ascii: "n"): text.append(10)
    case UInt8(ascii: "r"): text.append(13)
    case UInt8(ascii: "t"): text.append(9)
    case UInt8(ascii: "u"):
      let unit = try hexadecimalUnit()
      if let scalar = Unicode.Scalar(unit) {
        text += Array(UTF8.encode(scalar)!)
        return
      }
      let afterUnit = position
      if unit < 0xDC00, take("\\u") {
        let second = try hexadecimalUnit()
        if (0xDC00..<0xE000).contains(second),
          let scalar = Unicode.Scalar(0x1_0000 + (unit - 0xD800) << 10 + (second - 0xDC00))
        {
          text += Array(UTF8.encode(scalar)!)
          return
        }
        position = afterUnit
      }
      text += bytes[(afterUnit - 6)..<afterUnit]
    default:
      position -= 1
      throw mistake("an escape")
    }
  }

  private mutating func hexadecimalUnit() throws(FormatError) -> UInt32 {
    var unit: UInt32 = 0
    for _ in 0..<4 {
      guard let byte = current, let digit = Character(Unicode.Scalar(byte)).hexDigitValue else {
        throw mistake("a hexadecimal digit")
      }
      unit = unit << 4 | UInt32(digit)
      position += 1
    }
    return unit
  }

  private var current: UInt8? { position < bytes.count ? bytes[position] : nil }

  private mutating func skipBlanks() {
    while let byte = current, byte == 0x20 || byte == 0x0A || byte == 0x0D || byte == 0x09 {
      position += 1
    }
  }

  private mutating func take(_ word: StaticString) -> Bool {
    let count = word.utf8CodeUnitCount
    guard bytes.count - position >= count else { return false }
    for i in 0..<count where bytes[position + i] != word.utf8Start[i] { return false }
    position += count
    return true
  }

  private mutating func expect(_ byte: UInt8, _ what: String) throws(FormatError) {
    guard current == byte else { throw mistake(what) }
    position += 1
  }

  private mutating func descend() throws(FormatError) {
    position += 1
    depth += 1
    guard depth <= Self.depthLimit else {
      throw mistake("at most \(Self.depthLimit) levels of nesting")
    }
  }

  private func notUTF8(in range: Range<Int>) -> FormatError {
    var reader = self
    reader.position = range.lowerBound
    return reader.error("a text of the JSON is not UTF-8")
  }

  private func mistake(_ expected: String) -> FormatError {
    error(position < bytes.count ? "expected \(expected)" : "it ends where \(expected) should be")
  }

  private func error(_ what: String) -> FormatError {
    guard let start = origin.byteOffset else {
      return origin.error(.malformed("\(what), at byte \(position) of the JSON"))
    }
    return FormatError(
      file: origin.file, place: origin.place, byteOffset: start + position,
      problem: .malformed(what))
  }
}
