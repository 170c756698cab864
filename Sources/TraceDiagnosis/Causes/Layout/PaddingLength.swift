import PipelineTrace

/// One side is padded to a greater length: equal contents, and around them one value.
///
/// Undone by cutting the padding off. Where what is cut off is not one value, or the contents are that value
/// as well, it is `cropped`.
package enum PaddingLength: Cause {
  package static let word = "padding-length"

  package static func candidates(for evidence: TensorEvidence) throws(FormatError) -> [Candidate] {
    guard let search = try PartSearch(evidence) else { return [] }
    var candidates: [Candidate] = []
    for place in search.places {
      guard
        let value = try place.padding(
          noise: evidence.paddingNoise, isCancelled: evidence.isCancelled)
      else { continue }
      let shapes = (evidence.dev.shape.extents, evidence.prod.shape.extents)
      let axes = shapes.0.indices.filter { shapes.0[$0] != shapes.1[$0] }.map { axis in
        "axis \(axis) has \(shapes.1[axis]) instead of \(shapes.0[axis])"
      }.joined(separator: ", ")
      let verb = search.isProdSmaller ? "lacks padding that dev has" : "is padded further than dev"
      var candidate = Candidate(
        word, cost: 3 + place.cost, dev: place.dev, prod: place.prod,
        summary: "prod \(verb): \(axes), filled with \(shortText(value))",
        details: [
          Finding.Detail("padded", .text(search.isProdSmaller ? "dev" : "prod")),
          Finding.Detail("value", .number(value)),
          Finding.Detail("offsets", .text(place.offset.map(String.init).joined(separator: ","))),
        ])
      candidate.mismatchedBefore = place.dev.shape.elementCount
      candidates.append(candidate)
    }
    return candidates
  }
}

extension TensorEvidence {
  /// How far two elements of padding may lie from each other: 2⁻¹⁹ of dev's root mean square for floats,
  /// nothing for integers.
  var paddingNoise: Double {
    dev.dtype.isFloat || prod.dtype.isFloat ? 0x1p-19 * devRootMeanSquare : 0
  }
}
