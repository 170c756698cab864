/// Doubles in scratch memory, aligned and read four at a time.
///
/// Comparisons, `replace` and arithmetic of `SIMD4<Double>` become vector instructions even of the
/// least common denominator (SSE2, NEON); conversions and reductions of Swift's SIMD types do not.
struct LaneArray {
  let start: UnsafeMutableRawPointer

  @inline(__always)
  subscript(index: Int) -> SIMD4<Double> {
    get { start.load(fromByteOffset: index &* 32, as: SIMD4<Double>.self) }
    nonmutating set {
      start.storeBytes(of: newValue, toByteOffset: index &* 32, as: SIMD4<Double>.self)
    }
  }

  /// Vectors that hold so many values.
  @inline(__always)
  static func vectorCount(_ count: Int) -> Int { (count &+ 3) &>> 2 }
}

extension SIMD4<Double> {
  /// The absolute values.
  @inline(__always)
  var magnitudes: SIMD4<Double> {
    unsafeBitCast(
      unsafeBitCast(self, to: SIMD4<UInt64>.self) & 0x7fff_ffff_ffff_ffff, to: Self.self)
  }

  /// The lanes where the mask has all bits, 0 in those where it has none.
  @inline(__always)
  func kept(where mask: SIMD4<Int64>) -> SIMD4<Double> {
    unsafeBitCast(unsafeBitCast(self, to: SIMD4<Int64>.self) & mask, to: Self.self)
  }

  /// The sum of the lanes, always in this order.
  @inline(__always)
  var folded: Double { (self[0] + self[1]) + (self[2] + self[3]) }
}

extension SIMDMask<SIMD4<Int64>> {
  /// −1 in the lanes that are true, 0 in the others.
  @inline(__always)
  var bits: SIMD4<Int64> { unsafeBitCast(self, to: SIMD4<Int64>.self) }
}
