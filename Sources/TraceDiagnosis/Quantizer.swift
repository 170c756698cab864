import PipelineTrace

/// A way to round numbers to few levels that share a step within a group.
struct Quantizer: Sendable {
  /// What the step is taken from: `absmax/127`.
  var name: String
  var bits: Int
  private let kind: Kind

  private enum Kind: Sendable {
    /// The largest magnitude over `divisor`, levels from `lowest` to `highest`.
    case symmetric(divisor: Double, lowest: Double, highest: Double)
    /// From the smaller of 0 and the smallest to the larger of 0 and the largest, 0 exact.
    case integerZero(levels: Double)
    /// From the smallest to the largest, which are both exact.
    case realOffset(levels: Double)
    /// The 16 levels of NF4 times the largest magnitude.
    case normalFloat
  }

  /// The smallest and the largest number of a group.
  struct Range: Sendable {
    var low = Double.infinity
    var high = -Double.infinity
    var largest: Double { max(low.magnitude, high.magnitude) }
  }

  /// 8 and 4 bits first, which are usual.
  static let all: [Quantizer] =
    [8, 4, 3, 2, 5, 6].flatMap { bits in
      let half = Double(1 << (bits - 1))
      let levels = Double(1 << bits) - 1
      return [
        Quantizer(
          name: "absmax/\(brief(half - 1))", bits: bits,
          kind: .symmetric(divisor: half - 1, lowest: -half, highest: half - 1)),
        Quantizer(
          name: "absmax/\(brief(half))", bits: bits,
          kind: .symmetric(divisor: half, lowest: -half, highest: half - 1)),
        Quantizer(
          name: "absmax/\(brief(half - 0.5))", bits: bits,
          kind: .symmetric(divisor: half - 0.5, lowest: -half, highest: half - 1)),
        Quantizer(
          name: "range/\(brief(levels)), zero exact", bits: bits,
          kind: .integerZero(levels: levels)),
        Quantizer(name: "range/\(brief(levels))", bits: bits, kind: .realOffset(levels: levels)),
      ]
    } + [Quantizer(name: "NF4 table", bits: 4, kind: .normalFloat)]

  /// The level nearest to a number, ties to even, in a group of this range.
  func rounded(_ number: Double, in range: Range) -> Double {
    guard number.isFinite, range.low <= range.high else { return number }
    switch kind {
    case .symmetric(let divisor, let lowest, let highest):
      guard range.largest > 0 else { return 0 }
      let step = range.largest / divisor
      let level = (number / step).rounded(.toNearestOrEven)
      return min(max(level, lowest), highest) * step
    case .integerZero(let levels):
      let (low, high) = (min(range.low, 0), max(range.high, 0))
      guard low < high else { return 0 }
      let step = (high - low) / levels
      let zero = (-low / step).rounded(.toNearestOrEven)
      let level = (number / step).rounded(.toNearestOrEven) + zero
      return (min(max(level, 0), levels) - zero) * step
    case .realOffset(let levels):
      guard range.low < range.high else { return range.low }
      let step = (range.high - range.low) / levels
      return ((number - range.low) / step).rounded(.toNearestOrEven) * step + range.low
    case .normalFloat:
      guard range.largest > 0 else { return 0 }
      let share = number / range.largest
      return Self.normalFloatLevel(nearestTo: share) * range.largest
    }
  }

  /// - Source: T. Dettmers et al., QLoRA (2023), appendix E.
  private static let normalFloatLevels = [
    -1.0, -0.6961928009986877, -0.5250730514526367, -0.39491748809814453, -0.28444138169288635,
    -0.18477343022823334, -0.09105003625154495, 0, 0.07958029955625534, 0.16093020141124725,
    0.24611230194568634, 0.33791524171829224, 0.44070982933044434, 0.5626170039176941,
    0.7229568362236023, 1,
  ]

  private static func normalFloatLevel(nearestTo share: Double) -> Double {
    var nearest = normalFloatLevels[0]
    for level in normalFloatLevels where (level - share).magnitude < (nearest - share).magnitude {
      nearest = level
    }
    return nearest
  }
}
