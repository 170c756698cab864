import PipelineTrace
import TestTraces
import Testing
import TraceComparison

@testable import TraceReport

/// A name that the tests' own output shows escaped and short.
private struct HostileName: CustomTestStringConvertible, Sendable {
  var text: String
  var testDescription: String { text.visible.truncated(toColumns: 30) }
  static func all(_ texts: [String]) -> [HostileName] { texts.map(HostileName.init) }
}

/// Text of scalars that no literal can hold.
private func text(_ scalars: [UInt32]) -> String {
  String(String.UnicodeScalarView(scalars.compactMap { Unicode.Scalar($0) }))
}

/// Names that try to move the cursor, turn the writing, break the line or the layout.
private let hostileNames = HostileName.all([
  "\u{1B}[31mred\u{1B}]0;title\u{7}", "two\nlines\r\n", "\u{202E}desrever", "\u{2066}isolate",
  String(repeating: "x", count: 5000), String(repeating: "漢", count: 3000), "\u{9B}2J", "\0\u{7F}",
  "a\u{200B}b\u{FEFF}", "\u{2028}\u{2029}", String(repeating: "e\u{301}", count: 90),
  "quote\"back\\slash'", "", "\u{1F468}\u{200D}\u{1F469}\u{200D}\u{1F467}", " ", "  two  blanks  ",
  text(Array(0..<0x20)), text(Array(0x7F..<0xA0)),
  "\u{202A}\u{202B}\u{202C}\u{202D}\u{202E}\u{2066}\u{2067}\u{2068}\u{2069}\u{200E}\u{200F}\u{61C}",
  text([0xFFFE, 0xFFFF, 0xFDD0, 0x1FFFE, 0xFFFD, 0xE000, 0xE0001]), "\u{10348}𝔘nicode😀",
  "שלום עולם",
  VisibleText.decode([0x61, 0xFF, 0xC0, 0x80, 0xED, 0xA0, 0x80, 0xF5, 0x62]),
  String(repeating: "y", count: 10_000), "</td><script>alert(1)</script>", "|x|", "a\\|b", "\\",
  "`code`", "``", "a```b`", "```\n# heading\n```", "[a](http://x)", "![a](http://x)", "<http://x>",
  "www.example.com http://x.y @everyone #1 a@b.cd :smile: $x$ ~~s~~ **b** _i_", "# heading",
  "- item",
  "> quote", "| --- |", "<!--", "-->", "]]>", "<![CDATA[", "&lt;&#10;&x;", "\"><failure/>", "--",
  "|\u{1F3FB}|`\u{1F3FB}<\u{1F3FB}&\u{FF9E}\"\u{1F3FB}'\u{1F3FB}", "1,2%(3)", "= ≠ ≈ < >",
])

/// Whether a scalar may stand in a report at all: the list of what must not, by number.
private func isHarmless(_ scalar: Unicode.Scalar) -> Bool {
  switch scalar.value {
  case 0x0A: true
  case 0..<0x20, 0x7F..<0xA0, 0xAD, 0x61C, 0x200B...0x200F, 0x2028...0x202E, 0x2060...0x206F,
    0xFEFF, 0xFDD0...0xFDEF, 0xD800...0xF8FF, 0xE0000...0x10FFFF:
    false
  default: scalar.value & 0xFFFE != 0xFFFE
  }
}

/// Comparisons in which the name stands wherever a name can stand.
private func comparisons(_ name: String) throws -> [Comparison] {
  let problem = FormatError(
    file: name, place: name, byteOffset: 3, problem: .malformed("\(name) is wrong"))
  func named(_ stages: [Stage]) -> Trace {
    var trace = trace(stages, path: name)
    trace.label = name
    trace.request = name
    trace.error = name
    trace.warnings = [name]
    trace.format = "test"
    return trace
  }
  func valued(_ numbers: Double...) -> Stage {
    Stage(
      name: name, position: 0,
      values: [Value(name: name, content: .tensor(tensor(.f32, numbers)))])
  }
  let wide = tensor(.f32, [1], [Int](repeating: 1, count: 40))
  let dev = named([stage("a", 1), valued(1, 2, 3, 4), stage("z", 1)])
  var missingValue = dev
  missingValue.stages[1].values.append(Value(name: name + "2", content: .text(TextArray(name))))
  var incomplete = dev
  incomplete.isComplete = false
  return [
    try compared(dev, named([stage("a", 1), valued(1, 2, 3, 5), stage("z", 2)])),
    try compared(dev, named([stage("a", 1), stage("z", 1)])),
    try compared(named([stage("a", 1), stage("z", 1)]), dev),
    try compared(dev, named([stage("a", 1), stage(name + "b", 1, 2, 3, 4), stage("z", 1)])),
    try compared(dev, dev), try compared(incomplete, dev), try compared(missingValue, dev),
    try compared(dev, named([stage("a", 1), stage(name, .unreadable(problem)), stage("z", 1)])),
    try compared(named([stage(name, text: name)]), named([stage(name, text: name + "\u{1B}!")])),
    try compared(
      named([stage(name, text: "\u{202E}" + name)]), named([stage(name, text: "x" + name)])),
    try compared(
      named([stage(name, .text(texts(name, name)))]), named([stage(name, .text(texts(name)))])),
    try compared(named([stage(name, wide)]), named([stage(name, tensor(.bf16, [1, 2], [2, 1]))])),
    try compared(
      named([stage(name, 1).taking(name, 1), stage(name + "2", 1).taking(name, 1)]),
      named([stage(name, 2).taking(name, 1), stage(name + "2", 2).taking(name, 1)])),
  ]
}

