import PipelineTrace

/// Writes XML 1.0 piece by piece, an element a line.
///
/// Text is made visible before it is escaped, and so holds none of the characters that XML cannot.
struct XMLWriter {
  private(set) var text = #"<?xml version="1.0" encoding="UTF-8"?>"# + "\n"
  private var depth = 0

  /// An element with attributes, and what `body` writes inside.
  mutating func element(
    _ name: String, _ attributes: [(name: String, value: String)],
    _ body: (inout XMLWriter) -> Void
  ) {
    open(name, attributes, end: ">\n")
    depth += 1
    body(&self)
    depth -= 1
    indent()
    text += "</\(name)>\n"
  }

  /// An element with attributes and lines of text; closed at once where there are none.
  mutating func element(
    _ name: String, _ attributes: [(name: String, value: String)], lines: [String] = []
  ) {
    guard !lines.isEmpty else { return open(name, attributes, end: "/>\n") }
    open(name, attributes, end: ">")
    text += lines.map(Self.escaped).joined(separator: "\n") + "</\(name)>\n"
  }

  private mutating func open(
    _ name: String, _ attributes: [(name: String, value: String)], end: String
  ) {
    indent()
    text += "<\(name)"
    for attribute in attributes {
      text += " \(attribute.name)=\"\(Self.escaped(attribute.value))\""
    }
    text += end
  }

  private mutating func indent() {
    text += String(repeating: "  ", count: depth)
  }

  /// One line as attributes and elements can hold it.
  private static func escaped(_ line: String) -> String {
    line.visible.replacing([
      "&": "&amp;", "<": "&lt;", ">": "&gt;", "\"": "&quot;", "'": "&apos;",
    ])
  }
}
