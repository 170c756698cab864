import PipelineTrace
import Testing
import TraceComparison

@testable import TraceScreen

/// Whatever the size and whatever the keys: nothing traps, nothing steers the terminal, and the answer
/// stays on the screen.
@Suite struct AnySizeTests {
  /// A trace with every kind of value, each of which differs; dev's or prod's side of it.
  private static func everything(isProd: Bool) -> [Stage] {
    let p: Float = isProd ? 1 : 0
    let problem = FormatError(file: "f", problem: .unsupported("pickle", advice: "save"))
    var stages = [
      stage("same", vector([1, 2, 3])),
      stage(
        "matrix", tensor([9, 7], ramp(63, but: [5: 5 + p, 9: isProd ? .nan : 9, 11: .infinity]))),
      stage("image", tensor([6, 5, 3], ramp(90, but: [50: p]))),
      stage("batch", tensor([2, 3, 4, 5], ramp(120, but: [70: p, 90: -.infinity]))),
      stage("vector", tensor([300], ramp(300, but: [299: p]))),
      stage("scalar", tensor([], [p])),
      stage("empty", tensor([0, 3], [])),
      stage("shape", tensor(isProd ? [3, 4] : [2, 3, 2], ramp(12))),
      stage("integers", integers([2, 3], [1, 2, 3, 4, 5, isProd ? 7 : 6])),
      stage("text", text("a cat\tsat\n" + (isProd ? "cafe\u{301}" : "caf\u{E9}"))),
      stage("texts", texts(isProd ? ["a", "b", "c"] : ["a", "x"])),
      stage("tokens", tokens(isProd ? [1, 2, 4] : [1, 2, 3, 4], pieces: ["a", "b", "c"])),
      stage("kind", isProd ? text("12") : vector([12])),
      stage("summary", summary([4, 5, 6], [.mean: 1 + Double(p)], [0: 1, 119: Double(p)])),
      stage("statistics", summary([], [.mean: Double(p), .maximum: .nan])),
      stage(
        "summary of a tensor",
        isProd ? tensor([2, 3], ramp(6)) : summary([2, 3], [.mean: 2], [5: 5, 0: .infinity])),
      stage("summary of a shape", isProd ? vector([1, 2]) : summary([2, 1], [.mean: 1], [1: 1])),
      stage("unreadable", isProd ? Value(name: "out", content: .unreadable(problem)) : vector([1])),
      stage(
        "several", vector([p], name: "left"), text("x\(p)", name: "right"),
        vector([1], name: "third")),
    ]
    stages.append(stage(isProd ? "only prod" : "only dev", vector([1, 2, 3, 4, 5 + p])))
    if isProd { stages.swapAt(1, 3) }
    return stages
  }

  private func everything(_ display: Display = .plain) throws -> Sitting {
    var sitting = try Sitting(
      dev: Self.everything(isProd: false), prod: Self.everything(isProd: true), display: display)
    sitting.compare()
    return sitting
  }

  private static let sizes = [
    (1, 1), (1, 60), (200, 1), (2, 2), (7, 3), (19, 24), (20, 4), (20, 5), (21, 7), (24, 8),
    (30, 9),
    (40, 10), (40, 15), (40, 16), (60, 17), (79, 24), (80, 24), (99, 24), (100, 16), (100, 24),
    (120, 40), (200, 4), (200, 60), (25, 60), (3000, 3),
  ]

  @Test func `every panel of every value is drawn at any size`() throws {
    for display in [Display.plain, .colors256] {
      var sitting = try everything(display)
      let count = sitting.debugger.comparison.pairs.count
      for index in 0..<count {
        for keys in ["\n", "z"] {
          sitting.press(":\(index)\n")
          sitting.press(keys)
          for _ in 0..<4 {
            for (width, height) in Self.sizes {
              sitting.resize(width: width, height: height)
              let frame = sitting.frame
              #expect(frame.width == width && frame.height == height)
            }
            sitting.press("t")
          }
          sitting.press("\u{1B}\u{1B}")
        }
      }
    }
  }

  @Test func `the help and the prompt are drawn at any size`() throws {
    for keys in ["?", ":stage a long line that is typed, with 漢字 in it", "/x"] {
      var sitting = try everything()
      sitting.press(keys)
      for (width, height) in Self.sizes {
        sitting.resize(width: width, height: height)
        #expect(sitting.frame.cells.count == width * height)
      }
    }
  }

