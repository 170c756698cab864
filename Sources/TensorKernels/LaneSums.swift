/// The sums over the finite pairs of a block, in eight lanes: pair k goes to lane k mod 8.
///
/// Swift keeps the order of float additions, so a sum becomes SIMD only where lanes are written
/// out. Eight of them suit AVX-512, and every other CPU takes them in halves and quarters.
struct LaneSums {
  private var absolutes = EightLanes()
  private var squares = EightLanes()
  private var devSquares = EightLanes()
  private var prodSquares = EightLanes()
  private var products = EightLanes()

  /// Takes in a chunk whose distances are known.
  ///
  /// Pairs past its end up to a multiple of eight are 0 and add nothing. Three loops, because SSE2
  /// has registers for no more than two sums in eight lanes.
  @inline(never)
  mutating func add(_ pairs: ChunkPairs, count: Int) {
    var lanes = self
    let (devs, prods, distances) = pairs.vectors
    let vectorCount = (count + 7) / 8 * 2
    var v = 0
    while v < vectorCount {
      let (low, high) = (distances[v], distances[v &+ 1])
      lanes.absolutes.add(low, high)
      lanes.squares.add(low * low, high * high)
      v &+= 2
    }
    v = 0
    while v < vectorCount {
      let (devLow, devHigh) = (devs[v], devs[v &+ 1])
      lanes.devSquares.add(devLow * devLow, devHigh * devHigh)
      lanes.products.add(devLow * prods[v], devHigh * prods[v &+ 1])
      v &+= 2
    }
    v = 0
    while v < vectorCount {
      let (low, high) = (prods[v], prods[v &+ 1])
      lanes.prodSquares.add(low * low, high * high)
      v &+= 2
    }
    self = lanes
  }

  func store(in block: inout DifferenceStatistics) {
    block.absolutes = CompensatedSum(absolutes.folded)
    block.squares = CompensatedSum(squares.folded)
    block.devSquares = CompensatedSum(devSquares.folded)
    block.prodSquares = CompensatedSum(prodSquares.folded)
    block.products = CompensatedSum(products.folded)
  }
}

/// Eight running sums, of which Swift makes better code as twice four.
private struct EightLanes {
  private var low = SIMD4<Double>.zero
  private var high = SIMD4<Double>.zero

  @inline(__always)
  mutating func add(_ lowTerms: SIMD4<Double>, _ highTerms: SIMD4<Double>) {
    low += lowTerms
    high += highTerms
  }

  /// The sum of the lanes, always in this order.
  var folded: Double { low.folded + high.folded }
}
