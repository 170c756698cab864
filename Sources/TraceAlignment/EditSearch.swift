/// The search behind ``editScript(dev:prod:)``: which elements of two sequences to keep.
///
/// Myers's middle snake, box by box. A box that takes more than ``roundLimit`` rounds from either
/// end is cut at elements that are unique on both sides; boxes between those get
/// ``shortCutRoundLimit`` rounds and are then cut where the search had come farthest; and once
/// ``stepLimit`` is used up, what is left counts as changed.
package struct EditSearch {
  /// Rounds from either end in which the shortest script has to be found.
  package static let roundLimit = 4000
  /// The same once the shortest script is given up.
  static let shortCutRoundLimit = 256
  /// Diagonals visited in all, which bounds the time to well under a second.
  static let stepLimit = 120_000_000

  let dev: [Int32]
  let prod: [Int32]
  private(set) var devKept: [Bool]
  private(set) var prodKept: [Bool]
  private(set) var isMinimal = true

  private var roundLimit = Self.roundLimit
  private var stepsLeft = Self.stepLimit
  private var boxes: [Box] = []
  /// How far each diagonal was followed from the start of the box, and from its end.
  private var forward: [Int32]
  private var backward: [Int32]

  /// A part of either sequence that still has to be searched.
  private struct Box {
    var dev: Range<Int>
    var prod: Range<Int>
  }

  /// Where a box falls apart.
  private enum Cut {
    /// Elements that are equal, between two boxes that each need about half the changes.
    case snake(dev: Range<Int>, prod: Range<Int>)
    /// The farthest place that was reached within the limit.
    case farthest(dev: Int, prod: Int)
    case none
  }

  /// - Parameters: both sequences, numbered so that equal elements have equal numbers, from 0 on.
  init(dev: [Int32], prod: [Int32]) {
    self.dev = dev
    self.prod = prod
    devKept = [Bool](repeating: false, count: dev.count)
    prodKept = [Bool](repeating: false, count: prod.count)
    let reach = 2 * min(Self.roundLimit, dev.count + prod.count) + 3
    forward = [Int32](repeating: 0, count: reach)
    backward = [Int32](repeating: 0, count: reach)
  }

  mutating func run() {
    boxes = [Box(dev: 0..<dev.count, prod: 0..<prod.count)]
    while let whole = boxes.popLast() {
      let box = trimmed(whole)
      guard !box.dev.isEmpty, !box.prod.isEmpty else { continue }
      switch cut(box) {
      case .snake(let dev, let prod):
        keep(dev: dev, prod: prod)
        split(
          box, before: (dev.lowerBound, prod.lowerBound), after: (dev.upperBound, prod.upperBound))
      case .farthest where isMinimal:
        isMinimal = false
        roundLimit = Self.shortCutRoundLimit
        splitAtAnchors(box)
      case .farthest(let dev, let prod):
        split(box, before: (dev, prod), after: (dev, prod))
      case .none:
        isMinimal = false
      }
    }
  }

  private mutating func keep(dev: Range<Int>, prod: Range<Int>) {
    for i in dev { devKept[i] = true }
    for i in prod { prodKept[i] = true }
  }

  private mutating func split(_ box: Box, before: (Int, Int), after: (Int, Int)) {
    boxes.append(
      Box(dev: after.0..<box.dev.upperBound, prod: after.1..<box.prod.upperBound))
    boxes.append(
      Box(dev: box.dev.lowerBound..<before.0, prod: box.prod.lowerBound..<before.1))
  }

  /// Keeps what is equal at both ends of a box; what is left of it.
  private mutating func trimmed(_ box: Box) -> Box {
    var (devStart, devEnd) = (box.dev.lowerBound, box.dev.upperBound)
    var (prodStart, prodEnd) = (box.prod.lowerBound, box.prod.upperBound)
    while devStart < devEnd, prodStart < prodEnd, dev[devStart] == prod[prodStart] {
      devStart += 1
      prodStart += 1
    }
    while devStart < devEnd, prodStart < prodEnd, dev[devEnd - 1] == prod[prodEnd - 1] {
      devEnd -= 1
      prodEnd -= 1
    }
    keep(dev: box.dev.lowerBound..<devStart, prod: box.prod.lowerBound..<prodStart)
    keep(dev: devEnd..<box.dev.upperBound, prod: prodEnd..<box.prod.upperBound)
    return Box(dev: devStart..<devEnd, prod: prodStart..<prodEnd)
  }

  /// Cuts a box at the longest chain of elements that occur once on either side.
  private mutating func splitAtAnchors(_ box: Box) {
    let anchors = uniqueAnchors(dev: dev[box.dev], prod: prod[box.prod])
    var end = (box.dev.upperBound, box.prod.upperBound)
    for anchor in anchors.reversed() {
      keep(dev: anchor.dev..<(anchor.dev + 1), prod: anchor.prod..<(anchor.prod + 1))
      boxes.append(Box(dev: (anchor.dev + 1)..<end.0, prod: (anchor.prod + 1)..<end.1))
      end = (anchor.dev, anchor.prod)
    }
    boxes.append(Box(dev: box.dev.lowerBound..<end.0, prod: box.prod.lowerBound..<end.1))
  }

  /// The middle of a shortest path through a box whose corners differ.
  ///
  /// Diagonal k holds the places where k more elements of dev than of prod are behind; x counts
  /// elements of dev from the end that the search started from, so both directions are one loop.
  private mutating func cut(_ box: Box) -> Cut {
    let devCount = box.dev.count
    let prodCount = box.prod.count
    let rounds = min(roundLimit, (devCount + prodCount + 1) / 2)
    let center = rounds + 1
    let surplus = devCount - prodCount
    let meetsForward = surplus % 2 != 0
    var farthest = (reach: 0, dev: 0, prod: 0)
    var steps = 0
    defer { stepsLeft -= steps }
    guard stepsLeft > 0 else { return .none }
    return dev.withUnsafeBufferPointer { dev in
      prod.withUnsafeBufferPointer { prod in
        forward.withUnsafeMutableBufferPointer { forward in
          backward.withUnsafeMutableBufferPointer { backward in
            forward[center + 1] = 0
            backward[center + 1] = 0
            for round in 0...rounds {
              let lowest = -round + 2 * max(0, round - prodCount)
              let highest = round - 2 * max(0, round - devCount)
              guard lowest <= highest else { break }
              steps += highest - lowest + 2
              for k in stride(from: lowest, through: highest, by: 2) {
                let start = entry(forward, center + k, isFirst: k == -round, isLast: k == round)
                var x = start
                while x < devCount, x - k < prodCount,
                  dev[box.dev.lowerBound + x] == prod[box.prod.lowerBound + x - k]
                {
                  x += 1
                }
                forward[center + k] = Int32(x)
                guard x <= devCount, x - k <= prodCount else { continue }
                if 2 * x - k > farthest.reach { farthest = (2 * x - k, x, x - k) }
                let mirrored = surplus - k
                if meetsForward, abs(mirrored) < round,
                  x + Int(backward[center + mirrored]) >= devCount
                {
                  let devStart = box.dev.lowerBound + start
                  let prodStart = box.prod.lowerBound + start - k
                  return .snake(
                    dev: devStart..<(devStart + x - start),
                    prod: prodStart..<(prodStart + x - start))
                }
              }
              for k in stride(from: lowest, through: highest, by: 2) {
                let start = entry(backward, center + k, isFirst: k == -round, isLast: k == round)
                var x = start
                while x < devCount, x - k < prodCount,
                  dev[box.dev.upperBound - 1 - x] == prod[box.prod.upperBound - 1 - x + k]
                {
                  x += 1
                }
                backward[center + k] = Int32(x)
                guard x <= devCount, x - k <= prodCount else { continue }
                if 2 * x - k > farthest.reach {
                  farthest = (2 * x - k, devCount - x, prodCount - x + k)
                }
                let mirrored = surplus - k
                if !meetsForward, abs(mirrored) <= round,
                  x + Int(forward[center + mirrored]) >= devCount
                {
                  let devEnd = box.dev.upperBound - start
                  let prodEnd = box.prod.upperBound - start + k
                  return .snake(
                    dev: (devEnd - x + start)..<devEnd, prod: (prodEnd - x + start)..<prodEnd)
                }
              }
            }
            let isInside = farthest.reach > 0 && farthest.reach < devCount + prodCount
            return isInside
              ? .farthest(
                dev: box.dev.lowerBound + farthest.dev, prod: box.prod.lowerBound + farthest.prod)
              : .none
          }
        }
      }
    }
  }

}

