import PipelineTrace
import TensorKernels

/// Where in a pair of tensors of one shape the mismatched elements stand, from one walk over both.
struct MismatchMap {
  /// Along each axis, the indices at which some element is mismatched.
  private(set) var touched: [[Bool]]
  /// The first mismatched elements, at most ``placeLimit``.
  private(set) var places: [Int] = []
  private(set) var count = 0
  /// Of mismatched elements with two finite sides, those in which prod is the larger.
  private(set) var largerCount = 0
  /// The smallest |prod − dev| of a mismatched element; infinite without a finite one.
  private(set) var leastMagnitude = Double.infinity
  /// Σ (prod − dev)² and the number of the elements that agree.
  private(set) var agreeingSquares = 0.0
  private(set) var agreeingCount = 0
  /// Elements that are NaN in prod and not in dev, and that are infinite in prod and finite in dev.
  private(set) var newNaN: [Int] = []
  private(set) var newNaNCount = 0
  private(set) var newInfinity: [Int] = []
  private(set) var newInfinityCount = 0

  /// Places that are kept of each kind.
  static let placeLimit = 4096
  private static let blockCount = 1 << 16

  /// - Returns: `nil` for tensors of other shapes, and where the walk was cancelled.
  init?(_ evidence: TensorEvidence) throws(FormatError) {
    guard evidence.hasSameShape else { return nil }
    let extents = evidence.dev.shape.extents
    touched = extents.map { [Bool](repeating: false, count: $0) }
    let count = evidence.dev.shape.elementCount
    var devReader = TensorReader(evidence.dev)
    var prodReader = TensorReader(evidence.prod)
    for start in stride(from: 0, to: count, by: Self.blockCount) {
      if evidence.isCancelled() { return nil }
      let range = start..<min(count, start + Self.blockCount)
      let dev = try Self.numbers(range, &devReader)
      let prod = try Self.numbers(range, &prodReader)
      for i in 0..<range.count {
        take(dev[i], prod[i], element: start + i, extents: extents, evidence.tolerance)
      }
    }
  }

  private static func numbers(_ range: Range<Int>, _ reader: inout TensorReader)
    throws(FormatError) -> [Double]
  {
    let dtype = reader.tensor.dtype
    var bytes = [UInt8](repeating: 0, count: range.count * dtype.byteCount)
    try bytes.withUnsafeMutableBufferPointer { (buffer) throws(FormatError) in
      try reader.read(range, into: UnsafeMutableRawBufferPointer(buffer))
    }
    var numbers = [Double](repeating: 0, count: range.count)
    bytes.withUnsafeBytes { bytes in
      numbers.withUnsafeMutableBufferPointer { widen(bytes, dtype: dtype, into: $0) }
    }
    return numbers
  }

  private mutating func take(
    _ dev: Double, _ prod: Double, element: Int, extents: [Int], _ tolerance: Tolerance
  ) {
    let difference = prod - dev
    if tolerance.agrees(dev: dev, prod: prod) {
      if difference.isFinite {
        agreeingSquares += difference * difference
        agreeingCount += 1
      }
      return
    }
    count += 1
    if places.count < Self.placeLimit { places.append(element) }
    if difference.isFinite {
      leastMagnitude = min(leastMagnitude, difference.magnitude)
      if difference > 0 { largerCount += 1 }
    }
    if prod.isNaN, !dev.isNaN {
      newNaNCount += 1
      if newNaN.count < Self.placeLimit { newNaN.append(element) }
    } else if prod.isInfinite, dev.isFinite {
      newInfinityCount += 1
      if newInfinity.count < Self.placeLimit { newInfinity.append(element) }
    }
    var rest = element
    for axis in stride(from: extents.count - 1, through: 0, by: -1) {
      let extent = extents[axis]
      touched[axis][rest % extent] = true
      rest /= extent
    }
  }

  /// How many indices of an axis are touched.
  func touchedCount(_ axis: Int) -> Int { touched[axis].count { $0 } }

  /// The root mean square of the differences that the tolerance accepts.
  var agreeingRootMeanSquare: Double {
    agreeingCount == 0 ? 0 : (agreeingSquares / Double(agreeingCount)).squareRoot()
  }
}
