import PipelineTrace
import TensorKernels

/// One factor, or one factor and offset, per group of elements: prod = factor · dev + offset.
struct GroupFit: Sendable {
  var grouping: Grouping
  /// With offset 0.
  var factors: [Line]
  var lines: [Line]
  /// Whether dev has mean 0 and deviation 1 in each group, as a standardisation leaves it, and prod not.
  var isDevStandardized: Bool

  /// Groups beyond this are no channels, rows or columns that somebody scales.
  private static let groupLimit = 1 << 20
  private static let roundLimit = 3

  /// Fits for all groupings whose groups have at least three elements; each walk over the values serves
  /// all of them.
  ///
  /// Least squares, then again without the elements that lie beyond twice the root mean square of what
  /// is left, until none does: a corrupt element spoils no group.
  static func all(for evidence: TensorEvidence) throws(FormatError) -> [GroupFit] {
    let count = evidence.elementCount
    var sums = Grouping.axes(of: evidence.dev.shape)
      .filter { $0.count <= groupLimit && $0.count * 3 <= count }
      .map { GroupSums($0, origin: evidence.spread) }
    guard !sums.isEmpty else { return [] }
    for round in 0..<roundLimit {
      for i in sums.indices { sums[i].startRound() }
      let isFinished = try evidence.forEachBlock { first, dev, prod in
        for i in sums.indices { sums[i].add(first: first, dev: dev, prod: prod) }
      }
      guard isFinished else { return [] }
      for i in sums.indices { sums[i].endRound() }
      if round > 0, sums.allSatisfy({ $0.droppedCount == 0 }) { break }
    }
    return sums.map(\.fit)
  }
}

/// Σd, Σp, Σd², Σp² and Σdp of each group, about one origin, and what follows from them.
private struct GroupSums {
  private struct Sums {
    var count = 0.0
    var dev = 0.0
    var prod = 0.0
    var devSquare = 0.0
    var prodSquare = 0.0
    var product = 0.0
    /// Of the numbers themselves, for a factor without offset.
    var rawSquare = 0.0
    var rawProduct = 0.0
  }

  let grouping: Grouping
  /// Near the middle of the values, so that little is lost in the squares.
  private let origin: (dev: Double, prod: Double)
  private var groups: [Sums]
  /// Per group the line of the round before, and how far an element may lie from it.
  private var kept: [(line: Line, limit: Double)]?
  private var isStandardized = false
  private(set) var droppedCount = 0

  init(_ grouping: Grouping, origin pairs: NumberPairs) {
    self.grouping = grouping
    let count = Double(max(1, pairs.count))
    origin = (pairs.dev.reduce(0, +) / count, pairs.prod.reduce(0, +) / count)
    groups = []
  }

  mutating func startRound() {
    groups = [Sums](repeating: Sums(), count: grouping.count)
    droppedCount = 0
  }

  mutating func add(first: Int, dev: [Double], prod: [Double]) {
    var group = grouping.group(ofElement: first)
    var rest = grouping.divisor - first % grouping.divisor
    for i in dev.indices {
      if rest == 0 {
        rest = grouping.divisor
        group = group + 1 == grouping.count ? 0 : group + 1
      }
      rest -= 1
      guard dev[i].isFinite, prod[i].isFinite else { continue }
      if let kept {
        let residual = prod[i] - kept[group].line.factor * dev[i] - kept[group].line.offset
        guard residual.magnitude <= kept[group].limit else {
          droppedCount += 1
          continue
        }
      }
      let d = dev[i] - origin.dev
      let p = prod[i] - origin.prod
      groups[group].count += 1
      groups[group].dev += d
      groups[group].prod += p
      groups[group].devSquare += d * d
      groups[group].prodSquare += p * p
      groups[group].product += d * p
      groups[group].rawSquare += dev[i] * dev[i]
      groups[group].rawProduct += dev[i] * prod[i]
    }
  }

  mutating func endRound() {
    if kept == nil { isStandardized = looksStandardized }
    kept = groups.map { sums in
      let line = line(of: sums)
      let n = max(1, sums.count)
      // Σ(p − s·d − o)² about the origin.
      let offset = line.offset + line.factor * origin.dev - origin.prod
      let square =
        sums.prodSquare - 2 * line.factor * sums.product - 2 * offset * sums.prod
        + line.factor * line.factor * sums.devSquare + 2 * line.factor * offset * sums.dev
        + n * offset * offset
      let size = (sums.prodSquare / n).squareRoot() + origin.prod.magnitude
      return (line, max(2 * (max(0, square) / n).squareRoot(), 1e-6 * size))
    }
  }

  private func line(of sums: Sums) -> Line {
    guard sums.count >= 3 else { return Line(factor: 1, offset: 0) }
    let devMean = sums.dev / sums.count
    let prodMean = sums.prod / sums.count
    let variance = sums.devSquare - sums.count * devMean * devMean
    guard variance > 1e-12 * sums.devSquare, variance > 0 else {
      return Line(
        factor: 1, offset: prodMean + origin.prod - devMean - origin.dev)
    }
    let factor = (sums.product - sums.count * devMean * prodMean) / variance
    return Line(
      factor: factor, offset: prodMean + origin.prod - factor * (devMean + origin.dev))
  }

  private var looksStandardized: Bool {
    let usable = groups.filter { $0.count >= 4 }
    guard usable.count == groups.count, !groups.isEmpty else { return false }
    func isStandard(_ sum: (Sums) -> Double, _ squares: (Sums) -> Double, _ origin: Double) -> Bool
    {
      let means = usable.map { sum($0) / $0.count }
      let deviations = zip(usable, means).map {
        max(0, squares($0) / $0.count - $1 * $1).squareRoot()
      }
      return means.map { ($0 + origin).magnitude }.median < 1e-3
        && deviations.map { ($0 - 1).magnitude }.median < 0.02
    }
    return isStandard(\.dev, \.devSquare, origin.dev)
      && !isStandard(\.prod, \.prodSquare, origin.prod)
  }

  var fit: GroupFit {
    GroupFit(
      grouping: grouping,
      factors: groups.map {
        Line(
          factor: $0.count >= 3 && $0.rawSquare > 0 ? $0.rawProduct / $0.rawSquare : 1, offset: 0)
      },
      lines: groups.map(line), isDevStandardized: isStandardized)
  }
}

extension TensorEvidence {
  /// Walks over both sides in blocks, as the nearest doubles.
  ///
  /// - Returns: Whether the walk came to the end; false where the search was cancelled.
  func forEachBlock(_ body: (_ firstElement: Int, _ dev: [Double], _ prod: [Double]) -> Void)
    throws(FormatError) -> Bool
  {
    let count = min(dev.shape.elementCount, prod.shape.elementCount)
    let size = DifferenceKernel.blockElementCount
    for first in stride(from: 0, to: count, by: size) {
      if isCancelled() { return false }
      let block = first..<min(count, first + size)
      body(first, try dev.numbers(in: block), try prod.numbers(in: block))
    }
    return true
  }
}
