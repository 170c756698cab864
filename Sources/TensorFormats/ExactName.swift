/// A name that equals another only where it has the same bytes.
///
/// Swift's `String` takes `é` in one and in two scalars for equal; files that keep both are sound.
struct ExactName: Hashable, Sendable {
  let text: String

  init(_ text: String) { self.text = text }

  static func == (first: ExactName, second: ExactName) -> Bool { same(first.text, second.text) }

  // Names of the same bytes are equal strings, so their hashes are equal too.
  func hash(into hasher: inout Hasher) { hasher.combine(text) }

  /// Whether both have the same bytes.
  static func same(_ first: String, _ second: String) -> Bool {
    // Strings compare much faster than their bytes, and differ in nearly all cases.
    first == second && first.utf8.elementsEqual(second.utf8)
  }
}
