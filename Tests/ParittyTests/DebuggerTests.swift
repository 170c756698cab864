import Glibc
import Testing
import TraceScreen

/// The debugger as a person has it: `paritty DEV PROD` on a terminal.
@Suite(.serialized) struct DebuggerTests {
  private static let samples = "\(checkout)/sample-traces"
  private static let pictures = [
    "\(samples)/bgr-for-rgb/dev.npz", "\(samples)/bgr-for-rgb/prod.npz",
  ]

  /// A pair of one stage of 2 × 2, of which the first element is larger in prod and the last smaller.
  private func small(_ scratch: Scratch) -> [String] {
    [
      scratch.trace("dev", [("load", [2], [1, 2]), ("scale", [2, 2], [0, 0, 0, 0])]),
      scratch.trace("prod", [("load", [2], [1, 2]), ("scale", [2, 2], [1, 0, 0, -1])]),
    ]
  }

  /// The debugger with everything compared.
  private func debugger(
    _ arguments: [String] = pictures, width: Int = 80, height: Int = 24,
    environment: [String: String?] = [:], sourceLocation: SourceLocation = #_sourceLocation
  ) throws -> PseudoTerminal {
    let session = try PseudoTerminal(
      binary("paritty"), arguments, width: width, height: height, environment: environment)
    session.until("the answer", sourceLocation: sourceLocation) {
      let text = $0.text
      return text.contains("FIRST DIVERGENCE") && !text.contains("comparing")
        && !text.contains("reading") && (text.contains("▶ ") || text.contains("> "))
    }
    return session
  }

  private func quit(_ session: PseudoTerminal, sourceLocation: SourceLocation = #_sourceLocation) {
    session.send("Q")
    let status = session.wait()
    #expect(status == .exit(0), sourceLocation: sourceLocation)
    #expect(session.damage == [], sourceLocation: sourceLocation)
  }

  // MARK: - The first screen

  @Test(arguments: [(80, 24), (120, 40), (200, 60), (40, 10)])
  func `the first divergence is on the first screen`(width: Int, height: Int) throws {
    let session = try debugger(width: width, height: height)
    session.until("the answer and its stage") {
      $0.line(height > 15 ? 1 : 0).hasPrefix(" FIRST DIVERGENCE  0 decode")
        && $0.text.contains(width < 60 ? "▶ 0 ≠ decode" : "▶ 0 decode")
    }
    quit(session)
  }

  @Test func `a trace of ten gigabytes is compared in little memory`() throws {
    let scratch = Scratch()
    let paths = ["dev", "prod"].map { "\(scratch.path)/\($0).safetensors" }
    for path in paths { writeSparseTrace(to: path, stageCount: 160, stageByteCount: 64 << 20) }
    let session = try PseudoTerminal(binary("paritty"), paths)
    session.until("some stages that agree") {
      $0.line(1).hasPrefix(" no divergence in the first") && !$0.line(1).contains("first 0 ")
    }
    let status = try content(of: "/proc/\(session.process)/status")
    let peak = status.split(separator: "\n").first { $0.hasPrefix("VmHWM:") }
    let kilobytes = try #require(peak?.split(separator: " ").dropLast().last.flatMap { Int($0) })
    #expect(kilobytes < 100_000)
    quit(session)
  }

  @Test func `side by side the numbers stand beside the stages`() throws {
    let session = try debugger(width: 120, height: 40)
    session.until("both panes") {
      $0.line(3).hasPrefix("─ Stages") && $0.line(3).contains("─ 0 decode  [Heatmap]")
    }
    quit(session)
  }

  @Test func `every sample opens at its first divergence`() throws {
    for (name, first) in [
      ("mask-ignored", "FIRST DIVERGENCE  4 laye…0.attention  14,905 of 24,336"),
      ("two-branch-two-faults", "FIRST DIVERGENCE  1 image/resize"),
      ("scaler-dropped", "FIRST DIVERGENCE  1 scaled"), ("rounding-only", "MATCH  all 12 stages"),
      ("stop-words-before-acronyms", "FIRST DIVERGENCE  1 acronyms"),
    ] {
      let session = try PseudoTerminal(binary("paritty"), ["demo", name])
      session.until(first) { $0.line(1).hasPrefix(" \(first)") }
      quit(session)
    }
  }

  // MARK: - Colours

  @Test func `of 256 colours each sign has its own`() throws {
    let scratch = Scratch()
    let session = try debugger(small(scratch))
    session.send("m")
    session.until("signed differences") { $0.line(7).hasPrefix(" prod - dev") }
    // The first element is 1 above, the last 1 below, both as strong as any.
    session.until("the strongest of both colours") {
      $0[1, 8].style == Style(background: .palette(222))
        && $0.rows[9...].joined().contains { $0.style == Style(background: .palette(117)) }
    }
    quit(session)
  }

