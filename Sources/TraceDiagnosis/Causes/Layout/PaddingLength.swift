/// The same content with more or less padding around it.
package enum PaddingLength: Cause {
  package static let word = "padding-length"
}
