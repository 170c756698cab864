import CTerminal
import Glibc
import PipelineTrace
import TraceScreen

/// The terminal that this process was started from: shows grids, tells of keys.
///
/// Keys come from, and pictures go to, the terminal itself, so standard input may be a pipe and standard output a file.
/// Not `Sendable`: the compiler keeps it on the thread that made it, and only ``wake()`` is for others. There is one at
/// a time. What is written to standard error while it is open appears once it is closed.
package final class Terminal {
  /// Whether to use colours.
  package enum ColorChoice: Sendable {
    /// Where the terminal has them and `NO_COLOR` does not say otherwise (no-color.org).
    case automatic
    /// Where the terminal has them.
    case always
    case never
  }

  package let display: Display
  /// The picture in the form of C, kept for its memory.
  private var cells: [terminal_cell] = []
  private var isOpen = true

  /// Takes over the screen.
  package init(colorChoice: ColorChoice = .automatic) throws(TerminalError) {
    let usesColor =
      switch colorChoice {
      case .automatic: (environment("NO_COLOR") ?? "").isEmpty
      case .always: true
      case .never: false
      }
    var traits = terminal_traits()
    let status = terminal_open(usesColor, &traits)
    guard status == .open else { throw Self.error(of: status, errno: errno) }
    display = Display(
      palette: Self.palette(colorCount: Int(traits.color_count)), isUnicode: traits.is_unicode,
      isLight: Self.isLight(colors: environment("COLORFGBG")))
  }

  /// Gives the terminal back as it was found. Does nothing the second time.
  package func close() {
    guard isOpen else { return }
    isOpen = false
    terminal_close()
  }

  deinit {
    close()
  }

  /// The columns and rows of the screen.
  package var size: (width: Int, height: Int) {
    var rows: Int32 = 0
    var columns: Int32 = 0
    terminal_size(&rows, &columns)
    return (Int(columns), Int(rows))
  }

  /// Shows `grid` from the upper left corner on; only what differs from the picture before is sent.
  package func present(_ grid: Grid) {
    precondition(isOpen, "a picture for a closed terminal")
    cells.removeAll(keepingCapacity: true)
    cells.reserveCapacity(grid.cells.count)
    var previous: Cell?
    for (index, cell) in grid.cells.enumerated() {
      if index.isMultiple(of: grid.width) { previous = nil }
      cells.append(terminal_cell(cell, after: previous))
      previous = cell
    }
    cells.withUnsafeBufferPointer { buffer in
      terminal_present(buffer.baseAddress, Int32(grid.height), Int32(grid.width))
    }
  }

  /// Has the next picture sent whole, because another program wrote on the screen.
  package func repaint() {
    precondition(isOpen, "a closed terminal shows no picture")
    terminal_repaint()
  }

  /// Waits for a key, a signal, a ``wake()``; for ever where there is no `timeoutMilliseconds`.
  package func nextEvent(timeoutMilliseconds: Int? = nil) -> TerminalEvent {
    precondition(isOpen, "no keys from a closed terminal")
    var event = terminal_event()
    terminal_next(Int32(clamping: timeoutMilliseconds ?? -1), &event)
    return TerminalEvent(event)
  }

  /// Leaves the screen and stops the job, as Ctrl-Z does elsewhere; returns, with the screen taken again and to be drawn,
  /// when it is continued.
  package func suspend() {
    precondition(isOpen, "a closed terminal is left already")
    terminal_suspend()
  }

  /// Makes the waiting thread get ``TerminalEvent/wake``. From any thread; without a terminal it does nothing.
  package static func wake() {
    terminal_wake()
  }

  /// Ends the process by the default action of `signal`, so that its parent sees why. To be called after ``close()``.
  package static func raiseDefault(signal: Int32) -> Never {
    terminal_die(signal)
  }

  private static func error(of status: terminal_status, errno: Int32) -> TerminalError {
    let name = environment("TERM") ?? ""
    switch status {
    case .no_terminal: return .noTerminal
    case .unknown_type where name.isEmpty: return .noTerminalType
    case .unknown_type: return .unknownTerminalType(name)
    case .no_cursor_movement: return .noCursorMovement(name)
    case .open, .system_error: return .system(errno: errno)
    }
  }

  private static func palette(colorCount: Int) -> Display.Palette {
    switch colorCount {
    case ..<8: .monochrome
    case ..<16: .colors8
    case ..<256: .colors16
    default: .colors256
    }
  }

  /// Whether `COLORFGBG`, "foreground;background", tells of a light background; without it most are dark.
  private static func isLight(colors: String?) -> Bool {
    guard let last = colors?.split(separator: ";").last, let background = Int(last) else {
      return false
    }
    return background == 7 || (9...15).contains(background)
  }
}

extension terminal_cell {
  /// A right half whose left half something else was drawn over is a blank.
  fileprivate init(_ cell: Cell, after previous: Cell?) {
    let isTail = cell.isTail && previous?.isTail == false && previous?.scalar.columnCount == 2
    self.init(
      scalar: cell.isTail ? 0x20 : cell.scalar.value,
      foreground: Self.number(of: cell.style.foreground),
      background: Self.number(of: cell.style.background),
      // The bits mean the same on both sides.
      attributes: cell.style.attributes.rawValue, is_tail: isTail)
  }

  private static func number(of color: Color) -> Int16 {
    switch color {
    case .standard: -1
    case .palette(let index): Int16(index)
    }
  }
}

extension TerminalEvent {
  fileprivate init(_ event: terminal_event) {
    switch event.kind {
    case .none: self = .none
    case .character: self = .key(Key(character: event.code))
    case .key: self = .key(terminal_key(rawValue: event.code).map(Key.init) ?? .other)
    case .function_key: self = .key(.function(Int(event.code)))
    case .resize: self = .resize
    case .wake: self = .wake
    case .suspend: self = .suspend
    case .quit: self = .quit(signal: Int32(event.code))
    case .hangup: self = .hangup
    }
  }
}

extension Key {
  fileprivate init(_ key: terminal_key) {
    switch key {
    case .up: self = .up
    case .down: self = .down
    case .left: self = .left
    case .right: self = .right
    case .home: self = .home
    case .end: self = .end
    case .page_up: self = .pageUp
    case .page_down: self = .pageDown
    case .enter: self = .enter
    case .escape: self = .escape
    case .tab: self = .tab
    case .back_tab: self = .backTab
    case .backspace: self = .backspace
    case .other: self = .other
    }
  }

  /// The key of a character that was typed; Ctrl takes 0x40 or 0x60 off what it is held with.
  fileprivate init(character code: UInt32) {
    guard let scalar = Unicode.Scalar(code) else {
      self = .other
      return
    }
    switch code {
    case 1...26: self = .control(Unicode.Scalar(UInt8(code) + 0x60))
    case 0, 27...31: self = .control(Unicode.Scalar(UInt8(code) + 0x40))
    case 0x7F...0x9F: self = .other
    default: self = .character(scalar)
    }
  }
}

/// A variable of the environment.
private func environment(_ name: String) -> String? {
  getenv(name).map { String(cString: $0) }
}
