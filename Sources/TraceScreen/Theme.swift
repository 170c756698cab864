/// The looks of everything on the screen, for one display.
///
/// Text keeps the terminal's own colours; what matters is bold, reversed, or marked with a sign, and
/// colour repeats it. Differences are orange and blue, which stay apart for every kind of colour
/// vision; nothing is told by red and green.
package struct Theme: Sendable, Equatable {
  package let display: Display

  package init(_ display: Display) { self.display = display }

  package var plain: Style { .plain }
  package var bold: Style { Style(attributes: .bold) }
  package var faint: Style { Style(attributes: display.palette == .monochrome ? [] : .dim) }
  /// The line under the cursor.
  package var selected: Style { Style(attributes: .reverse) }
  package var title: Style { Style(attributes: [.bold, .underline]) }

  /// A word that says that something differs.
  package var diverged: Style {
    Style(foreground: accent(light: 130, dark: 214, basic: 1), attributes: .bold)
  }

  /// A difference in a text: dev's part.
  package var devPart: Style {
    Style(foreground: accent(light: 25, dark: 117, basic: 4), attributes: [.bold, .underline])
  }

  /// A difference in a text: prod's part.
  package var prodPart: Style {
    Style(foreground: accent(light: 130, dark: 214, basic: 1), attributes: [.bold, .underline])
  }

  /// The bar of relative errors.
  package var bar: Style { Style(foreground: accent(light: 130, dark: 208, basic: 1)) }

  /// A NaN, an infinity, anything that no number stands for.
  package var special: Style {
    switch display.palette {
    case .monochrome: Style(attributes: [.bold, .reverse])
    case .colors8, .colors16:
      Style(foreground: .palette(7), background: .palette(5), attributes: .bold)
    case .colors256: Style(foreground: .palette(231), background: .palette(125), attributes: .bold)
    }
  }

  private func accent(light: UInt8, dark: UInt8, basic: UInt8) -> Color {
    switch display.palette {
    case .monochrome: .standard
    case .colors8, .colors16: .palette(basic)
    case .colors256: .palette(display.isLight ? light : dark)
    }
  }

  /// The signs that stand for words where there is no room for them.
  package var glyphs: Glyphs { display.isUnicode ? .unicode : .ascii }
}

/// Signs in two sets of characters.
package struct Glyphs: Sendable, Equatable {
  package var identical: String
  package var close: String
  package var diverged: String
  package var onlyDev: String
  package var onlyProd: String
  package var pending: String
  package var notComparable: String
  package var firstDivergence: String
  package var vertical: String
  package var horizontal: String
  package var times: String
  package var delta: String
  package var ellipsis: String
  package var tail: String
  /// A bar of one column in growing lengths.
  package var barSteps: [String]

  package static let unicode = Glyphs(
    identical: "=", close: "≈", diverged: "≠", onlyDev: "◂", onlyProd: "▸", pending: "·",
    notComparable: "?", firstDivergence: "▶", vertical: "│", horizontal: "─", times: "×",
    delta: "Δ", ellipsis: "…", tail: "╌", barSteps: ["▏", "▎", "▍", "▌", "▋", "▊", "▉", "█"])

  package static let ascii = Glyphs(
    identical: "=", close: "~", diverged: "#", onlyDev: "<", onlyProd: ">", pending: ".",
    notComparable: "?", firstDivergence: ">", vertical: "|", horizontal: "-", times: "x",
    delta: "d", ellipsis: "..", tail: "-", barSteps: ["#"])
}
