import Glibc
import PipelineTrace

/// Rows, columns or other slices in another order: a shuffled batch, columns sorted by name.
///
/// Slices are told apart by four random projections each, matched one to one, and counted. A roll or a flip
/// of an axis is such an order too, but shorter to say. Two slices that changed places are found by a view.
package enum ItemsPermuted: Cause {
  package static let word = "items-permuted"

  private static let extentLimit = 20_000
  /// Elements that are projected; of larger tensors a part of every slice is.
  private static let elementLimit = 1 << 20
  /// Share of the slices that may have no match: those with corrupt elements.
  private static let missingShare = 0.05
  /// Slices that are tried for a match of the first projection.
  private static let windowLimit = 64
  private static let shownLimit = 16

  package static func candidates(for evidence: TensorEvidence) throws(FormatError) -> [Candidate] {
    guard evidence.hasSameShape else { return [] }
    var candidates: [Candidate] = []
    for (axis, extent) in evidence.dev.shape.extents.enumerated() {
      if evidence.isCancelled() { return [] }
      if extent == 2 {
        candidates.append(
          Candidate(
            word, cost: 2, dev: evidence.dev, prod: evidence.prod.reversed(alongAxes: [axis]),
            summary: "prod has the two \(slices(axis, evidence.dev.shape)) of dev swapped",
            details: [Finding.Detail("axis", .count(axis)), Finding.Detail("moved", .count(2))]))
      } else if (3...extentLimit).contains(extent), let prod = try evidence.prod.rowMajor(),
        let order = try order(of: evidence, alongAxis: axis)
      {
        let moved = order.indices.count { order[$0] != $0 }
        guard moved > 0 else { continue }
        let all = lgamma(Double(extent) + 1) / log(2)
        candidates.append(
          Candidate(
            word, cost: 6 + all * Double(moved) / Double(extent), dev: evidence.dev,
            prod: prod.taking(order, alongAxis: axis),
            summary: "prod has the \(slices(axis, evidence.dev.shape)) of dev in another order"
              + " (\(grouped(moved)) of \(grouped(extent)) moved)",
            details: [
              Finding.Detail("axis", .count(axis)), Finding.Detail("moved", .count(moved)),
              Finding.Detail(
                "order", .text(order.prefix(shownLimit).map(String.init).joined(separator: ","))),
            ]))
      }
    }
    return candidates
  }

  private static func slices(_ axis: Int, _ shape: Shape) -> String {
    guard shape.rank == 2 else { return shape.rank == 1 ? "elements" : "slices of axis \(axis)" }
    return axis == 0 ? "rows" : "columns"
  }

  /// For every slice of dev the one of prod that matches it; `nil` where too many have none.
  private static func order(of evidence: TensorEvidence, alongAxis axis: Int) throws(FormatError)
    -> [Int]?
  {
    let dev = try projections(of: evidence.dev, alongAxis: axis)
    let prod = try projections(of: evidence.prod, alongAxis: axis)
    let largest = dev.reduce(0.0) { max($0, $1.x.magnitude) }
    guard largest.isFinite, prod.allSatisfy({ $0.x.isFinite }) else { return nil }
    let tolerance = evidence.screeningTolerance
    let length = Double(evidence.elementCount / dev.count).squareRoot()
    let distance =
      1e-5 * largest + 4 * length
      * (tolerance.absolute + tolerance.relative * evidence.devRootMeanSquare)
    let sorted = prod.indices.sorted { prod[$0].x < prod[$1].x }
    var order = [Int](repeating: -1, count: dev.count)
    var isTaken = [Bool](repeating: false, count: dev.count)
    var missing = 0
    for (i, projection) in dev.enumerated() {
      var best: Int?
      var bestDistance = distance
      var at = firstIndex(in: sorted, of: prod, atLeast: projection.x - distance)
      let end = min(sorted.count, at + windowLimit)
      while at < end, prod[sorted[at]].x <= projection.x + distance {
        let candidate = sorted[at]
        let difference = prod[candidate] - projection
        let size = max(abs(difference.x), abs(difference.y), abs(difference.z), abs(difference.w))
        // Of equal slices each stays where it is.
        if !isTaken[candidate], size < bestDistance || size == bestDistance && candidate == i {
          best = candidate
          bestDistance = size
        }
        at += 1
      }
      if let best {
        order[i] = best
        isTaken[best] = true
      } else {
        missing += 1
      }
    }
    guard Double(missing) <= missingShare * Double(dev.count) else { return nil }
    var free = isTaken.indices.filter { !isTaken[$0] }.makeIterator()
    for i in order.indices where order[i] < 0 { order[i] = free.next() ?? i }
    return order
  }

  /// Of numbers in increasing order by the first projection the place of the first not below `bound`.
  private static func firstIndex(
    in sorted: [Int], of values: [SIMD4<Double>], atLeast bound: Double
  )
    -> Int
  {
    var low = 0
    var high = sorted.count
    while low < high {
      let middle = (low + high) / 2
      if values[sorted[middle]].x >= bound { high = middle } else { low = middle + 1 }
    }
    return low
  }

  /// Four sums over each slice with random weights, the product of one for what lies before the axis and one
  /// for what lies behind it.
  private static func projections(of tensor: Tensor, alongAxis axis: Int) throws(FormatError)
    -> [SIMD4<Double>]
  {
    var part = tensor
    while part.shape.elementCount > elementLimit {
      // The longest other axis, cut in half; at least one of them has more than one element.
      guard
        let longest = part.shape.extents.indices.filter({ $0 != axis }).max(by: {
          part.shape.extents[$0] < part.shape.extents[$1]
        }), part.shape.extents[longest] > 1
      else { break }
      part = part.sliced(0..<(part.shape.extents[longest] / 2), alongAxis: longest)
    }
    let extent = part.shape.extents[axis]
    let outer = part.shape.extents[..<axis].reduce(1, *)
    let inner = part.shape.extents[(axis + 1)...].reduce(1, *)
    var generator = SplitMix64(state: 0x17E85)
    let outerWeights = (0..<outer).map { _ in weight(&generator) }
    let innerWeights = (0..<inner).map { _ in weight(&generator) }
    var sums = [SIMD4<Double>](repeating: .zero, count: extent)
    var place = 0
    try part.numbers().withUnsafeBufferPointer { numbers in
      for group in 0..<outer {
        for slice in 0..<extent {
          var sum = SIMD4<Double>.zero
          for i in 0..<inner { sum += innerWeights[i] * numbers[place + i] }
          sums[slice] += outerWeights[group] * sum
          place += inner
        }
      }
    }
    return sums
  }

  /// Four numbers between ½ and 1½, of either sign.
  private static func weight(_ generator: inout SplitMix64) -> SIMD4<Double> {
    var weight = SIMD4<Double>.zero
    for lane in 0..<4 {
      let size = Double.random(in: 0.5..<1.5, using: &generator)
      weight[lane] = Bool.random(using: &generator) ? size : -size
    }
    return weight
  }
}
