/// A JSON text in memory, with all that reports and comparisons need: the order of keys is kept,
/// and numbers stay as they were written.
enum JSONValue: Sendable, Equatable {
  case null
  case boolean(Bool)
  /// As written, say `1e-05`; also Python's `NaN`, `Infinity` and `-Infinity`.
  case number(String)
  case text(String)
  case array([JSONValue])
  /// In the order written; no two members have the same name.
  case object([Member])

  struct Member: Sendable, Equatable {
    var name: String
    var value: JSONValue
  }

  /// The member of this object with just the bytes of `name`; `nil` where there is none.
  ///
  /// Looks at one member after the other: for objects of a few members.
  subscript(name: String) -> JSONValue? {
    members?.first { ExactName.same($0.name, name) }?.value
  }

  var members: [Member]? { if case .object(let members) = self { members } else { nil } }
  var elements: [JSONValue]? { if case .array(let elements) = self { elements } else { nil } }
  var text: String? { if case .text(let text) = self { text } else { nil } }
  var boolean: Bool? { if case .boolean(let boolean) = self { boolean } else { nil } }

  /// This number where it is written as an integer of at most 64 bits: not `2.4e1`, not `1.0`.
  var integer: Int? { if case .number(let digits) = self { Int(digits) } else { nil } }

  /// This number rounded to binary64.
  var double: Double? {
    guard case .number(let digits) = self else { return nil }
    switch digits {
    case "NaN": return .nan
    case "Infinity": return .infinity
    case "-Infinity": return -.infinity
    default: return Double(digits)
    }
  }

  /// All members as texts, where this is an array of nothing else.
  var texts: [String]? {
    guard let elements else { return nil }
    let texts = elements.compactMap(\.text)
    return texts.count == elements.count ? texts : nil
  }

  /// This value as JSON without blanks: `{"size":[224,224]}`.
  var compact: String {
    switch self {
    case .null: "null"
    case .boolean(let boolean): boolean ? "true" : "false"
    case .number(let digits): digits
    case .text(let text): Self.quoted(text)
    case .array(let elements): "[\(elements.map(\.compact).joined(separator: ","))]"
    case .object(let members):
      "{\(members.map { "\(Self.quoted($0.name)):\($0.value.compact)" }.joined(separator: ","))}"
    }
  }

  private static func quoted(_ text: String) -> String {
    var quoted = "\""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "\"": quoted += "\\\""
      case "\\": quoted += "\\\\"
      case "\n": quoted += "\\n"
      case "\t": quoted += "\\t"
      case ..<" ":
        quoted += (scalar.value < 16 ? "\\u000" : "\\u00") + String(scalar.value, radix: 16)
      default: quoted.unicodeScalars.append(scalar)
      }
    }
    return quoted + "\""
  }
}
