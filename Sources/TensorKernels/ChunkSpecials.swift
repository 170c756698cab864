/// The pairs of a chunk of which at least one side is NaN or infinite.
struct ChunkSpecials {
  var count = 0
  /// Those that do not agree.
  var mismatched = 0
  /// The first of them, from the start of the chunk; `nil` also where nobody asked.
  var firstMismatched: Int?
}

extension ChunkPairs {
  /// Counts the pairs that are not finite, and puts 0 on both sides of each.
  ///
  /// No branch on the elements: an attention mask has an infinity in every vector. x − x is 0 for
  /// what is finite and NaN for the rest, and a NaN is equal to nothing.
  func setSpecialsAside(_ count: Int, nanEqualsNaN: Bool, wantsFirst: Bool) -> ChunkSpecials {
    var specials = ChunkSpecials()
    var finiteCount: Int64 = 0
    var agreeingCount: Int64 = 0
    for k in 0..<count {
      let (x, y) = (dev[k], prod[k])
      let isFinite = (x - x) + (y - y) == 0
      let agrees = !isFinite && (x == y || (nanEqualsNaN && x != x && y != y))
      finiteCount &+= isFinite ? 1 : 0
      agreeingCount &+= agrees ? 1 : 0
    }
    specials.count = count - Int(finiteCount)
    specials.mismatched = specials.count - Int(agreeingCount)
    if wantsFirst && specials.mismatched > 0 {
      specials.firstMismatched = (0..<count).first { k in
        let (x, y) = (dev[k], prod[k])
        return !(x.isFinite && y.isFinite) && x != y && !(nanEqualsNaN && x != x && y != y)
      }
    }
    for k in 0..<count {
      let (x, y) = (dev[k], prod[k])
      let isFinite = (x - x) + (y - y) == 0
      dev[k] = isFinite ? x : 0
      prod[k] = isFinite ? y : 0
    }
    return specials
  }
}
