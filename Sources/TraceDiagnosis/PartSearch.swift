import Glibc
import PipelineTrace

/// Where the smaller of two tensors lies within the larger one, found on a sample.
///
/// The centre, the corners and every offset where there are at most ``offsetLimit``; beyond that those
/// that rare values vote for.
struct PartSearch {
  /// A place that the sample speaks for.
  struct Place {
    /// Index in the larger tensor of the smaller one's first element.
    var offset: [Int]
    /// Bits to say the offset: log2 of how many there are.
    var cost: Double
    /// The part of dev and of prod that stand across from each other.
    var dev: Tensor
    var prod: Tensor
    /// What surrounds the part in the larger tensor, as boxes that do not overlap.
    var surroundings: [Tensor]
  }

  private static let offsetLimit = 40_000
  private static let leastCount = 4
  private static let placeLimit = 4
  private static let rankLimit = 6

  let isProdSmaller: Bool
  private(set) var places: [Place] = []

  /// - Returns: `nil` where no side fits into the other with room to spare.
  init?(_ evidence: TensorEvidence) throws(FormatError) {
    let (dev, prod) = (evidence.dev, evidence.prod)
    guard !evidence.hasSameShape, dev.shape.rank == prod.shape.rank,
      (1...Self.rankLimit).contains(dev.shape.rank)
    else { return nil }
    isProdSmaller = prod.shape.elementCount < dev.shape.elementCount
    let (small, large) = isProdSmaller ? (prod, dev) : (dev, prod)
    let room = zip(large.shape.extents, small.shape.extents).map { $0 - $1 }
    guard small.shape.elementCount >= Self.leastCount, room.allSatisfy({ $0 >= 0 }) else {
      return nil
    }
    let screen = try OffsetScreen(
      reference: small, other: large,
      places: ElementSample.places(among: small.shape.elementCount, limit: 1024),
      tolerance: evidence.screeningTolerance)
    var found: [(offset: [Int], agreement: Double)] = []
    var tried: Set<[Int]> = []
    func `try`(_ offset: [Int]) throws(FormatError) {
      guard tried.insert(offset).inserted, let agreement = try screen.agreement(at: offset)
      else { return }
      found.append((offset, agreement))
    }
    for offset in Self.likelyOffsets(room) { try `try`(offset) }
    let isFew = room.reduce(1.0) { $0 * Double($1 + 1) } <= Double(Self.offsetLimit)
    if isFew {
      var offset = [Int](repeating: 0, count: room.count)
      repeat {
        if evidence.isCancelled() { return nil }
        try `try`(offset)
      } while Self.advance(&offset, within: room)
    } else if found.isEmpty {
      for offset in try screen.votedOffsets(isCircular: false, isCancelled: evidence.isCancelled)
      where zip(offset, room).allSatisfy({ (0...$1).contains($0) }) {
        try `try`(offset)
      }
    }
    // A stable order: what was tried first wins among equals.
    let best = found.enumerated().sorted {
      $0.element.agreement != $1.element.agreement
        ? $0.element.agreement > $1.element.agreement : $0.offset < $1.offset
    }
    places = best.prefix(Self.placeLimit).map { entry in
      let offset = entry.element.offset
      let (part, rest) = Self.cut(large, at: offset, small.shape.extents)
      return Place(
        offset: offset, cost: room.reduce(0) { $0 + log2(Double($1 + 1)) },
        dev: isProdSmaller ? part : dev, prod: isProdSmaller ? prod : part, surroundings: rest)
    }
  }

  /// The centre (rounded both ways) and all corners.
  private static func likelyOffsets(_ room: [Int]) -> [[Int]] {
    var corners = [[Int]()]
    for extent in room {
      corners = corners.flatMap { extent == 0 ? [$0 + [0]] : [$0 + [0], $0 + [extent]] }
    }
    return [room.map { $0 / 2 }, room.map { ($0 + 1) / 2 }] + corners
  }

  /// Counts the offset on; returns false after the last.
  private static func advance(_ offset: inout [Int], within room: [Int]) -> Bool {
    for axis in offset.indices.reversed() {
      if offset[axis] < room[axis] {
        offset[axis] += 1
        return true
      }
      offset[axis] = 0
    }
    return false
  }

  /// A box of a tensor, and what surrounds it.
  private static func cut(_ tensor: Tensor, at offset: [Int], _ extents: [Int]) -> (
    part: Tensor, rest: [Tensor]
  ) {
    var part = tensor
    var rest: [Tensor] = []
    for (axis, start) in offset.enumerated() {
      let end = start + extents[axis]
      if start > 0 { rest.append(part.sliced(0..<start, alongAxis: axis)) }
      if end < part.shape.extents[axis] {
        rest.append(part.sliced(end..<part.shape.extents[axis], alongAxis: axis))
      }
      part = part.sliced(start..<end, alongAxis: axis)
    }
    return (part, rest)
  }
}

extension PartSearch.Place {
  private static let blockElementCount = 1 << 16

  /// The one value that surrounds the part, within noise; `nil` where there are several, or where the part
  /// is made of it too.
  func padding(noise: Double, isCancelled: () -> Bool) throws(FormatError) -> Double? {
    guard let first = surroundings.first else { return nil }
    let value = try first.numbers(at: [0])[0]
    func isPadding(_ number: Double) -> Bool {
      (number - value).magnitude <= noise || number == value || number.isNaN && value.isNaN
    }
    let core = try dev.numbers(
      at: ElementSample.places(among: dev.shape.elementCount, limit: 1024))
    guard !core.allSatisfy(isPadding) else { return nil }
    for box in surroundings {
      let count = box.shape.elementCount
      var reader = TensorReader(box)
      for start in stride(from: 0, to: count, by: Self.blockElementCount) {
        if isCancelled() { return nil }
        let range = start..<min(count, start + Self.blockElementCount)
        guard try reader.numbers(in: range).allSatisfy(isPadding) else { return nil }
      }
    }
    return value
  }
}
