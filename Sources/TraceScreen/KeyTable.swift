import PipelineTrace

/// Keys, what they do, and the words that the help shows for them.
package struct Binding: Sendable, Equatable {
  /// Each entry is a sequence of keys, most of them of one key.
  package var sequences: [[Key]]
  package var action: Action
  package var help: String

  package init(_ sequences: [[Key]], _ action: Action, _ help: String) {
    self.sequences = sequences
    self.action = action
    self.help = help
  }

  package init(_ keys: Key..., does action: Action, _ help: String) {
    self.init(keys.map { [$0] }, action, help)
  }

  /// The keys as a person reads them: `j, Down`, `gg, Home`.
  package var keyNames: String {
    sequences.map { $0.map(\.name).joined() }.joined(separator: ", ")
  }
}

/// A heading of the help with the keys under it.
package struct BindingGroup: Sendable, Equatable {
  package var title: String
  package var bindings: [Binding]

  package init(_ title: String, _ bindings: [Binding]) {
    self.title = title
    self.bindings = bindings
  }
}

/// Every key of the debugger. The help, the status line and the README are drawn from this table.
package let keyTable: [BindingGroup] = [
  BindingGroup(
    "Move",
    [
      Binding(.character("j"), .down, does: .moveDown, "next stage, row or line"),
      Binding(.character("k"), .up, does: .moveUp, "previous stage, row or line"),
      Binding(.character("h"), .left, does: .moveLeft, "one column to the left"),
      Binding(.character("l"), .right, does: .moveRight, "one column to the right"),
      Binding([[.character("g"), .character("g")], [.home]], .moveToFirst, "first stage or row"),
      Binding(.character("G"), .end, does: .moveToLast, "last stage or row"),
      Binding(.character("0"), does: .moveToFirstColumn, "first column"),
      Binding(.character("$"), does: .moveToLastColumn, "last column"),
      Binding(.control("d"), does: .halfPageDown, "half a page down"),
      Binding(.control("u"), does: .halfPageUp, "half a page up"),
      Binding(.pageDown, .control("f"), .character(" "), does: .pageDown, "a page down"),
      Binding(.pageUp, .control("b"), does: .pageUp, "a page up"),
    ]),
  BindingGroup(
    "Divergences",
    [
      Binding(
        .character("n"), does: .nextDivergence,
        "next divergence: a stage in the list, a place in a value; after / the next match"),
      Binding(.character("N"), does: .previousDivergence, "the one before"),
      Binding(
        [[.character("]")], [.character("]"), .character("c")]], .nextDivergedStage,
        "next diverged stage, from anywhere"),
      Binding(
        [[.character("[")], [.character("["), .character("c")]], .previousDivergedStage,
        "previous diverged stage, from anywhere"),
    ]),
  BindingGroup(
    "Look closer",
    [
      Binding(.enter, does: .open, "open the stage; in the heatmap: go to the element of the cell"),
      Binding(.escape, does: .back, "back; while comparing: stop comparing"),
      Binding(.character("q"), does: .close, "back; from the list of stages: quit"),
      Binding(.tab, does: .nextPane, "the other pane"),
      Binding(.backTab, does: .previousPane, "the other pane"),
      Binding(.character("t"), does: .nextTab, "heatmap, values, text, statistics"),
      Binding(.character("v"), does: .nextValue, "next value of a stage that has several"),
      Binding(.character("z"), does: .maximize, "give this pane the whole screen, and back"),
    ]),
  BindingGroup(
    "Heatmap",
    [
      Binding(.character("+"), .character("="), does: .zoomIn, "zoom in, at the end to numbers"),
      Binding(.character("-"), does: .zoomOut, "zoom out"),
      Binding(.character("_"), does: .zoomToFit, "fit the whole tensor"),
      Binding(.character("1"), does: .zoomToElements, "one element a cell"),
      Binding(
        .character("m"), does: .nextMode, "|Δ| in tolerances, signed, absolute, relative, dev, prod"
      ),
      Binding(.character("x"), does: .swapAxes, "swap rows and columns"),
      Binding(.character("X"), does: .nextAxes, "put another pair of axes on the screen"),
      Binding(.character("."), does: .nextSlice, "next index of the axes that are not on screen"),
      Binding(.character(","), does: .previousSlice, "previous index of those axes"),
      Binding(.character("*"), does: .poolSlices, "pool those axes, or show one index again"),
    ]),
  BindingGroup(
    "The program",
    [
      Binding(
        .character(":"), does: .command, "command: :stage NAME  :@i,j,k  :tol RTOL[,ATOL]  :q"),
      Binding(.character("/"), does: .search, "search the stages by name, dtype or shape"),
      Binding(.character("?"), .function(1), does: .help, "this help"),
      Binding(.control("c"), does: .cancel, "stop what is running or being typed; else quit"),
      Binding(.control("z"), does: .suspend, "suspend; fg comes back"),
      Binding(.control("l"), does: .repaint, "draw the screen anew"),
      Binding(.character("Q"), does: .quit, "quit from anywhere"),
    ]),
]

/// Finds the action of the keys typed so far.
package enum KeyLookup: Equatable, Sendable {
  case action(Action)
  /// The keys begin a longer sequence; the action is what they mean if no more follows.
  case prefix(Action?)
  case unknown

  package static func find(_ keys: [Key]) -> KeyLookup {
    var whole: Action?
    var isPrefix = false
    for binding in keyTable.lazy.flatMap(\.bindings) {
      for sequence in binding.sequences {
        if sequence == keys { whole = binding.action }
        if sequence.count > keys.count, sequence.starts(with: keys) { isPrefix = true }
      }
    }
    if isPrefix { return .prefix(whole) }
    return whole.map { .action($0) } ?? .unknown
  }
}

extension Key {
  /// The key's name in the help and in messages.
  package var name: String {
    switch self {
    case .character(" "): "Space"
    case .character(let scalar): String(Character(scalar)).visible
    case .control(let scalar): "Ctrl-\(scalar)"
    case .up: "Up"
    case .down: "Down"
    case .left: "Left"
    case .right: "Right"
    case .home: "Home"
    case .end: "End"
    case .pageUp: "PgUp"
    case .pageDown: "PgDn"
    case .enter: "Enter"
    case .escape: "Esc"
    case .tab: "Tab"
    case .backTab: "Shift-Tab"
    case .backspace: "Backspace"
    case .function(let number): "F\(number)"
    case .other: "that key"
    }
  }
}
