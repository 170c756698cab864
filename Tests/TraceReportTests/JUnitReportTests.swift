import PipelineTrace
import TestTraces
import Testing
import TraceComparison

@testable import TraceReport

@Suite struct JUnitReportTests {
  @Test func `a divergence`() throws {
    let report = JUnitReport.render(
      try compared(
        [stage("one", 1, 2), stage("two", 1).taking("x", 1), stage("four", 1)],
        [stage("one", 1, 2), stage("two", 2).taking("x", 1), stage("<3>", 1, 2, 3)]))
    #expect(
      report == """
        <?xml version="1.0" encoding="UTF-8"?>
        <testsuites name="paritty" tests="4" failures="3" errors="0" skipped="0">
          <testsuite name="paritty dev prod" tests="4" failures="3" errors="0" skipped="0">
            <testcase classname="paritty.stage" name="one"/>
            <testcase classname="paritty.stage" name="two">
              <failure message="1 of 1 elements differ (100 %); largest |Δ| 1 at [0]: dev 1.0, prod 2.0" type="values">stage 1 two: 1 of 1 elements differ (100 %); largest |Δ| 1 at [0]: dev 1.0, prod 2.0
        origin, f32, 1
        tolerance: rtol 1.3e-06, atol 1e-05
        mismatched: 1 at [0]
        largest |Δ|: 1 at [0]
        largest |Δ|/|dev|: 1 at [0]
        mean |Δ|: 1
        RMSE: 1
        ‖Δ‖/‖dev‖: 1
        cosine: 1
        largest ULP: 8,388,608
        dev: 1 to 1, NaN 0, infinite 0
        prod: 2 to 2, NaN 0, infinite 0</failure>
            </testcase>
            <testcase classname="paritty.stage" name="&lt;3&gt;">
              <failure message="dev does not have this stage" type="extra">stage 2 &lt;3&gt;: dev does not have this stage
        LIKELY CAUSE  stage-extra  prod runs &apos;&lt;3&gt;&apos;, which dev does not; in its place dev has &apos;four&apos;
        extra, f32, 3</failure>
            </testcase>
            <testcase classname="paritty.stage" name="four">
              <failure message="prod does not have this stage" type="missing">stage 3 four: prod does not have this stage
        LIKELY CAUSE  stage-missing  prod does not run &apos;four&apos;; in its place prod has &apos;&lt;3&gt;&apos;
        missing, f32, 1</failure>
            </testcase>
            <system-out>FIRST DIVERGENCE  1 two: 1 of 1 elements differ (100 %)
        largest |Δ| 1 at [0]: dev 1.0, prod 2.0
        4 stages: 1 agree, 3 differ, 1 missing in prod, 1 only in prod</system-out>
          </testsuite>
        </testsuites>

        """)
  }

  @Test func `a match passes, with the numbers of what is close`() throws {
    #expect(
      JUnitReport.render(
        try compared(
          [stage("a", 1, 2), stage("b", 1), stage("b", 2)],
          [stage("a", 1, 2), stage("b", 1.000_001), stage("b", 2)])) == """
          <?xml version="1.0" encoding="UTF-8"?>
          <testsuites name="paritty" tests="3" failures="0" errors="0" skipped="0">
            <testsuite name="paritty dev prod" tests="3" failures="0" errors="0" skipped="0">
              <testcase classname="paritty.stage" name="a"/>
              <testcase classname="paritty.stage" name="b">
                <system-out>1 of 1 elements differ, all within tolerance
          ‖Δ‖/‖dev‖ 9.5e-07</system-out>
              </testcase>
              <testcase classname="paritty.stage" name="b#2"/>
              <system-out>MATCH  all 3 stages agree
          2 with the same bits, 1 within tolerance; largest ‖Δ‖/‖dev‖ 9.5e-07 in b
          3 stages: 3 agree, 0 differ</system-out>
            </testsuite>
          </testsuites>

          """)
  }

  @Test func `what could not be compared and a trace that is not complete are errors`() throws {
    let problem = FormatError(
      file: "prod.npz", place: "entry 'x.npy'", byteOffset: 128,
      problem: .wrongChecksum(expected: 1, found: 2))
    var dev = trace([stage("x", 1), stage("y", 1)], path: "dev")
    let prod = trace([stage("x", .unreadable(problem)), stage("y", 1)], path: "prod")
    dev.isComplete = false
    dev.error = "out of memory"
    #expect(
      JUnitReport.render(try compared(dev, prod)) == """
        <?xml version="1.0" encoding="UTF-8"?>
        <testsuites name="paritty" tests="3" failures="0" errors="2" skipped="0">
          <testsuite name="paritty dev prod" tests="3" failures="0" errors="2" skipped="0">
            <testcase classname="paritty.stage" name="x">
              <error message="prod.npz, entry &apos;x.npy&apos;, byte 128: CRC-32 announced 0x00000001, data give 0x00000002; copy it again" type="not_comparable">stage 0 x: prod.npz, entry &apos;x.npy&apos;, byte 128: CRC-32 announced 0x00000001, data give 0x00000002; copy it again
        lost, f32→?, 1→?</error>
            </testcase>
            <testcase classname="paritty.stage" name="y"/>
            <testcase classname="paritty.trace" name="dev is complete">
              <error message="the trace is not complete" type="incomplete">dev dev: test, 2 stages, NOT COMPLETE
        the request ended with: out of memory</error>
            </testcase>
            <system-out>UNDECIDED  1 of 2 stages agree; the others are not known
        prod.npz, entry &apos;x.npy&apos;, byte 128: CRC-32 announced 0x00000001, data give 0x00000002; copy it again
        2 stages: 1 agree, 0 differ, 1 not comparable
        dev: the trace is not complete
        dev: the request ended with: out of memory
        prod.npz, entry &apos;x.npy&apos;, byte 128: CRC-32 announced 0x00000001, data give 0x00000002; copy it again</system-out>
          </testsuite>
        </testsuites>

        """)
  }

  @Test func `all stages agree but prod was cut off: not all is green`() throws {
    let dev = trace([stage("a", 1)], path: "dev")
    var prod = trace([stage("a", 1)], path: "prod")
    prod.isComplete = false
    let report = JUnitReport.render(try compared(dev, prod))
    #expect(report.contains(#"tests="2" failures="0" errors="1""#))
    #expect(report.contains(#"<testcase classname="paritty.trace" name="prod is complete">"#))
  }

  @Test func `outputs agree but an input could not be compared: not all is green`() throws {
    let problem = FormatError(file: "prod.npz", problem: .malformed("no header"))
    var prod = stage("a", 1)
    prod.values.append(Value(name: "x", role: .input, content: .unreadable(problem)))
    let report = JUnitReport.render(try compared([stage("a", 1).taking("x", 1)], [prod]))
    #expect(report.contains(#"tests="1" failures="0" errors="1""#))
    #expect(report.contains(#"<error message="prod.npz: no header; "#))
  }

  @Test func `where nothing could be compared a case says so`() throws {
    let empty = JUnitReport.render(try compared([], []))
    #expect(empty.contains(#"tests="1" failures="0" errors="1""#))
    #expect(
      empty.contains(
        #"<error message="no stage of dev has a counterpart in prod" type="nothing_compared">"#))
    let apart = JUnitReport.render(try compared([stage("a", 1)], [stage("b", 1, 2)]))
    #expect(apart.contains(#"tests="3" failures="2" errors="1""#))
  }

  @Test func `every value of a stage that differs is told`() throws {
    let report = JUnitReport.render(
      try compared(
        [stage("a", 1).taking("x", 1).taking("y", 1)],
        [stage("a", 2).taking("x", 3).taking("y", 1)]))
    #expect(report.contains("\ninput &apos;x&apos;: 1 of 1 elements differ (100 %)\n"))
    #expect(!report.contains("input &apos;y&apos;"))
  }

  @Test func `a text that differs is pointed at`() throws {
    let report = JUnitReport.render(
      try compared([stage("t", text: "a & b")], [stage("t", text: "a & c")]))
    #expect(report.contains(#" type="text">stage 0 t: the text differs"#))
    #expect(
      report.contains(
        """
          dev   a &amp; b
          prod  a &amp; c
                    ^</failure>
        """))
  }
}
