import PipelineTrace

/// Elements that are NaN in prod and not in dev, with what the stage took in at their places.
///
/// What differs besides is explained by itself; bytes read in the wrong order, which make NaN, are undone.
package enum NaNBorn: Cause {
  package static let word = "nan-born"

  package static func faults(in evidence: TensorEvidence) throws(FormatError) -> [Finding] {
    guard evidence.difference?.firstSpecialMismatch != nil, let map = try MismatchMap(evidence)
    else { return [] }
    let born = BornSpecials(evidence: evidence, places: map.newNaN, count: map.newNaNCount)
    return try born.finding(word, becomes: "NaN").map { [$0] } ?? []
  }
}
