import PipelineTrace
import Testing
import TraceComparison

@testable import TraceScreen

/// A trace that was cut off, on the screen.
@Suite struct IncompleteTests {
  private let dev = [
    stage("load", vector([1, 2])), stage("scale", vector([3, 4])), stage("last", vector([5, 6])),
  ]
  private let problem = FormatError(
    file: "prod.npz", place: "entry 'scale.npy'",
    problem: .truncated(expectedByteCount: 80, foundByteCount: 20))
  private let warnings = [
    """
    The archive has no directory at its end, it was cut off: 1 entry before the cut is kept, \
    'scale.npy' is lost, and what may have followed it.
    """
  ]

  private var lost: Stage { stage("scale", Value(name: "out", content: .unreadable(problem))) }

  @Test func `the first screen of a cut trace says that it is cut, and what is lost`() throws {
    var sitting = try Sitting(
      dev: dev, prod: [dev[0], lost], isComplete: false, warnings: warnings)
    #expect(
      sitting.line(0)
        == " paritty  dev │ prod INCOMPLETE                   0 agree, 0 differ   comparing")
    #expect(sitting.line(5) == "  1 scale    · scale    lost      f32→? 2→?")
    #expect(
      sitting.line(-1)
        == " prod: The archive has no directory at its end, it was cut off: 1 entry before t")
    sitting.compare()
    #expect(
      sitting.lines(0..<7) == """
         paritty  dev │ prod INCOMPLETE             1 agree, 1 differ, 1 not comparable|
         FIRST DIVERGENCE  2 last  prod ends before this stage|
         LIKELY CAUSE  trace-truncated  prod is cut off inside 'scale'; the rest is lost|
        ─ Stages  dev │ prod   3 in all ──────────────────────────────────────── error ─|
          0 load     = load               f32   2|
          1 scale    ? scale    lost      f32→? 2→?|
        ▶ 2 last     ◂ ╌╌╌╌╌╌╌╌ missing   f32   2|
        """)
  }

  @Test func `a cut at the last stage leaves the answer open`() throws {
    var sitting = try Sitting(dev: [dev[0], dev[1]], prod: [dev[0], lost], isComplete: false)
    sitting.compare()
    #expect(
      sitting.lines(0..<3) == """
         paritty  dev │ prod INCOMPLETE             1 agree, 0 differ, 1 not comparable|
         UNDECIDED  1 stages agree, the others are not known|
         LIKELY CAUSE  trace-truncated  prod is cut off inside 'scale'; the rest is lost|
        """)
  }

  @Test func `a small screen says in the answer where the trace ends`() throws {
    var sitting = try Sitting(
      dev: dev, prod: [dev[0], dev[1]], width: 60, height: 10, isComplete: false)
    sitting.compare()
    #expect(
      sitting.lines(0..<2) == """
         FIRST DIVERGENCE  2 last  prod ends before this stage|
         LIKELY CAUSE  trace-truncated  prod ends after 'scale': th…|
        """)
  }

  @Test func `a cut dev is marked on its side`() throws {
    let comparison = try Comparison(
      dev: Trace(path: "dev.npz", format: "npz", stages: [dev[0]], isComplete: false),
      prod: Trace(path: "prod.npz", format: "npz", stages: [dev[0], dev[1]]),
      settings: .init(), overrides: .init())
    var debugger = Debugger(
      comparison: comparison, display: Display(palette: .monochrome), width: 80, height: 24)
    _ = debugger.update(
      .compared([.aligned(ComparisonEngine.run(comparison, workerCount: 1).pairs)]))
    _ = debugger.update(.comparisonEnded(isCancelled: false))
    #expect(
      (0..<3).map { debugger.draw().line($0) } == [
        " paritty  dev.npz INCOMPLETE │ prod.npz                       1 agree, 1 differ",
        " FIRST DIVERGENCE  1 scale  dev ends before this stage",
        " LIKELY CAUSE  trace-truncated  dev ends after 'load': the trace is not complete",
      ])
  }

  @Test func `a difference before the cut does not hide it`() throws {
    var sitting = try Sitting(
      dev: dev, prod: [stage("load", vector([1, 3])), lost], isComplete: false)
    sitting.compare()
    #expect(
      sitting.lines(0..<3) == """
         paritty  dev │ prod INCOMPLETE             0 agree, 2 differ, 1 not comparable|
         FIRST DIVERGENCE  0 load  1 of 2 elements differ (50.0 %)|
           largest |Δ| 1 at [1]: dev 2.0, prod 3.0; prod: 'scale' is lost|
        """)
  }

  @Test func `remarks of a cut trace can be read to their end`() throws {
    var sitting = try Sitting(
      dev: dev, prod: [dev[0], lost], isComplete: false, warnings: warnings)
    sitting.compare()
    sitting.press("tt")
    #expect(
      sitting.lines(7..<17) == """
        ─ 2 last  Heatmap Values [Statistics] ──────────────────────────────────────────|
         status            missing in prod|
         difference        prod did not record 'out'|
         cause             trace-truncated|
                           prod is cut off inside 'scale'; the rest is lost|
         dev               f32  2|
         remark            prod: The archive has no directory at its end, it was cut|
                             off: 1 entry before the cut is kept, 'scale.npy' is lost,|
                             and what may have followed it.|
         remark            prod: the trace is not complete|
        """)
  }
}
