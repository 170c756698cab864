/// What a run of elements of one side contains: its range, its NaN and its infinities.
package struct SideStatistics: Sendable, Equatable {
  /// The smallest element that is not NaN, −infinity included; `nil` where there is none.
  ///
  /// Both zeros count as 0. 64-bit integers are rounded to `Double`.
  package private(set) var minimum: Double?
  /// The largest element that is not NaN, infinity included; `nil` where there is none.
  package private(set) var maximum: Double?
  /// How many elements are NaN.
  package private(set) var nanCount: Int
  /// How many elements are infinity or −infinity.
  package private(set) var infinityCount: Int

  /// No element at all.
  package init() {
    nanCount = 0
    infinityCount = 0
  }

  /// Elements whose range, and perhaps specials, are known; it is empty where `minimum` is the larger.
  @inline(__always)
  init(minimum: Double, maximum: Double, nanCount: Int = 0, infinityCount: Int = 0) {
    self.minimum = minimum <= maximum ? minimum : nil
    self.maximum = minimum <= maximum ? maximum : nil
    self.nanCount = nanCount
    self.infinityCount = infinityCount
  }

  /// One element: the definition of all four.
  init(number: Double) {
    let value = number + 0  // −0 becomes 0
    minimum = number.isNaN ? nil : value
    maximum = minimum
    nanCount = number.isNaN ? 1 : 0
    infinityCount = number.isInfinite ? 1 : 0
  }

  /// Whether an element is NaN or infinite.
  @inline(__always)
  var hasSpecials: Bool { nanCount + infinityCount > 0 }

  /// Takes in the elements of another run; the order of the runs does not matter.
  package mutating func merge(_ following: SideStatistics) {
    if let other = following.minimum { minimum = min(minimum ?? other, other) }
    if let other = following.maximum { maximum = max(maximum ?? other, other) }
    nanCount += following.nanCount
    infinityCount += following.infinityCount
  }

  /// Counts the NaN and infinities among the doubles of vectors.
  ///
  /// No branch on the elements: x − x is 0 for what is finite, NaN for the rest, and NaN is equal
  /// to nothing, not to itself.
  mutating func countSpecials(of vectors: LaneArray, vectorCount: Int) {
    var finiteCounts = SIMD4<Int64>.zero
    var numberCounts = SIMD4<Int64>.zero
    for v in 0..<vectorCount {
      let value = vectors[v]
      finiteCounts &-= (value - value .== 0).bits
      numberCounts &-= (value .== value).bits
    }
    let numberCount = Int(numberCounts.wrappedSum())
    nanCount += vectorCount * 4 - numberCount
    infinityCount += numberCount - Int(finiteCounts.wrappedSum())
  }
}
