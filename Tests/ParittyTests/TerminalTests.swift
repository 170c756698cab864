import Glibc
import Synchronization
import Testing
import TraceScreen
import TraceTerminal

/// The terminal as `TerminalProbe` uses it, which shows what it is told; see its source for the keys.
@Suite(.serialized) struct TerminalTests {
  /// The probe, with its first picture on the screen.
  private func probe(
    _ arguments: [String] = [], width: Int = 80, height: Int = 24,
    environment: [String: String?] = [:], blocksSignals: Bool = false,
    sourceLocation: SourceLocation = #_sourceLocation
  ) throws -> PseudoTerminal {
    let session = try PseudoTerminal(
      binary("TerminalProbe"), arguments, width: width, height: height, environment: environment,
      blocksSignals: blocksSignals)
    session.until("the first picture", sourceLocation: sourceLocation) {
      $0.line(height - 1).hasSuffix("end")
    }
    return session
  }

  /// The probe as a job of a shell, which runs `script` with `$PROBE`.
  private func shell(_ script: String) throws -> PseudoTerminal {
    try PseudoTerminal(
      "/bin/sh", ["-c", script], environment: ["PROBE": binary("TerminalProbe")])
  }

  private func quit(_ session: PseudoTerminal, sourceLocation: SourceLocation = #_sourceLocation) {
    session.send("q")
    let status = session.wait()
    #expect(status == .exit(0), sourceLocation: sourceLocation)
    #expect(session.damage == [], sourceLocation: sourceLocation)
    #expect(session.output.hasSuffix("done\r\n"), sourceLocation: sourceLocation)
  }

  /// What leaves the second screen of an xterm; what comes behind it can be read.
  private let leaving = "\u{1B}[?1049l"

  // MARK: - Pictures