  @Test func `at every size with room for it the answer can be read`() throws {
    var sitting = try everything()
    for width in 20...200 where width % 9 == 2 {
      for height in 4...60 where height % 5 == 4 {
        sitting.resize(width: width, height: height)
        #expect(sitting.line(with: "FIRST DIVERGENCE") != nil, "\(width)×\(height)")
      }
    }
  }

  @Test(arguments: [1, 2, 3])
  func `no keys in any order trap or hide the answer`(seed: UInt64) throws {
    var random = SplitMix(state: seed)
    let displays = [Display.plain, .colors256, Display(palette: .colors16)]
    var sitting = try everything(displays[Int(seed) % 3])
    let keys = keyTable.flatMap(\.bindings).flatMap(\.sequences).flatMap { $0 }
    let lines = [
      "@0", "@1,1", "@5,4,2", "@", "4", "stage several", "tol 0.5", "tol default", "@0,0,0,0", "x",
    ]
    for step in 0..<3000 {
      switch random.next() % 40 {
      case 0:
        sitting.resize(
          width: Int(random.next() % 150) + 1, height: Int(random.next() % 50) + 1)
      case 1:
        sitting.press("\u{1B}\u{1B}:" + lines[Int(random.next() % UInt64(lines.count))] + "\n")
      case 2: sitting.press("\n\n")
      case 3: sitting.press(":\(random.next() % 18)\n")
      default: sitting.press(keys[Int(random.next() % UInt64(keys.count))])
      }
      if sitting.effects.last == .compareAgain { sitting.compare() }
      sitting.effects = []
      let frame = sitting.frame
      guard frame.height >= 4, frame.width >= 20, step % 3 == 0 else { continue }
      let text = frame.text
      #expect(
        ["FIRST DIVERGENCE", "MATCH", "UNDECIDED", "no divergence in the first"].contains {
          text.contains($0)
        }, "after \(step) steps of seed \(seed)\n\(text)")
    }
  }

  // MARK: - What comes from files

  private static let nasty =
    "\u{1B}[2J\u{9B}31m\r\n\u{7}\u{8}\u{202E}abc\u{2066}\u{200B}\u{FEFF}\u{E000}e\u{301}\u{85}\u{2028}漢"

  @Test func `nothing in a name, a text, a path or a parameter reaches the terminal as it is`()
    throws
  {
    let nasty = Self.nasty
    func side(_ number: Float, _ piece: String) -> [Stage] {
      var first = stage(
        nasty, tensor([2, 2], [1, 2, 3, number], name: nasty),
        text(nasty + piece, name: nasty + "2"),
        parameters: [Fact(name: nasty, text: nasty + piece)])
      first.source = Stage.Source(file: nasty, line: 1, function: nasty)
      let problem = FormatError(
        file: nasty, place: nasty, problem: .unsupported(nasty, advice: "save \(nasty)".visible))
      return [
        first, stage(nasty + "list", texts([nasty, piece, nasty + piece])),
        stage(nasty + "ids", tokens([1, 2], pieces: [nasty, piece])),
        stage(nasty + piece, vector([1])),
        stage(
          nasty + "broken",
          number == 1 ? vector([1]) : Value(name: nasty, content: .unreadable(problem))),
      ]
    }
    for display in [Display.plain, .colors256] {
      var sitting = try Sitting(
        dev: side(1, "a"), prod: side(2, "b"), width: 120, height: 50, display: display,
        devPath: nasty, prodPath: nasty + "p")
      sitting.compare()
      for index in 0..<sitting.debugger.comparison.pairs.count {
        sitting.press(":\(index)\n\n")
        for keys in [
          "", "t", "t", "t", "v", "t", "t", "/\(nasty)\n", ":\(nasty)\n", "/\u{1B}", ":x\(nasty)",
        ] {
          sitting.press(keys)
          for (width, height) in [(120, 50), (80, 24), (30, 12), (18, 2)] {
            sitting.resize(width: width, height: height)
            let wrong = sitting.frame.cells.map(\.scalar).filter {
              !VisibleText.isPlain($0) || (!display.isUnicode && !$0.isASCII)
            }
            #expect(wrong.isEmpty, "\(wrong.map { $0.value }) \(keys.visible)")
          }
        }
        sitting.press("\u{1B}\u{1B}\u{1B}")
      }
    }
  }
}

/// - Source: S. Vigna, "splitmix64.c", 2015.
struct SplitMix: RandomNumberGenerator {
  var state: UInt64

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var z = state
    z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
    return z ^ (z >> 31)
  }
}
