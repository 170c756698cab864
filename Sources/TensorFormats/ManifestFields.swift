import PipelineTrace

/// The members of one object of the manifest, which know their path for messages.
struct ManifestFields {
  let object: JSONValue
  let path: String
  let origin: Origin

  init(_ value: JSONValue, path: String, origin: Origin) throws(FormatError) {
    guard value.members != nil else {
      throw origin.error(.malformed("\(path) is no JSON object"))
    }
    object = value
    self.path = path
    self.origin = origin
  }

  /// The member `name`; `nil` where it is absent or null.
  subscript(name: String) -> JSONValue? {
    let value = object[name]
    return value == .null ? nil : value
  }

  func mistake(_ name: String, _ expected: String) -> FormatError {
    origin.error(.malformed("'\(name)' of \(path) should be \(expected)"))
  }

  func optionalText(_ name: String) throws(FormatError) -> String? {
    guard let value = self[name] else { return nil }
    guard let text = value.text else { throw mistake(name, "a text") }
    return text
  }

  func text(_ name: String) throws(FormatError) -> String {
    guard let text = try optionalText(name) else { throw mistake(name, "a text") }
    return text
  }

  func list(_ name: String) throws(FormatError) -> [JSONValue] {
    guard let value = self[name] else { return [] }
    guard let elements = value.elements else { throw mistake(name, "a list") }
    return elements
  }

  func texts(_ name: String) throws(FormatError) -> [String]? {
    guard let value = self[name] else { return nil }
    guard let texts = value.texts else { throw mistake(name, "a list of texts") }
    return texts
  }

  /// The members of the object `name`; texts keep their quotes where they are `asRecorded`.
  func facts(_ name: String, asRecorded: Bool) throws(FormatError) -> [Fact] {
    guard let value = self[name] else { return [] }
    guard let members = value.members else { throw mistake(name, "an object") }
    return members.map { member in
      let plain = asRecorded ? nil : member.value.text
      return Fact(name: member.name, text: plain ?? member.value.compact)
    }
  }
}
