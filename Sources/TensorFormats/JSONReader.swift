import PipelineTrace

/// Reads JSON (RFC 8259) token by token, in the order written, through a window of bounded size.
///
/// Beyond the RFC it takes Python's bare `NaN`, `Infinity` and `-Infinity`. Nesting beyond
/// ``depthLimit`` is refused. A caller walks: ``enterObject()`` and ``nextName()`` until that gives
/// `nil`, ``enterArray()`` and ``nextElement()`` until that gives false; each name and each element is
/// followed by its value, read by one of ``value()``, ``text()``, ``number()``, ``skip()``… or entered.
///
/// Memory: the window, and what the caller keeps. Errors name line and column, or the byte of the file
/// where the JSON is only a part of it.
struct JSONReader: ~Copyable {
  /// How deep arrays and objects may lie in each other.
  static let depthLimit = 64
  /// How many values one ``value()`` may build: some hundred megabytes of memory.
  static let valueLimit = 2_000_000
  /// Bytes that one text may have when it is taken into memory.
  static let textByteLimit = 64 << 20
  /// The usual size of the window.
  static let windowByteCount = 256 << 10

  enum Kind {
    case object
    case array
    case text
    case number
    case boolean
    case null
  }

  private let source: any ByteSource
  private let origin: Origin
  private let window: UnsafeMutableBufferPointer<UInt8>
  /// Where in the source the window starts.
  private var windowStart = 0
  /// Bytes of the window that are filled.
  private var filledCount = 0
  /// The next byte, counted from the start of the window.
  private var position = 0
  private var depth = 0
  /// Values that the ``value()`` under way has begun to build.
  private var valueCount = 0
  /// Whether nothing was read yet of the object or array that was entered last.
  private var isAtStart = false
  /// Where in the source the quote stands that begins the name read last.
  private(set) var nameOffset = 0

  /// - Parameters:
  ///   - origin: What errors name; where it has a byte offset, theirs are counted from it.
  ///   - windowByteCount: Bytes of the source that are in memory at a time, 9 or more.
  init(_ source: any ByteSource, origin: Origin, windowByteCount: Int = Self.windowByteCount) {
    precondition(windowByteCount >= 9, "no window for the longest word, '-Infinity'")
    self.source = source
    self.origin = origin
    window = .allocate(capacity: max(1, min(source.byteCount, windowByteCount)))
  }

  deinit { window.deallocate() }

  /// The one value that `bytes` hold.
  ///
  /// - Throws: `malformed` with the place of the first byte that cannot stand where it does.
  static func read(_ bytes: [UInt8], origin: Origin) throws(FormatError) -> JSONValue {
    var reader = JSONReader(LiteralBytes(bytes, origin: origin), origin: origin)
    let value = try reader.value()
    try reader.finish()
    return value
  }

  /// Makes sure that nothing but blanks follows.
  mutating func finish() throws(FormatError) {
    if try skipBlanks() != nil { throw mistake("nothing more") }
  }

  // MARK: Walking

