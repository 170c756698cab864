import PipelineTrace

/// One side is a part of the other: a crop, a slice, the first rows.
///
/// Undone by cutting the same part from the larger side. What one value surrounds is `padding-length`; of
/// the same extents, it is `shifted`.
package enum Cropped: Cause {
  package static let word = "cropped"

  package static func candidates(for evidence: TensorEvidence) throws(FormatError) -> [Candidate] {
    guard let search = try PartSearch(evidence) else { return [] }
    var candidates: [Candidate] = []
    for place in search.places {
      if try place.padding(noise: evidence.paddingNoise, isCancelled: evidence.isCancelled) != nil {
        continue
      }
      let extents = place.dev.shape.extents
      let larger = search.isProdSmaller ? evidence.dev.shape : evidence.prod.shape
      let part = extents.indices.map { axis in
        extents[axis] == larger.extents[axis]
          ? ":" : "\(place.offset[axis]):\(place.offset[axis] + extents[axis])"
      }.joined(separator: ", ")
      let sides = search.isProdSmaller ? ("prod", "dev") : ("dev", "prod")
      var candidate = Candidate(
        word, cost: 5 + place.cost, dev: place.dev, prod: place.prod,
        summary: "\(sides.0) is the part [\(part)] of \(sides.1)",
        details: [
          Finding.Detail("smaller", .text(sides.0)),
          Finding.Detail("offsets", .text(place.offset.map(String.init).joined(separator: ","))),
        ])
      candidate.mismatchedBefore = place.dev.shape.elementCount
      candidates.append(candidate)
    }
    return candidates
  }
}