  @Test func `eight colours have glyphs on them`() throws {
    let scratch = Scratch()
    let session = try debugger(small(scratch), environment: ["TERM": "xterm"])
    session.send("m")
    session.until("both signs") {
      let strongest = $0.rows.joined().filter { $0.scalar == "@" }.map(\.style)
      return strongest.contains(Style(foreground: .palette(0), background: .palette(3)))
        && strongest.contains(Style(foreground: .palette(0), background: .palette(4)))
    }
    quit(session)
  }

  @Test(arguments: [["NO_COLOR": "1"], ["TERM": "vt100"]])
  func `without colours nothing is coloured, and signs say it all`(environment: [String: String])
    throws
  {
    let scratch = Scratch()
    let session = try debugger(small(scratch), environment: environment)
    session.until("signs") { $0.text.contains("@@") && $0.text.contains("▶ 1 scale") }
    for style in session.screen.rows.joined().map(\.style) {
      #expect(style.foreground == .standard && style.background == .standard)
    }
    quit(session)
  }

  @Test func `colour by wish beats NO_COLOR`() throws {
    let scratch = Scratch()
    let session = try debugger(
      small(scratch) + ["--color", "always"], environment: ["NO_COLOR": "1"])
    session.until("colour") {
      $0.rows.joined().contains { $0.style.background == .palette(222) }
    }
    quit(session)
  }

  @Test func `ASCII by wish is ASCII alone`() throws {
    let session = try debugger(Self.pictures + ["--ascii"], width: 120, height: 40)
    for keys in ["\n", "\n", "t", "t", "?", "G", "q", "q", "q", "z"] {
      session.send(keys)
      usleep(20_000)
    }
    session.send(":stage label\n")
    session.until("the label") { $0.text.contains("[Text]") || $0.text.contains("label") }
    quit(session)
    #expect(session.transcript.allSatisfy { $0 < 0x80 })
  }

  // MARK: - Keys

  @Test func `keys lead to an element and back`() throws {
    let scratch = Scratch()
    let session = try debugger(small(scratch))
    session.send("k")
    session.until("the stage before") { $0.text.contains("─ 0 load  [Heatmap]") }
    session.send("\u{1B}OB")
    session.until("the stage below") { $0.text.contains("─ 1 scale  [Heatmap]") }
    session.send("gg]")
    session.until("the divergence") { $0.text.contains("─ 1 scale  [Heatmap]") }
    session.send("\r\r")
    session.until("the numbers") {
      $0.text.contains("[Values]") && $0.text.contains("[0, 0]  dev 0.0  prod 1.0  prod - dev 1")
    }
    session.send(":@1,1\r")
    session.until("the other corner") {
      $0.text.contains("[1, 1]  dev 0.0  prod -1.0  prod - dev -1")
    }
    session.send("\u{1B}")
    session.until("the heatmap") { $0.text.contains("[Heatmap]") }
    session.send("?")
    session.until("the help") { $0.text.contains("─ Help") }
    session.send("\u{1B}")
    session.until("the heatmap again") { $0.text.contains("[Heatmap]") }
    session.send("/load\r")
    session.until("what was searched") { $0.text.contains("─ 0 load  [Heatmap]") }
    // Out of the heatmap, out of the search, out of the program.
    session.send("qqq")
    #expect(session.wait() == .exit(0))
    #expect(session.damage == [])
  }

  @Test func `q ends it with 0 although the traces diverged`() throws {
    let session = try debugger()
    session.send("q")
    #expect(session.wait() == .exit(0))
    #expect(session.damage == [])
  }

  @Test func `another tolerance is compared while one looks on`() throws {
    let scratch = Scratch()
    let session = try debugger(small(scratch))
    session.send(":tol 0,5\r")
    session.until("a match") { $0.line(1).hasPrefix(" MATCH  all 2 stages agree") }
    quit(session)
  }

  @Test func `a cursor move costs few bytes`() throws {
    let session = try debugger(width: 200, height: 60)
    session.send("\r")
    session.until("the focus") { $0.line(59).hasPrefix(" Enter numbers") }
    for key in ["j", "l", "k", "h", "j"] {
      let place = { (screen: ScreenModel) in screen.line(57) }
      let before = session.byteCount
      let line = place(session.screen)
      session.send(key)
      session.until("the cursor elsewhere") { place($0) != line }
      #expect(session.byteCount - before <= 4096)
    }
    quit(session)
  }

