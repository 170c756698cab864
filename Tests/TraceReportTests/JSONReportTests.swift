import Foundation
import PipelineTrace
import TestTraces
import Testing
import TraceAlignment
import TraceComparison

@testable import TraceReport

/// The report as another program reads it.
private func parsed(_ comparison: Comparison) throws -> [String: Any] {
  let data = Data(JSONReport.render(comparison).utf8)
  return try #require(try JSONSerialization.jsonObject(with: data) as? [String: Any])
}

extension [String: Any] {
  fileprivate func object(_ key: String) throws -> [String: Any] {
    try #require(self[key] as? [String: Any], "no object \(key)")
  }

  fileprivate func objects(_ key: String) throws -> [[String: Any]] {
    try #require(self[key] as? [[String: Any]], "no list \(key)")
  }

  fileprivate func isNull(_ key: String) -> Bool { self[key] is NSNull }
}

/// Four elements, one equal, one that divides by zero, one NaN and one infinity.
private func specials() throws -> Comparison {
  try compared(
    [stage("a", 7), stage("x", 1, 0, .nan, 4)], [stage("a", 7), stage("x", 1, 2, 3, .infinity)])
}

@Suite struct JSONReportTests {
  @Test func `findings are written with their details`() throws {
    var prod = trace([stage("a", 1)], path: "prod")
    prod.isComplete = false
    let report = JSONReport.render(
      try compared(trace([stage("a", 1), stage("b", 1)], path: "dev"), prod))
    #expect(report.contains("\"stages\": 1,\n    \"complete\": false\n"))
    #expect(
      report.hasSuffix(
        """
          "findings": [
            {
              "pair": 1,
              "value": null,
              "cause": "trace-truncated",
              "confidence": 1,
              "summary": "prod ends after 'a': the trace is not complete",
              "explained": null,
              "details": {
                "side": "prod",
                "after": "a",
                "missing": 1,
                "lost": 0
              }
            }
          ]
        }

        """))
  }

  @Test func `a small report as a whole`() throws {
    #expect(
      JSONReport.render(try compared([stage("x", 3, 0)], [stage("x", 3, 4)])) == """
        {
          "paritty": "0.1.0",
          "schema": 1,
          "verdict": "diverged",
          "dev": {
            "path": "dev",
            "format": "test",
            "stages": 1,
            "complete": true
          },
          "prod": {
            "path": "prod",
            "format": "test",
            "stages": 1,
            "complete": true
          },
          "first_divergence": {
            "pair": 0,
            "dev": "x",
            "prod": "x",
            "kind": "values"
          },
          "first_beyond_rounding": {
            "pair": 0,
            "dev": "x",
            "prod": "x",
            "kind": "values"
          },
          "origins": [0],
          "coverage": {
            "paired": 1,
            "only_dev": 0,
            "only_prod": 0,
            "moved": 0,
            "not_comparable": 0,
            "summaries": 0
          },
          "pairs": [
            {
              "dev": "x",
              "prod": "x",
              "dev_position": 0,
              "prod_position": 0,
              "status": "diverged",
              "role": "origin",
              "moved": false,
              "matched_by": "name",
              "values": [
                {
                  "name": "output",
                  "kind": "tensor",
                  "status": "diverged",
                  "divergence": "values",
                  "rtol": 1.3e-06,
                  "atol": 1e-05,
                  "dev": {
                    "dtype": "f32",
                    "shape": [2],
                    "min": 0,
                    "max": 3,
                    "nan": 0,
                    "inf": 0
                  },
                  "prod": {
                    "dtype": "f32",
                    "shape": [2],
                    "min": 3,
                    "max": 4,
                    "nan": 0,
                    "inf": 0
                  },
                  "elements": 2,
                  "mismatched": 1,
                  "max_abs": 4,
                  "max_abs_index": [1],
                  "max_rel": "Infinity",
                  "max_rel_index": [1],
                  "mean_abs": 2,
                  "rmse": 2.8284271247461903,
                  "rel_norm": 1.3333333333333333,
                  "cosine": 0.6,
                  "max_ulp": 1082130432
                }
              ]
            }
          ],
          "findings": []
        }

        """)
  }

  @Test func `the head says what was compared and what came of it`() throws {
    let report = try parsed(try specials())
    #expect(report["paritty"] as? String == "0.1.0")
    #expect(report["schema"] as? Int == 1)
    #expect(report["verdict"] as? String == "diverged")
    #expect(report["origins"] as? [Int] == [1])
    let dev = try report.object("dev")
    #expect(dev["path"] as? String == "dev")
    #expect(dev["format"] as? String == "test")
    #expect(dev["stages"] as? Int == 2)
    #expect(dev["complete"] as? Bool == true)
    let first = try report.object("first_divergence")
    #expect(first["pair"] as? Int == 1)
    #expect(first["dev"] as? String == "x")
    #expect(first["prod"] as? String == "x")
    #expect(first["kind"] as? String == "values")
    #expect(try report.objects("findings").isEmpty)
  }

  @Test func `what is no finite number is a string`() throws {
    let value = try parsed(try specials()).objects("pairs")[1].objects("values")[0]
    #expect(value["elements"] as? Int == 4)
    #expect(value["mismatched"] as? Int == 3)
    #expect(value["max_abs"] as? Double == 2)
    #expect(value["max_abs_index"] as? [Int] == [1])
    #expect(value["max_rel"] as? String == "Infinity")
    #expect(value["max_rel_index"] as? [Int] == [1])
    #expect(value["mean_abs"] as? Double == 1)
    #expect(value["rmse"] as? Double == 1.4142135623730951)
    #expect(value["max_ulp"] as? Int == 1_073_741_824)
    let prod = try value.object("prod")
    #expect(prod["min"] as? Double == 1)
    #expect(prod["max"] as? String == "Infinity")
    #expect(prod["inf"] as? Int == 1)
    #expect(try value.object("dev")["nan"] as? Int == 1)
  }

  @Test func `numbers of JSON are written so that they read back the same`() {
    var writer = JSONWriter()
    writer.array { writer in
      for number in [
        0.1, -0.0, 1e15, 1e300, .leastNonzeroMagnitude, 3, .nan, -.infinity, .infinity,
      ] {
        writer.element { $0.number(number) }
      }
    }
    #expect(
      writer.text == """
        [
          0.1,
          -0.0,
          1000000000000000.0,
          1e+300,
          5e-324,
          3,
          "NaN",
          "-Infinity",
          "Infinity"
        ]
        """)
  }

  @Test func `strings are escaped`() {
    var writer = JSONWriter()
    writer.string("a\"b\\c\n\t\r\u{1B}\u{202E}é漢\u{E0001}")
    #expect(writer.text == #""a\"b\\c\n\t\r\u001b\u202eé漢\udb40\udc01""#)
  }

  @Test func `empty lists and objects stay on their line`() {
    var writer = JSONWriter()
    writer.object { writer in
      writer.member("a") { $0.array { _ in } }
      writer.member("b") { $0.object { _ in } }
      writer.member("c", [] as [Int])
    }
    #expect(
      writer.text == """
        {
          "a": [],
          "b": {},
          "c": []
        }
        """)
  }

  @Test func `a match has no first divergence`() throws {
    var settings = ComparisonSettings()
    settings.describesIdentical = JSONReport.describesIdentical
    let report = try parsed(try compared([stage("a", 1)], [stage("a", 1)], settings))
    #expect(report["verdict"] as? String == "match")
    #expect(report.isNull("first_divergence"))
    #expect(report["origins"] as? [Int] == [])
    let value = try report.objects("pairs")[0].objects("values")[0]
    #expect(value["status"] as? String == "identical")
    #expect(value["elements"] as? Int == 1)
    #expect(value["mismatched"] as? Int == 0)
    #expect(value["max_abs"] as? Double == 0)
    #expect(value.isNull("max_abs_index"))
    #expect(value["cosine"] as? Double == 1)
  }

  @Test func `stages that stand alone have a null across from them`() throws {
    let report = try parsed(
      try compared([stage("a", 1), stage("b", 1, 2)], [stage("a", 1), stage("c", 3)]))
    let pairs = try report.objects("pairs")
    #expect(pairs.map { $0["status"] as? String } == ["identical", "only_prod", "only_dev"])
    #expect(pairs[1].isNull("dev"))
    #expect(pairs[1].isNull("dev_position"))
    #expect(pairs[1]["prod"] as? String == "c")
    #expect(pairs[1]["prod_position"] as? Int == 1)
    #expect(pairs[1].isNull("matched_by"))
    #expect(pairs[2].isNull("prod"))
    let first = try report.object("first_divergence")
    #expect(first.isNull("dev"))
    #expect(first["kind"] as? String == "extra")
    let coverage = try report.object("coverage")
    #expect(
      coverage as? [String: Int] == [
        "paired": 1, "only_dev": 1, "only_prod": 1, "moved": 0, "not_comparable": 0,
        "summaries": 0,
      ])
  }

  @Test func `a pair tells its role, its move and what it was matched by`() throws {
    let pairs = try parsed(
      try compared(
        [stage("a", 1, 2, 3, 4), stage("b", 1), stage("c", 5)],
        [stage("other", 1, 2, 3, 4), stage("c", 5), stage("b", 2)])
    ).objects("pairs")
    #expect(pairs.map { $0["matched_by"] as? String } == ["content", "name", "name"])
    #expect(pairs.map { $0["renamed"] as? Bool } == [true, nil, nil])
    #expect(pairs.map { $0["moved"] as? Bool } == [false, true, false])
    #expect(pairs.map { $0["role"] as? String } == [nil, "origin", "healed"])
  }

  @Test func `texts and tokens have their edits`() throws {
    let ids = { (numbers: [Double]) in
      stage("ids", .tokens(tensor(.i64, numbers), pieces: nil))
    }
    let pairs = try parsed(
      try compared(
        [stage("t", .text(texts("a", "b"))), ids([1, 2, 3])],
        [stage("t", .text(texts("a", "x", "b"))), ids([1, 3])])
    ).objects("pairs")
    let text = try pairs[0].objects("values")[0]
    #expect(text["kind"] as? String == "text")
    #expect(text["elements"] as? Int == 3)
    #expect(text["mismatched"] as? Int == 2)
    #expect(
      try text.object("first_difference") as? [String: Int]
        == ["text": 1, "byte": 0, "character": 0])
    #expect(
      try text.objects("edits") as? [[String: [Int]]] == [["dev": [1, 1], "prod": [1, 2]]])
    let tokens = try pairs[1].objects("values")[0]
    #expect(tokens["kind"] as? String == "tokens")
    #expect(tokens["divergence"] as? String == "shape")
    #expect(
      try tokens.objects("edits") as? [[String: [Int]]] == [["dev": [1, 2], "prod": [1, 1]]])
  }

  @Test func `what cannot be read says why`() throws {
    let problem = FormatError(file: "p.npz", problem: .malformed("no header"))
    let report = try parsed(try compared([stage("x", 1)], [stage("x", .unreadable(problem))]))
    #expect(report["verdict"] as? String == "undecided")
    #expect(report.isNull("first_divergence"))
    let value = try report.objects("pairs")[0].objects("values")[0]
    #expect(value["status"] as? String == "not_comparable")
    #expect(
      value["problem"] as? String
        == "p.npz: no header; the file is damaged or not what it claims to be, save it again")
    #expect(try value.object("prod").isNull("dtype"))
  }

  @Test func `names stand as they were recorded`() throws {
    let name = "\u{1B}[31m\n\u{202E}\"\\é"
    let report = try parsed(try compared([stage(name, 1)], [stage(name, 1)]))
    #expect(try report.objects("pairs")[0]["dev"] as? String == name)
  }

  @Test func `tensors of the same bits are described where the report asked for it`() throws {
    var settings = ComparisonSettings()
    settings.describesIdentical = JSONReport.describesIdentical
    let value = try parsed(
      try compared([stage("a", 1, .nan)], [stage("a", 1, .nan)], settings)
    ).objects("pairs")[0].objects("values")[0]
    #expect(try value.object("dev")["nan"] as? Int == 1)
    #expect(try value.object("prod")["max"] as? Double == 1)
  }
}
