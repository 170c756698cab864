import PipelineTrace
import TestTraces
import Testing

@testable import TraceComparison

@Suite struct ComparisonRolesTests {
  @Test func `without recorded inputs the first divergence is the only origin`() throws {
    let found = try compared(
      [stage("a", 1), stage("b", 1), stage("c", 1), stage("d", 1)],
      [stage("a", 1), stage("b", 2), stage("c", 1), stage("d", 5)])
    #expect(
      found.outline == [
        "a identical", "b diverged values origin", "c identical healed",
        "d diverged values inherited",
      ])
    #expect(found.origins == [1])
  }

  @Test func `an error more than ten times that before it is amplified`() throws {
    let found = try compared(
      [stage("a", 1), stage("b", 1), stage("c", 1)],
      [stage("a", 1.01), stage("b", 1.5), stage("c", 2)])
    #expect(
      found.outline == [
        "a diverged values origin", "b diverged values amplified", "c diverged values inherited",
      ])
  }

  @Test func `with recorded inputs two branches have an origin each`() throws {
    let found = try compared(
      [
        stage("image", 1), stage("resize", 2).taking("image", 1), stage("text", 3),
        stage("ids", 4).taking("text", 3), stage("join", 5).taking("image", 2).taking("text", 4),
      ],
      [
        stage("image", 1), stage("resize", 9).taking("image", 1), stage("text", 3),
        stage("ids", 8).taking("text", 3), stage("join", 7).taking("image", 9).taking("text", 8),
      ])
    #expect(
      found.outline == [
        "image identical", "resize diverged values origin", "text identical",
        "ids diverged values origin", "join diverged values inherited",
      ])
    #expect(found.origins == [1, 3])
    #expect(found.firstDivergence == 1)
  }

  @Test func `an input within the tolerance does not take the blame from a stage`() throws {
    let found = try compared(
      [stage("a", 1), stage("b", 1).taking("x", 1)],
      [stage("a", 1.000_001), stage("b", 2).taking("x", 1.000_001)])
    #expect(found.outline == ["a close", "b diverged values origin"])
  }

  @Test func `a stage that takes a diverged input and agrees is healed`() throws {
    let found = try compared(
      [stage("a", 1), stage("b", 3).taking("x", 1), stage("c", 3).taking("x", 3)],
      [stage("a", 2), stage("b", 3).taking("x", 2), stage("c", 3).taking("x", 3)])
    #expect(found.outline == ["a diverged values origin", "b identical healed", "c identical"])
  }

  @Test func `growth is measured against the worst of the recorded inputs`() throws {
    let dev = [stage("a", 1), stage("b", 1).taking("x", 1).taking("y", 1)]
    #expect(
      try compared(
        dev, [stage("a", 1.01), stage("b", 1.5).taking("x", 1.01).taking("y", 1)]
      ).pairs[1].role == .amplified)
    #expect(
      try compared(
        dev, [stage("a", 1.01), stage("b", 1.5).taking("x", 1.01).taking("y", 1.1)]
      ).pairs[1].role == .inherited)
  }

  @Test func `a stage without inputs is an origin where other stages recorded some`() throws {
    let found = try compared(
      [stage("a", 1), stage("b", 1).taking("x", 1), stage("seed", 1)],
      [stage("a", 2), stage("b", 2).taking("x", 2), stage("seed", 2)])
    #expect(found.origins == [0, 2])
  }

  @Test func `an input that differs and comes from no stage is a divergence, whatever came out`()
    throws
  {
    let found = try compared(
      [stage("a", 1).taking("x", 1), stage("b", 1).taking("x", 1)],
      [stage("a", 1).taking("x", 2), stage("b", 1).taking("x", 1)])
    #expect(found.outline == ["a diverged values inherited", "b identical"])
    #expect(found.pairs[0].leadingValue?.name == "x")
    #expect(found.firstDivergence == 0)
    #expect(found.verdict == .diverged)
  }

  @Test func `the first divergence is an origin also where it stands alone`() throws {
    let found = try compared(
      [stage("a", 1), stage("gone", 2), stage("b", 1)], [stage("a", 1), stage("b", 2)])
    #expect(found.origins == [1])
    #expect(found.pairs[1].role == nil)
    #expect(found.pairs[2].role == .inherited)
  }
}
