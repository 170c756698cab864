import PipelineTrace
import TestTraces
import Testing
import TraceAlignment
import TraceComparison

@testable import TraceReport

@Suite struct PairingHintTests {
  private func hints(_ dev: [Stage], _ prod: [Stage]) throws -> [String] {
    PairingHint.all(in: try compared(dev, prod)).map(\.option)
  }

  @Test func `stages at one place and alike in kind may be one`() throws {
    #expect(
      try hints([stage("a", 1), stage("scaled", 2)], [stage("a", 1), stage("normalized", 3)])
        == ["--pair 'scaled=normalized'"])
  }

  @Test func `stages of another shape, or with a rival, are not offered`() throws {
    #expect(try hints([stage("a", 1), stage("b", 2)], [stage("a", 1), stage("c", 3, 4)]) == [])
    #expect(
      try hints([stage("a", 1), stage("b", 2), stage("c", 5)], [stage("a", 1), stage("d", 3)]) == []
    )
  }

  @Test func `stages on two sides of a pair are not offered`() throws {
    #expect(
      try hints([stage("b", 2), stage("a", 1)], [stage("a", 1), stage("c", 3)]) == [])
  }

  @Test func `a name cannot leave its quotes when the option is pasted into a shell`() throws {
    #expect(
      try hints([stage("a", 1), stage("x'; reboot '", 2)], [stage("a", 1), stage("y", 3)])
        == [#"--pair 'x'\''; reboot '\''=y'"#])
  }

  /// U+1F3FB, a skin tone, makes one character with the quote before it; a shell sees the quote.
  @Test func `a mark that joins a quote does not hide it`() throws {
    #expect(
      try hints([stage("a", 1), stage("x'\u{1F3FB}; reboot", 2)], [stage("a", 1), stage("y", 3)])
        == ["--pair 'x'\\''\u{1F3FB}; reboot=y'"])
  }

  @Test func `a name that can only be shown as an escape is not offered`() throws {
    #expect(
      try hints([stage("a", 1), stage("x\u{1B}[m", 2)], [stage("a", 1), stage("y", 3)]) == [])
  }

  @Test func `an equals sign in a name is escaped as the option wants it`() throws {
    let dev = [stage("a", 1), stage("k=v", 2)]
    let prod = [stage("a", 1), stage("w=u", 3)]
    #expect(try hints(dev, prod) == [#"--pair 'k\=v=w=u'"#])
    let overrides = try AlignmentOverrides(pairs: [#"k\=v=w=u"#], renames: [])
    #expect(overrides.pairs == [.init(dev: "k=v", prod: "w=u")])
  }
}
