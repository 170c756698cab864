import PipelineTrace
import TensorKernels

/// A sample of one tensor, held against another one at many offsets.
///
/// An offset maps element `i` of the reference to element `i + offset` of the other. Memory: the other's
/// elements as doubles where there are at most ``heldElementCount``.
struct OffsetScreen {
  private let reference: Tensor
  private let other: Tensor
  private let tolerance: Tolerance
  /// Sampled elements of the reference, those with rare values first: numbers and indices.
  private let numbers: [Double]
  private let indices: [[Int]]
  private let otherNumbers: [Double]?
  private let otherSteps: [Int]

  private static let sampleLimit = 192
  private static let heldElementCount = 4 << 20
  /// Share of the sample that may disagree.
  private static let missingShare = 0.15
  /// Elements that have to stand across from each other.
  private static let leastCount = 6

  /// - Parameter places: Row-major numbers of elements of the reference to choose from.
  init(reference: Tensor, other: Tensor, places: [Int], tolerance: Tolerance) throws(FormatError) {
    self.reference = reference
    self.other = other
    self.tolerance = tolerance
    let found = try reference.numbers(at: places)
    var counts: [UInt64: Int] = [:]
    for number in found { counts[number.bitPattern, default: 0] += 1 }
    // A constant border agrees with itself at every offset: what is rare tells more.
    let rarest = found.indices.sorted { first, second in
      let (one, two) = (counts[found[first].bitPattern] ?? 0, counts[found[second].bitPattern] ?? 0)
      return one != two ? one < two : first < second
    }
    // Neighbours share errors; the order of places is that of the tensor, so take from all over it.
    let chosen = rarest.prefix(Self.sampleLimit)
    numbers = chosen.map { found[$0] }
    indices = chosen.map { reference.shape.index(ofElement: places[$0]) }
    otherNumbers =
      other.shape.elementCount <= Self.heldElementCount ? try other.numbers() : nil
    otherSteps = other.shape.rowMajorStrides
  }

  /// How many values the sample has.
  var distinctCount: Int { Set(numbers.map(\.bitPattern)).count }

  /// Share of the sampled elements that agree with those at the offset; `nil` where too many do not, or
  /// too few have one there.
  func agreement(at offset: [Int]) throws(FormatError) -> Double? {
    var inside = 0
    var missing = 0
    let limit = Int(Self.missingShare * Double(numbers.count))
    for (number, index) in zip(numbers, indices) {
      guard let place = place(of: index, at: offset) else { continue }
      inside += 1
      if !tolerance.agrees(dev: number, prod: try otherNumber(place)) {
        missing += 1
        if missing > limit { return nil }
      }
    }
    guard inside >= Self.leastCount, Double(missing) <= Self.missingShare * Double(inside)
    else { return nil }
    return Double(inside - missing) / Double(inside)
  }

  /// The row-major number of the other's element, `nil` outside of it.
  private func place(of index: [Int], at offset: [Int]) -> Int? {
    var place = 0
    for axis in index.indices {
      let at = index[axis] + offset[axis]
      guard at >= 0, at < other.shape.extents[axis] else { return nil }
      place += at * otherSteps[axis]
    }
    return place
  }

  private func otherNumber(_ place: Int) throws(FormatError) -> Double {
    if let otherNumbers { return otherNumbers[place] }
    return try other.numbers(at: [place])[0]
  }
}

extension OffsetScreen {
  /// Rare runs that are looked for.
  private static let runLimit = 32
  /// Places of one run beyond which it is not rare.
  private static let hitLimit = 64
  /// Elements of a run, along the last axis.
  private static let runLength = 4
  private static let voteLimit = 3
  private static let leastVotes = 4
  private static let blockElementCount = 1 << 16

  /// The offsets that most of some rare runs of elements have moved by, at most three.
  ///
  /// One walk over the other tensor.
  ///
  /// - Parameter isCircular: Whether what leaves on one side comes back on the other; an offset then lies
  ///   between minus and plus half of the extent.
  func votedOffsets(isCircular: Bool, isCancelled: () -> Bool) throws(FormatError) -> [[Int]] {
    guard let lastExtent = reference.shape.extents.last, let otherLast = other.shape.extents.last,
      let other = try other.rowMajor()
    else { return [] }
    let length = min(Self.runLength, lastExtent, otherLast)
    var runs: [(index: [Int], numbers: [Double])] = []
    for (number, index) in zip(numbers, indices)
    where number.isFinite && index[index.count - 1] + length <= lastExtent {
      guard runs.count < Self.runLimit, let first = reference.shape.element(at: index) else {
        break
      }
      runs.append((index, try reference.numbers(at: Array(first..<(first + length)))))
    }
    runs.sort { $0.numbers[0] < $1.numbers[0] }
    let lower = runs.map { $0.numbers[0] - tolerance.bound(dev: $0.numbers[0]) }
    let upper = runs.map { $0.numbers[0] + tolerance.bound(dev: $0.numbers[0]) }
    var hits = [[Int]](repeating: [], count: runs.count)
    let count = other.shape.elementCount
    for start in stride(from: 0, to: count, by: Self.blockElementCount) {
      if isCancelled() { return [] }
      let end = min(count, start + Self.blockElementCount)
      let block = try other.numbers(in: start..<min(count, end + length - 1))
      for i in 0..<(end - start) {
        var run = Self.firstIndex(in: upper, atLeast: block[i])
        while run < runs.count, lower[run] <= block[i] {
          if hits[run].count <= Self.hitLimit,
            (start + i) % otherLast + length <= otherLast,
            (1..<length).allSatisfy({
              tolerance.agrees(dev: runs[run].numbers[$0], prod: block[i + $0])
            })
          {
            hits[run].append(start + i)
          }
          run += 1
        }
      }
    }
    var votes: [[Int]: Int] = [:]
    for (run, places) in zip(runs, hits) where places.count <= Self.hitLimit {
      for place in places {
        var offset = other.shape.index(ofElement: place)
        for axis in offset.indices {
          offset[axis] -= run.index[axis]
          let extent = other.shape.extents[axis]
          if isCircular, offset[axis] > extent / 2 { offset[axis] -= extent }
          if isCircular, offset[axis] < -(extent / 2) { offset[axis] += extent }
        }
        votes[offset, default: 0] += 1
      }
    }
    return votes.filter { $0.value >= Self.leastVotes }
      .sorted {
        $0.value != $1.value ? $0.value > $1.value : $0.key.lexicographicallyPrecedes($1.key)
      }.prefix(Self.voteLimit).map(\.key)
  }

  /// Of increasing bounds the first that is not below `number`; their count where all are.
  private static func firstIndex(in bounds: [Double], atLeast number: Double) -> Int {
    var low = 0
    var high = bounds.count
    while low < high {
      let middle = (low + high) / 2
      if bounds[middle] >= number { high = middle } else { low = middle + 1 }
    }
    return low
  }
}

extension TensorEvidence {
  /// What elements have to agree within while a cause looks for places: the pair's tolerance, widened as
  /// where candidates are judged.
  var screeningTolerance: Tolerance {
    Judge(evidence: self, workerCount: 1)
      .widened(for: Candidate("", cost: 0, dev: dev, prod: prod, summary: ""))
  }
}
