import CTerminal
import Glibc
import PipelineTrace

/// Why there is no screen to draw on; the caller may print a report instead.
package enum TerminalError: Error, Equatable, CustomStringConvertible {
  case noTerminal
  /// `TERM` is not set, or empty.
  case noTerminalType
  case unknownTerminalType(String)
  case noCursorMovement(String)
  case system(errno: Int32)

  package var description: String {
    switch self {
    case .noTerminal:
      "no terminal here: /dev/tty cannot be opened; print the report instead"
    case .noTerminalType:
      "TERM is not set; set it to the type of this terminal, often xterm-256color"
    case .unknownTerminalType(let name):
      "TERM=\(name.visible) is not known on this machine; try TERM=xterm-256color"
    case .noCursorMovement(let name):
      "TERM=\(name.visible) cannot move its cursor; try TERM=xterm-256color, or print the report instead"
    case .system(let number):
      "the terminal cannot be used: \(String(cString: strerror(number)))"
    }
  }
}
