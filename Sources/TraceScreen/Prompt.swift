import PipelineTrace

/// The line at the bottom in which a command or a search is typed.
package struct Prompt: Sendable, Equatable {
  package enum Purpose: Sendable, Equatable {
    case command
    case search
  }

  package let purpose: Purpose
  package private(set) var text = ""
  /// The place of the history that is shown; the number of entries for what is being typed.
  private var historyPlace: Int
  private let history: [String]
  /// Characters that a line may have; more are not taken.
  private static let lengthLimit = 500

  package init(_ purpose: Purpose, history: [String]) {
    self.purpose = purpose
    self.history = history
    historyPlace = history.count
  }

  package enum Reply: Sendable, Equatable {
    case typing
    case cancelled
    case entered(String)
  }

  package mutating func update(_ key: Key) -> Reply {
    switch key {
    case .enter: return .entered(text)
    case .escape, .control("c"): return .cancelled
    case .backspace:
      if text.isEmpty { return .cancelled }
      text.unicodeScalars.removeLast()
    case .control("u"): text = ""
    case .up: recall(historyPlace - 1)
    case .down: recall(historyPlace + 1)
    case .character(let scalar):
      if text.unicodeScalars.count < Self.lengthLimit { text.unicodeScalars.append(scalar) }
    default: break
    }
    return .typing
  }

  private mutating func recall(_ place: Int) {
    guard place >= 0, place <= history.count else { return }
    historyPlace = place
    text = place < history.count ? history[place] : ""
  }

  package func draw(into grid: inout Grid, y: Int, theme: Theme) {
    let mark = purpose == .command ? ":" : "/"
    // The end of a long line is what is being typed.
    var shown = mark + text.visible
    while shown.columnCount > max(1, grid.width - 1) { shown.unicodeScalars.removeFirst() }
    let end = grid.write(shown, x: 0, y: y)
    grid[end, y] = Cell(" ", style: theme.selected)
  }
}
