/// Pairs that differ, by the power of two of |prod − dev|: from 2⁻⁴⁸ to 2¹⁵, a bin each.
package struct LogHistogram: Sendable, Equatable {
  package static let binCount = 64
  /// The first bin takes what is smaller than 2⁻⁴⁷, the last one what is 2¹⁵ or larger.
  package static let leastExponent = -48

  /// Empty while there is no pair, so that results without one need no memory.
  private var stored: [Int] = []

  /// No pair at all.
  package init() {}

  /// - Parameter counts: Of all bins.
  init(counts: some Sequence<Int>) {
    let counts = Array(counts)
    precondition(counts.count == Self.binCount, "\(counts.count) bins")
    if counts.contains(where: { $0 != 0 }) { stored = counts }
  }

  /// Pairs with ⌊log₂ |prod − dev|⌋ = `leastExponent` + index.
  package var counts: [Int] {
    stored.isEmpty ? [Int](repeating: 0, count: Self.binCount) : stored
  }

  /// Takes in one pair that differs: the definition of the bins.
  mutating func add(_ distance: Double) {
    if stored.isEmpty { stored = counts }
    // Below the normal doubles it is less, but the first bin takes it in any case.
    let exponent = distance.isFinite ? Int(distance.exponent) : Int.max / 2
    stored[min(max(exponent - Self.leastExponent, 0), Self.binCount - 1)] += 1
  }

  /// Takes in other pairs.
  package mutating func merge(_ other: LogHistogram) {
    guard !stored.isEmpty && !other.stored.isEmpty else {
      if stored.isEmpty { stored = other.stored }
      return
    }
    for bin in stored.indices { stored[bin] += other.stored[bin] }
  }

  /// Takes in the pairs of a chunk of which so many differ; distances of 0 are left out.
  ///
  /// The exponents go to bytes, and each bin between the lowest and the highest takes one sweep
  /// over these, 64 at a time: no increment waits for another, and no logarithm is taken.
  mutating func add(
    _ distances: UnsafeMutablePointer<Double>, count: Int, differingCount: Int
  ) {
    if stored.isEmpty { stored = counts }
    let sweepCount = (count + 63) / 64
    withUnsafeTemporaryAllocation(byteCount: sweepCount * 192, alignment: 64) { scratch in
      let bins = scratch.baseAddress!.bindMemory(to: UInt8.self, capacity: sweepCount * 64)
      let exponents = (scratch.baseAddress! + sweepCount * 64)
        .bindMemory(to: Int16.self, capacity: sweepCount * 64)
      for k in count..<sweepCount * 64 { bins[k] = 0 }
      let (lowest, highest) = Self.setBins(bins, exponents, of: distances, count: count)
      var left = differingCount
      let last = min(Int(highest), Self.binCount - 1)
      for bin in stride(from: min(max(Int(lowest), 1), Self.binCount - 1), through: last, by: 1) {
        let found = Self.occurrences(of: UInt8(bin), in: scratch.baseAddress!, sweepCount)
        stored[bin] += found
        left -= found
      }
      stored[0] += left
    }
  }

  /// Writes the bin of each distance, and gives the lowest of those that are not 0 and the highest.
  ///
  /// In two loops, so that each has one width to vectorize; for 16 bits SSE2 has minimum and maximum.
  @inline(never)
  private static func setBins(
    _ bins: UnsafeMutablePointer<UInt8>, _ exponents: UnsafeMutablePointer<Int16>,
    of distances: UnsafeMutablePointer<Double>, count: Int
  ) -> (lowest: Int16, highest: Int16) {
    let bits = UnsafeRawPointer(distances).assumingMemoryBound(to: UInt64.self)
    for k in 0..<count { exponents[k] = Int16(truncatingIfNeeded: bits[k] &>> 52) }
    let bias = Int16(1_023 + leastExponent)
    var lowest = Int16.max
    var highest = Int16.min
    for k in 0..<count {
      let bin = exponents[k] &- bias
      let clamped = max(min(bin, 63), 0)
      let counted = bin <= 0 ? Int16.max : bin  // bin 0 gets what the others leave
      lowest = min(lowest, counted)
      highest = max(highest, clamped)
      bins[k] = UInt8(truncatingIfNeeded: clamped)
    }
    return (lowest, highest)
  }

  /// How many of the bytes, 64 in each of at most 255 vectors, have this value.
  private static func occurrences(of value: UInt8, in bytes: UnsafeRawPointer, _ vectorCount: Int)
    -> Int
  {
    let wanted = SIMD64<UInt8>(repeating: value)
    var found = SIMD64<UInt8>.zero
    for v in 0..<vectorCount {
      let matches = bytes.load(fromByteOffset: v &* 64, as: SIMD64<UInt8>.self) .== wanted
      found = found &- unsafeBitCast(matches, to: SIMD64<UInt8>.self)
    }
    // Neighbouring bytes are added to 16 bits, and four of those by one multiplication.
    let pairs = unsafeBitCast(found, to: SIMD8<UInt64>.self)
    let even = SIMD8<UInt64>(repeating: 0x00ff_00ff_00ff_00ff)
    let sums = (pairs & even) &+ ((pairs &>> 8) & even)
    let folded = (sums &* SIMD8<UInt64>(repeating: 0x0001_0001_0001_0001)) &>> 48
    return Int(folded.wrappedSum())
  }
}
