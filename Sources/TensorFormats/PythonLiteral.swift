import PipelineTrace

/// A value of the few Python literals that stand in an `.npy` header.
///
/// Parsed strictly; an expression is an error, and nothing is ever executed.
indirect enum PythonLiteral: Equatable {
  case none
  case boolean(Bool)
  case integer(Int)
  /// Text between either kind of quotes; its escapes are left as they are.
  case text(String)
  case tuple([PythonLiteral])
  case list([PythonLiteral])
  case dictionary([Member])

  /// One `key: value` of a dictionary, in the order written.
  struct Member: Equatable {
    var key: String
    var value: PythonLiteral
  }

  /// Reads the one literal that `bytes` hold, with blanks around it.
  ///
  /// - Throws: `malformed` at `origin`, with the place in the header, for anything else.
  init(_ bytes: some Collection<UInt8>, origin: Origin) throws(FormatError) {
    var parser = PythonLiteralParser(bytes: Array(bytes), origin: origin)
    self = try parser.wholeText()
  }
}

/// Goes through the bytes of a literal once, from left to right.
private struct PythonLiteralParser {
  let bytes: [UInt8]
  let origin: Origin
  var position = 0
  var depth = 0

  /// How deep tuples and lists may lie in each other; structured dtypes need a handful.
  static let depthLimit = 32

  init(bytes: [UInt8], origin: Origin) {
    self.bytes = bytes
    self.origin = origin
  }

  mutating func wholeText() throws(FormatError) -> PythonLiteral {
    let literal = try value()
    skipBlanks()
    guard position == bytes.count else { throw mistake("nothing more") }
    return literal
  }

  private mutating func value() throws(FormatError) -> PythonLiteral {
    skipBlanks()
    guard let byte = current else { throw mistake("a value") }
    switch byte {
    case UInt8(ascii: "'"), UInt8(ascii: "\""): return .text(try quoted())
    case UInt8(ascii: "("): return try sequence(closedBy: UInt8(ascii: ")"))
    case UInt8(ascii: "["): return try sequence(closedBy: UInt8(ascii: "]"))
    case UInt8(ascii: "{"): return try dictionary()
    case UInt8(ascii: "-"), UInt8(ascii: "0")...UInt8(ascii: "9"): return try integer()
    default:
      for (word, literal) in [
        ("True", PythonLiteral.boolean(true)), ("False", .boolean(false)), ("None", .none),
      ] where take(word) {
        return literal
      }
      throw mistake("a literal")
    }
  }

  private mutating func quoted() throws(FormatError) -> String {
    let quote = bytes[position]
    position += 1
    let start = position
    while let byte = current, byte != quote {
      position += byte == UInt8(ascii: "\\") ? 2 : 1
    }
    guard position < bytes.count else { throw mistake("the end of a text") }
    position += 1
    return VisibleText.decode(bytes[start..<(position - 1)])
  }

  private mutating func integer() throws(FormatError) -> PythonLiteral {
    let start = position
    if bytes[position] == UInt8(ascii: "-") { position += 1 }
    while let byte = current, (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) {
      position += 1
    }
    let digits = String(decoding: bytes[start..<position], as: UTF8.self)
    guard let number = Int(digits) else { throw mistake("an integer of at most 64 bits") }
    // Python 2 wrote long integers with a letter behind them.
    if current == UInt8(ascii: "L") { position += 1 }
    return .integer(number)
  }

  /// A tuple or a list; `(3)` without a comma is its member, as in Python.
  private mutating func sequence(closedBy end: UInt8) throws(FormatError) -> PythonLiteral {
    try descend()
    defer { depth -= 1 }
    var members: [PythonLiteral] = []
    var endsInComma = false
    while true {
      skipBlanks()
      if current == end { break }
      guard members.isEmpty || endsInComma else { throw mistake("a comma") }
      members.append(try value())
      skipBlanks()
      endsInComma = current == UInt8(ascii: ",")
      if endsInComma { position += 1 }
    }
    position += 1
    if end == UInt8(ascii: "]") { return .list(members) }
    return members.count == 1 && !endsInComma ? members[0] : .tuple(members)
  }

  private mutating func dictionary() throws(FormatError) -> PythonLiteral {
    try descend()
    defer { depth -= 1 }
    var members: [PythonLiteral.Member] = []
    var endsInComma = true
    while true {
      skipBlanks()
      if current == UInt8(ascii: "}") { break }
      guard endsInComma else { throw mistake("a comma") }
      guard current == UInt8(ascii: "'") || current == UInt8(ascii: "\"") else {
        throw mistake("a key")
      }
      let key = try quoted()
      skipBlanks()
      guard current == UInt8(ascii: ":") else { throw mistake("a colon") }
      position += 1
      members.append(PythonLiteral.Member(key: key, value: try value()))
      skipBlanks()
      endsInComma = current == UInt8(ascii: ",")
      if endsInComma { position += 1 }
    }
    position += 1
    return .dictionary(members)
  }

  private mutating func descend() throws(FormatError) {
    position += 1
    depth += 1
    guard depth <= Self.depthLimit else { throw mistake("less than \(Self.depthLimit) levels") }
  }

  private var current: UInt8? { position < bytes.count ? bytes[position] : nil }

  private mutating func skipBlanks() {
    while let byte = current, FileLook.blanks.contains(byte) { position += 1 }
  }

  private mutating func take(_ word: String) -> Bool {
    guard bytes[position...].starts(with: word.utf8) else { return false }
    position += word.utf8.count
    return true
  }

  private func mistake(_ expected: String) -> FormatError {
    origin.error(.malformed("expected \(expected) at character \(position) of the npy header"))
  }
}
