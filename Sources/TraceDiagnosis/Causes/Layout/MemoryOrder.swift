import Glibc
import PipelineTrace

/// The same numbers in another order in memory: reshaped where they should have been transposed, heads or
/// halves that were not put back, bytes of elements swapped.
///
/// Undone by views of both sides under a common shape. Where prod has the shape of dev transposed, that is
/// `axes-permuted`.
package enum MemoryOrder: Cause {
  package static let word = "memory-order"

  private static let rankLimit = 5
  /// Below this an axis split in two is a handful of permuted items.
  private static let leastSplitExtent = 6

  package static func candidates(for evidence: TensorEvidence) throws(FormatError) -> [Candidate] {
    guard evidence.dev.shape.elementCount == evidence.prod.shape.elementCount,
      evidence.dev.shape.elementCount >= 4, let dev = try evidence.dev.rowMajor(),
      let prod = try evidence.prod.rowMajor()
    else { return [] }
    var candidates = otherByteOrder(dev, prod)
    if dev.shape != prod.shape, let same = prod.reshaped(dev.shape.extents) {
      candidates.append(
        Candidate(
          word, cost: 6, dev: dev, prod: same,
          summary: "prod holds the numbers of dev in the same order as \(prod.shape) instead of"
            + " \(dev.shape)", details: [Finding.Detail("kind", .text("reshaped"))]))
    }
    candidates += reshapes(dev, prod)
    if dev.shape == prod.shape { candidates += splits(dev, prod) + merges(dev, prod) }
    return candidates
  }

  /// The bytes of every element in the other order.
  private static func otherByteOrder(_ dev: Tensor, _ prod: Tensor) -> [Candidate] {
    guard dev.dtype == prod.dtype, dev.dtype.byteCount > 1, dev.shape == prod.shape else {
      return []
    }
    var swapped = prod
    swapped.byteOrder = prod.byteOrder == .little ? .big : .little
    return [
      Candidate(
        word, cost: 2, dev: dev, prod: swapped,
        summary: "prod is dev with the bytes of every element in the other order (endianness)",
        details: [Finding.Detail("kind", .text("endianness"))])
    ]
  }

  /// One side transposed in memory and read under another shape, for every order of the axes.
  private static func reshapes(_ dev: Tensor, _ prod: Tensor) -> [Candidate] {
    var candidates: [Candidate] = []
    for (side, tensor, other) in [("dev", dev, prod), ("prod", prod, dev)] {
      let extents = tensor.shape.extents
      guard (2...rankLimit).contains(extents.count) else { continue }
      let cost = 3 + log2((1...extents.count).reduce(1.0) { $0 * Double($1) })
      var seen: Set<[Int]> = []
      for order in AxesPermuted.orders(of: extents.count) {
        let long = order.filter { extents[$0] > 1 }
        let transposed = order.map { extents[$0] }
        let isTransposed =
          long.map { extents[$0] } == other.shape.extents.filter { $0 > 1 }
        guard long != long.sorted(), seen.insert(long).inserted,
          !isTransposed || other.shape.rank != extents.count,
          let reshaped = other.reshaped(transposed)
        else { continue }
        let mistake = isTransposed ? "" : ": reshaped instead of transposed"
        let view = tensor.transposed(order)
        let words = order.map(String.init).joined(separator: ", ")
        let isOfDev = side == "dev"
        candidates.append(
          Candidate(
            word, cost: cost, dev: isOfDev ? view : reshaped, prod: isOfDev ? reshaped : view,
            summary: isOfDev
              ? "prod holds dev.transpose(\(words)) read as \(prod.shape)\(mistake)"
              : "dev holds prod.transpose(\(words)) read as \(dev.shape)\(mistake)",
            details: [
              Finding.Detail("kind", .text("reshaped")), Finding.Detail("of", .text(side)),
              Finding.Detail("order", .text(order.map(String.init).joined(separator: ","))),
            ]))
      }
    }
    return candidates
  }

  /// One axis that is really two, in the other order: interleaved halves, heads behind their parts.
  private static func splits(_ dev: Tensor, _ prod: Tensor) -> [Candidate] {
    var candidates: [Candidate] = []
    for (axis, extent) in dev.shape.extents.enumerated() where extent >= leastSplitExtent {
      for outer in divisors(of: extent) {
        let inner = extent / outer
        let before = dev.shape.extents[..<axis]
        let after = dev.shape.extents[(axis + 1)...]
        var order = Array(0...dev.shape.rank)
        order.swapAt(axis, axis + 1)
        guard let devView = dev.reshaped(before + [outer, inner] + after),
          let prodView = prod.reshaped(before + [inner, outer] + after)?.transposed(order)
        else { continue }
        candidates.append(
          Candidate(
            word, cost: 8 + log2(Double(extent)), dev: devView, prod: prodView,
            summary: "axis \(axis) is \(outer)×\(inner) in dev and \(inner)×\(outer) in prod"
              + " (heads or halves not put back in order)",
            details: [
              Finding.Detail("kind", .text("split")), Finding.Detail("axis", .count(axis)),
              Finding.Detail("outer", .count(outer)), Finding.Detail("inner", .count(inner)),
            ]))
      }
    }
    return candidates
  }

  /// Heads that one side merges into the last of two axes before they are transposed back.
  private static func merges(_ dev: Tensor, _ prod: Tensor) -> [Candidate] {
    var candidates: [Candidate] = []
    let extents = dev.shape.extents
    for axis in 0..<max(0, extents.count - 1) where extents[axis] > 1 && extents[axis + 1] > 3 {
      for heads in divisors(of: extents[axis + 1]) {
        let part = extents[axis + 1] / heads
        let straight = extents[..<axis] + [extents[axis], heads, part] + extents[(axis + 2)...]
        let merged = extents[..<axis] + [heads, extents[axis], part] + extents[(axis + 2)...]
        var order = Array(0...dev.shape.rank)
        order.swapAt(axis, axis + 1)
        for (side, right, wrong) in [("prod", dev, prod), ("dev", prod, dev)] {
          guard let rightView = right.reshaped(Array(straight)),
            let wrongView = wrong.reshaped(Array(merged))?.transposed(order)
          else { continue }
          let isProd = side == "prod"
          candidates.append(
            Candidate(
              word, cost: 9 + log2(Double(extents[axis + 1])), dev: isProd ? rightView : wrongView,
              prod: isProd ? wrongView : rightView,
              summary: "\(side) merges \(heads) heads of \(part) into axis \(axis + 1) without"
                + " transposing them back",
              details: [
                Finding.Detail("kind", .text("merged")), Finding.Detail("axis", .count(axis + 1)),
                Finding.Detail("of", .text(side)), Finding.Detail("heads", .count(heads)),
              ]))
        }
      }
    }
    return candidates
  }

  /// The divisors of `number` but for 1 and itself, in increasing order.
  static func divisors(of number: Int) -> [Int] {
    var low: [Int] = []
    var high: [Int] = []
    var divisor = 2
    while divisor * divisor <= number {
      if number.isMultiple(of: divisor) {
        low.append(divisor)
        if divisor * divisor < number { high.append(number / divisor) }
      }
      divisor += 1
    }
    return low + high.reversed()
  }
}
