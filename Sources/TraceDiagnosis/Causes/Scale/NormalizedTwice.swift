import PipelineTrace

/// Prod was normalised once more than dev: by published statistics per colour channel.
package enum NormalizedTwice: Cause {
  package static let word = "normalized-twice"

  package static func candidates(for evidence: TensorEvidence) -> [Candidate] {
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
