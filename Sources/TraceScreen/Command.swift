import PipelineTrace
import TraceComparison

/// What can be typed behind a colon.
package enum Command: Sendable, Equatable {
  /// A stage by its number in the list or by the start or a part of its name.
  case stage(String)
  /// An element of the value that is open: `@3,0,17`.
  case element([Int])
  /// Other tolerances for everything; `nil` for a bound keeps the defaults of the dtypes.
  case tolerance(relative: Double?, absolute: Double?)
  case help
  case quit

  /// Every command as the help writes it.
  package static let synopsis = ":stage NAME, :@i,j,k, :tol RTOL[,ATOL], :tol default, :help, :q"

  package enum Problem: Error, Equatable {
    case unknown(String)
    case wrong(String)

    package var description: String {
      switch self {
      case .unknown(let word): "no command '\(word.visible)'; there are \(Command.synopsis)"
      case .wrong(let what): what
      }
    }
  }

  package init(_ line: String) throws(Problem) {
    let line = line.trimmingBlanks()
    if line.hasPrefix("@") {
      self = .element(try Self.index(String(line.dropFirst())))
      return
    }
    let word = String(line.prefix { $0 != " " })
    let rest = String(line.dropFirst(word.count)).trimmingBlanks()
    switch word {
    case "q", "q!", "quit", "qa": self = .quit
    case "h", "help": self = .help
    case "s", "stage":
      guard !rest.isEmpty else { throw .wrong("which stage? :stage NAME, or its number") }
      self = .stage(rest)
    case "tol", "tolerance":
      self = try Self.tolerance(rest)
    default:
      guard !word.isEmpty, rest.isEmpty, word.allSatisfy({ $0.isASCII && $0.isNumber }) else {
        throw .unknown(word)
      }
      self = .stage(word)
    }
  }

  private static func index(_ text: String) throws(Problem) -> [Int] {
    let inner = text.filter { !"[] ".contains($0) }
    var index: [Int] = []
    for part in inner.split(separator: ",", omittingEmptySubsequences: false) where !inner.isEmpty {
      guard let number = Int(part), number >= 0 else {
        throw .wrong("'\(text.visible)' is no index; write :@3,0,17")
      }
      index.append(number)
    }
    return index
  }

  private static func tolerance(_ text: String) throws(Problem) -> Command {
    if text == "default" { return .tolerance(relative: nil, absolute: nil) }
    let parts = text.split(whereSeparator: { $0 == "," || $0 == " " })
    let numbers = parts.compactMap { Double($0) }.filter { $0 >= 0 && $0.isFinite }
    guard !parts.isEmpty, parts.count <= 2, numbers.count == parts.count else {
      throw .wrong(
        "a tolerance is :tol RTOL or :tol RTOL,ATOL, say :tol 1e-3,1e-5; or :tol default")
    }
    return .tolerance(relative: numbers[0], absolute: numbers.count > 1 ? numbers[1] : nil)
  }
}

extension String {
  fileprivate func trimmingBlanks() -> String {
    var text = Substring(self)
    while text.first == " " { text.removeFirst() }
    while text.last == " " { text.removeLast() }
    return String(text)
  }
}