@Suite struct HostileNamesTests {
  @Test(arguments: hostileNames)
  fileprivate func `no line of a text report is too long or holds what a terminal obeys`(
    name: HostileName
  ) throws {
    for comparison in try comparisons(name.text) {
      #expect(TextReport.render(comparison).faults == [])
    }
  }

  @Test(arguments: hostileNames)
  fileprivate func `no line of a listing is too long or holds what a terminal obeys`(
    name: HostileName
  ) throws {
    for comparison in try comparisons(name.text) {
      #expect(TraceListing.render(comparison.dev, workerCount: 1).0.faults == [])
      #expect(TraceListing.render(comparison.prod, workerCount: 1).0.faults == [])
    }
  }

  @Test(arguments: hostileNames)
  fileprivate func `no report holds what a terminal obeys or what cannot be seen`(
    name: HostileName
  ) throws {
    for comparison in try comparisons(name.text) {
      for format in allReportFormats {
        let text = format.render(comparison)
        let strange = text.unicodeScalars.filter { !isHarmless($0) }
        #expect(strange.isEmpty, "\(format.name): \(strange.map(\.value))")
        #expect(text.unicodeScalars.allSatisfy { $0 == "\n" || VisibleText.isPlain($0) })
      }
    }
  }

  @Test(arguments: hostileNames)
  fileprivate func `no name changes the structure of a Markdown report`(name: HostileName) throws {
    for comparison in try comparisons(name.text) {
      let report = MarkdownChecker(MarkdownReport.render(comparison))
      #expect(report.faults == [])
      #expect((1...3).contains(report.headings.count))
      let stages = try #require(report.tables.first)
      #expect(stages.count == comparison.pairs.count + 2)
      #expect(stages.allSatisfy { $0.count == 8 })
      #expect(report.tables.dropFirst().joined().allSatisfy { $0.count == 2 })
      for (pair, row) in zip(comparison.pairs, stages.dropFirst(2)) {
        let names = [pair.dev?.name, pair.prod?.name].compactMap { name in
          name.map { $0.isEmpty ? "*empty*" : $0.visible }
        }
        #expect(row[2] == (Set(names).count == 1 ? names[0] : names.joined(separator: " → ")))
      }
    }
  }

  @Test(arguments: hostileNames)
  fileprivate func `a JUnit report is well-formed, and green on a match alone`(
    name: HostileName
  ) throws {
    for comparison in try comparisons(name.text) {
      let root = try XMLChecker.root(of: JUnitReport.render(comparison))
      let cases = root.all("testcase")
      let failures = root.all("failure")
      let errors = root.all("error")
      for suite in root.all("testsuites") + root.all("testsuite") {
        #expect(suite.attributes["tests"] == String(cases.count))
        #expect(suite.attributes["failures"] == String(failures.count))
        #expect(suite.attributes["errors"] == String(errors.count))
      }
      #expect(root.all("testsuite").count == 1)
      let isGreen = comparison.verdict == .match && comparison.firstProblem == nil
      #expect((failures.isEmpty && errors.isEmpty) == isGreen)
      let stages = cases.filter { $0.attributes["classname"] == "paritty.stage" }
      #expect(stages.count == comparison.pairs.count)
      for (pair, stage) in zip(comparison.pairs, stages) {
        #expect(try #require(stage.attributes["name"]).hasPrefix(pair.name.visible))
        let kind = stage.children.first { $0.name == "failure" }?.attributes["type"]
        #expect(kind == pair.kind?.rawValue)
      }
    }
  }

  @Test func `the name is still told in the report`() throws {
    let report = TextReport.render(try comparisons("\u{1B}[31mred")[0])
    #expect(report.hasPrefix(#"FIRST DIVERGENCE  1 \x1b[31mred: 1 of 4 elements differ (25.0 %)"#))
  }
}
