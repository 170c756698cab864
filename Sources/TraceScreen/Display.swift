/// What the terminal can show, as far as drawing has to know.
package struct Display: Sendable, Equatable {
  package enum Palette: Sendable, Equatable {
    case monochrome
    /// The eight colours of ANSI, as the Linux console has them.
    case colors8
    case colors16
    case colors256
  }

  package var palette: Palette
  /// Whether characters beyond ASCII arrive whole.
  package var isUnicode: Bool
  /// Whether the terminal's own background is light, so that strong means dark.
  package var isLight: Bool

  package init(palette: Palette, isUnicode: Bool = true, isLight: Bool = false) {
    self.palette = palette
    self.isUnicode = isUnicode
    self.isLight = isLight
  }
}
