/// The same content with its padding at the other end.
package enum PaddingSide: Cause {
  package static let word = "padding-side"
}