/// Where a diagonal is entered in the next round: from the neighbour that is farther.
private func entry(
  _ reached: UnsafeMutableBufferPointer<Int32>, _ diagonal: Int, isFirst: Bool, isLast: Bool
) -> Int {
  if isFirst { return Int(reached[diagonal + 1]) }
  let below = Int(reached[diagonal - 1])
  return isLast ? below + 1 : max(below + 1, Int(reached[diagonal + 1]))
}

/// The longest chain of elements that occur exactly once in dev and in prod, in both orders.
///
/// - Parameters: numbers from 0 on, as small as there are different elements.
func uniqueAnchors(dev: ArraySlice<Int32>, prod: ArraySlice<Int32>) -> [(dev: Int, prod: Int)] {
  let numberCount = Int(max(dev.max() ?? 0, prod.max() ?? 0)) + 1
  // The only place of each number; -1 for none yet, -2 for several.
  func places(_ side: ArraySlice<Int32>) -> [Int] {
    var places = [Int](repeating: -1, count: numberCount)
    for (i, number) in zip(side.indices, side) {
      places[Int(number)] = places[Int(number)] == -1 ? i : -2
    }
    return places
  }
  let devPlaces = places(dev)
  let prodPlaces = places(prod)
  let shared = dev.map(Int.init).filter { devPlaces[$0] >= 0 && prodPlaces[$0] >= 0 }
  let chain = longestIncreasingSubsequence(of: shared.map { prodPlaces[$0] })
  return chain.map { (dev: devPlaces[shared[$0]], prod: prodPlaces[shared[$0]]) }
}
