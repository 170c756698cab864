import PipelineTrace
import TestTraces
import Testing
import TraceAlignment
import TraceComparison

@testable import TraceDiagnosis

@Suite struct BeyondRoundingTests {
  private let activations = noise(400, seed: 51)

  private func beyond(_ dev: [Stage], _ prod: [Stage]) throws -> Int? {
    let comparison = ComparisonEngine.run(
      try Comparison(
        dev: trace(dev), prod: trace(prod), settings: ComparisonSettings(),
        overrides: AlignmentOverrides()), workerCount: 2)
    return comparison.firstBeyondRounding(findings(of: comparison, workerCount: 2))
  }

  private func noisy(_ deviation: Double, seed: UInt64) -> Tensor {
    tensor(
      .f32, zip(activations, noise(400, seed: seed, deviation: deviation)).map(+), [20, 20])
  }

  @Test func `rounding that is carried on is no more than rounding`() throws {
    let dev = tensor(.f32, activations, [20, 20])
    #expect(
      try beyond(
        [stage("a", dev), stage("b", dev)],
        [stage("a", noisy(5e-4, seed: 52)), stage("b", noisy(1e-3, seed: 53))]) == nil)
  }

  @Test func `rounding that grows tenfold is more`() throws {
    let dev = tensor(.f32, activations, [20, 20])
    #expect(
      try beyond(
        [stage("a", dev), stage("b", dev)],
        [stage("a", noisy(5e-4, seed: 52)), stage("b", noisy(0.2, seed: 53))]) == 1)
  }

  @Test func `a fault is where it diverges, and a match is nowhere`() throws {
    let dev = tensor(.f32, activations, [20, 20])
    let scaled = tensor(.f32, activations.map { $0 * 2 }, [20, 20])
    #expect(try beyond([stage("a", dev)], [stage("a", scaled)]) == 0)
    #expect(try beyond([stage("a", dev)], [stage("a", dev)]) == nil)
  }
}
