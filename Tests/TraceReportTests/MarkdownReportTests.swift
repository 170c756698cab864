import PipelineTrace
import TestTraces
import Testing
import TraceComparison

@testable import TraceReport

@Suite struct MarkdownReportTests {
  @Test func `a divergence`() throws {
    let report = MarkdownReport.render(
      try compared(
        [
          stage("a|b", 1, 2, 3, 4), stage("two", 1), stage("three", 1).taking("x", 1),
          stage("four", 1).taking("x", 1),
        ],
        [
          stage("a|c", 1, 2, 3, 4), stage("two", 1.000_001), stage("three", 2).taking("x", 1),
          stage("four", 2).taking("x", 1), stage("`five`", 1),
        ]))
    #expect(
      report == """
        ## FIRST DIVERGENCE `2 three: 1 of 1 elements differ (100 %)`

        `largest |Δ| 1 at [0]: dev 1.0, prod 2.0`

        - dev `dev`, test, 4 stages
        - prod `prod`, test, 5 stages
        - 5 stages: 2 agree, 3 differ, 1 only in prod; origins: `2 three`, `3 four`

        | # | | stage | role | dtype | shape | differ | ‖Δ‖/‖dev‖ |
        | ---: | --- | --- | --- | --- | --- | ---: | ---: |
        | 0 | = same bits | `a`&#124;`b` → `a`&#124;`c` | renamed | `f32` | `4` | | |
        | 1 | ≈ within tolerance | `two` | | `f32` | `1` | | 9.5e-07 |
        | 2 | ≠ differs | `three` | origin | `f32` | `1` | 100 % | 1 |
        | 3 | ≠ differs | `four` | origin | `f32` | `1` | 100 % | 1 |
        | 4 | &gt; only in prod | `` `five` `` | extra | `f32` | `1` | | |

        ### `three` in numbers

        | measure | value |
        | --- | --- |
        | tolerance | `rtol 1.3e-06, atol 1e-05` |
        | mismatched | `1 at [0]` |
        | largest &#124;Δ&#124; | `1 at [0]` |
        | largest &#124;Δ&#124;/&#124;dev&#124; | `1 at [0]` |
        | mean &#124;Δ&#124; | `1` |
        | RMSE | `1` |
        | ‖Δ‖/‖dev‖ | `1` |
        | cosine | `1` |
        | largest ULP | `8,388,608` |
        | dev | `1 to 1, NaN 0, infinite 0` |
        | prod | `2 to 2, NaN 0, infinite 0` |

        """)
  }

  @Test func `a match`() throws {
    #expect(
      MarkdownReport.render(
        try compared(
          [stage("a", 1, 2), stage("b", 1)], [stage("a", 1, 2), stage("b", 1.000_001)])) == """
          ## MATCH `all 2 stages agree`

          `1 with the same bits, 1 within tolerance; largest ‖Δ‖/‖dev‖ 9.5e-07 in b`

          - dev `dev`, test, 2 stages
          - prod `prod`, test, 2 stages
          - 2 stages: 2 agree, 0 differ

          | # | | stage | role | dtype | shape | differ | ‖Δ‖/‖dev‖ |
          | ---: | --- | --- | --- | --- | --- | ---: | ---: |
          | 0 | = same bits | `a` | | `f32` | `2` | | |
          | 1 | ≈ within tolerance | `b` | | `f32` | `1` | | 9.5e-07 |

          """)
  }

  @Test func `a text that differs is pointed at in a block of code`() throws {
    let report = MarkdownReport.render(
      try compared(
        [stage("t", text: "a ```cat sat")], [stage("t", text: "a ```cow sat")]))
    #expect(
      report.hasSuffix(
        """
        ### `t` in numbers

        ````text
          dev   a ```cat sat
          prod  a ```cow sat
                      ^
        ````

        """))
  }

  @Test func `an undecided comparison says what is open`() throws {
    let problem = FormatError(
      file: "prod.npz", place: "entry 'x.npy'", byteOffset: 128,
      problem: .wrongChecksum(expected: 1, found: 2))
    var dev = trace([stage("x", 1), stage("y", 1)], path: "dev")
    let prod = trace([stage("x", .unreadable(problem)), stage("y", 1)], path: "prod")
    dev.isComplete = false
    dev.error = "out of *memory*\n# now"
    #expect(
      MarkdownReport.render(try compared(dev, prod)) == #"""
        ## UNDECIDED `1 of 2 stages agree; the others are not known`

        `prod.npz, entry 'x.npy', byte 128: CRC-32 announced 0x00000001, data give 0x00000002; copy it again`

        - dev `dev`, test, 2 stages, NOT COMPLETE
        - prod `prod`, test, 2 stages
        - 2 stages: 1 agree, 0 differ, 1 not comparable

        | # | | stage | role | dtype | shape | differ | ‖Δ‖/‖dev‖ |
        | ---: | --- | --- | --- | --- | --- | ---: | ---: |
        | 0 | ? not comparable | `x` | lost | `f32→?` | `1→?` | | |
        | 1 | = same bits | `y` | | `f32` | `1` | | |

        ### Remarks

        - `dev: the trace is not complete`
        - `dev: the request ended with: out of *memory*\n# now`
        - `prod.npz, entry 'x.npy', byte 128: CRC-32 announced 0x00000001, data give 0x00000002; copy it again`

        """#)
  }

  @Test func `a stage that prod lacks, and names however long are whole`() throws {
    let name = String(repeating: "encoder.", count: 100)
    let report = MarkdownReport.render(
      try compared([stage("a", 1), stage(name, 1), stage("b", 2)], [stage("a", 1), stage("b", 2)]))
    #expect(
      report.hasPrefix(
        """
        ## FIRST DIVERGENCE `1 \(name): prod does not have this stage`

        `it comes after 'a', which both have`

        """))
    #expect(
      report.contains("| 1 | &lt; missing in prod | `\(name)` | missing | `f32` | `1` | | |\n"))
  }
}
