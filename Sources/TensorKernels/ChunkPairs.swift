/// The pairs of one chunk as doubles, in scratch memory: what the metrics see, whatever the dtypes.
///
/// Each array has room for `DifferenceKernel.chunkElementCount` values.
struct ChunkPairs {
  let dev: UnsafeMutablePointer<Double>
  let prod: UnsafeMutablePointer<Double>
  /// |prod − dev|
  let distances: UnsafeMutablePointer<Double>

  /// Doubles of scratch that the arrays need.
  static let scratchCount = 3 * DifferenceKernel.chunkElementCount

  /// - Parameter scratch: Room for `scratchCount` doubles, aligned for four at a time.
  init(scratch: UnsafeMutableRawPointer) {
    let values = scratch.bindMemory(to: Double.self, capacity: Self.scratchCount)
    dev = values
    prod = values + DifferenceKernel.chunkElementCount
    distances = prod + DifferenceKernel.chunkElementCount
  }

  /// The same arrays, four values at a time.
  @inline(__always)
  var vectors: (dev: LaneArray, prod: LaneArray, distances: LaneArray) {
    (LaneArray(start: dev), LaneArray(start: prod), LaneArray(start: distances))
  }

  /// Writes |prod − dev|, infinite where it overflows.
  func setDistances(_ count: Int) {
    let (devs, prods, distances) = vectors
    for v in 0..<LaneArray.vectorCount(count) { distances[v] = (prods[v] - devs[v]).magnitudes }
  }

  /// Puts 0 between the last pair of a short chunk and the next multiple of eight.
  func pad(from count: Int) {
    for k in count..<(count + 7) & ~7 {
      dev[k] = 0
      prod[k] = 0
      distances[k] = 0
    }
  }
}

/// What the first loop over a chunk finds: enough to know which rarer loops have to follow.
struct ChunkCounts {
  var mismatched = 0
  var differing = 0
  var maxAbsolute = 0.0
  /// Whether some pair may lie above the largest relative difference known so far.
  var mayRaiseRelative = false
}

extension ChunkPairs {
  /// Counts the finite pairs of a chunk; those set aside are equal here and do not count.
  ///
  /// The relative difference is not divided out: d / |x| > r requires d ≥ r · |x|, also where the
  /// product is rounded, because rounding is monotone.
  func counts(_ count: Int, limit: Tolerance, aboveRelative relative: Double) -> ChunkCounts {
    let (devs, _, distances) = vectors
    let vectorCount = LaneArray.vectorCount(count)

    let absolute = SIMD4(repeating: limit.absolute)
    let slope = SIMD4(repeating: limit.relative)
    var agreeing = SIMD4<Int64>.zero
    var largest = SIMD4<Double>.zero
    for v in 0..<vectorCount {
      let distance = distances[v]
      agreeing &-= (distance .<= absolute + slope * devs[v].magnitudes).bits
      largest.replace(with: distance, where: distance .> largest)
    }

    let relative = SIMD4(repeating: relative)
    var equal = SIMD4<Int64>.zero
    var settled = ~SIMD4<Int64>.zero
    for v in 0..<vectorCount {
      let distance = distances[v]
      let isEqual = (distance .== 0).bits
      equal &-= isEqual
      settled &= (distance .< relative * devs[v].magnitudes).bits | isEqual
    }
    return ChunkCounts(
      mismatched: vectorCount * 4 - Int(agreeing.wrappedSum()),
      differing: vectorCount * 4 - Int(equal.wrappedSum()),
      maxAbsolute: largest.max(),
      mayRaiseRelative: settled != ~.zero)
  }

  /// The first pair of a chunk beyond the tolerance.
  func firstMismatch(_ count: Int, limit: Tolerance) -> Int? {
    (0..<count).first { !(distances[$0] <= limit.bound(dev: dev[$0])) }
  }

  /// The first pair of a chunk this far apart.
  func first(_ count: Int, atDistance distance: Double) -> Int? {
    (0..<count).first { distances[$0] == distance }
  }

  /// The largest relative difference of a chunk above a known one, and the first pair with it.
  func largestRelative(_ count: Int, above known: Double) -> (value: Double, index: Int)? {
    var largest = SIMD4<Double>.zero
    let (devs, _, distances) = vectors
    for v in 0..<LaneArray.vectorCount(count) {
      let relative = distances[v] / devs[v].magnitudes  // NaN for 0 / 0, which is not larger
      largest.replace(with: relative, where: relative .> largest)
    }
    let value = largest.max()
    guard value > known else { return nil }
    let index = (0..<count).first { self.distances[$0] / dev[$0].magnitude == value }
    return index.map { (value, $0) }
  }
}
