import PipelineTrace

/// Differences that stand out in one row, one column, a block or a few places, while all else agrees.
///
/// Not where anything explains what differs: a clipped or rescaled column looks the same. Differences inside
/// exceed twenty times what is left outside.
package enum SparseCorruption: Cause {
  package static let word = "sparse-corruption"

  package static func descriptions(of evidence: TensorEvidence) throws(FormatError) -> [Finding] {
    let count = evidence.elementCount
    guard count >= 8, evidence.hasSameShape, evidence.mismatchedCount * 2 <= count,
      let map = try MismatchMap(evidence), map.count > 0,
      map.leastMagnitude > 20 * map.agreeingRootMeanSquare
        || map.newNaNCount + map.newInfinityCount == map.count
    else { return [] }
    let extents = evidence.dev.shape.extents
    let boxes = extents.indices.map { map.touchedCount($0) }
    let box = boxes.reduce(1, *)
    let share = "\(grouped(map.count)) of \(grouped(count)) elements"
    let single = extents.indices.first {
      boxes[$0] == 1 && extents[$0] >= 4 && count / extents[$0] >= 2
    }
    if let axis = single, map.count >= 2, let place = map.touched[axis].firstIndex(of: true) {
      return [
        finding(
          evidence, "only index \(place) of axis \(axis) differs (\(share)), without a pattern",
          [Finding.Detail("axis", .count(axis)), Finding.Detail("index", .count(place))])
      ]
    }
    if map.count * 50 <= count {
      let first = evidence.dev.shape.index(ofElement: map.places[0]).map(String.init)
      return [
        finding(
          evidence,
          "\(share) differ, first at [\(first.joined(separator: ", "))], all others agree",
          [Finding.Detail("count", .count(map.count))])
      ]
    }
    // A block that is mostly filled, of at most about a quarter of all.
    guard extents.count >= 2, box * 100 <= count * 26, map.count * 2 >= box else { return [] }
    let ranges = map.touched.map { touched in
      "\(touched.firstIndex(of: true) ?? 0)..<\((touched.lastIndex(of: true) ?? 0) + 1)"
    }
    return [
      finding(
        evidence, "only the block [\(ranges.joined(separator: ", "))] differs (\(share))",
        [Finding.Detail("block", .text(ranges.joined(separator: ",")))])
    ]
  }

  private static func finding(
    _ evidence: TensorEvidence, _ summary: String, _ details: [Finding.Detail]
  ) -> Finding {
    Finding(
      pairIndex: 0, valueName: evidence.valueName, cause: word, confidence: 0.7, summary: summary,
      details: details)
  }
}
