import PipelineTrace
import TestTraces
import Testing

@testable import TraceReport

@Suite struct TraceListingTests {
  @Test func `a trace is listed value by value`() {
    var example = trace(
      [
        stage("image", tensor(.u8, [0, 255, 7, 9], [2, 2])),
        stage("hidden", tensor(.f32, [.nan, .infinity, -1, 2])).taking("x", 1),
        stage("caption", text: "a cat\u{1B}"), stage("words", .text(texts("one", "two"))),
        stage("none", tensor(.f32, [], [0, 3])),
      ], path: "dev.npz")
    example.label = "nightly"
    example.isComplete = false
    let (text, problem) = TraceListing.render(example, workerCount: 1)
    #expect(problem == nil)
    #expect(
      text == """
        dev.npz  test, 5 stages, NOT COMPLETE
          label     nightly

           # stage                dtype   shape         range                  NaN   inf
           0 image                u8      2×2           0 to 255                 0     0
           1 hidden output        f32     4             -1 to inf                1     1
                input x           f32     1             1 to 1                   0     0
           2 caption              text    one text      "a cat\\x1b"
           3 words                text    2 texts       "one"
           4 none                 f32     0×3           no numbers               0     0

        """)
  }

  @Test func `a value that cannot be read is listed as such and told`() {
    let broken = FormatError(file: "dev.npz", problem: .malformed("no header"))
    let (text, problem) = TraceListing.render(
      trace([stage("a", .unreadable(broken)), stage("b", 1)], path: "dev.npz"), workerCount: 1)
    #expect(problem == broken)
    #expect(
      text == """
        dev.npz  test, 2 stages

           # stage                dtype   shape         range                  NaN   inf
           0 a                    ?       unreadable
           1 b                    f32     1             1 to 1                   0     0

        """)
  }

  @Test func `counts too long for their column are shortened and not cut`() {
    let many = tensor(.f32, [Double](repeating: .nan, count: 12_345))
    let (text, _) = TraceListing.render(trace([stage("a", many)]), workerCount: 1)
    #expect(text.contains(" 12k "))
    #expect(!text.contains("12,…"))
  }

  @Test func `warnings are told in full`() {
    var example = trace([stage("a", 1)])
    example.warnings = [
      "The last file of the folder is cut in the middle of its data; it is left out, and the trace"
        + " is not whole."
    ]
    let (text, _) = TraceListing.render(example, workerCount: 1)
    #expect(
      text.hasSuffix(
        """

        Remarks
          The last file of the folder is cut in the middle of its data; it is left out,
            and the trace is not whole.

        """))
  }

  @Test func `a range that is too wide has fewer digits`() {
    let (text, _) = TraceListing.render(
      trace([stage("a", tensor(.f64, [-4_494_117.0, 4_731_957.7]))]), workerCount: 1)
    #expect(text.contains(" -4.5e+06 to 4.7e+06 "))
  }
}
