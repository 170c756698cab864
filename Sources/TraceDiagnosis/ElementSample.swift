import PipelineTrace
import TensorKernels

/// Places drawn from a pair of tensors: mostly mismatched ones, and some others.
///
/// A candidate that does not hold at these places need not be counted in full; one that does is, since a
/// sample never names anything.
package struct ElementSample: Sendable {
  /// Row-major numbers of elements that disagree, at most ``mismatchedLimit``.
  package var mismatched: [Int]
  /// Row-major numbers of elements that agree, at most ``agreeingLimit``.
  package var agreeing: [Int]

  package static let mismatchedLimit = 384
  package static let agreeingLimit = 96
  /// Elements that are looked at in one place of a large tensor.
  private static let runElementCount = 4096
  /// Places of a large tensor that are looked at.
  private static let runLimit = 512

  package var places: [Int] { mismatched + agreeing }

  /// Draws from runs of elements that are spread evenly over the tensors.
  ///
  /// - Parameter known: A place that is known to disagree.
  init(dev: Tensor, prod: Tensor, tolerance: Tolerance, known: Int?) throws(FormatError) {
    var generator = SplitMix64(state: 0x5EED)
    let count = dev.shape.elementCount
    let runCount = max(1, min(Self.runLimit, count / Self.runElementCount))
    var mismatched: [Int] = []
    var agreeing: [Int] = []
    var seen = (mismatched: 0, agreeing: 0)
    for run in 0..<runCount {
      let start = count / runCount * run
      let end =
        run == runCount - 1
        ? min(count, start + max(Self.runElementCount, count / runCount))
        : min(count, start + Self.runElementCount)
      let elements = start..<min(end, start + Self.runElementCount * 4)
      let sides = (
        try dev.numbers(in: elements), try prod.numbers(in: elements)
      )
      for i in 0..<elements.count {
        if tolerance.agrees(dev: sides.0[i], prod: sides.1[i]) {
          seen.agreeing += 1
          Self.draw(
            elements.lowerBound + i, into: &agreeing, limit: Self.agreeingLimit,
            seen: seen.agreeing, &generator)
        } else {
          seen.mismatched += 1
          Self.draw(
            elements.lowerBound + i, into: &mismatched, limit: Self.mismatchedLimit,
            seen: seen.mismatched, &generator)
        }
      }
    }
    if mismatched.isEmpty, let known { mismatched = [known] }
    self.mismatched = mismatched.sorted()
    self.agreeing = agreeing.sorted()
  }

  /// Places drawn at random from `count` elements, the same for the same count; all of them where they are few.
  package static func places(among count: Int, limit: Int = mismatchedLimit) -> [Int] {
    guard count > limit else { return Array(0..<max(0, count)) }
    var generator = SplitMix64(state: 0x5A3B1E)
    return (0..<limit).map { _ in Int.random(in: 0..<count, using: &generator) }
  }

  /// Algorithm R of reservoir sampling (Vitter 1985).
  private static func draw(
    _ place: Int, into places: inout [Int], limit: Int, seen: Int, _ generator: inout SplitMix64
  ) {
    if places.count < limit {
      places.append(place)
    } else {
      let slot = Int.random(in: 0..<seen, using: &generator)
      if slot < limit { places[slot] = place }
    }
  }
}

/// Steele, Lea and Flood's SplitMix64: a fixed seed gives the same places on every machine.
package struct SplitMix64: RandomNumberGenerator, Sendable {
  package var state: UInt64

  package init(state: UInt64) { self.state = state }

  package mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var z = state
    z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
    return z ^ (z >> 31)
  }
}

extension Tensor {
  /// The elements of a range of row-major numbers, as the nearest doubles.
  package func numbers(in range: Range<Int>) throws(FormatError) -> [Double] {
    var reader = TensorReader(self)
    return try reader.numbers(in: range)
  }
}

extension TensorReader {
  /// The elements of a range of row-major numbers, as the nearest doubles.
  package mutating func numbers(in range: Range<Int>) throws(FormatError) -> [Double] {
    var bytes = [UInt8](repeating: 0, count: range.count * tensor.dtype.byteCount)
    try bytes.withUnsafeMutableBufferPointer { (buffer) throws(FormatError) in
      try read(range, into: UnsafeMutableRawBufferPointer(buffer))
    }
    var numbers = [Double](repeating: 0, count: range.count)
    bytes.withUnsafeBytes { bytes in
      numbers.withUnsafeMutableBufferPointer { widen(bytes, dtype: tensor.dtype, into: $0) }
    }
    return numbers
  }
}
