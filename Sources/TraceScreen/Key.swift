/// A key as it was pressed, whatever bytes the terminal sent for it.
package enum Key: Sendable, Equatable, Hashable {
  /// A character that can be typed, a blank included.
  case character(Unicode.Scalar)
  /// A letter, in lower case, with Ctrl held; Tab, Enter and Backspace have cases of their own.
  case control(Unicode.Scalar)
  case up
  case down
  case left
  case right
  case home
  case end
  case pageUp
  case pageDown
  case enter
  case escape
  case tab
  case backTab
  case backspace
  case function(Int)
  /// A key that has no meaning here; it gets an answer all the same.
  case other
}
