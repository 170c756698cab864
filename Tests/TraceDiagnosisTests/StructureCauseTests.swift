import PipelineTrace
import TestTraces
import Testing

@testable import TraceDiagnosis

private let a = stage("a", 1, 2, 3)
private let b = stage("b", 2, 4, 6)
private let c = stage("c", 3, 5, 9)

@Suite struct StructureCauseTests {
  @Test func `two stages that changed places, where both differ for it`() throws {
    let findings = try found(
      [
        stage("question", text: "Our IT team"), stage("acronyms", text: "Our Information team"),
        stage("stop_words", text: "Information team"),
      ],
      [
        stage("question", text: "Our IT team"), stage("stop_words", text: "team"),
        stage("acronyms", text: "team"),
      ])
    #expect(
      findings == [
        Finding(
          pairIndex: 1, cause: "stages-reordered", confidence: 1,
          summary: "prod runs 'stop_words' before 'acronyms'; dev runs 'acronyms' first",
          details: [
            Finding.Detail("dev", .text("acronyms, stop_words")),
            Finding.Detail("prod", .text("stop_words, acronyms")),
          ])
      ])
  }

  @Test func `equal stages in another order are no cause`() throws {
    #expect(try found([a, b, c], [a, c, b]).isEmpty)
    let before = try found([a, b, stage("d", text: "X")], [b, a, stage("d", text: "x")])
    #expect(before.map(\.cause) == ["case-changed"])
  }

  @Test func `a branch that merely ran later is not sure, and yields to what can be undone`() throws
  {
    let branches = try found(
      [a, stage("text", text: "A Cup"), b], [a, b, stage("text", text: "a cup")])
    #expect(branches.map(\.cause) == ["case-changed", "stages-reordered"])
    #expect(branches.map(\.confidence) == [1, 0.7])
  }

  @Test func `a stage whose recorded inputs agree got what it gets in dev`() throws {
    let dev = [
      stage("x", text: "A B").taking("in", 1, 2), stage("y", text: "C D").taking("in", 3, 4),
    ]
    let prod = [
      stage("y", text: "c d").taking("in", 3, 4), stage("x", text: "a b").taking("in", 1, 2),
    ]
    #expect(try found(dev, prod).map(\.cause) == ["case-changed", "case-changed"])
  }

  @Test func `a stage that prod does not run`() throws {
    let findings = try found([a, b, c], [a, stage("c", 7, 8, 9)])
    #expect(findings.map(\.cause) == ["stage-missing"])
    #expect(findings.first?.pairIndex == 1)
    #expect(findings.first?.summary == "prod does not run 'b'; 'c' after it differs")
    #expect(
      try found([a, b, c], [a, c]).map(\.summary)
        == ["prod does not run 'b'; 'c' after it agrees all the same"])
    #expect(
      try found([a, b, c, stage("d", 1)], [a, stage("d", 2)]).map(\.summary)
        == ["prod does not run 'b', nor 'c'; 'd' after them differs"])
  }

  @Test func `a stage that only prod runs, and one in the place of another`() throws {
    #expect(
      try found([a, c], [a, b, stage("c", 7, 8, 9)]).map(\.summary)
        == ["prod runs 'b', which dev does not; 'c' after it differs"])
    let replaced = try found([a, b, c], [a, stage("z", text: "x"), stage("c", 7, 8, 9)])
    #expect(
      replaced.map { "\($0.cause): \($0.summary)" } == [
        "stage-extra: prod runs 'z', which dev does not; in its place dev has 'b'",
        "stage-missing: prod does not run 'b'; in its place prod has 'z'",
      ])
  }

  @Test func `a stage that runs a second time is no extra one`() throws {
    let findings = try found(
      [stage("scale", 1, 2), stage("c", 3)],
      [stage("scale", 1, 2), stage("scale_1", 4, 8), stage("c", 9)])
    #expect(findings.map(\.cause) == ["stage-repeated"])
    #expect(findings.first?.summary == "prod runs 'scale' a second time, as 'scale_1'")
  }

  @Test func `another name for the same bits, but not before the divergence`() throws {
    let numbers = tensor(.f32, noise(64, seed: 3))
    let other = tensor(.f32, noise(64, seed: 4))
    let renamed = try found(
      [stage("t", text: "A"), stage("resize", numbers)],
      [stage("t", text: "a"), stage("interpolate", numbers)])
    #expect(renamed.map(\.cause) == ["case-changed", "stage-renamed"])
    #expect(renamed.last?.summary == "dev's 'resize' is called 'interpolate' in prod")
    #expect(try found([a, stage("resize", numbers)], [a, stage("interpolate", numbers)]).isEmpty)
    let before = try found(
      [stage("resize", numbers), stage("t", text: "A")],
      [stage("interpolate", numbers), stage("t", text: "a")])
    #expect(before.map(\.cause) == ["case-changed"])
    #expect(
      try found([a, stage("resize", numbers)], [a, stage("interpolate", other)]).map(\.cause)
        == ["stage-extra", "stage-missing"])
  }
}
