import CPseudoTerminal
import Glibc
import Testing
import TraceScreen

/// A program on a terminal of its own, seen through a ``ScreenModel``.
///
/// ```
/// let session = try PseudoTerminal(binary("paritty"), ["dev.npz", "prod.npz"])
/// session.until("the list") { $0.line(0).contains("decode") }
/// session.send("j")
/// session.until("the second stage") { $0.line(2).hasPrefix(">") }
/// session.send("q")
/// #expect(session.wait() == .exit(0))
/// ```
///
/// Waits are for conditions, never for times; a condition that does not come about within the deadline is an issue.
final class PseudoTerminal {
  /// How a process ended.
  enum Status: Equatable {
    case exit(Int32)
    case signal(Int32)
    /// It still ran when the deadline was over.
    case running
  }

  let process: pid_t
  private(set) var screen: ScreenModel
  private(set) var byteCount = 0
  private(set) var transcript: [UInt8] = []
  private(set) var status = Status.running
  private var descriptor: Int32
  private let foundModes: termios
  private let spawned: pseudo_terminal
  /// Whether all that the program wrote has arrived.
  private var hasEnded = false

  /// Starts `path` with the environment of the tests, changed by `environment`; nil removes a variable.
  init(
    _ path: String, _ arguments: [String] = [], width: Int = 80, height: Int = 24,
    environment changes: [String: String?] = [:], blocksSignals: Bool = false
  ) throws {
    var environment = [
      "TERM": "xterm-256color", "LANG": "C.UTF-8", "PATH": "/usr/local/bin:/usr/bin:/bin",
      "HOME": "/nonexistent", "SWIFT_BACKTRACE": "enable=no",
    ]
    for (name, value) in changes { environment[name] = value }
    var spawned = pseudo_terminal()
    let isSpawned = withCStrings([path] + arguments) { arguments in
      withCStrings(environment.map { "\($0)=\($1)" }) { environment in
        pseudo_terminal_spawn(
          path, arguments, environment, Int32(height), Int32(width), blocksSignals, &spawned)
      }
    }
    try #require(isSpawned, "\(path): \(String(cString: strerror(errno)))")
    self.spawned = spawned
    process = spawned.process
    descriptor = spawned.descriptor
    foundModes = spawned.modes
    screen = ScreenModel(width: width, height: height)
  }

  deinit {
    if status == .running { Glibc.kill(process, SIGKILL) }
    if descriptor >= 0 { close(descriptor) }
    withUnsafePointer(to: spawned) { pseudo_terminal_release($0) }
  }

  // MARK: - The user's side

  /// Types `text`.
  func send(_ text: String) {
    var bytes = Array(text.utf8)[...]
    while !bytes.isEmpty {
      let count = bytes.withUnsafeBytes { write(descriptor, $0.baseAddress, $0.count) }
      if count > 0 {
        bytes = bytes.dropFirst(count)
      } else if errno != EAGAIN && errno != EINTR {
        return
      } else {
        read(forMilliseconds: 10)
      }
    }
  }

  /// Gives the window another size.
  func resize(width: Int, height: Int) {
    screen.resize(width: width, height: height)
    _ = pseudo_terminal_resize(descriptor, Int32(height), Int32(width))
  }

  /// Sends a signal to the program.
  func signal(_ signal: Int32) {
    Glibc.kill(process, signal)
  }

  /// The processes that the terminal belongs to at the moment, as `kill` takes them; nil where there are none.
  var foregroundGroup: pid_t? {
    let group = tcgetpgrp(descriptor)
    return group > 0 ? -group : nil
  }

  /// Closes the window.
  func hangUp() {
    close(descriptor)
    descriptor = -1
  }

  // MARK: - Waiting

  /// Waits until `condition` is true of the screen; false, and an issue, where it does not become so.
  @discardableResult
  func until(
    _ expected: String, seconds: Int = 20, sourceLocation: SourceLocation = #_sourceLocation,
    _ condition: (ScreenModel) -> Bool
  ) -> Bool {
    let deadline = ContinuousClock.now + .seconds(seconds)
    while !condition(screen) {
      guard ContinuousClock.now < deadline, !hasEnded else {
        Issue.record("never came: \(expected)\n\(screen.text)", sourceLocation: sourceLocation)
        return false
      }
      read(forMilliseconds: 50)
    }
    return true
  }

