/// A pattern over stage names: `*` any run of characters, `?` any one, `[a-z]` and `[!a-z]` one of a set.
///
/// `*` crosses `/` and `.`, so `encoder*` reaches `encoder/layer.3/output`. All else stands for
/// itself; a `[` without its `]` does so too.
package struct Glob: Sendable, Equatable {
  package let pattern: String

  package init(_ pattern: String) { self.pattern = pattern }

  /// Whether the whole of `name` fits. Cost: the product of both lengths at worst.
  package func matches(_ name: String) -> Bool {
    let pattern = Array(pattern.unicodeScalars)
    let name = Array(name.unicodeScalars)
    var p = 0
    var n = 0
    // Where to go on when a later character fails: behind the last star, one character further.
    var afterStar: Int?
    var starEnd = 0
    while n < name.count {
      if p < pattern.count, pattern[p] == "*" {
        p += 1
        afterStar = p
        starEnd = n
      } else if p < pattern.count, let length = Self.unit(in: pattern, at: p, fits: name[n]) {
        p += length
        n += 1
      } else if let restart = afterStar {
        starEnd += 1
        p = restart
        n = starEnd
      } else {
        return false
      }
    }
    return pattern[p...].allSatisfy { $0 == "*" }
  }

  /// The length of the unit of the pattern at `start`, where it fits `scalar`.
  private static func unit(
    in pattern: [Unicode.Scalar], at start: Int, fits scalar: Unicode.Scalar
  ) -> Int? {
    guard pattern[start] != "?" else { return 1 }
    guard pattern[start] == "[" else { return pattern[start] == scalar ? 1 : nil }
    var i = start + 1
    let isNegated = i < pattern.count && pattern[i] == "!"
    if isNegated { i += 1 }
    let first = i
    var isMember = false
    // A bracket right at the start of the set stands for itself.
    while i < pattern.count, i == first || pattern[i] != "]" {
      if i + 2 < pattern.count, pattern[i + 1] == "-", pattern[i + 2] != "]" {
        if pattern[i] <= scalar, scalar <= pattern[i + 2] { isMember = true }
        i += 3
      } else {
        if pattern[i] == scalar { isMember = true }
        i += 1
      }
    }
    guard i < pattern.count else { return scalar == "[" ? 1 : nil }
    return isMember != isNegated ? i + 1 - start : nil
  }
}
