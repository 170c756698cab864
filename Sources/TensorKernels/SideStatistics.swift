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

  /// One element, or many of which only the range and the counts are known.
  init(minimum: Double?, maximum: Double?, nanCount: Int, infinityCount: Int) {
    self.minimum = minimum
    self.maximum = maximum
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
}