  /// Waits for the end of the program, and reads all it wrote.
  func wait(seconds: Int = 20) -> Status {
    let deadline = ContinuousClock.now + .seconds(seconds)
    while status == .running, ContinuousClock.now < deadline {
      read(forMilliseconds: 5)
      reap()
    }
    // The kernel hands over late what was written last; only the mark says that this was all.
    while status != .running, !hasEnded, ContinuousClock.now < deadline { read(forMilliseconds: 5) }
    return status
  }

  /// Waits for the end of the program as a terminal that takes none of its bytes.
  func waitWithoutReading(seconds: Int = 20) -> Status {
    let deadline = ContinuousClock.now + .seconds(seconds)
    while status == .running, ContinuousClock.now < deadline {
      usleep(5000)
      reap()
    }
    return status
  }

  private func reap() {
    var word: Int32 = 0
    guard withUnsafePointer(to: spawned, { pseudo_terminal_status($0, &word) }) else { return }
    let number = word & 0x7F
    status = number == 0 ? .exit(word >> 8 & 0xFF) : .signal(number)
  }

  private func read(forMilliseconds milliseconds: Int32) {
    guard descriptor >= 0 else {
      usleep(UInt32(milliseconds) * 1000)  // the window is closed
      hasEnded = true
      return
    }
    var source = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
    guard poll(&source, 1, milliseconds) > 0 else { return }
    var buffer = [UInt8](repeating: 0, count: 65_536)
    while true {
      let count = Glibc.read(descriptor, &buffer, buffer.count)
      guard count > 0 else { return }
      var bytes = buffer[..<count]
      if let mark = bytes.firstIndex(of: UInt8(pseudo_terminal_end_mark)) {
        hasEnded = true
        bytes = bytes[..<mark]  // behind it stands what the line echoes to nobody
      }
      byteCount += bytes.count
      transcript.append(contentsOf: bytes)
      screen.feed(bytes)
    }
  }

  // MARK: - What is left

  /// All bytes that arrived, as text.
  var output: String {
    String(decoding: transcript, as: UTF8.self)
  }

  /// What is wrong with the terminal that the program left behind; empty where it is as it was found.
  var damage: [String] {
    var damage: [String] = []
    if screen.isAlternate { damage.append("second screen") }
    if !screen.isCursorVisible { damage.append("no cursor") }
    if screen.isKeypadApplication { damage.append("keypad") }
    if screen.modes.subtracting([12, 1034]) != [7, 25] { damage.append("modes \(screen.modes)") }
    var modes = termios()
    if tcgetattr(descriptor, &modes) != 0 {
      damage.append("modes of the line unknown")
    } else if modes.c_lflag != foundModes.c_lflag || modes.c_iflag != foundModes.c_iflag
      || modes.c_oflag != foundModes.c_oflag || modes.c_cflag != foundModes.c_cflag
    {
      damage.append("modes of the line")
    }
    return damage + screen.unknown
  }
}

/// Calls `body` with the strings as C has lists of them, with a null pointer at the end.
func withCStrings<Result>(
  _ strings: [String], _ body: (UnsafePointer<UnsafeMutablePointer<CChar>?>) -> Result
) -> Result {
  var pointers: [UnsafeMutablePointer<CChar>?] = strings.map { strdup($0) }
  pointers.append(nil)
  defer { for pointer in pointers { free(pointer) } }
  return pointers.withUnsafeBufferPointer { body($0.baseAddress!) }
}

/// The path of a program that this package builds; `PARITTY_BINARY` names another one for `paritty`.
func binary(_ name: String) -> String {
  if name == "paritty", let path = getenv("PARITTY_BINARY") { return String(cString: path) }
  // Tests run from a program beside those they start, or from a helper of the toolchain.
  let candidates = [
    folder(of: realPath("/proc/self/exe")), folder(of: #filePath, up: 3) + "/.build/debug",
    folder(of: #filePath, up: 3) + "/.build/release",
  ]
  let paths = candidates.map { "\($0)/\(name)" }
  return paths.first { access($0, X_OK) == 0 } ?? paths[0]
}

private func realPath(_ path: String) -> String {
  guard let resolved = realpath(path, nil) else { return path }
  defer { free(resolved) }
  return String(cString: resolved)
}

private func folder(of path: String, up levels: Int = 1) -> String {
  "/" + path.split(separator: "/").dropLast(levels).joined(separator: "/")
}
