import PipelineTrace

/// Prod was normalised once more than dev: by published statistics per colour channel, or by
/// what the stage does in dev to its recorded input.
package enum NormalizedTwice: Cause {
  package static let word = "normalized-twice"

  package static func candidates(for evidence: TensorEvidence) throws(FormatError) -> [Candidate] {
    published(evidence) + (try StageOperation.repeated(word, in: evidence))
  }

  private static func published(_ evidence: TensorEvidence) -> [Candidate] {
    ChannelStatistics.channelAxes(of: evidence).flatMap { axis, grouping in
      ChannelStatistics.known.map { statistics in
        Candidate(
          word, cost: 9, lines: statistics.done, grouping, of: evidence,
          summary: "prod is dev normalised once more along axis \(axis) with the"
            + " \(statistics.name) statistics (\(statistics.description))",
          details: [
            Finding.Detail("axis", .count(axis)),
            Finding.Detail("statistics", .text(statistics.name)),
          ])
      }
    }
  }
}
