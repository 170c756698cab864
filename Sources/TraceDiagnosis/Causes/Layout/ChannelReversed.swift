import PipelineTrace

/// Colour channels in reverse order: BGR where RGB was, ABGR or BGRA for four channels.
///
/// Undone by a view: any axis of extent 3, or of extent 4 from rank 3 on, reversed; of four also the
/// first three alone.
package enum ChannelReversed: Cause {
  package static let word = "channel-reversed"

  package static func candidates(for evidence: TensorEvidence) -> [Candidate] {
    guard evidence.hasSameShape, evidence.prod.shape.rank >= 2 else { return [] }
    var candidates: [Candidate] = []
    for (axis, extent) in evidence.prod.shape.extents.enumerated() {
      guard extent == 3 || extent == 4 && evidence.prod.shape.rank >= 3 else { continue }
      let colours = extent == 3 ? "RGB/BGR" : "RGBA/ABGR"
      candidates.append(
        Candidate(
          word, cost: 1, dev: evidence.dev, prod: evidence.prod.reversed(alongAxes: [axis]),
          summary: "prod is dev with axis \(axis) reversed (\(colours))",
          details: [Finding.Detail("axis", .count(axis))]))
    }
    return candidates
  }
}
