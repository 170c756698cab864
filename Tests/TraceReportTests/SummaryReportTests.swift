import Foundation
import PipelineTrace
import TestTraces
import Testing
import TraceComparison

@testable import TraceReport

private let figures: [TensorSummary.Statistic: Double] = [
  .minimum: -3.6809, .maximum: 3.9194, .mean: 0.0412, .deviation: 1.0021,
]

private func layer(
  _ name: String, _ change: [TensorSummary.Statistic: Double] = [:], printed: [Int: Double] = [:],
  digest: String? = nil
) -> Stage {
  stage(
    name,
    summary(
      .f32, [48, 48], figures.merging(change) { $1 }, printed: printed, digest: digest,
      halfUnit: 0.00005))
}

/// A pair of tensors of the same statistics in another order, of which `dev` was summarized.
private let permuted = [
  (stage("x", summary(.f32, [3], [.minimum: 1, .maximum: 3, .mean: 2])), stage("x", 3, 1, 2))
]

@Suite struct SummaryReportTests {
  // MARK: Text

  @Test func `a match by summaries says so in its first line, and what it cannot see`() throws {
    #expect(
      TextReport.render(
        try compared([layer("a"), stage("b", 1)], [layer("a"), stage("b", 1)]))
          == """
          MATCH BY SUMMARIES  all 2 stages agree in what was recorded
            statistics cannot see a permutation: the same values reordered look the same

          dev   dev  test, 2 stages
          prod  prod  test, 2 stages
          2 stages: 2 agree, 0 differ

              # stage              dtype    shape                         differ ‖Δ‖/‖dev‖
          ≈   0 a        summary   f32      48×48
          =   1 b                  f32      1

          Remarks
            1 of 2 stages are summaries; where they agree, elements may still differ

          """)
  }

  @Test func `a permuted tensor matches its summary with the warning, and is not identical`() throws
  {
    let found = try compared(permuted.map(\.0), permuted.map(\.1))
    #expect(found.pairs.map(\.status) == [.close])
    #expect(
      TextReport.render(found).hasPrefix(
        """
        MATCH BY SUMMARIES  all 1 stage agree in what was recorded
          statistics cannot see a permutation: the same values reordered look the same

        """))
  }

  @Test func `printed elements are counted where nothing else sees the order`() throws {
    let printed = Dictionary(uniqueKeysWithValues: (0..<48).map { ($0, 0.5) })
    let found = try compared([layer("a", printed: printed)], [layer("a", printed: printed)])
    #expect(
      CloseText.summary(of: found)
        == "only the printed elements (48 of 2,304) were compared one by one")
    let all = stage("x", summary(.f32, [2], printed: [0: 1, 1: 2], halfUnit: 0.5))
    #expect(
      CloseText.summary(of: try compared([all], [all]))
        == "every element was printed, and agrees in the digits that were printed")
    let hashed = try compared([layer("a", digest: "9f8e7d6c")], [layer("a", digest: "9f8e7d6c")])
    #expect(CloseText.summary(of: hashed) == "the digests of all elements are the same")
  }

  @Test func `a divergence names the statistic, both sides and what was allowed`() throws {
    let dev = [layer("embed"), layer("norm", printed: [0: 1.2917, 50: -1])]
    let prod = [layer("embed"), layer("norm", [.mean: 0.0137], printed: [0: 1.2917, 50: -1.5])]
    let report = TextReport.render(try compared(dev, prod))
    #expect(
      report == """
        FIRST DIVERGENCE  1 norm: 1 of 4 statistics differ
          mean: dev 0.0412, prod 0.0137, prod - dev -0.028

        dev   dev  test, 2 stages
        prod  prod  test, 2 stages
        2 stages: 1 agree, 1 differ

            # stage              dtype    shape                         differ ‖Δ‖/‖dev‖
        ≈   0 embed    summary   f32      48×48
        ≠   1 norm     origin    f32      48×48                         1 of 4    ≥0.027

        norm in numbers
          tolerance         rtol 1.3e-06, atol 1e-05
          min               dev -3.6809, prod -3.6809, agrees
          max               dev 3.9194, prod 3.9194, agrees
          mean              dev 0.0412, prod 0.0137, differs: 0.00011 allowed
          std               dev 1.0021, prod 1.0021, agrees
          printed elements  2 of 2,304, 1 differ, first [1, 2]

        Remarks
          2 of 2 stages are summaries; where they agree, elements may still differ

        """)
    #expect(report.faults == [])
  }

  @Test func `printed elements, digests and sums that overflowed have words of their own`() throws {
    let low = -Double(Float.greatestFiniteMagnitude)
    let mask = try compared(
      [stage("x", summary(.f32, [9], [.minimum: low, .maximum: 0, .mean: -.infinity]))],
      [stage("x", summary(.f32, [9], [.minimum: low, .maximum: 1, .mean: -3e38]))])
    #expect(
      TextReport.render(mask).contains(
        "  mean              dev -inf, prod -3e+38, not compared: a sum overflowed\n"))
    let printed = try compared(
      [layer("a", printed: [0: 1, 1: 2])], [layer("a", printed: [0: 1, 1: 3])]
    ).pairs[0]
    #expect(DivergenceText.amount(of: printed) == "1 of 2 printed elements differ")
    #expect(DivergenceText.place(of: printed.values[0]) == "first at [0, 1]: dev 2, prod 3")
    let digests = try compared(
      [stage("x", summary(.f32, [3], digest: "9f8e7d6c"))],
      [stage("x", summary(.f32, [3], digest: "00000000"))])
    #expect(
      TextReport.render(digests).hasPrefix(
        "FIRST DIVERGENCE  0 x: the digests differ; nothing else was recorded\n"))
    #expect(TextReport.render(digests).contains("  digest            differs: other bytes\n"))
    let exact = try compared(
      [stage("x", summary(.i64, [3], [.mean: 1], digest: "9f8e7d6c"))],
      [stage("x", summary(.i64, [3], [.mean: 1], digest: "00000000"))])
    #expect(
      DivergenceText.amount(of: exact.pairs[0]) == "the digests differ, and nothing is tolerated")
  }

  @Test func `what agrees is told with all that was compared`() throws {
    func amount(_ content: Value.Content) throws -> String {
      DivergenceText.amount(of: try compared([stage("x", content)], [stage("x", content)]).pairs[0])
    }
    #expect(try amount(summary(.f32, [3], [.mean: 1])) == "the one statistic agrees")
    #expect(
      try amount(summary(.f32, [3], [.mean: 1, .norm: 2], printed: [0: 1], digest: "00"))
        == "all 2 statistics agree, 1 of 3 elements agree as printed, the digests are the same")
    #expect(try amount(summary(.f32, [0])) == "no elements")
    let pair = try compared([layer("a")], [layer("a")]).pairs[0]
    #expect(DivergenceText.word(for: pair) == "summaries agree")
  }

  @Test func `nothing in common leaves the verdict open, with the reason`() throws {
    let report = TextReport.render(
      try compared(
        [stage("x", summary(.f32, [2], [.mean: 9]))], [stage("x", summary(.f32, [2]))]))
    #expect(
      report.hasPrefix(
        """
        UNDECIDED  0 of 1 stage agree; the others are not known
          tree.json, node 'x': what was recorded has no statistic that the other side h…

        """))
  }

  @Test func `another dtype and another shape are told as of tensors`() throws {
    let dtype = try compared(
      [stage("x", summary(.f32, [2], [.mean: 9]))], [stage("x", summary(.i32, [2], [.mean: 9]))]
    ).pairs[0]
    #expect(DivergenceText.amount(of: dtype) == "f32→i32: another kind of number")
    let shape = try compared(
      [stage("x", summary(.f32, [2], [.mean: 9]))], [stage("x", 1, 2, 3)]
    ).pairs[0]
    #expect(DivergenceText.amount(of: shape) == "the shapes differ: 2→3")
  }

  // MARK: Markdown and JUnit

  @Test func `the other reports say it in the same words`() throws {
    let agreeing = try compared([layer("a")], [layer("a")])
    #expect(
      MarkdownReport.render(agreeing).hasPrefix(
        """
        ## MATCH BY SUMMARIES `all 1 stage agree in what was recorded`

        `statistics cannot see a permutation: the same values reordered look the same`

        """))
    #expect(
      MarkdownReport.render(agreeing).contains(
        "| 0 | ≈ summaries agree | `a` | summary | `f32` | `48×48` | | |\n"))
    let junit = JUnitReport.render(agreeing)
    #expect(junit.contains("MATCH BY SUMMARIES  all 1 stage agree in what was recorded\n"))
    #expect(junit.contains("all 4 statistics agree"))
    let diverged = try compared([layer("a")], [layer("a", [.mean: 0.0137])])
    #expect(
      MarkdownReport.render(diverged).contains(
        "| mean | `dev 0.0412, prod 0.0137, differs: 0.00011 allowed` |\n"))
    #expect(
      JUnitReport.render(diverged).contains(
        "message=\"1 of 4 statistics differ; mean: dev 0.0412, prod 0.0137, prod - dev -0.028\""))
  }

  // MARK: JSON

  private func parsed(_ comparison: Comparison) throws -> [String: Any] {
    let data = Data(JSONReport.render(comparison).utf8)
    return try #require(try JSONSerialization.jsonObject(with: data) as? [String: Any])
  }

  @Test func `programs read that a value is lossy, and each figure`() throws {
    func norm(_ mean: Double, _ element: Double) -> Stage {
      stage(
        "norm",
        summary(.f32, [4, 4], [.minimum: 1, .mean: mean], printed: [0: 1.25, 6: element]))
    }
    let report = JSONReport.render(try compared([norm(2, -1)], [norm(.nan, -1.5)]))
    let start = try #require(report.firstRange(of: "      \"values\""))
    let end = try #require(report.firstRange(of: "  \"findings\""))
    #expect(
      String(report[start.lowerBound..<end.lowerBound]) == """
              "values": [
                {
                  "name": "output",
                  "kind": "summary",
                  "lossy": true,
                  "status": "diverged",
                  "divergence": "values",
                  "rtol": 1.3e-06,
                  "atol": 1e-05,
                  "dev": {
                    "dtype": "f32",
                    "shape": [4, 4],
                    "summary": true,
                    "min": 1,
                    "mean": 2
                  },
                  "prod": {
                    "dtype": "f32",
                    "shape": [4, 4],
                    "summary": true,
                    "min": 1,
                    "mean": "NaN"
                  },
                  "elements": 16,
                  "statistics": [
                    {
                      "name": "min",
                      "dev": 1,
                      "prod": 1,
                      "allowed": 1.13e-05,
                      "agrees": true
                    },
                    {
                      "name": "mean",
                      "dev": 2,
                      "prod": "NaN",
                      "allowed": 0,
                      "agrees": false
                    }
                  ],
                  "printed": 2,
                  "printed_mismatched": 1,
                  "first_printed_mismatch": {
                    "index": [1, 2],
                    "dev": -1,
                    "prod": -1.5
                  },
                  "sees_order": true,
                  "rel_norm_at_least": "Infinity"
                }
              ]
            }
          ],

        """)
  }

  @Test func `a match by summaries is counted for programs`() throws {
    let report = try parsed(try compared(permuted.map(\.0), permuted.map(\.1)))
    #expect(report["verdict"] as? String == "match")
    #expect((report["coverage"] as? [String: Int])?["summaries"] == 1)
    let pairs = try #require(report["pairs"] as? [[String: Any]])
    #expect(pairs[0]["status"] as? String == "close")
    let value = try #require((pairs[0]["values"] as? [[String: Any]])?.first)
    #expect(value["sees_order"] as? Bool == false)
    #expect(value["lossy"] as? Bool == true)
    #expect((value["statistics"] as? [[String: Any]])?.count == 3)
    #expect(value["printed"] as? Int == 0)
    #expect((value["dev"] as? [String: Any])?["summary"] as? Bool == true)
    #expect((value["dev"] as? [String: Any])?["mean"] as? Double == 2)
    #expect((value["prod"] as? [String: Any])?["summary"] == nil)
  }

  // MARK: Listing

  @Test func `a listed summary shows its range and that it is one`() {
    let stages = [
      layer("a"), stage("b", summary(.bf16, [2, 3], [.mean: 1])),
      stage("c", summary(.f32, [2], [.minimum: -1.23456e-05, .maximum: .nan])),
    ]
    #expect(
      TraceListing.render(trace(stages, path: "tree.json"), workerCount: 1).0 == """
        tree.json  test, 3 stages

           # stage                dtype   shape         range                  NaN   inf
           0 a                    f32     48×48         -3.681 to 3.919          summary
           1 b                    bf16    2×3                                    summary
           2 c                    f32     2             -1.235e-05 to nan        summary

        """)
  }
}
