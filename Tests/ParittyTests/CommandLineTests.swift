import Glibc
import PipelineTrace
import Testing

@testable import TensorFormats

/// The program without a terminal: reports, exit statuses, one-line errors.
@Suite struct CommandLineTests {
  private static let malformed = "\(checkout)/Tests/Fixtures/malformed"
  private static let samples = "\(checkout)/sample-traces"

  /// Two folders of traces that agree but for one element of `scale`.
  private func pair(_ scratch: Scratch) -> (dev: String, prod: String) {
    let dev = scratch.trace("dev", [("load", [2], [1, 2]), ("scale", [2, 2], [1, 2, 3, 4])])
    let prod = scratch.trace("prod", [("load", [2], [1, 2]), ("scale", [2, 2], [1, 2, 5, 4])])
    return (dev, prod)
  }

  // MARK: - Reports

  @Test func `a divergence is reported and is status 1`() throws {
    let scratch = Scratch()
    let (dev, prod) = pair(scratch)
    let ended = try paritty("report", dev, prod)
    #expect(ended.status == 1)
    #expect(ended.errors == "")
    #expect(
      ended.output.hasPrefix(
        """
        FIRST DIVERGENCE  1 scale: 1 of 4 elements differ (25.0 %)
          largest |Δ| 2 at [1, 0]: dev 3.0, prod 5.0

        """))
  }

  @Test func `a match is reported and is status 0`() throws {
    let scratch = Scratch()
    let (dev, _) = pair(scratch)
    let ended = try paritty("report", dev, dev)
    #expect(ended.status == 0)
    #expect(ended.errors == "")
    #expect(ended.output.hasPrefix("MATCH  all 2 stages agree\n"))
  }

  @Test func `timings go to standard error and leave the report as it is`() throws {
    let scratch = Scratch()
    let (dev, prod) = pair(scratch)
    let report = try paritty("report", dev, prod)
    let timed = try paritty("report", "--timings", "--threads", "3", dev, prod)
    #expect(timed.output == report.output)
    #expect(timed.status == 1)
    #expect(
      timed.errorLines.map { $0.prefix { !$0.isNumber } } == [
        "timings: open ", "timings: align ", "timings: equality ", "timings: metrics ",
        "timings: roles, report ", "timings: total ", "timings: first divergence after ",
        "timings: ",
      ])
    #expect(timed.errorLines.last?.hasPrefix("timings: 3 threads, instruction set ") == true)
    // load: 2 elements equal; scale: 4 that are not, read twice.
    #expect(timed.errorLines[2].contains(" ms, 48 bytes, "))
    #expect(timed.errorLines[3].contains(" ms, 32 bytes, "))
  }

  @Test func `without a terminal the debugger is the text report`() throws {
    let scratch = Scratch()
    let (dev, prod) = pair(scratch)
    let report = try paritty("report", dev, prod)
    for arguments in [[dev, prod], ["debug", dev, prod]] {
      let line = arguments.map { "'\($0)'" }.joined(separator: " ")
      let ended = try shell("$PARITTY \(line)")
      #expect(ended.output == report.output)
      #expect(ended.errors == "")
      #expect(ended.status == 1)
    }
  }

  @Test func `JSON is one object with the words of the contract`() throws {
    let scratch = Scratch()
    let (dev, prod) = pair(scratch)
    let ended = try paritty("report", "--format", "json", dev, prod)
    #expect(ended.status == 1)
    let report = try JSONReader.read(Array(ended.output.utf8), origin: Origin(file: "report"))
    #expect(report["verdict"]?.text == "diverged")
    #expect(report["schema"]?.integer == 1)
    #expect(report["first_divergence"]?["pair"]?.integer == 1)
    #expect(report["first_divergence"]?["dev"]?.text == "scale")
    #expect(report["coverage"]?["paired"]?.integer == 2)
    #expect(report["pairs"]?.elements?.count == 2)
  }

  @Test func `a report can be written into a file`() throws {
    let scratch = Scratch()
    let (dev, prod) = pair(scratch)
    let file = "\(scratch.path)/report.txt"
    let ended = try paritty("report", dev, prod, "--output", file)
    #expect(ended.status == 1)
    #expect(ended.output == "")
    #expect(try content(of: file).hasPrefix("FIRST DIVERGENCE  1 scale"))
  }

  @Test func `a report that cannot be written is trouble`() throws {
    let scratch = Scratch()
    let (dev, prod) = pair(scratch)
    let ended = try paritty("report", dev, prod, "--output", "/no/such/folder/report.txt")
    #expect(ended.status == 2)
    #expect(
      ended.errors
        == "paritty: /no/such/folder/report.txt: cannot be written (No such file or directory)\n")
    let full = try paritty("report", dev, prod, "--output", "/dev/full")
    #expect(full.status == 2)
    #expect(full.errorLines.count == 1)
    #expect(full.errors.contains("/dev/full"))
  }

  @Test func `a full disk behind standard output is trouble`() throws {
    let scratch = Scratch()
    let (dev, _) = pair(scratch)
    let ended = try shell("$PARITTY report '\(dev)' '\(dev)' >/dev/full")
    #expect(ended.status == 2)
    #expect(ended.errorLines.count == 1)
  }

  @Test func `tolerances decide`() throws {
    let scratch = Scratch()
    let (dev, prod) = pair(scratch)
    #expect(try paritty("report", dev, prod, "--atol", "2.5").status == 0)
    #expect(try paritty("report", dev, prod, "--rtol", "0.9").status == 0)
    #expect(try paritty("report", dev, prod, "--tolerance", "sc*=0,2.5").status == 0)
    #expect(try paritty("report", dev, prod, "--tolerance", "load=0,2.5").status == 1)
  }

  @Test func `stages can be paired by hand`() throws {
    let scratch = Scratch()
    let dev = scratch.trace("dev", [("a", [2], [1, 2]), ("old", [2], [3, 4])])
    let prod = scratch.trace("prod", [("a", [2], [1, 2]), ("new", [2], [3, 4.000001])])
    #expect(try paritty("report", dev, prod).status == 1)
    #expect(try paritty("report", dev, prod, "--pair", "old=new").status == 0)
    #expect(try paritty("report", dev, prod, "--rename", "^old$=new").status == 0)
  }

  // MARK: - Trouble

  @Test func `trouble is status 2, nothing on standard output, one line on standard error`() throws
  {
    let scratch = Scratch()
    let (dev, prod) = pair(scratch)
    for (arguments, part) in [
      (["report"], "Missing expected argument '<dev>'"),
      (["report", dev], "it is one trace, and there is none to compare it with; name the other"),
      (["report", "/no/such.npz", prod], "/no/such.npz: No such file or directory"),
      (["/no/such.npz", prod], "/no/such.npz: No such file or directory"),
      (["report", dev, "/dev/null"], "/dev/null: not a plain file"),
      (["report", dev, prod, "--frobnicate"], "Unknown option '--frobnicate'"),
      (["report", dev, prod, "--format", "xml"], "--format 'xml' is not one of: text, json"),
      (["report", dev, prod, "--rtol", "-1"], "--rtol"),
      (["report", dev, prod, "--atol=nan"], "--atol has to be a number that is not negative"),
      (["report", dev, prod, "--tolerance", "x"], "--tolerance 'x' is not GLOB=RTOL,ATOL"),
      (["report", dev, prod, "--tolerance", "a=1,-1"], "--tolerance 'a=1,-1' is not GLOB"),
      (["report", dev, prod, "--threads", "0"], "--threads has to be 1 to 256"),
      (["report", dev, prod, "--pair", "nobody=scale"], "nobody"),
      (
        ["report", dev, prod, "--pair", "scale"],
        "pair 'scale': there is no '=' in it; write DEV=PROD"
      ),
      (
        ["report", dev, prod, "--rename", "(=x"],
        "rename '(=x': the pattern is no regular expression"
      ),
      (["inspect"], "Missing expected argument '<trace>'"),
      (["inspect", "/no/such"], "/no/such: No such file or directory"),
      (["demo", "nobody"], "no sample is called 'nobody'; there are: bgr-for-rgb"),
    ] {
      let line = arguments.map { "'\($0)'" }.joined(separator: " ")
      let ended = try shell("$PARITTY \(line)")
      #expect(ended.status == 2, "\(arguments)")
      #expect(ended.output == "", "\(arguments)")
      #expect(ended.errors.hasPrefix("paritty: "), "\(arguments) \(ended.errors)")
      #expect(ended.errors.contains(part), "\(arguments) \(ended.errors)")
      #expect(ended.errorLines.count == 1, "\(arguments) \(ended.errors)")
    }
  }

  @Test func `traces without a common stage are trouble, not a match`() throws {
    let scratch = Scratch()
    let dev = scratch.trace("dev", [("a", [2], [1, 2])])
    let prod = scratch.trace("prod", [("b", [3], [3, 4, 5])])
    let ended = try paritty("report", dev, prod)
    #expect(ended.status == 2)
    #expect(!ended.output.contains("MATCH"))
    #expect(ended.errorLines.count == 1)
    #expect(ended.errors.contains("pair some with --pair DEV=PROD"))
  }

  @Test func `an empty folder is trouble`() throws {
    let scratch = Scratch()
    let (dev, _) = pair(scratch)
    let empty = scratch.trace("empty", [])
    let ended = try paritty("report", dev, empty)
    #expect(ended.status == 2)
    #expect(ended.output == "")
    #expect(ended.errorLines.count == 1)
  }

  /// Every damaged file against itself: what must be refused is never a match.
  @Test func `a damaged file is refused with one plain line`() throws {
    let expectations = try JSONReader.read(
      Array(try content(of: "\(Self.malformed)/expected.json").utf8),
      origin: Origin(file: "expected.json"))
    let members = try #require(expectations.members)
    #expect(members.count >= 83)
    for member in members {
      let want = member.value["want"]?.text ?? ""
      let ended = try paritty("report", member.name, member.name, folder: Self.malformed)
      for text in [ended.output, ended.errors] {
        let strange = text.unicodeScalars.filter { $0 != "\n" && !VisibleText.isPlain($0) }
        #expect(strange.isEmpty, "\(member.name)")
      }
      #expect((0...2).contains(ended.status), "\(member.name)")
      #expect(
        ended.errorLines.count == (ended.status == 2 ? 1 : 0), "\(member.name): \(ended.errors)")
      guard want == "refuse" else { continue }
      #expect(ended.status == 2, "\(member.name)")
      #expect(ended.output == "", "\(member.name)")
      #expect(ended.errors.contains(member.name), "\(member.name): \(ended.errors)")
    }
  }

  // MARK: - The other commands

  @Test func `help and version are no trouble`() throws {
    let help = try paritty("--help")
    #expect(help.status == 0)
    #expect(help.errors == "")
    for part in ["paritty DEV PROD", "report", "inspect", "demo"] {
      #expect(help.output.contains(part))
    }
    for command in ["report", "inspect", "demo", "debug"] {
      let ended = try paritty(command, "--help")
      #expect(ended.status == 0, "\(command)")
      #expect(ended.output.contains("USAGE: paritty \(command)"), "\(command)")
    }
    let version = try paritty("--version")
    #expect(version.status == 0)
    #expect(version.output == "0.1.0\n")
    let nothing = try paritty()
    #expect(nothing.status == 2)
    #expect(nothing.errorLines.count == 1)
  }

  @Test func `inspect lists the stages of one trace`() throws {
    let scratch = Scratch()
    let trace = scratch.trace(
      "dev", [("load", [2], [1, 2]), ("scale", [2, 2], [.nan, 2, .infinity, 4])])
    let ended = try paritty("inspect", trace)
    #expect(ended.status == 0)
    #expect(ended.errors == "")
    let lines = ended.output.split(separator: "\n")
    #expect(lines.contains { $0.contains("load") && $0.contains("f32") })
    #expect(lines.contains { $0.contains("scale") && $0.contains("2×2") })
  }

  @Test func `demo lists the samples, and in a pipe reports one`() throws {
    let list = try paritty("demo", environment: ["PARITTY_SAMPLES": Self.samples])
    #expect(list.status == 0)
    for line in [
      "  bgr-for-rgb", "  rounding-only               Rounding only", "  two-branch-two-faults",
    ] {
      #expect(list.output.contains(line))
    }
    let match = try paritty("demo", "rounding-only")
    #expect(match.status == 0)
    #expect(match.output.hasPrefix("MATCH  all 12 stages agree\n"))
    let diverged = try paritty("demo", "bgr-for-rgb")
    #expect(diverged.status == 1)
    #expect(diverged.output.hasPrefix("FIRST DIVERGENCE  0 decode: 51,178 of 76,800 elements"))
  }

  @Test func `a reader that closes the pipe ends the program quietly`() throws {
    let ended = try shell(
      "$PARITTY report '\(Self.samples)/bgr-for-rgb/dev.npz' '\(Self.samples)/bgr-for-rgb/prod.npz' | head -1"
    )
    #expect(
      ended.output == "FIRST DIVERGENCE  0 decode: 51,178 of 76,800 elements differ (66.6 %)\n")
    #expect(ended.errors == "")
    #expect(ended.status == 0)
    let closed = try shell("$PARITTY demo | true")
    #expect(closed.errors == "")
  }

  @Test func `paths with escapes are shown as escapes`() throws {
    let ended = try paritty("report", "/no/\u{1B}[31m\nsuch", "/none")
    #expect(ended.status == 2)
    #expect(ended.errors.hasPrefix(#"paritty: /no/\x1b[31m\nsuch: No such file"#))
    #expect(ended.errorLines.count == 1)
  }

  @Test func `trouble of a comparison shows paths with escapes as escapes`() throws {
    let scratch = Scratch()
    let dev = scratch.trace("d\u{1B}[31m\nev", [("a", [2], [1, 2])])
    let prod = scratch.trace("prod", [("b", [3], [3, 4, 5])])
    let ended = try paritty("report", dev, prod)
    #expect(ended.status == 2)
    #expect(ended.errors.contains(#"/d\x1b[31m\nev has a counterpart"#))
    #expect(ended.errorLines.count == 1)
  }

  @Test func `names of sample folders are listed as escapes, titles end with their line`() throws {
    let scratch = Scratch()
    let folder = "\(scratch.path)/x\u{1B}[31m"
    mkdir(folder, 0o755)
    scratch.write([], to: "\(folder)/dev.npz")
    scratch.write([], to: "\(folder)/prod.npz")
    scratch.write(Array("# A title\r\nand more".utf8), to: "\(folder)/README.md")
    let list = try paritty("demo", environment: ["PARITTY_SAMPLES": scratch.path])
    #expect(
      list.output
        == "paritty demo NAME opens one of these pairs:\n\n  x\\x1b[31m  A title\n")
  }
}