  /// What the next value is, told by its first byte.
  mutating func kind() throws(FormatError) -> Kind {
    guard let first = try skipBlanks() else { throw mistake("a value") }
    switch first {
    case UInt8(ascii: "{"): return .object
    case UInt8(ascii: "["): return .array
    case UInt8(ascii: "\""): return .text
    case UInt8(ascii: "t"), UInt8(ascii: "f"): return .boolean
    case UInt8(ascii: "n"): return .null
    case UInt8(ascii: "-"), UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "N"),
      UInt8(ascii: "I"):
      return .number
    default: throw mistake("a value")
    }
  }

  mutating func enterObject() throws(FormatError) { try enter(UInt8(ascii: "{"), "an object") }

  mutating func enterArray() throws(FormatError) { try enter(UInt8(ascii: "["), "a list") }

  /// The name of the next member of the object that was entered last; `nil` at its end, which is left.
  ///
  /// Does not look for names that stand twice: ``value()`` does.
  mutating func nextName() throws(FormatError) -> String? {
    if try skipBlanks() == UInt8(ascii: "}") {
      leave()
      return nil
    }
    if !isAtStart { try expect(UInt8(ascii: ","), "a comma or }") }
    isAtStart = false
    guard try skipBlanks() == UInt8(ascii: "\"") else { throw mistake("a name") }
    nameOffset = byteOffset
    let name = try text()
    _ = try skipBlanks()
    try expect(UInt8(ascii: ":"), "a colon")
    return name
  }

  /// Whether another element follows in the array that was entered last; at its end it is left.
  mutating func nextElement() throws(FormatError) -> Bool {
    if try skipBlanks() == UInt8(ascii: "]") {
      leave()
      return false
    }
    if !isAtStart {
      try expect(UInt8(ascii: ","), "a comma or ]")
      if try skipBlanks() == UInt8(ascii: "]") { throw mistake("a value") }
    }
    isAtStart = false
    return true
  }

  private mutating func enter(_ byte: UInt8, _ what: String) throws(FormatError) {
    guard try skipBlanks() == byte else { throw mistake(what) }
    position += 1
    depth += 1
    guard depth <= Self.depthLimit else {
      throw mistake("at most \(Self.depthLimit) levels of nesting")
    }
    isAtStart = true
  }

  private mutating func leave() {
    position += 1
    depth -= 1
    isAtStart = false
  }

  // MARK: Values

  /// The next value as a whole, with all that is in it.
  ///
  /// - Throws: `malformed` also for names that stand twice in one object, and beyond ``valueLimit``.
  mutating func value() throws(FormatError) -> JSONValue {
    valueCount = 0
    return try nestedValue()
  }

  private mutating func nestedValue() throws(FormatError) -> JSONValue {
    valueCount += 1
    guard valueCount <= Self.valueLimit else {
      throw mistake("at most \(Self.valueLimit) values")
    }
    switch try kind() {
    case .object: return try object()
    case .array:
      var elements: [JSONValue] = []
      try enterArray()
      while try nextElement() { elements.append(try nestedValue()) }
      return .array(elements)
    case .text: return .text(try text())
    case .number: return .number(try number())
    case .boolean:
      if try take("true") { return .boolean(true) }
      if try take("false") { return .boolean(false) }
      throw mistake("a value")
    case .null:
      guard try take("null") else { throw mistake("a value") }
      return .null
    }
  }

  private mutating func object() throws(FormatError) -> JSONValue {
    var members: [JSONValue.Member] = []
    var names: Set<ExactName> = []
    try enterObject()
    while true {
      guard let name = try nextName() else { return .object(members) }
      // A few names are compared faster than hashed.
      if members.count == 8 { for member in members { names.insert(ExactName(member.name)) } }
      let isNew =
        members.count < 8
        ? !members.contains { ExactName.same($0.name, name) }
        : names.insert(ExactName(name)).inserted
      guard isNew else { throw duplicate(name, at: nameOffset) }
      if members.isEmpty { members.reserveCapacity(4) }
      members.append(JSONValue.Member(name: name, value: try nestedValue()))
    }
  }

  /// The error for a name that stands twice in one object, the second time at `byteOffset`.
  func duplicate(_ name: String, at byteOffset: Int) -> FormatError {
    error("the name '\(name.truncated(toColumns: 80))' stands twice in one object", at: byteOffset)
  }

  /// The next value, a number as it is written; also `NaN`, `Infinity` and `-Infinity`.
  mutating func number() throws(FormatError) -> String {
    guard try kind() == .number else { throw mistake("a number") }
    if try take("NaN") { return "NaN" }
    if try take("Infinity") { return "Infinity" }
    if try take("-Infinity") { return "-Infinity" }
    var digits: [UInt8] = []
    if try current() == UInt8(ascii: "-") { try pass(into: &digits) }
    let isZero = try current() == UInt8(ascii: "0")
    let integerDigits = try passDigits(into: &digits)
    guard integerDigits > 0, !isZero || integerDigits == 1 else { throw mistake("a number") }
    if try current() == UInt8(ascii: ".") {
      try pass(into: &digits)
      guard try passDigits(into: &digits) > 0 else { throw mistake("a digit") }
    }
    if let byte = try current(), byte == UInt8(ascii: "e") || byte == UInt8(ascii: "E") {
      try pass(into: &digits)
      if let sign = try current(), sign == UInt8(ascii: "+") || sign == UInt8(ascii: "-") {
        try pass(into: &digits)
      }
      guard try passDigits(into: &digits) > 0 else { throw mistake("a digit") }
    }
    return String(decoding: digits, as: UTF8.self)
  }

  /// The next value where it is a count: digits alone, at most 2^63 - 1. `nil` for any other, which is
  /// passed.
  mutating func count() throws(FormatError) -> Int? {
    if try skipBlanks() != nil, filledCount - position > 20 {
      var count = 0
      var end = position
      while end - position < 18, case let digit = window[end] &- UInt8(ascii: "0"), digit < 10 {
        count = count &* 10 &+ Int(digit)
        end += 1
      }
      let isPlain = end > position && (window[position] != UInt8(ascii: "0") || end == position + 1)
      let next = window[end]
      if isPlain, next == UInt8(ascii: ",") || next == UInt8(ascii: "]") {
        position = end
        return count
      }
    }
    guard case .number(let digits) = try value(), let count = Int(digits), count >= 0
    else { return nil }
    return count
  }

  /// Passes the next value, of any size, and checks its form but not the UTF-8 of its texts.
  mutating func skip() throws(FormatError) {
    switch try kind() {
    case .object:
      try enterObject()
      while try skipName() { try skip() }
    case .array:
      try enterArray()
      while try nextElement() { try skip() }
    case .text: _ = try textPlace()
    case .number: _ = try number()
    case .boolean, .null: _ = try value()
    }
  }

  /// Passes a name without making a text of it; false at the end of the object, which is left.
  private mutating func skipName() throws(FormatError) -> Bool {
    if try skipBlanks() == UInt8(ascii: "}") {
      leave()
      return false
    }
    if !isAtStart { try expect(UInt8(ascii: ","), "a comma or }") }
    isAtStart = false
    guard try skipBlanks() == UInt8(ascii: "\"") else { throw mistake("a name") }
    _ = try textPlace()
    _ = try skipBlanks()
    try expect(UInt8(ascii: ":"), "a colon")
    return true
  }

  // MARK: Texts

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

  // MARK: Bytes

  /// Where the next byte stands in the source.
  var byteOffset: Int { windowStart + position }

  /// The next byte; `nil` at the end.
  @inline(__always)
  private mutating func current() throws(FormatError) -> UInt8? {
    if position == filledCount {
      guard byteOffset < source.byteCount else { return nil }
      try refill()
    }
    return window[position]
  }

  /// Brings what follows the current place into the window.
  private mutating func refill() throws(FormatError) {
    windowStart = byteOffset
    position = 0
    filledCount = 0
    let count = min(window.count, source.byteCount - windowStart)
    try source.read(
      into: UnsafeMutableRawBufferPointer(
        rebasing: UnsafeMutableRawBufferPointer(window)[..<count]),
      at: windowStart)
    filledCount = count
  }

  /// Moves to the next byte that is no blank and gives it; `nil` at the end.
  @inline(__always)
  private mutating func skipBlanks() throws(FormatError) -> UInt8? {
    while let byte = try current() {
      guard byte == 0x20 || byte == 0x0A || byte == 0x0D || byte == 0x09 else { return byte }
      position += 1
    }
    return nil
  }

  private mutating func pass(into bytes: inout [UInt8]) throws(FormatError) {
    if let byte = try current() {
      bytes.append(byte)
      position += 1
    }
  }

  /// Passes a run of digits and says how many there are.
  private mutating func passDigits(into bytes: inout [UInt8]) throws(FormatError) -> Int {
    let before = bytes.count
    while let byte = try current(), byte >= UInt8(ascii: "0"), byte <= UInt8(ascii: "9") {
      bytes.append(byte)
      position += 1
      guard bytes.count <= 4096 else { throw mistake("a number of at most 4096 digits") }
    }
    return bytes.count - before
  }

  /// Passes `word` where it stands here as a whole.
  private mutating func take(_ word: StaticString) throws(FormatError) -> Bool {
    let count = word.utf8CodeUnitCount
    guard source.byteCount - byteOffset >= count else { return false }
    if filledCount - position < count { try refill() }
    for i in 0..<count where window[position + i] != word.utf8Start[i] { return false }
    position += count
    return true
  }

  private mutating func expect(_ byte: UInt8, _ what: String) throws(FormatError) {
    guard try current() == byte else { throw mistake(what) }
    position += 1
  }

  // MARK: Errors

  /// The error that something else was expected at the current place.
  func mistake(_ expected: String) -> FormatError {
    let isInside = byteOffset < source.byteCount
    return error(
      isInside ? "expected \(expected)" : "it ends where \(expected) should be", at: byteOffset)
  }

  /// The error that `what` is wrong at a byte of the source.
  func error(_ what: String, at byteOffset: Int) -> FormatError {
    if let start = origin.byteOffset {
      return FormatError(
        file: origin.file, place: origin.place, byteOffset: start + byteOffset,
        problem: .malformed(what))
    }
    let place = lineAndColumn(ofByte: byteOffset)
    return FormatError(
      file: origin.file,
      place: [origin.place, place].compactMap(\.self).joined(separator: ", "),
      problem: .malformed(what))
  }

  /// `line 3, column 14`, both counted from 1, columns in Unicode scalars; reads the source once more.
  func lineAndColumn(ofByte byteOffset: Int) -> String? {
    var line = 1
    var column = 1
    var offset = 0
    while offset < byteOffset {
      let end = min(byteOffset, offset + Self.windowByteCount)
      guard let bytes = try? source.bytes(in: offset..<end) else { return nil }
      for byte in bytes {
        if byte == 0x0A {
          line += 1
          column = 1
        } else if byte & 0xC0 != 0x80 {
          column += 1
        }
      }
      offset = end
    }
    return "line \(line), column \(column)"
  }
}