  @Test func `keys on standard input are not taken for keys`() throws {
    let session = try PseudoTerminal(
      "/bin/sh", ["-c", "yes q | $P $DEV $PROD"],
      environment: ["P": binary("paritty"), "DEV": Self.pictures[0], "PROD": Self.pictures[1]])
    session.until("the answer") { $0.text.contains("FIRST DIVERGENCE") }
    session.send("j")
    session.until("the next stage") { $0.text.contains("─ 1 resize") }
    session.send("q")
    #expect(session.wait() == .exit(0))
    #expect(session.damage == [])
  }

  // MARK: - The terminal

  @Test func `another size of the window is another screen`() throws {
    let session = try debugger()
    for (width, height) in [(120, 40), (40, 10), (10, 3), (200, 60), (80, 24)] {
      session.resize(width: width, height: height)
      session.until("\(width)×\(height)") {
        height < 4
          ? $0.line(0) == "FIRST DIVE"
          : $0.text.contains("FIRST DIVERGENCE")
            && !$0.line(height - 1).isEmpty && !$0.text.contains("reading")
      }
    }
    quit(session)
  }

  @Test func `Ctrl-Z gives the terminal to the shell, and fg takes it back`() throws {
    let session = try PseudoTerminal(
      "/bin/sh",
      [
        "-c",
        "set -m; $P $DEV $PROD; echo \"stopped $?\"; read line; fg >/dev/null; echo \"ended $?\"",
      ],
      environment: ["P": binary("paritty"), "DEV": Self.pictures[0], "PROD": Self.pictures[1]])
    session.until("the answer") { $0.text.contains("FIRST DIVERGENCE") }
    session.send("\u{1A}")
    session.until("the shell") { $0.text.contains("stopped 148") }
    #expect(session.damage == [])
    session.send("\n")
    session.until("the answer again") {
      $0.isAlternate && $0.text.contains("FIRST DIVERGENCE") && !$0.text.contains("stopped")
    }
    session.send("q")
    #expect(session.wait() == .exit(0))
    #expect(session.output.contains("ended 0"))
    #expect(session.damage == [])
  }

  @Test func `Ctrl-C when nothing runs ends it in order`() throws {
    let session = try debugger()
    session.send("\u{3}")
    let status = session.wait()
    #expect(status == .exit(0))
    #expect(session.damage == [])
  }

  @Test(arguments: [SIGTERM, SIGHUP, SIGINT])
  func `a signal ends it and leaves the terminal as it was`(signal: Int32) throws {
    let session = try debugger()
    session.signal(signal)
    #expect(session.wait() == .signal(signal))
    #expect(session.damage == [])
  }

  @Test func `a trace that cannot be opened never touches the screen`() throws {
    let session = try PseudoTerminal(binary("paritty"), ["/no/such.npz", "/none"])
    #expect(session.wait() == .exit(2))
    #expect(session.output.hasPrefix("paritty: /no/such.npz: No such file or directory"))
    #expect(!session.output.contains("\u{1B}"))
  }

  @Test func `an unknown terminal gets the report and a sentence`() throws {
    let scratch = Scratch()
    let session = try PseudoTerminal(
      binary("paritty"), small(scratch), environment: ["TERM": "no-such-terminal"])
    #expect(session.wait() == .exit(1))
    #expect(
      session.output.hasPrefix(
        "paritty: TERM=no-such-terminal is not known on this machine"))
    #expect(session.output.contains("this is the text report"))
    #expect(session.output.contains("FIRST DIVERGENCE  1 scale: 2 of 4 elements differ"))
    #expect(!session.output.contains("\u{1B}"))
  }

  @Test func `standard output that is no terminal gets the report, at a terminal too`() throws {
    let scratch = Scratch()
    let traces = small(scratch)
    let session = try PseudoTerminal(
      "/bin/sh", ["-c", "$P $DEV $PROD >$OUT; echo status $?"],
      environment: [
        "P": binary("paritty"), "DEV": traces[0], "PROD": traces[1], "OUT": "\(scratch.path)/out",
      ])
    #expect(session.wait() == .exit(0))
    #expect(session.output == "status 1\r\n")
    #expect(try content(of: "\(scratch.path)/out").hasPrefix("FIRST DIVERGENCE  1 scale"))
  }

  @Test func `a terminal that is not the process's own gets the report`() throws {
    let scratch = Scratch()
    let traces = small(scratch)
    let session = try PseudoTerminal(
      "/bin/sh", ["-c", "setsid -w $P $DEV $PROD; echo status $?"],
      environment: ["P": binary("paritty"), "DEV": traces[0], "PROD": traces[1]])
    #expect(session.wait() == .exit(0))
    #expect(session.output.contains("FIRST DIVERGENCE  1 scale"))
    #expect(session.output.contains("status 1"))
    #expect(!session.output.contains("\u{1B}"))
  }
}
