/// One place of the screen: a character and how it looks.
package struct Cell: Sendable, Equatable {
  /// A scalar that a terminal shows in ``columnCount`` columns.
  package var scalar: Unicode.Scalar
  package var style: Style
  /// Whether this is the right half of the wide character to its left, and shows nothing itself.
  package var isTail = false

  package init(_ scalar: Unicode.Scalar = " ", style: Style = .plain) {
    self.scalar = scalar
    self.style = style
  }
}

/// The looks of a cell: colours and attributes, already fit for the display it is drawn on.
package struct Style: Sendable, Equatable, Hashable {
  package var foreground: Color
  package var background: Color
  package var attributes: Attributes

  package init(
    foreground: Color = .standard, background: Color = .standard, attributes: Attributes = []
  ) {
    self.foreground = foreground
    self.background = background
    self.attributes = attributes
  }

  package static let plain = Style()
}

/// A colour as terminals number them.
package enum Color: Sendable, Equatable, Hashable {
  /// The terminal's own foreground or background.
  case standard
  /// An entry of the palette: 0 to 7 on every colour terminal, to 15 and 255 on larger ones.
  case palette(UInt8)
}

/// Bold, reverse, underline and dim, as every terminal has them or leaves them out.
package struct Attributes: OptionSet, Sendable, Hashable {
  package let rawValue: UInt8
  package init(rawValue: UInt8) { self.rawValue = rawValue }
  package static let bold = Attributes(rawValue: 1)
  package static let reverse = Attributes(rawValue: 2)
  package static let underline = Attributes(rawValue: 4)
  package static let dim = Attributes(rawValue: 8)
}
