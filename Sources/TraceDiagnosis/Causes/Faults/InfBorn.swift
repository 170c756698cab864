import PipelineTrace

/// Elements that are infinite in prod and finite in dev, with what the stage took in at their places.
package enum InfBorn: Cause {
  package static let word = "inf-born"

  package static func faults(in evidence: TensorEvidence) throws(FormatError) -> [Finding] {
    guard evidence.difference?.firstSpecialMismatch != nil, let map = try MismatchMap(evidence)
    else { return [] }
    let born = BornSpecials(
      evidence: evidence, places: map.newInfinity, count: map.newInfinityCount)
    return try born.finding(word, becomes: "infinite").map { [$0] } ?? []
  }
}
