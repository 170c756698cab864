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

  /// Takes in a chunk whose distances are known.
  ///
  /// Pairs past its end up to a multiple of four are 0 and add nothing. Two loops, because one
  /// would need more registers than there are, and wait for memory in every step.
  @inline(never)
  mutating func add(_ pairs: ChunkPairs, count: Int) {
    var lanes = self
    let (devs, prods, distances) = pairs.vectors
    let vectorCount = LaneArray.vectorCount(count)
    for v in 0..<vectorCount {
      let distance = distances[v]
      lanes.absolutes += distance
      lanes.squares += distance * distance
    }
    for v in 0..<vectorCount {
      let (x, y) = (devs[v], prods[v])
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
