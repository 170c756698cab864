/// The pairs of a chunk of which at least one side is NaN or infinite.
struct ChunkSpecials {
  var count = 0
  /// Those that do not agree.
  var mismatched = 0
}

extension ChunkPairs {
  /// Counts the pairs that are not finite, and puts 0 on both sides of each.
  ///
  /// No branch on the elements: an attention mask has an infinity in every few vectors. x − x is 0
  /// for what is finite and NaN for the rest, and NaN is equal to nothing.
  func setSpecialsAside(_ count: Int, nanEqualsNaN: Bool) -> ChunkSpecials {
    let nanAgrees = SIMD4<Int64>(repeating: nanEqualsNaN ? -1 : 0)
    var finiteCounts = SIMD4<Int64>.zero
    var agreeingCounts = SIMD4<Int64>.zero
    let (devs, prods, _) = vectors
    let vectorCount = LaneArray.vectorCount(count)
    for v in 0..<vectorCount {
      let (x, y) = (devs[v], prods[v])
      let isFinite = ((x - x) + (y - y) .== 0).bits
      let areNaN = (x .!= x).bits & (y .!= y).bits & nanAgrees
      finiteCounts &-= isFinite
      agreeingCounts &-= ((x .== y).bits | areNaN) & ~isFinite
      devs[v] = x.kept(where: isFinite)
      prods[v] = y.kept(where: isFinite)
    }
    let specialCount = vectorCount * 4 - Int(finiteCounts.wrappedSum())
    return ChunkSpecials(
      count: specialCount, mismatched: specialCount - Int(agreeingCounts.wrappedSum()))
  }

  /// The first pair that is not finite and does not agree, before those are set aside.
  func firstSpecialMismatch(_ count: Int, nanEqualsNaN: Bool) -> Int? {
    (0..<count).first { k in
      let (x, y) = (dev[k], prod[k])
      let agrees = x == y || (nanEqualsNaN && x.isNaN && y.isNaN)
      return !agrees && !(x.isFinite && y.isFinite)
    }
  }
}