  @Test func `the first picture has the colours, the marks and the wide character it was given`()
    throws
  {
    let session = try probe()
    let screen = session.screen
    #expect(screen.isAlternate && !screen.isCursorVisible)
    #expect(screen.line(0) == "80x24 colors256 unicode=true light=false")
    #expect(screen[0, 0].style == Style(attributes: .reverse))
    #expect(screen.line(4).hasPrefix("▀ ! 界x ?| ud   ?|"))
    #expect(
      screen[0, 4].style == Style(foreground: .palette(214), background: .palette(25)))
    #expect(screen[2, 4].style == Style(background: .palette(226), attributes: .bold))
    #expect(screen[5, 4].isTail)
    #expect(screen[11, 4].style == Style(attributes: [.underline, .reverse]))
    #expect(screen[12, 4].style == Style(foreground: .palette(1), attributes: .dim))
    quit(session)
  }

  @Test func `the picture follows the size of the window`() throws {
    let session = try probe()
    session.resize(width: 120, height: 40)
    session.until("120x40") { $0.line(0).hasPrefix("120x40 ") && $0.line(39).hasSuffix("end") }
    session.resize(width: 20, height: 5)
    session.until("20x5") { $0.line(0) == "20x5 colors256 unico" && $0.line(4).hasSuffix("end") }
    session.resize(width: 1, height: 1)
    session.until("1x1") { $0.text == "d" }
    session.resize(width: 80, height: 24)
    session.until("80x24") { $0.line(0).hasPrefix("80x24 ") && $0.line(23).hasSuffix("end") }
    #expect(session.screen.line(4).hasPrefix("▀ ! 界x ?| ud   ?|"))
    quit(session)
  }

  @Test func `the size is that of the window, not of LINES and COLUMNS`() throws {
    let session = try probe(
      width: 100, height: 30, environment: ["LINES": "10", "COLUMNS": "40"])
    #expect(session.screen.line(0).hasPrefix("100x30 "))
    quit(session)
  }

  @Test func `a moved cursor takes few bytes and clears nothing`() throws {
    let session = try probe(width: 200, height: 60)
    let byteCount = session.byteCount
    let clearCount = session.screen.clearCount
    session.send("c")
    session.until("the key") { $0.line(1) == "key 1 character(\"c\")" }
    session.until("the cursor") { $0[1, 5].style.background == .palette(25) }
    #expect(session.byteCount - byteCount <= 4096)
    #expect(session.screen.clearCount == clearCount)
    quit(session)
  }

  @Test func `Ctrl-L draws the whole screen again`() throws {
    let session = try probe()
    let clearCount = session.screen.clearCount
    session.send("\u{C}")
    session.until("the key") { $0.line(1) == "key 1 control(\"l\")" }
    session.until("the end") { $0.line(23).hasSuffix("end") }
    #expect(session.screen.clearCount == clearCount + 1)
    quit(session)
  }

  // MARK: - Keys

  @Test(arguments: [
    ("\u{1B}OA", "up"), ("\u{1B}[A", "up"), ("\u{1B}OB", "down"), ("\u{1B}[B", "down"),
    ("\u{1B}OC", "right"), ("\u{1B}[C", "right"), ("\u{1B}OD", "left"), ("\u{1B}[D", "left"),
    ("\u{1B}OH", "home"), ("\u{1B}[H", "home"), ("\u{1B}[1~", "home"), ("\u{1B}OF", "end"),
    ("\u{1B}[4~", "end"), ("\u{1B}[5~", "pageUp"), ("\u{1B}[6~", "pageDown"),
    ("\u{1B}[Z", "backTab"), ("\u{1B}", "escape"), ("\r", "enter"), ("\t", "tab"),
    ("\u{7F}", "backspace"), ("\u{8}", "backspace"), ("\u{1B}OP", "function(1)"),
    ("\u{1B}[24~", "function(12)"), (" ", "character(\" \")"), ("é", "character(\"\\u{00E9}\")"),
    ("\u{3}", "control(\"c\")"), ("\u{1C}", "control(\"\\\\\")"), ("\u{13}", "control(\"s\")"),
    ("\u{1A}", "control(\"z\")"), ("\u{1B}[99;99u", "other"), ("\u{1B}[3~", "other"),
  ])
  func `a key is known by its bytes`(bytes: String, name: String) throws {
    let session = try probe()
    session.send(bytes)
    session.until(name) { $0.line(1) == "key 1 \(name)" }
    quit(session)
  }

  @Test func `keys typed at once arrive one by one`() throws {
    let session = try probe()
    session.send("jj\u{1B}[B\u{1B}OAk")
    session.until("five keys") { $0.line(1) == "key 5 character(\"k\")" }
    quit(session)
  }

  @Test func `Escape before another key is a key of its own`() throws {
    let session = try probe()
    session.send("\u{1B}j")
    session.until("two keys") { $0.line(1) == "key 2 character(\"j\")" }
    quit(session)
  }

  @Test func `Escape and a bracket are two keys where no sequence follows`() throws {
    let session = try probe()
    session.send("\u{1B}[")
    session.until("two keys") { $0.line(1) == "key 2 character(\"[\")" }
    session.send("\u{1B}O")
    session.until("two more keys") { $0.line(1) == "key 4 character(\"O\")" }
    quit(session)
  }

  // MARK: - Workers

  @Test func `messages of workers wake the screen and arrive in order`() throws {
    let session = try probe()
    session.send("w")
    session.until("a thread's messages") { $0.line(2) == "received [1, 2, 3, 4, 5]" }
    session.send("W")
    session.until("a task's message") { $0.line(2) == "received [1, 2, 3, 4, 5, 100]" }
    quit(session)
  }

  @Test func `a mailbox hands out each message once`() {
    let mailbox = Mailbox<Int>()
    mailbox.post(1)
    mailbox.post(2)
    #expect(mailbox.drain() == [1, 2])
    #expect(mailbox.drain() == [])
  }

  // MARK: - Stopping

  @Test func `Ctrl-Z gives the terminal to the shell, and fg takes it back`() throws {
    let session = try shell(
      "set -m; $PROBE; echo \"stopped $?\"; read line; stty size; fg >/dev/null; echo \"ended $?\"")
    session.until("the first picture") { $0.line(23).hasSuffix("end") }
    session.send("\u{1A}")
    session.until("the shell") { $0.text.contains("stopped 148") }
    #expect(session.damage == [])
    session.resize(width: 90, height: 30)
    session.send("\n")
    session.until("the screen") { $0.line(0).hasPrefix("90x30 ") && $0.line(29).hasSuffix("end") }
    #expect(session.screen.line(3).hasSuffix("suspended 1"))
    #expect(session.screen.isAlternate && !session.screen.isCursorVisible)
    session.send("q")
    #expect(session.wait() == .exit(0))
    #expect(session.output.contains("ended 0"))
    #expect(session.damage == [])
  }

  @Test func `a signal to stop does the same, after a line on standard error`() throws {
    let session = try shell(
      """
      set -m; $PROBE; echo "stopped $?"; read line; fg >/dev/null; echo "ended $?"
      """)
    session.until("the first picture") { $0.line(23).hasSuffix("end") }
    session.send("e")
    session.until("the key") { $0.line(1) == "key 1 character(\"e\")" }
    let child = try #require(session.foregroundGroup)
    kill(child, SIGTSTP)
    session.until("the shell") { $0.text.contains("stopped 148") }
    #expect(session.screen.text.contains("a stray line"))
    #expect(session.damage == [])
    session.send("\n")
    session.until("the screen") { $0.line(3).hasSuffix("suspended 1") }
    session.send("e")
    session.until("the key") { $0.line(1) == "key 2 character(\"e\")" }
    session.send("q")
    #expect(session.wait() == .exit(0))
    #expect(session.output.components(of: "a stray line") == 2)
    #expect(session.damage == [])
  }

  @Test func `a process that was stopped by force draws again when continued`() throws {
    let session = try shell(
      "set -m; $PROBE; echo \"stopped $?\"; read line; fg >/dev/null; echo \"ended $?\"")
    session.until("the first picture") { $0.line(23).hasSuffix("end") }
    let child = try #require(session.foregroundGroup)
    kill(child, SIGSTOP)
    session.until("the shell") { $0.text.contains(" 147") }
    session.send("\n")
    session.until("the screen") { $0.line(3).hasPrefix("resized 1") }
    #expect(!session.screen.text.contains("stopped"))
    session.send("c")
    session.until("the key") { $0.line(1) == "key 1 character(\"c\")" }
    session.send("q")
    #expect(session.wait() == .exit(0))
    #expect(session.damage == [])
  }

  // MARK: - Ends

  @Test(arguments: [SIGINT, SIGTERM, SIGHUP, SIGQUIT])
  func `a signal ends it in order, and the parent sees which`(signal: Int32) throws {
    let session = try probe(blocksSignals: true)
    session.signal(signal)
    #expect(session.wait() == .signal(signal))
    #expect(session.damage == [])
    #expect(session.output.hasSuffix("ended by signal \(signal)\r\n"))
  }

  @Test func `a second signal ends it where the first one finds no ear`() throws {
    let session = try probe()
    session.send("h")
    session.until("the hang") { $0.line(1).hasPrefix("hanging") }
    session.signal(SIGTERM)
    session.signal(SIGINT)
    let status = session.wait()
    // Two signals that wait at once are delivered in no certain order, and two equal ones as one.
    #expect(status == .signal(SIGTERM) || status == .signal(SIGINT))
    #expect(session.damage == [])
  }

  @Test func `one signal is enough to end a hang, some seconds later`() throws {
    let session = try probe()
    session.send("h")
    session.until("the hang") { $0.line(1).hasPrefix("hanging") }
    session.signal(SIGHUP)
    session.signal(SIGHUP)
    #expect(session.wait() == .signal(SIGHUP))
    #expect(session.damage == [])
  }

  @Test(arguments: [
    ("f", "mistake on the screen's thread"), ("F", "mistake on a worker"), ("o", ""),
  ])
  func `a crash restores the terminal, then tells why`(key: String, message: String) throws {
    let session = try probe()
    session.send(key)
    let status = session.wait()
    #expect([.signal(SIGILL), .signal(SIGTRAP), .signal(SIGSEGV)].contains(status))
    #expect(session.damage == [])
    let parts = session.output.split(separator: leaving, omittingEmptySubsequences: false)
    #expect(parts.count == 2 && parts[1].contains(message))
  }

  @Test func `exit on another thread restores the terminal`() throws {
    let session = try probe()
    session.send("x")
    #expect(session.wait() == .exit(7))
    #expect(session.damage == [])
  }

  @Test func `a crash with a handler of the user's choice goes on to it`() throws {
    let session = try probe(environment: [
      "SWIFT_BACKTRACE": "enable=yes,interactive=no,color=no,threads=crashed,limit=4"
    ])
    session.send("f")
    let status = session.wait(seconds: 60)
    #expect(status != .running)
    #expect(session.screen.isAlternate == false)
    #expect(session.output.contains("mistake on the screen's thread"))
  }

  @Test func `what is written to standard error appears afterwards`() throws {
    let session = try probe()
    session.send("e")
    session.until("the key") { $0.line(1) == "key 1 character(\"e\")" }
    #expect(!session.output.contains("a stray line"))
    session.send("q")
    #expect(session.wait() == .exit(0))
    #expect(session.output.contains("a stray line\r\n"))
    #expect(session.damage == [])
  }

  @Test func `a terminal that takes no more bytes does not keep it from ending`() throws {
    let session = try probe(width: 200, height: 60)
    session.send("b")
    // Pictures without end, until there is no room for more; then the write itself hangs.
    usleep(300_000)
    session.signal(SIGTERM)
    session.signal(SIGINT)
    let status = session.waitWithoutReading()
    #expect(status == .signal(SIGTERM) || status == .signal(SIGINT))
  }

  @Test func `a terminal that goes away ends it`() throws {
    let session = try probe()
    session.hangUp()
    #expect(session.waitWithoutReading() == .signal(SIGHUP))
  }

  @Test func `the terminal can be opened again`() throws {
    let session = try probe()
    session.send("r")
    session.until("the second picture") {
      $0.line(1) == "key 1 character(\"r\")" && $0.line(23).hasSuffix("end")
    }
    #expect(session.output.contains("closed for a moment"))
    session.resize(width: 90, height: 30)
    session.until("90x30") { $0.line(0).hasPrefix("90x30 ") && $0.line(29).hasSuffix("end") }
    #expect(session.screen[0, 4].style.background == .palette(25))
    session.send("w")
    session.until("messages") { $0.line(2) == "received [1, 2, 3, 4, 5]" }
    quit(session)
  }

  // MARK: - Surroundings

  @Test func `keys and pictures need neither standard input nor standard output`() throws {
    let session = try shell("seq 5 | $PROBE | sed 's/^/piped /'")
    session.until("the first picture") { $0.line(23).hasSuffix("end") }
    session.send("j")
    session.until("the key") { $0.line(1) == "key 1 character(\"j\")" }
    session.send("q")
    #expect(session.wait() == .exit(0))
    #expect(session.damage == [])
    #expect(session.output.contains("piped done"))
  }

  @Test func `NO_COLOR leaves attributes, and colour by wish beats it`() throws {
    let plain = try probe(environment: ["NO_COLOR": "1"])
    #expect(plain.screen.line(0).hasPrefix("80x24 monochrome "))
    let styles = plain.screen.rows.joined().map(\.style)
    #expect(styles.allSatisfy { $0.foreground == .standard && $0.background == .standard })
    #expect(plain.screen[2, 4].style.attributes == .bold)
    quit(plain)

    let forced = try probe(["--color"], environment: ["NO_COLOR": "1"])
    #expect(forced.screen.line(0).hasPrefix("80x24 colors256 "))
    quit(forced)

    let empty = try probe(environment: ["NO_COLOR": ""])
    #expect(empty.screen.line(0).hasPrefix("80x24 colors256 "))
    quit(empty)
  }

  @Test(arguments: ["15;0", "0;15", "0;default;15", "7;8"])
  func `COLORFGBG tells whether the background is light`(colors: String) throws {
    let session = try probe(environment: ["COLORFGBG": colors])
    #expect(session.screen.line(0).hasSuffix("light=\(colors.hasPrefix("0"))"))
    quit(session)
  }

  @Test func `a terminal without colours has none, and does not crash`() throws {
    for name in ["vt100", "xterm-mono"] where isKnown(terminal: name) {
      let session = try probe(environment: ["TERM": name])
      #expect(session.screen.line(0).hasPrefix("80x24 monochrome "))
      #expect(session.screen.line(4).hasPrefix("▀ ! 界x ?| ud   ?|"))
      #expect(session.screen[0, 4].style == .plain)
      session.send("p\u{1B}[A")
      session.until("the keys") { $0.line(1) == "key 2 up" }
      session.resize(width: 60, height: 20)
      session.until("60x20") { $0.line(0).hasPrefix("60x20") && $0.line(19).hasSuffix("end") }
      quit(session)
    }
  }

  @Test func `eight colours are used as far as they go, and pairs without end`() throws {
    let session = try probe(environment: ["TERM": "xterm"])
    #expect(session.screen.line(0).hasPrefix("80x24 colors8 "))
    #expect(session.screen[0, 4].style == .plain)
    #expect(session.screen[12, 4].style == Style(foreground: .palette(1), attributes: .dim))
    // 81 pairs, where the terminal has 64: those that are left over have the terminal's own colours.
    session.send("p")
    session.until("all pairs") { $0.line(14).hasPrefix("*********") }
    #expect(session.screen[0, 6].style == .plain)
    #expect(
      session.screen[2, 7].style == Style(foreground: .palette(0), background: .palette(1)))
    session.send("p")
    session.until("no pairs") { $0.line(1).hasPrefix("key 2 ") && $0.line(14) == "" }
    #expect(session.screen[12, 4].style == Style(foreground: .palette(1), attributes: .dim))
    quit(session)
  }

  @Test func `no locale, as on a bare server, is taken for Unicode`() throws {
    let session = try probe(environment: ["LANG": nil])
    #expect(session.screen.line(0).contains("unicode=true"))
    #expect(session.screen.line(4).hasPrefix("▀ ! 界x"))
    quit(session)
  }

  @Test(arguments: [
    ("no-such-terminal", "TERM=no-such-terminal is not known on this machine"),
    ("no\u{1B}[31m\nsuch", #"TERM=no\x1b[31m\nsuch is not known on this machine"#),
    ("dumb", "TERM=dumb cannot move its cursor"), ("", "TERM is not set"),
  ])
  func `a terminal that cannot be used is an error, and is not touched`(
    name: String, message: String
  ) throws {
    let session = try PseudoTerminal(binary("TerminalProbe"), environment: ["TERM": name])
    #expect(session.wait() == .exit(2))
    #expect(session.output.hasPrefix(message))
    #expect(!session.output.contains("\u{1B}"))
    #expect(session.damage == [])
  }

  @Test func `no terminal at all is an error`() throws {
    let session = try shell("setsid -w $PROBE </dev/null 2>&1 | cat")
    #expect(session.wait() == .exit(0))
    #expect(session.output.hasPrefix("no terminal here: /dev/tty cannot be opened"))
  }
}

/// Whether the database of this machine has an entry for a terminal.
private func isKnown(terminal name: String) -> Bool {
  let folders = ["/etc/terminfo", "/lib/terminfo", "/usr/share/terminfo", "/usr/lib/terminfo"]
  return folders.contains { access("\($0)/\(name.prefix(1))/\(name)", R_OK) == 0 }
}

extension String {
  /// How often `part` occurs.
  fileprivate func components(of part: String) -> Int {
    var count = 0
    var rest = self[...]
    while let range = rest.firstRange(of: part) {
      count += 1
      rest = rest[range.upperBound...]
    }
    return count
  }
}
