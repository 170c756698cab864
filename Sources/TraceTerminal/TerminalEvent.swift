import TraceScreen

/// What the terminal has to tell.
package enum TerminalEvent: Sendable, Equatable {
  case key(Key)
  /// The screen has another size, or lost its content: draw it again.
  case resize
  /// ``Terminal/wake()`` was called since the last event of this kind.
  case wake
  /// Another process asks this one to stop: call ``Terminal/suspend()``.
  case suspend
  /// A signal asks for an orderly end; a second one, or five seconds without an end, ends the process by force.
  case quit(signal: Int32)
  /// The terminal has gone away, and will not come back.
  case hangup
  /// Nothing happened until the time was over.
  case none
}
