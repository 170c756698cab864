import PipelineTrace

/// Writes JSON piece by piece, keys in the order they are written.
///
/// Numbers that are not finite become the strings `"NaN"`, `"Infinity"`, `"-Infinity"`.
struct JSONWriter {
  private(set) var text = ""
  private var depth = 0
  private var isFirst = true

  /// An object; `body` writes its members with ``member(_:_:)``.
  mutating func object(_ body: (inout JSONWriter) -> Void) {
    container("{", "}", body)
  }

  /// An array, one element a line; `body` writes its elements with ``element(_:)``.
  mutating func array(_ body: (inout JSONWriter) -> Void) {
    container("[", "]", body)
  }

  private mutating func container(
    _ opening: Character, _ closing: Character, _ body: (inout JSONWriter) -> Void
  ) {
    text.append(opening)
    depth += 1
    isFirst = true
    body(&self)
    depth -= 1
    if !isFirst { newLine() }
    text.append(closing)
    isFirst = false
  }

  private mutating func newLine() {
    text += "\n" + String(repeating: "  ", count: depth)
  }

  mutating func element(_ body: (inout JSONWriter) -> Void) {
    if !isFirst { text += "," }
    newLine()
    isFirst = false
    body(&self)
    isFirst = false
  }

  mutating func member(_ key: String, _ body: (inout JSONWriter) -> Void) {
    element {
      $0.string(key)
      $0.text += ": "
      body(&$0)
    }
  }

  mutating func member(_ key: String, _ value: String?) {
    member(key) { writer in
      if let value { writer.string(value) } else { writer.null() }
    }
  }

  mutating func member(_ key: String, _ value: Int?) {
    member(key) { $0.text += value.map(String.init) ?? "null" }
  }

  mutating func member(_ key: String, _ value: Bool) {
    member(key) { $0.text += value ? "true" : "false" }
  }

  mutating func member(_ key: String, _ value: Double?) {
    member(key) { writer in
      if let value { writer.number(value) } else { writer.null() }
    }
  }

  /// An index, on one line.
  mutating func member(_ key: String, _ values: [Int]?) {
    member(key) { $0.text += values.map { NumberText.index($0) } ?? "null" }
  }

  mutating func null() { text += "null" }

  mutating func number(_ value: UInt64) { text += String(value) }

  mutating func number(_ value: Double) {
    if value.isNaN {
      string("NaN")
    } else if value.isInfinite {
      string(value < 0 ? "-Infinity" : "Infinity")
    } else if value == value.rounded(), value.magnitude < 1e15, value != 0 || value.sign == .plus {
      text += String(Int(value))
    } else {
      text += value.description
    }
  }

  /// A string; characters beyond ASCII stand as they are, controls as escapes.
  mutating func string(_ value: String) {
    text.append("\"")
    for scalar in value.unicodeScalars {
      switch scalar {
      case "\"": text += "\\\""
      case "\\": text += "\\\\"
      case "\n": text += "\\n"
      case "\r": text += "\\r"
      case "\t": text += "\\t"
      case _ where VisibleText.isPlain(scalar): text.unicodeScalars.append(scalar)
      default:
        for unit in UTF16.encode(scalar).map(Array.init) ?? [] {
          let digits = String(unit, radix: 16)
          text += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
        }
      }
    }
    text.append("\"")
  }
}
