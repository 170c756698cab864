import PipelineTrace

/// Prod lacks the normalisation that dev has: by published statistics, redone on dev backwards, or by
/// the values' own (standardisation, L2, min-max), done to prod; or prod is its own input.
///
/// Dev's channels of known mean and deviation come back to 0...1, or to 0...255. Where the statistics
/// are of other data, ``Affine`` says whether dev looks standardised.
package enum NotNormalized: Cause {
  package static let word = "not-normalized"

  package static func candidates(for evidence: TensorEvidence) throws(FormatError) -> [Candidate] {
    try AxisFunction.candidates(
      for: evidence, word, functions: AxisFunction.normalizations, isProdRedone: false)
      + published(evidence) + StageOperation.missing(word, in: evidence)
  }

  private static func published(_ evidence: TensorEvidence) -> [Candidate] {
    ChannelStatistics.channelAxes(of: evidence).flatMap { axis, grouping in
      ChannelStatistics.known.flatMap { statistics in
        [1.0, 255].map { unit in
          Candidate(
            word, cost: 9, lines: statistics.undone(unit: unit), grouping, of: evidence,
            summary: "prod is dev before the \(statistics.name) normalisation along axis \(axis)"
              + " (\(statistics.description)\(unit == 1 ? "" : ", in units of 1/255"))",
            details: [
              Finding.Detail("axis", .count(axis)),
              Finding.Detail("statistics", .text(statistics.name)),
            ])
        }
      }
    }
  }
}
