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

/// Names that try to move the cursor, turn the writing, break the line or the layout.
private let hostileNames = HostileName.all([
  "\u{1B}[31mred\u{1B}]0;title\u{7}", "two\nlines\r\n", "\u{202E}desrever", "\u{2066}isolate",
  String(repeating: "x", count: 5000), String(repeating: "漢", count: 3000), "\u{9B}2J", "\0\u{7F}",
  "a\u{200B}b\u{FEFF}", "\u{2028}\u{2029}", String(repeating: "e\u{301}", count: 90),
  "quote\"back\\slash'", "", "\u{1F468}\u{200D}\u{1F469}\u{200D}\u{1F467}",
])

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
  fileprivate func `a JSON report holds nothing that a terminal obeys`(name: HostileName) throws {
    for comparison in try comparisons(name.text) {
      let text = JSONReport.render(comparison)
      #expect(text.unicodeScalars.allSatisfy { $0 == "\n" || VisibleText.isPlain($0) })
    }
  }

  @Test func `the name is still told in the report`() throws {
    let report = TextReport.render(try comparisons("\u{1B}[31mred")[0])
    #expect(report.hasPrefix(#"FIRST DIVERGENCE  1 \x1b[31mred: 1 of 4 elements differ (25.0 %)"#))
  }
}
