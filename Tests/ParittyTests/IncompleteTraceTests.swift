import PipelineTrace
import Testing

@testable import TensorFormats

/// Traces that were cut off, as the program's users meet them.
@Suite struct IncompleteTraceTests {
  private static let formats = "\(checkout)/Tests/Fixtures/formats"

  /// Runs the line in a scratch folder that has the example `whole` and its first bytes as `cut`.
  private func run(_ line: String, _ example: String, cutTo byteCount: Int) throws -> Ended {
    let scratch = Scratch()
    let end = example.split(separator: ".").last ?? ""
    return try shell(
      """
      cp '\(Self.formats)/\(example)' whole.\(end) && head -c \(byteCount) whole.\(end) \
      >cut.\(end) && \(line.replacing("WHOLE", with: "whole.\(end)").replacing("CUT", with: "cut.\(end)"))
      """, folder: scratch.path)
  }

  @Test func `a whole trace against a cut one`() throws {
    let ended = try run("$PARITTY report WHOLE CUT", "stored.npz", cutTo: 900)
    #expect(ended.status == 1)
    #expect(ended.errors == "")
    #expect(
      ended.output == """
        FIRST DIVERGENCE  4 x: prod ends before this stage
          it comes after 'image', which both have
        LIKELY CAUSE  trace-truncated  prod is cut off inside 'image'; the rest is lost

        dev   whole.npz  npz, 11 stages
        prod  cut.npz  npz, 4 stages, NOT COMPLETE
        11 stages: 3 agree, 7 differ, 7 missing in prod, 1 not comparable

            # stage               dtype    shape                        differ ‖Δ‖/‖dev‖
        =   0 raw_text            text     one text
        =   1 tokens              text     7 texts
        =   2 input_ids           i64      1×7
        ?   3 image     lost      u8→?     4×5×3→?
        <   4 x         missing   f32      2×3×4
        <   5 half      missing   f16      2×3×4
        <   6 double    missing   f64      2×3×4
        <   7 mask      missing   bool     1×3
        <   8 scalar    missing   f32      scalar
        <   9 empty     missing   f32      0×3
        <  10 special   missing   f32      5

        Remarks
          prod: The archive has no directory at its end, it was cut off: 3 entries
            before the cut are kept, 'image.npy' is lost, and what may have followed it.
          prod: 'image' is lost, so the trace is incomplete: cut.npz, entry 'image.npy',
            byte 837: 188 bytes announced, 4 present; copy it again.
          prod: the trace is not complete

        """)
  }

  /// Between two entries, in a header, in the data, in the first entry but one, in the last but one.
  @Test(arguments: [590, 600, 837, 860, 1200, 300, 2400])
  func `what is missing behind a cut is a divergence with its cause`(byteCount: Int) throws {
    let ended = try run("$PARITTY report --format json WHOLE CUT", "stored.npz", cutTo: byteCount)
    #expect(ended.status == 1)
    let report = try JSONReader.read(Array(ended.output.utf8), origin: Origin(file: "report"))
    #expect(report["verdict"]?.text == "diverged")
    #expect(report["prod"]?["complete"]?.boolean == false)
    let finding = try #require(report["findings"]?.elements?.first)
    #expect(report["findings"]?.elements?.count == 1)
    #expect(finding["cause"]?.text == "trace-truncated")
    #expect(finding["pair"]?.integer == report["first_divergence"]?["pair"]?.integer)
    #expect(report["first_divergence"]?["kind"]?.text == "missing")
  }

  @Test(arguments: [
    ("stored.npz", 2600), ("stored.npz", 2800), ("stored.npz", 3386), ("deflated.npz", 2000),
    ("numpy.safetensors", 1000), ("numpy.safetensors", 1230),
  ])
  func `where nothing is known to differ, a cut trace is undecided`(
    example: String, byteCount: Int
  ) throws {
    let ended = try run("$PARITTY report WHOLE CUT", example, cutTo: byteCount)
    #expect(ended.status == 2)
    #expect(ended.output.hasPrefix("UNDECIDED  "))
    #expect(ended.errorLines.count == 1)
  }

  @Test(arguments: [300, 590, 900, 1363, 2600, 2800, 3386])
  func `a cut trace never matches itself`(byteCount: Int) throws {
    let ended = try run("$PARITTY report CUT CUT", "stored.npz", cutTo: byteCount)
    #expect(ended.status == 2)
    #expect(ended.output.hasPrefix("UNDECIDED  "))
    #expect(ended.errorLines.count == 1)
  }

  @Test func `inspect says that a trace is not complete, and what is lost`() throws {
    let ended = try run("$PARITTY inspect CUT", "stored.npz", cutTo: 590)
    #expect(ended.status == 0)
    #expect(
      ended.output == """
        cut.npz  npz, 2 stages, NOT COMPLETE

           # stage                dtype   shape         range                  NaN   inf
           0 raw_text             text    one text      "grüße, 東京\\n2nd l…
           1 tokens               text    7 texts       "[CLS]"

        Remarks
          The archive has no directory at its end, it was cut off: 2 entries before the
            cut are kept, what followed them from byte 590 on is lost.

        """)
  }

  @Test func `the debugger opens a cut trace`() throws {
    let scratch = Scratch()
    let made = try shell(
      "head -c 590 '\(Self.formats)/stored.npz' >cut.npz", folder: scratch.path)
    #expect(made.status == 0)
    let session = try PseudoTerminal(
      binary("paritty"), ["\(Self.formats)/stored.npz", "\(scratch.path)/cut.npz"])
    session.until("the answer") {
      $0.line(0).contains("INCOMPLETE")
        && $0.line(1) == " FIRST DIVERGENCE  2 input_ids  prod ends before this stage"
        && $0.line(2).hasPrefix(" LIKELY CAUSE  trace-truncated  prod ends after 'tokens'")
    }
    session.send("Q")
    #expect(session.wait() == .exit(0))
  }
}
