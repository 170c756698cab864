/// A strict reader of XML 1.0, as far as reports use it: elements, attributes, text, references.
///
/// Written from the standard alone (sections 2.2, 2.3, 3.1, 4.6), to judge what the writer wrote.
struct XMLChecker {
  struct Element: Equatable {
    var name: String
    var attributes: [String: String] = [:]
    var text = ""
    var children: [Element] = []

    /// All elements of this name below this one, itself included.
    func all(_ name: String) -> [Element] {
      (self.name == name ? [self] : []) + children.flatMap { $0.all(name) }
    }
  }

  struct Fault: Error, CustomStringConvertible {
    var description: String
  }

  private let scalars: [Unicode.Scalar]
  private var place = 0

  /// The root element of a document.
  static func root(of document: String) throws -> Element {
    var checker = XMLChecker(scalars: Array(document.unicodeScalars))
    try checker.skip(#"<?xml version="1.0" encoding="UTF-8"?>"#)
    checker.skipBlanks()
    let root = try checker.element()
    checker.skipBlanks()
    guard checker.place == checker.scalars.count else { throw checker.fault("more after the root") }
    return root
  }

  private var next: Unicode.Scalar? { place < scalars.count ? scalars[place] : nil }

  private func fault(_ text: String) -> Fault { Fault(description: "\(text) at \(place)") }

  private mutating func skip(_ text: String) throws {
    for scalar in text.unicodeScalars {
      guard next == scalar else { throw fault("no \(text)") }
      place += 1
    }
  }

  private func isAhead(_ text: String) -> Bool {
    scalars[place...].starts(with: text.unicodeScalars)
  }

  private mutating func skipBlanks() {
    while let scalar = next, scalar == " " || scalar == "\n" { place += 1 }
  }

  private mutating func name() throws -> String {
    var name = ""
    while let scalar = next, ("a"..."z").contains(scalar) || scalar == "-" {
      name.unicodeScalars.append(scalar)
      place += 1
    }
    guard !name.isEmpty else { throw fault("no name") }
    return name
  }

  private mutating func element() throws -> Element {
    try skip("<")
    var element = Element(name: try name())
    while next == " " {
      try skip(" ")
      let key = try name()
      try skip("=\"")
      guard element.attributes[key] == nil else { throw fault("\(key) twice") }
      element.attributes[key] = try text(until: "\"")
      try skip("\"")
    }
    if isAhead("/>") {
      try skip("/>")
      return element
    }
    try skip(">")
    while !isAhead("</") {
      if next == "<" {
        element.children.append(try self.element())
      } else {
        element.text += try text(until: "<")
      }
    }
    try skip("</\(element.name)>")
    return element
  }

  /// Characters and references up to `end`; in an attribute (`"`) a line may not break.
  private mutating func text(until end: Unicode.Scalar) throws -> String {
    var text = ""
    while let scalar = next, scalar != end {
      switch scalar.value {
      case 0x3C: throw fault("a bare <")
      case 0x3E: throw fault("a bare >")
      case 0x26: text += try reference()
      case 0x0A where end == "\"": throw fault("a line break in an attribute")
      case 0x0A, 0x20...0x7E, 0xA0...0xD7FF, 0xE000...0xFFFD, 0x10000...0x10FFFF:
        text.unicodeScalars.append(scalar)
        place += 1
      default: throw fault("U+\(String(scalar.value, radix: 16))")
      }
    }
    guard next == end else { throw fault("no end") }
    return text
  }

  private mutating func reference() throws -> String {
    for (reference, text) in [
      ("&amp;", "&"), ("&lt;", "<"), ("&gt;", ">"), ("&quot;", "\""), ("&apos;", "'"),
    ] where isAhead(reference) {
      try skip(reference)
      return text
    }
    throw fault("an unknown reference")
  }
}
