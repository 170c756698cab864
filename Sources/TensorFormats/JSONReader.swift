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

  let source: any ByteSource
  let origin: Origin
  let window: UnsafeMutableBufferPointer<UInt8>
  /// Where in the source the window starts.
  var windowStart = 0
  /// Bytes of the window that are filled.
  var filledCount = 0
  /// The next byte, counted from the start of the window.
  var position = 0
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

  // MARK: Bytes

  /// Where the next byte stands in the source.
  var byteOffset: Int { windowStart + position }

  /// The next byte; `nil` at the end.
  @inline(__always)
  mutating func current() throws(FormatError) -> UInt8? {
    if position == filledCount {
      guard byteOffset < source.byteCount else { return nil }
      try refill()
    }
    return window[position]
  }

  /// Brings what follows the current place into the window.
  mutating func refill() throws(FormatError) {
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
  mutating func skipBlanks() throws(FormatError) -> UInt8? {
    while let byte = try current() {
      guard byte == 0x20 || byte == 0x0A || byte == 0x0D || byte == 0x09 else { return byte }
      position += 1
    }
    return nil
  }

  mutating func pass(into bytes: inout [UInt8]) throws(FormatError) {
    if let byte = try current() {
      bytes.append(byte)
      position += 1
    }
  }

  /// Passes a run of digits and says how many there are.
  mutating func passDigits(into bytes: inout [UInt8]) throws(FormatError) -> Int {
    let before = bytes.count
    while let byte = try current(), byte >= UInt8(ascii: "0"), byte <= UInt8(ascii: "9") {
      bytes.append(byte)
      position += 1
      guard bytes.count <= 4096 else { throw mistake("a number of at most 4096 digits") }
    }
    return bytes.count - before
  }

  /// Passes `word` where it stands here as a whole.
  mutating func take(_ word: StaticString) throws(FormatError) -> Bool {
    let count = word.utf8CodeUnitCount
    guard source.byteCount - byteOffset >= count else { return false }
    if filledCount - position < count { try refill() }
    for i in 0..<count where window[position + i] != word.utf8Start[i] { return false }
    position += count
    return true
  }

  mutating func expect(_ byte: UInt8, _ what: String) throws(FormatError) {
    guard try current() == byte else { throw mistake(what) }
    position += 1
  }
}
