import PipelineTrace
import TestTraces
import Testing
import TraceAlignment
import TraceComparison

@testable import paritty

/// Exit statuses where all that was recorded are summaries.
@Suite struct SummaryStatusTests {
  private func status(_ dev: Value.Content, _ prod: Value.Content) throws -> Int32 {
    ComparisonEngine.run(
      try Comparison(
        dev: trace([stage("x", dev)]), prod: trace([stage("x", prod)]),
        settings: ComparisonSettings(), overrides: AlignmentOverrides()), workerCount: 1
    ).exitStatus
  }

  @Test func `0 where they agree, 1 where they differ, 2 where nothing can be told`() throws {
    let dev = summary(.f32, [2], [.mean: 1])
    #expect(try status(dev, summary(.f32, [2], [.mean: 1])) == 0)
    #expect(try status(dev, .tensor(tensor(.f32, [0.5, 1.5]))) == 0)
    #expect(try status(dev, summary(.f32, [2], [.mean: 2])) == 1)
    #expect(try status(dev, summary(.f32, [3], [.mean: 1])) == 1)
    #expect(try status(dev, summary(.f32, [2], [.norm: 1])) == 2)
  }
}
