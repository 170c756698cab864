/// The mean and the deviation per colour channel that published models were trained with.
struct ChannelStatistics {
  var name: String
  var means: [Double]
  var deviations: [Double]

  /// - Source: `torchvision.models` (ImageNet), `open_clip` (CLIP); one half throughout is what
  ///   Inception and ViT checkpoints use.
  static let known = [
    ChannelStatistics(
      name: "ImageNet", means: [0.485, 0.456, 0.406], deviations: [0.229, 0.224, 0.225]),
    ChannelStatistics(
      name: "CLIP", means: [0.48145466, 0.4578275, 0.40821073],
      deviations: [0.26862954, 0.26130258, 0.27577711]),
    ChannelStatistics(name: "0.5/0.5", means: [0.5, 0.5, 0.5], deviations: [0.5, 0.5, 0.5]),
  ]

  /// Undoes the normalisation, then multiplies: (x · deviation + mean) · unit.
  func undone(unit: Double = 1) -> [Line] {
    zip(means, deviations).map { Line(factor: $1 * unit, offset: $0 * unit) }
  }

  /// The normalisation: (x − mean) / deviation.
  var done: [Line] { zip(means, deviations).map { Line(factor: 1 / $1, offset: -$0 / $1) } }

  /// `mean 0.485, 0.456, 0.406 and std 0.229, 0.224, 0.225`.
  var description: String {
    "mean \(means.map { brief($0) }.joined(separator: ", "))"
      + " and std \(deviations.map { brief($0) }.joined(separator: ", "))"
  }

  /// The groupings by colour channel: axes of extent 3 from rank 2 on.
  static func channelAxes(of evidence: TensorEvidence) -> [(axis: Int, grouping: Grouping)] {
    let shape = evidence.dev.shape
    guard evidence.holdsQuantities, shape.rank >= 2 else { return [] }
    let strides = shape.rowMajorStrides
    return shape.extents.indices.filter { shape.extents[$0] == 3 }.map {
      ($0, Grouping(label: "axis \($0)", divisor: strides[$0], count: 3))
    }
  }
}

extension Candidate {
  /// A cause that gives each group of elements its own factor and offset; redone on dev.
  init(
    _ cause: String, cost: Double, lines: [Line], _ grouping: Grouping,
    of evidence: TensorEvidence, summary: String, details: [Finding.Detail] = []
  ) {
    self.init(
      cause, cost: cost, dev: evidence.dev.mapped(lines, grouping), prod: evidence.prod,
      summary: summary, details: details,
      isRedone: true)
    let factor = lines.map(\.factor.magnitude).median
    absoluteFactor = factor
    // More would explain anything.
    let limit = 0.02 * evidence.spread.prod.rootMeanSquare
    absoluteSlack = min(
      limit, 2 * evidence.dev.dtype.narrowRounding * evidence.devRootMeanSquare * factor)
  }
}
