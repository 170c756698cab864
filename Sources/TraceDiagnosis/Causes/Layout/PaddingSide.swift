import PipelineTrace
import TensorKernels

/// Padding before the contents where it was behind them, or the other way round.
///
/// Undone row by row: each row's run of one value is taken from its end to its other end. Not over the last
/// axis of floats, where the near-zeros of an activation pass for padding. Wins against `shifted`: a roll
/// over padding is the same tensor.
package enum PaddingSide: Cause {
  package static let word = "padding-side"

  private static let elementLimit = 4 << 20
  private static let axisLimit = 3
  private static let leastExtent = 3
  /// Extent from which a row of a mask, one run of each value, is more than chance.
  private static let leastMaskExtent = 8

  package static func candidates(for evidence: TensorEvidence) throws(FormatError) -> [Candidate] {
    var candidates: [Candidate] = []
    for move in try moves(evidence) {
      guard let prod = try evidence.prod.rowMajor() else { return [] }
      candidates.append(
        Candidate(
          word, cost: 1.5, dev: evidence.dev, prod: try prod.rearranged(move.order),
          summary: move.summary, details: move.details))
    }
    return candidates
  }

  /// A mask has so few values that agreement says little; that all its rows are two runs says enough.
  package static func descriptions(of evidence: TensorEvidence) throws(FormatError) -> [Finding] {
    guard !evidence.dev.dtype.isFloat, !evidence.prod.dtype.isFloat else { return [] }
    for move in try moves(evidence) {
      let dev = try evidence.dev.numbers()
      let prod = try evidence.prod.numbers()
      guard evidence.dev.shape.extents[move.axis] >= leastMaskExtent, Set(dev).count == 2,
        move.order.indices.allSatisfy({ prod[move.order[$0]] == dev[$0] })
      else { continue }
      return [
        Finding(
          pairIndex: 0, valueName: evidence.valueName, cause: word, confidence: 0.9,
          summary: "\(move.summary); undone, 0 of \(grouped(dev.count)) elements differ",
          explained: 1, details: move.details)
      ]
    }
    return []
  }

  /// How prod's elements have to be put to have their padding where dev has it.
  private struct Move {
    var axis: Int
    /// For every element of dev the number of prod's.
    var order: [Int]
    var value: Double?
    /// Whether it is dev that has its padding at the end.
    var isAtEndInDev: Bool

    var summary: String {
      let ends = isAtEndInDev ? ("start", "end") : ("end", "start")
      let filling = value.map { " (\(shortText($0)))" } ?? ""
      return "prod has its padding\(filling) at the \(ends.0) of axis \(axis), dev at the \(ends.1)"
    }

    var details: [Finding.Detail] {
      [
        Finding.Detail("axis", .count(axis)),
        Finding.Detail("side", .text(isAtEndInDev ? "start" : "end")),
      ]
    }
  }

  private static func moves(_ evidence: TensorEvidence) throws(FormatError) -> [Move] {
    guard evidence.hasSameShape, evidence.elementCount <= elementLimit else { return [] }
    let isFloat = evidence.dev.dtype.isFloat || evidence.prod.dtype.isFloat
    let rank = evidence.dev.shape.rank
    let axes = (0..<min(rank, axisLimit)).filter {
      evidence.dev.shape.extents[$0] >= leastExtent && !(isFloat && $0 == rank - 1)
    }
    guard !axes.isEmpty else { return [] }
    let search = RowSearch(
      dev: try evidence.dev.numbers(), prod: try evidence.prod.numbers(),
      tolerance: evidence.screeningTolerance, noise: evidence.paddingNoise)
    return axes.compactMap { axis in
      if evidence.isCancelled() { return nil }
      return search.move(alongAxis: axis, of: evidence.dev.shape)
    }
  }

  /// The elements of both sides, and when they count as equal.
  private struct RowSearch {
    let dev: [Double]
    let prod: [Double]
    let tolerance: Tolerance
    let noise: Double

    /// `nil` where some row is neither equal nor the same contents at the other end.
    func move(alongAxis axis: Int, of shape: Shape) -> Move? {
      let extent = shape.extents[axis]
      let inner = shape.extents[(axis + 1)...].reduce(1, *)
      let rowLength = extent * inner
      var order = Array(dev.indices)
      var first: (value: Double?, isAtEndInDev: Bool)?
      for start in stride(from: 0, to: dev.count, by: rowLength) {
        let row = start..<(start + rowLength)
        if row.allSatisfy({ tolerance.agrees(dev: dev[$0], prod: prod[$0]) }) { continue }
        guard let found = step(row, itemLength: inner) else { return nil }
        for i in 0..<rowLength {
          order[start + i] =
            start + ((i - found.step * inner) % rowLength + rowLength) % rowLength
        }
        if first == nil { first = (found.value, found.step < 0) }
      }
      guard let first else { return nil }
      return Move(axis: axis, order: order, value: first.value, isAtEndInDev: first.isAtEndInDev)
    }

    /// By how many items a row of prod has to be rolled.
    private func step(_ row: Range<Int>, itemLength: Int) -> (step: Int, value: Double?)? {
      let extent = row.count / itemLength
      for padding in [row.upperBound - itemLength, row.lowerBound] {
        let item = dev[padding..<(padding + itemLength)]
        guard let devContents = contents(dev, row, padding: item),
          let prodContents = contents(prod, row, padding: item)
        else { continue }
        let length = devContents.count
        let step = devContents.lowerBound - prodContents.lowerBound
        let value =
          item.allSatisfy { ($0 - item[padding]).magnitude <= noise } ? item[padding] : nil
        guard length == prodContents.count, step != 0,
          devContents.lowerBound == 0 && prodContents.upperBound == extent
            || prodContents.lowerBound == 0 && devContents.upperBound == extent,
          value != nil || extent - length >= 2,
          (0..<(length * itemLength)).allSatisfy({
            tolerance.agrees(
              dev: dev[row.lowerBound + devContents.lowerBound * itemLength + $0],
              prod: prod[row.lowerBound + prodContents.lowerBound * itemLength + $0])
          })
        else { continue }
        return (step, value)
      }
      return nil
    }

    /// The items of a row from the first to the last that is no padding.
    private func contents(_ numbers: [Double], _ row: Range<Int>, padding: ArraySlice<Double>)
      -> Range<Int>?
    {
      let length = padding.count
      func isContents(_ item: Int) -> Bool {
        let start = row.lowerBound + item * length
        return !(0..<length).allSatisfy {
          let (one, other) = (numbers[start + $0], padding[padding.startIndex + $0])
          return one == other || (one - other).magnitude <= noise
        }
      }
      let items = 0..<(row.count / length)
      guard let first = items.first(where: isContents),
        let last = items.last(where: isContents)
      else { return nil }
      return first..<(last + 1)
    }
  }
}
