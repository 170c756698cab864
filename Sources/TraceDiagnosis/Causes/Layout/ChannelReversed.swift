import PipelineTrace

/// Colour channels in reverse order: BGR where RGB was, ABGR or BGRA for four channels.
///
/// Undone by a view: any axis of extent 3, or of extent 4 from rank 3 on, reversed; of four also the
/// first three alone. Then once more with a factor and an offset per channel, which is what colours reversed
/// before a normalisation per channel leave.
package enum ChannelReversed: Cause {
  package static let word = "channel-reversed"

  /// Elements of the sample that the constants of a channel are fitted to.
  private static let fitLimit = 4096

  package static func candidates(for evidence: TensorEvidence) throws(FormatError) -> [Candidate] {
    guard evidence.hasSameShape, evidence.prod.shape.rank >= 2 else { return [] }
    var candidates: [Candidate] = []
    for (axis, extent) in evidence.prod.shape.extents.enumerated() {
      guard extent == 3 || extent == 4 && evidence.prod.shape.rank >= 3 else { continue }
      let colours = extent == 3 ? "RGB/BGR" : "RGBA/ABGR"
      var layouts = [
        Candidate(
          word, cost: 1, dev: evidence.dev, prod: evidence.prod.reversed(alongAxes: [axis]),
          summary: "prod is dev with axis \(axis) reversed (\(colours))",
          details: [Finding.Detail("axis", .count(axis))])
      ]
      if extent == 4, let prod = try evidence.prod.rowMajor() {
        layouts.append(
          Candidate(
            word, cost: 2, dev: evidence.dev, prod: prod.taking([2, 1, 0, 3], alongAxis: axis),
            summary: "prod is dev with the first three of axis \(axis) reversed (RGBA/BGRA)",
            details: [Finding.Detail("axis", .count(axis))]))
      }
      candidates += layouts
      candidates += try evidence.scaled(layouts)
      for layout in layouts {
        if let fitted = try scaledPerChannel(layout, axis: axis, of: evidence) {
          candidates.append(fitted)
        }
      }
    }
    return candidates
  }

  /// The layout with a factor and an offset for each channel; `nil` where a channel has none.
  private static func scaledPerChannel(
    _ layout: Candidate, axis: Int, of evidence: TensorEvidence
  ) throws(FormatError) -> Candidate? {
    guard evidence.dev.dtype.isFloat || evidence.prod.dtype.isFloat else { return nil }
    let extent = evidence.dev.shape.extents[axis]
    var lines: [(factor: Double, offset: Double)] = []
    var slope = 1.0
    for channel in 0..<extent {
      let range = channel..<(channel + 1)
      let dev = evidence.dev.sliced(range, alongAxis: axis)
      let prod = layout.prod.sliced(range, alongAxis: axis)
      let places = ElementSample.places(among: dev.shape.elementCount, limit: fitLimit)
      let numbers = try dev.numbers(at: places)
      guard Set(numbers).count >= 8,
        let fit = LinearFit(x: numbers, y: try prod.numbers(at: places)),
        fit.correlation > 0.9995
      else { return nil }
      lines.append((fit.factor, fit.offset))
      if evidence.devRootMeanSquare > 0 {
        slope = max(slope, 1 + (fit.offset / fit.factor).magnitude / evidence.devRootMeanSquare)
      }
    }
    let inner = evidence.dev.shape.extents[(axis + 1)...].reduce(1, *)
    let constants = lines
    var candidate = layout
    // What one factor and offset per channel costs, and the layout: a grey picture is not reversed.
    candidate.cost += 7 + 50 * Double(extent)
    candidate.slope = slope
    candidate.prod = layout.prod.mapped { first, values in
      for i in values.indices {
        let line = constants[(first + i) / inner % extent]
        values[i] = (values[i] - line.offset) / line.factor
      }
    }
    candidate.summary +=
      " and a factor and an offset per channel, as colours reversed before a normalization leave"
    candidate.details += [
      Finding.Detail(
        "factors", .text(lines.map { shortText($0.factor) }.joined(separator: ","))),
      Finding.Detail(
        "offsets", .text(lines.map { shortText($0.offset) }.joined(separator: ","))),
    ]
    return candidate
  }
}
