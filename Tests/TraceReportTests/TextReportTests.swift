import PipelineTrace
import TensorFormats
import TestTraces
import Testing
import TraceComparison

@testable import TraceReport

/// A pair of the corpus, compared as `paritty report` does, under short paths.
private func corpusReport(_ folder: String, _ devName: String, _ prodName: String) throws -> String
{
  let path = "\(packageFolder)/Tests/Fixtures/pairs/\(folder)"
  var dev = try openTrace(at: "\(path)/\(devName)")
  var prod = try openTrace(at: "\(path)/\(prodName)")
  dev.path = devName
  prod.path = prodName
  return TextReport.render(try compared(dev, prod))
}

@Suite struct TextReportTests {
  @Test func `channels reversed`() throws {
    #expect(
      try corpusReport("p1-image-channels-reversed", "dev.npz", "prod.npz") == """
        FIRST DIVERGENCE  2 to_tensor: 8,190 of 12,288 elements differ (66.7 %)
          largest |Δ| 0.7176 at [0, 15, 56]: dev 0.9019608, prod 0.18431373

        dev   dev.npz  npz, 10 stages
        prod  prod.npz  npz, 10 stages
        10 stages: 2 agree, 8 differ

            # stage                         dtype    shape              differ ‖Δ‖/‖dev‖
        =   0 image                         u8       160×160×3
        =   1 resize                        u8       64×64×3
        ≠   2 to_tensor           origin    f32      3×64×64            66.7 %      0.97
        ≠   3 normalize                     f32      3×64×64            66.7 %       1.4
        ≠   4 encoder.patch_embed           f32      16×48               100 %         1
        ≠   5 encoder.block0                f32      16×96               100 %         1
        ≠   6 encoder.pooled                f32      96                  100 %       1.4
        ≠   7 logits                        f32      4                   100 %       2.1
        ≠   8 probs                         f32      4                   100 %       1.2
        ≠   9 label                         text     one text            100 %

        to_tensor in numbers
          tolerance         rtol 1.3e-06, atol 1e-05
          mismatched        8,190 at [0, 0, 0]
          largest |Δ|       0.717647 at [0, 15, 56]
          largest |Δ|/|dev| inf at [2, 47, 52]
          mean |Δ|          0.332709
          RMSE              0.426702
          ‖Δ‖/‖dev‖         0.970757
          cosine            0.528815
          largest ULP       1,028,706,513
          dev               0 to 0.9922, NaN 0, infinite 0
          prod              0 to 0.9922, NaN 0, infinite 0

        """)
  }

  @Test func `a scaler that prod lacks`() throws {
    #expect(
      try corpusReport("p4-tabular-dropped-scaler", "dev", "prod") == """
        FIRST DIVERGENCE  1 scaled: prod does not have this stage
          it comes after 'features', which both have
        LIKELY CAUSE  stage-missing
          prod does not run 'scaled'; 'logits' after it differs

        dev   dev  npy-folder, 6 stages
        prod  prod  npy-folder, 5 stages
        6 stages: 1 agree, 5 differ, 1 missing in prod

            # stage                dtype    shape                       differ ‖Δ‖/‖dev‖
        =   0 features             f64      4×4
        <   1 scaled     missing   f64      4×4
        ≠   2 logits               f64      4×3                          100 %       4.7
        ≠   3 proba                f64      4×3                          100 %       1.3
        ≠   4 prediction           i64      4                           75.0 %      0.65
        ≠   5 label                text     4 texts                     75.0 %

        """)
  }

  @Test func `a match`() throws {
    #expect(
      TextReport.render(
        try compared(
          [stage("a", 1, 2), stage("b", 1)], [stage("a", 1, 2), stage("b", 1.000_001)])) == """
          MATCH  all 2 stages agree
            1 with the same bits, 1 within tolerance; largest ‖Δ‖/‖dev‖ 9.5e-07 in b

          dev   dev  test, 2 stages
          prod  prod  test, 2 stages
          2 stages: 2 agree, 0 differ

              # stage              dtype    shape                         differ ‖Δ‖/‖dev‖
          =   0 a                  f32      2
          ≈   1 b                  f32      1                                      9.5e-07

          """)
  }

  @Test func `a text that differs is pointed at`() throws {
    #expect(
      TextReport.render(
        try compared([stage("t", text: "a cat sat")], [stage("t", text: "a cow sat")])) == """
          FIRST DIVERGENCE  0 t: the text differs
            first differs at character 3

          dev   dev  test, 1 stage
          prod  prod  test, 1 stage
          1 stage: 0 agree, 1 differ

              # stage              dtype    shape                         differ ‖Δ‖/‖dev‖
          ≠   0 t        origin    text     one text                       100 %

          t in numbers
            dev   a cat sat
            prod  a cow sat
                     ^

          """)
  }

  @Test func `what could not be compared`() throws {
    let problem = FormatError(
      file: "prod.npz", place: "entry 'x.npy'", byteOffset: 128,
      problem: .wrongChecksum(expected: 1, found: 2))
    let report = TextReport.render(
      try compared(
        [stage("x", 1), stage("y", 1)], [stage("x", .unreadable(problem)), stage("y", 1)]))
    #expect(
      report
        == """
        UNDECIDED  1 of 2 stages agree; the others are not known
          prod.npz, entry 'x.npy', byte 128: CRC-32 announced 0x00000001, data give 0x0…

        dev   dev  test, 2 stages
        prod  prod  test, 2 stages
        2 stages: 1 agree, 0 differ, 1 not comparable

            # stage              dtype    shape                         differ ‖Δ‖/‖dev‖
        ?   0 x        lost      f32→?    1→?
        =   1 y                  f32      1

        Remarks
          prod.npz, entry 'x.npy', byte 128: CRC-32 announced 0x00000001, data give
            0x00000002; copy it again

        """)
  }

  @Test func `two origins, a renamed and a moved stage`() throws {
    let report = TextReport.render(
      try compared(
        [
          stage("a", 1, 2, 3, 4), stage("b", 1).taking("x", 1), stage("c", 5),
          stage("d", 1).taking("x", 1),
        ],
        [
          stage("other", 1, 2, 3, 4), stage("c", 5), stage("b", 2).taking("x", 1),
          stage("d", 2).taking("x", 1),
        ]))
    #expect(
      report == """
        FIRST DIVERGENCE  1 b: 1 of 1 elements differ (100 %)
          largest |Δ| 1 at [0]: dev 1.0, prod 2.0
          prod runs this stage in another order, as its number 2

        dev   dev  test, 4 stages
        prod  prod  test, 4 stages
        4 stages: 2 agree, 2 differ, 1 moved; origins: 1 b, 3 d

            # stage               dtype    shape                        differ ‖Δ‖/‖dev‖
        =   0 a → other renamed   f32      4
        ≠   1 b         moved     f32      1                             100 %         1
        =   2 c                   f32      1
        ≠   3 d         origin    f32      1                             100 %         1

        b in numbers
          tolerance         rtol 1.3e-06, atol 1e-05
          mismatched        1 at [0]
          largest |Δ|       1 at [0]
          largest |Δ|/|dev| 1 at [0]
          mean |Δ|          1
          RMSE              1
          ‖Δ‖/‖dev‖         1
          cosine            1
          largest ULP       8,388,608
          dev               1 to 1, NaN 0, infinite 0
          prod              2 to 2, NaN 0, infinite 0

        """)
  }

  @Test func `an incomplete trace is remarked with what ended it`() throws {
    var dev = trace([stage("a", 1)], path: "dev")
    dev.isComplete = false
    dev.error = "CUDA out of memory"
    dev.warnings = ["The last file is cut."]
    let report = TextReport.render(try compared(dev, trace([stage("a", 1)], path: "prod")))
    #expect(report.contains("dev   dev  test, 1 stage, NOT COMPLETE\n"))
    #expect(
      report.hasSuffix(
        """

        Remarks
          dev: The last file is cut.
          dev: the trace is not complete
          dev: the request ended with: CUDA out of memory

        """))
  }

  @Test func `a trace that was cut off ends before the first divergence`() throws {
    var prod = trace([stage("a", 1)], path: "prod")
    prod.isComplete = false
    prod.warnings = ["The archive was cut off."]
    #expect(
      TextReport.render(try compared(trace([stage("a", 1), stage("b", 1)], path: "dev"), prod))
        == """
        FIRST DIVERGENCE  1 b: prod ends before this stage
          it comes after 'a', which both have
        LIKELY CAUSE  trace-truncated  prod ends after 'a': the trace is not complete

        dev   dev  test, 2 stages
        prod  prod  test, 1 stage, NOT COMPLETE
        2 stages: 1 agree, 1 differ, 1 missing in prod

            # stage              dtype    shape                         differ ‖Δ‖/‖dev‖
        =   0 a                  f32      1
        <   1 b        missing   f32      1

        Remarks
          prod: The archive was cut off.
          prod: the trace is not complete

        """)
  }

  /// A stage through which the file's end goes.
  private func cut(_ name: String) -> Stage {
    stage(
      name,
      .unreadable(
        FormatError(
          file: "prod.npz", place: "entry '\(name).npy'",
          problem: .truncated(expectedByteCount: 80, foundByteCount: 20))))
  }

  @Test func `a stage that the cut goes through is lost, and is where the trace ends`() throws {
    var prod = trace([stage("a", 1), cut("b")], path: "prod")
    prod.isComplete = false
    let report = TextReport.render(
      try compared(trace([stage("a", 1), stage("b", 1), stage("c", 1)], path: "dev"), prod))
    #expect(
      report.hasPrefix(
        """
        FIRST DIVERGENCE  2 c: prod ends before this stage
          it comes after 'b', which both have
        LIKELY CAUSE  trace-truncated  prod is cut off inside 'b'; the rest is lost

        """))
    #expect(report.contains("\n?   1 b        lost      f32→?    1→?\n"))
  }

  @Test func `a likely cause that is too long for its line stands below`() throws {
    let long = "vision_model.encoder.layers.11.self_attn.out_proj"
    var prod = trace([stage("a", 1), cut(long)], path: "prod")
    prod.isComplete = false
    let report = TextReport.render(
      try compared(trace([stage("a", 1), stage(long, 1), stage("c", 1)], path: "dev"), prod))
    #expect(
      report.hasPrefix(
        """
        FIRST DIVERGENCE  2 c: prod ends before this stage
          it comes after 'vision_model.encoder.layers.11.self_attn.out_proj', which bot…
        LIKELY CAUSE  trace-truncated
          prod is cut off inside 'vision_model.encoder.layers.11.self_attn.out_proj';
            the rest is lost

        """))
  }

  @Test func `a divergence before the cut does not hide it`() throws {
    var prod = trace([stage("a", 2), cut("b"), cut("c"), cut("d")], path: "prod")
    prod.isComplete = false
    var dev = trace(["a", "b", "c", "d"].map { stage($0, 1) }, path: "dev")
    dev.isComplete = false
    #expect(
      TextReport.render(try compared(dev, prod)).hasPrefix(
        """
        FIRST DIVERGENCE  0 a: 1 of 1 elements differ (100 %)
          largest |Δ| 1 at [0]: dev 1.0, prod 2.0
        NOT COMPLETE  dev: it ends after 'd'
        NOT COMPLETE  prod: 'b', 'c' and 1 more are lost

        """))
  }

  @Test func `what is undecided because of a cut says where the cut is`() throws {
    var prod = trace([stage("a", 1), cut("b")], path: "prod")
    prod.isComplete = false
    #expect(
      TextReport.render(
        try compared(trace([stage("a", 1), stage("b", 1)], path: "dev"), prod)
      ).hasPrefix(
        """
        UNDECIDED  1 of 2 stages agree; the others are not known
          prod.npz, entry 'b.npy': 80 bytes announced, 20 present; copy it again
        LIKELY CAUSE  trace-truncated  prod is cut off inside 'b'; the rest is lost

        """))
  }

  @Test func `a difference far into a text of wide characters is on the line`() throws {
    let lead = String(repeating: "漢", count: 100)
    let report = TextReport.render(
      try compared([stage("t", text: lead + "A rest")], [stage("t", text: lead + "B rest")]))
    let lines = report.split(separator: "\n").map(String.init)
    let shown = "漢漢漢漢漢漢漢漢漢漢漢漢漢漢漢漢漢漢"
    let blanks = "                                            "
    #expect(
      lines.suffix(3) == ["  dev   \(shown)A rest", "  prod  \(shown)B rest", "\(blanks)^"])
  }

  @Test func `a long path keeps its end and what is said of the trace`() throws {
    let path = String(repeating: "漢字/", count: 40) + "dev.npz"
    let report = TextReport.render(
      try compared(trace([stage("a", 1)], path: path), trace([stage("a", 1)], path: "prod")))
    let line = try #require(report.split(separator: "\n").first { $0.hasPrefix("dev ") })
    #expect(line.hasSuffix("字/dev.npz  test, 1 stage"))
    #expect(String(line).columnCount <= 80)
  }

  @Test func `both sides of the worst element fit the second line`() throws {
    let dev = tensor(.f64, [-0.123_456_789_012_345_67], [1, 1, 1, 1])
    let prod = tensor(.f64, [-987.654_321_098_765_4], [1, 1, 1, 1])
    let lines = TextReport.render(try compared([stage("x", dev)], [stage("x", prod)]))
      .split(separator: "\n")
    #expect(
      lines[1] == "  largest |Δ| 987.5 at [0, 0, 0, 0]: dev -0.123456789, prod -987.6543211")
  }

  @Test func `the first line tells of a repeated stage in full`() throws {
    let report = TextReport.render(
      try compared(
        [stage("image/normalize", 1), stage("image/normalize_1", 2), stage("head", 1)],
        [stage("image/normalize", 1), stage("head", 1)]))
    #expect(
      report.hasPrefix(
        """
        FIRST DIVERGENCE  1 image/normalize_1: dev repeats this step, prod does not
          it comes after 'image/normalize', which both have

        """))
  }

  @Test func `an undecided report says what is open`() throws {
    var dev = trace([stage("a", 1)], path: "dev")
    let prod = dev
    dev.isComplete = false
    #expect(
      TextReport.render(try compared(dev, prod)).hasPrefix(
        """
        UNDECIDED  all 1 stage agree, but the traces are not whole
          dev is not complete

        """))
    #expect(
      TextReport.render(try compared(dev, dev)).hasPrefix(
        """
        UNDECIDED  all 1 stage agree, but the traces are not whole
          dev and prod are not complete

        """))
    #expect(
      TextReport.render(try compared(trace([]), trace([]))).hasPrefix(
        """
        NOTHING TO COMPARE  no stage of dev has a counterpart in prod
          pair some with --pair DEV=PROD or --rename 'REGEX=REPLACEMENT'

        """))
  }

  @Test func `a shape of four axes is whole beside a long name`() throws {
    let image = tensor(.u8, [Double](repeating: 0, count: 150_528), [1, 3, 224, 224])
    let stages = [stage("vision_model.embeddings.patch_embedding", image)]
    let lines = TextReport.render(try compared(stages, stages)).split(separator: "\n")
    #expect(
      lines.suffix(1) == [
        "=   0 vision_…s.patch_embedding           u8       1×3×224×224"
      ])
  }

  @Test func `a difference that came in with an input says so`() throws {
    let report = TextReport.render(
      try compared([stage("a", 1).taking("x", 1)], [stage("a", 1).taking("x", 2)]))
    #expect(
      report.hasPrefix(
        """
        FIRST DIVERGENCE  0 a: input 'x': 1 of 1 elements differ (100 %)
          largest |Δ| 1 at [0]: dev 1.0, prod 2.0

        """))
  }
}
