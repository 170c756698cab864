import Glibc
import PipelineTrace

/// The axes in another order: channels last where they were first, a transposed matrix, a picture turned.
///
/// Undone by a view: every order of up to five axes whose shape fits, alone and with one axis flipped
/// (a quarter turn); each also with one factor and offset.
package enum AxesPermuted: Cause {
  package static let word = "axes-permuted"

  private static let rankLimit = 5

  package static func candidates(for evidence: TensorEvidence) throws(FormatError) -> [Candidate] {
    let extents = evidence.dev.shape.extents
    let rank = extents.count
    guard (2...rankLimit).contains(rank), evidence.prod.shape.rank == rank else { return [] }
    var candidates: [Candidate] = []
    let cost = 2 + log2((1...rank).reduce(1.0) { $0 * Double($1) })
    for order in orders(of: rank) where moves(order, extents: evidence.prod.shape.extents) {
      let view = evidence.prod.transposed(order)
      guard view.shape.extents == extents else { continue }
      // Axis i of dev is axis order[i] of prod.
      let words = order.map(String.init).joined(separator: ", ")
      let details = [Finding.Detail("order", .text(order.map(String.init).joined(separator: ",")))]
      candidates.append(
        Candidate(
          word, cost: cost, dev: evidence.dev, prod: view,
          summary: "prod is dev with its axes in another order (dev is prod.transpose(\(words)))",
          details: details))
      for axis in 0..<rank where extents[axis] > 1 {
        candidates.append(
          Candidate(
            word, cost: cost + 1 + log2(Double(rank)), dev: evidence.dev,
            prod: view.reversed(alongAxes: [axis]),
            summary: "prod is dev with its axes in another order and one flipped"
              + " (dev is prod.transpose(\(words)), then axis \(axis) reversed)",
            details: details + [Finding.Detail("flipped", .count(axis))]))
      }
    }
    return candidates + (try evidence.scaled(candidates))
  }

  /// Whether an axis with more than one element comes to stand before or behind another such.
  private static func moves(_ order: [Int], extents: [Int]) -> Bool {
    let long = order.filter { extents[$0] > 1 }
    return long != long.sorted()
  }

  /// All orders of `count` axes.
  static func orders(of count: Int) -> [[Int]] {
    guard count > 0 else { return [[]] }
    return orders(of: count - 1).flatMap { order in
      (0...order.count).map { place in
        var longer = order
        longer.insert(count - 1, at: place)
        return longer
      }
    }
  }
}
