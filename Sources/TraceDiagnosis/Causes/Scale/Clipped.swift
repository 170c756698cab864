import Glibc
import PipelineTrace

/// One side is the other, held between bounds: saturation, outliers cut off, a ReLU.
///
/// The bounds are what the clipped side has where the other lies beyond. Not `constant-output`, where
/// nothing lies between them.
package enum Clipped: Cause {
  package static let word = "clipped"

  /// Elements at a bound that make it one.
  private static let leastCount = 3
  /// Bounds that people write.
  private static let named: Set<Double> = [-6, -1, 0, 1, 6, 255]

  package static func candidates(for evidence: TensorEvidence) throws(FormatError) -> [Candidate] {
    guard evidence.holdsQuantities, let sample = evidence.sample else { return [] }
    let dev = try evidence.dev.numbers(at: sample.mismatched)
    let prod = try evidence.prod.numbers(at: sample.mismatched)
    let group = commonGroup(of: sample.mismatched, shape: evidence.dev.shape)
    return [nil, group].prefix(group == nil ? 1 : 2).flatMap { part in
      [
        candidate(evidence, NumberPairs(dev: dev, prod: prod), part, isProdClipped: true),
        candidate(evidence, NumberPairs(dev: prod, prod: dev), part, isProdClipped: false),
      ].compactMap(\.self)
    }
  }

  /// One index of a grouping.
  private struct Part {
    var grouping: Grouping
    var index: Int
  }

  /// The column, row or channel that holds all these elements.
  private static func commonGroup(of elements: [Int], shape: Shape) -> Part? {
    guard let first = elements.first else { return nil }
    for grouping in Grouping.axes(of: shape) {
      let index = grouping.group(ofElement: first)
      if elements.allSatisfy({ grouping.group(ofElement: $0) == index }) {
        return Part(grouping: grouping, index: index)
      }
    }
    return nil
  }

  /// - Parameters:
  ///   - pairs: Mismatched elements, the clipped side as prod.
  ///   - part: Where alone it is redone; everywhere if `nil`.
  private static func candidate(
    _ evidence: TensorEvidence, _ pairs: NumberPairs, _ part: Part?, isProdClipped: Bool
  ) -> Candidate? {
    let above = pairs.filter { $0 > $1 && $1.isFinite }.prod
    let below = pairs.filter { $0 < $1 && $1.isFinite }.prod
    func bound(_ values: [Double]) -> Double? {
      values.count >= leastCount ? values.median : nil
    }
    var high = bound(above)
    var low = bound(below)
    // A few corrupt elements on the other side are no bound.
    if let one = high, let other = low, one <= other {
      if above.count > below.count { low = nil } else { high = nil }
    }
    let range = isProdClipped ? evidence.difference?.prod : evidence.difference?.dev
    guard high != nil || low != nil, let range, range.minimum != range.maximum else { return nil }
    let base = isProdClipped ? evidence.dev : evidence.prod
    let redone = base.mapped { [high, low] first, values in
      for i in values.indices where !values[i].isNaN {
        if let part, part.grouping.group(ofElement: first + i) != part.index { continue }
        if let high, values[i] > high { values[i] = high }
        if let low, values[i] < low { values[i] = low }
      }
    }
    let bounds = [low, high].compactMap(\.self)
    let placeCost = part.map { 1 + log2(Double($0.grouping.count)) } ?? 0
    let cost = bounds.reduce(8 + placeCost) { $0 + (named.contains($1) ? 8 : 26) }
    let (clipped, other) = isProdClipped ? ("prod", "dev") : ("dev", "prod")
    var reach: String
    switch (low, high) {
    case (0?, nil): reach = "below at 0, as ReLU does"
    case (let low?, nil): reach = "below at \(brief(low))"
    case (nil, let high?): reach = "above at \(brief(high))"
    default: reach = "to \(brief(low ?? 0))...\(brief(high ?? 0))"
    }
    if let part { reach += " at index \(part.index) of \(part.grouping.label)" }
    var details = [Finding.Detail("side", .text(clipped))]
    if let low { details.append(Finding.Detail("low", .number(low))) }
    if let high { details.append(Finding.Detail("high", .number(high))) }
    return Candidate(
      word, cost: cost, dev: isProdClipped ? redone : evidence.dev,
      prod: isProdClipped ? evidence.prod : redone,
      summary: "\(clipped) is \(other) clipped \(reach)", details: details, isRedone: true)
  }
}
