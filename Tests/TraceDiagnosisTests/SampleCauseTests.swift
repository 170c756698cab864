import PipelineTrace
import TensorFormats
import TestTraces
import Testing
import TraceAlignment
import TraceComparison

@testable import TraceDiagnosis

/// The word of the first finding, by pair, where the `dev` and `prod` of a folder are compared to the end.
private func firstCause(_ folder: String) throws -> String? {
  let names = fileNames(in: folder)
  let dev = try #require(names.first { $0.hasPrefix("dev") })
  let prod = try #require(names.first { $0.hasPrefix("prod") })
  let comparison = try Comparison(
    dev: openTrace(at: "\(folder)/\(dev)"), prod: openTrace(at: "\(folder)/\(prod)"),
    settings: ComparisonSettings(), overrides: AlignmentOverrides())
  let run = ComparisonEngine.run(comparison, workerCount: 2)
  return findings(of: run, workerCount: 2).first?.cause
}

@Suite struct SampleCauseTests {
  @Test(arguments: [
    ("p2-text-vanishing-acronym", "stages-reordered"),
    ("p4-tabular-dropped-scaler", "stage-missing"),
    ("p6-onnx-attention-mask-ones", "mask-ignored"),
  ]) func `pairs of the corpus name their cause first`(folder: String, cause: String) throws {
    #expect(try firstCause("\(packageFolder)/Tests/Fixtures/pairs/\(folder)") == cause)
  }

  @Test(arguments: [
    ("mask-ignored", "mask-ignored"), ("resize-after-normalize", "stages-reordered"),
    ("scaler-dropped", "stage-missing"),
    ("stop-words-before-acronyms", "stages-reordered"),
    ("tokenizer-vocabulary", "vocabulary-changed"),
  ]) func `samples name their cause first`(folder: String, cause: String) throws {
    #expect(try firstCause("\(packageFolder)/sample-traces/\(folder)") == cause)
  }
}
