import ArgumentParser
import TraceScreen
import TraceTerminal

/// How the screen is to be drawn, where the terminal's own description is not to be trusted.
struct ScreenOptions: ParsableArguments {
  enum Color: String, ExpressibleByArgument, CaseIterable {
    case auto
    case always
    case never
  }

  enum Background: String, ExpressibleByArgument, CaseIterable {
    case auto
    case dark
    case light
  }

  @Option(help: "Colours: auto minds NO_COLOR.")
  var color = Color.auto

  @Option(help: "The terminal's own background, which decides which way colours grow.")
  var background = Background.auto

  @Flag(help: "Draw with ASCII characters alone.")
  var ascii = false

  var colorChoice: Terminal.ColorChoice {
    switch color {
    case .auto: .automatic
    case .always: .always
    case .never: .never
    }
  }

  /// What the terminal can show, as far as the options do not say otherwise.
  func display(_ found: Display) -> Display {
    var display = found
    if ascii { display.isUnicode = false }
    if background != .auto { display.isLight = background == .light }
    return display
  }
}
