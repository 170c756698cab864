import PipelineTrace
import TestTraces
import Testing
import TraceAlignment
import TraceComparison

@testable import TraceDiagnosis

/// What is found where traces with these stages are compared to the end.
func found(_ dev: [Stage], _ prod: [Stage], _ settings: ComparisonSettings = ComparisonSettings())
  throws -> [Finding]
{
  let comparison = try Comparison(
    dev: trace(dev), prod: trace(prod), settings: settings, overrides: AlignmentOverrides())
  return findings(of: ComparisonEngine.run(comparison, workerCount: 2), workerCount: 2)
}

/// What is found of one stage with these sides.
func found(_ dev: Tensor, _ prod: Tensor) throws -> [Finding] {
  try found([stage("s", dev)], [stage("s", prod)])
}

/// The words of the causes that are found; nothing where the difference is unknown.
func causes(_ dev: Tensor, _ prod: Tensor) throws -> [String] {
  try found(dev, prod).map(\.cause).filter { $0 != "unknown" }
}

/// Normally distributed numbers, the same for the same seed.
func noise(_ count: Int, seed: UInt64, mean: Double = 0, deviation: Double = 1) -> [Double] {
  var generator = SplitMix64(state: seed)
  return (0..<count).map { _ in
    // The sum of twelve uniform numbers has variance 1.
    let sum = (0..<12).reduce(0.0) { total, _ in total + Double.random(in: 0..<1, using: &generator)
    }
    return mean + deviation * (sum - 6)
  }
}
