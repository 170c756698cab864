import PipelineTrace

/// Elements in reverse order along one or more axes: a picture mirrored or upside down.
///
/// Undone by a view, for every set of axes of extent 3 and more; of extent 2 a flip is a swap (`items-permuted`).
/// Each also with one factor and offset.
package enum AxisFlipped: Cause {
  package static let word = "axis-flipped"

  /// Ranks beyond this have too many sets of axes.
  private static let rankLimit = 6

  package static func candidates(for evidence: TensorEvidence) throws(FormatError) -> [Candidate] {
    guard evidence.hasSameShape else { return [] }
    let axes = evidence.prod.shape.extents.indices.filter { evidence.prod.shape.extents[$0] > 2 }
    guard !axes.isEmpty, axes.count <= rankLimit else { return [] }
    let layouts = (1..<(1 << axes.count)).map { set in
      let flipped = axes.indices.filter { set >> $0 & 1 == 1 }.map { axes[$0] }
      let words =
        flipped.count == 1
        ? "axis \(flipped[0])" : "axes \(flipped.map(String.init).joined(separator: ", "))"
      return Candidate(
        word, cost: 1.5 + Double(axes.count), dev: evidence.dev,
        prod: evidence.prod.reversed(alongAxes: flipped),
        summary: "prod is dev flipped along \(words)",
        details: [
          Finding.Detail("axes", .text(flipped.map(String.init).joined(separator: ",")))
        ])
    }
    return layouts + (try evidence.scaled(layouts))
  }
}
