import PipelineTrace
import TestTraces
import Testing
import TraceDiagnosis
import TraceReport

@Suite struct BeyondRoundingNoteTests {
  @Test func `a divergence that is rounding says where more begins`() throws {
    let small = [stage("a", 1, 2, 3), stage("b", 1, 2, 3)]
    let finding = Finding(pairIndex: 0, cause: "rounding", confidence: 0.8, summary: "s")
    let carried = [stage("a", 1.001, 2, 3), stage("b", 1.001, 2, 3)]
    #expect(
      TextReport.render(try compared(small, carried), findings: [finding])
        .contains("\n  no stage differs by more than rounding\n"))
    let grown = [stage("a", 1.001, 2, 3), stage("b", 2, 2, 3)]
    #expect(
      TextReport.render(try compared(small, grown), findings: [finding])
        .contains("\n  rounding-sized; more than rounding from 1 b on\n"))
  }
}
