/// The sums over the finite pairs of a block, in four lanes: element k goes to lane k mod 4.
///
/// Swift keeps the order of float additions, so a sum becomes SIMD only where lanes are written
/// out. Four of them: with eight the accumulators no longer fit into the registers of SSE2.
struct LaneSums {
  private var absolutes = SIMD4<Double>.zero
  private var squares = SIMD4<Double>.zero
  private var devSquares = SIMD4<Double>.zero
  private var prodSquares = SIMD4<Double>.zero
  private var products = SIMD4<Double>.zero

  /// Takes in a chunk whose distances are known already.
  ///
  /// Pairs past its end up to a multiple of four are 0 and add nothing, here and below.
  mutating func add(_ pairs: ChunkPairs, count: Int) {
    let vectors = pairs.vectors
    add(vectors.dev, vectors.prod, count: count) { v, _, _ in vectors.distances[v] }
  }

  /// Takes in a chunk and writes its distances, |prod − dev|, infinite where that overflows.
  mutating func addWritingDistances(_ pairs: ChunkPairs, count: Int) {
    let vectors = pairs.vectors
    add(vectors.dev, vectors.prod, count: count) { v, x, y in
      let distance = (y - x).magnitudes
      vectors.distances[v] = distance
      return distance
    }
  }

  @inline(__always)
  private mutating func add(
    _ devs: LaneArray, _ prods: LaneArray, count: Int,
    distanceAt: (Int, SIMD4<Double>, SIMD4<Double>) -> SIMD4<Double>
  ) {
    var lanes = self
    for v in 0..<LaneArray.vectorCount(count) {
      let (x, y) = (devs[v], prods[v])
      let distance = distanceAt(v, x, y)
      lanes.absolutes += distance
      lanes.squares += distance * distance
      lanes.devSquares += x * x
      lanes.prodSquares += y * y
      lanes.products += x * y
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
