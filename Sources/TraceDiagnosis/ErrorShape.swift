import Glibc
import PipelineTrace

/// The size of a difference relative to the values, and whether it has a pattern.
///
/// Rounding leaves errors of one size everywhere that have nothing to do with the values nor with their
/// neighbours. The scale is that of the tensor, not of the element: sums cancel, so what is near zero has
/// relative errors without bound.
struct ErrorShape {
  /// rms(prod − dev) / rms(dev); all elements where there is no pattern, else without outliers.
  var relative: Double
  /// Share of the elements that differ at all.
  var touched: Double
  /// Between the difference and dev, as a magnitude.
  var correlation: Double
  /// Whether nothing but the size speaks: as arithmetic in fewer bits leaves it.
  var isPatternless: Bool

  /// Elements that are looked at: slabs of whole rows of a larger tensor.
  private static let elementLimit = 1 << 18
  private static let slabLimit = 8

  /// `nil` where fewer than 16 pairs are finite, a side is no float, or nothing differs.
  init?(_ evidence: TensorEvidence) throws(FormatError) {
    guard evidence.hasSameShape, evidence.dev.dtype.isFloat, evidence.prod.dtype.isFloat
    else { return nil }
    let rowLength = max(1, evidence.dev.shape.extents.last ?? 1)
    var slabs: [NumberPairs] = []
    for range in Self.slabs(count: evidence.elementCount, rowLength: rowLength) {
      if evidence.isCancelled() { return nil }
      slabs.append(
        NumberPairs(
          dev: try evidence.dev.numbers(in: range), prod: try evidence.prod.numbers(in: range)))
    }
    self.init(slabs: slabs, rowLength: rowLength)
  }

  init?(slabs: [NumberPairs], rowLength: Int) {
    let pairs = slabs.flatMap { slab in
      slab.dev.indices.compactMap { i -> (dev: Double, error: Double)? in
        let error = slab.prod[i] - slab.dev[i]
        return error.isFinite ? (slab.dev[i], error) : nil
      }
    }
    let devSize = pairs.map(\.dev).rootMeanSquare
    let errorSize = pairs.map(\.error).rootMeanSquare
    guard pairs.count >= 16, devSize > 0, errorSize > 0 else { return nil }
    touched = Double(pairs.count { $0.error != 0 }) / Double(pairs.count)

    // A few outlier features must not speak for all.
    var kept = pairs
    if pairs.count >= 256 {
      let largestDev = Self.quantile(pairs.map(\.dev.magnitude), 0.98)
      let largestError = Self.quantile(pairs.map(\.error.magnitude), 0.995)
      kept = pairs.filter { $0.dev.magnitude <= largestDev && $0.error.magnitude <= largestError }
    }
    let keptErrors = kept.map(\.error)
    let keptSize = keptErrors.rootMeanSquare
    let keptDevSize = kept.map(\.dev).rootMeanSquare
    guard keptSize > 0, keptDevSize > 0 else { return nil }
    let count = Double(kept.count)
    let margin = 4 / count.squareRoot()
    let errorMean = keptErrors.reduce(0, +) / count
    let devMean = kept.reduce(0) { $0 + $1.dev } / count
    var product = 0.0
    var devSquare = 0.0
    var errorSquare = 0.0
    for pair in kept {
      let (d, e) = (pair.dev - devMean, pair.error - errorMean)
      product += d * e
      devSquare += d * d
      errorSquare += e * e
    }
    let size = (devSquare * errorSquare).squareRoot()
    correlation = size > 0 ? (product / size).magnitude : 0
    let peak = keptErrors.reduce(0) { max($0, $1.magnitude) } / keptSize
    isPatternless =
      correlation < 0.25 + margin && errorMean.magnitude < 0.35 * keptSize + margin * keptSize
      && peak < 40 + 4 * log10(count) && touched > 0.5
      && Self.neighbourCorrelation(slabs, rowLength, size: errorSize) < 0.5 + 1.5 * margin
      && Self.rowsAreAlike(slabs, rowLength)
    relative = isPatternless ? errorSize / devSize : keptSize / keptDevSize
  }

  private static func slabs(count: Int, rowLength: Int) -> [Range<Int>] {
    guard count > elementLimit else { return [0..<count] }
    let slabLength = elementLimit / slabLimit
    let length = rowLength <= slabLength ? slabLength / rowLength * rowLength : slabLength
    let unit = min(rowLength, slabLength)
    return (0..<slabLimit).map { slab in
      let start = (count - length) / (slabLimit - 1) * slab / unit * unit
      return start..<(start + length)
    }
  }

  private static func quantile(_ values: [Double], _ share: Double) -> Double {
    values.sorted()[min(values.count - 1, Int(share * Double(values.count - 1)))]
  }

  /// The correlation of each difference with the next one, along rows and from row to row: the smaller
  /// of the two, 0 where neither has eight elements.
  private static func neighbourCorrelation(
    _ slabs: [NumberPairs], _ rowLength: Int, size: Double
  ) -> Double {
    var correlations: [Double] = []
    for (step, isUsed) in [(1, rowLength >= 8), (rowLength, rowLength > 1)] where isUsed {
      var sum = 0.0
      var count = 0
      for slab in slabs where step == 1 || slab.count >= 8 * rowLength {
        for i in 0..<max(0, slab.count - step) where step > 1 || (i + 1) % rowLength != 0 {
          let product =
            (slab.prod[i] - slab.dev[i]) * (slab.prod[i + step] - slab.dev[i + step])
          guard product.isFinite else { continue }
          sum += product
          count += 1
        }
      }
      if count > 0 { correlations.append((sum / Double(count)).magnitude / (size * size)) }
    }
    return correlations.min() ?? 0
  }

  /// Whether no row's error is 30 times that of the middle row, and fewer than 30 % are untouched.
  private static func rowsAreAlike(_ slabs: [NumberPairs], _ rowLength: Int) -> Bool {
    guard rowLength >= 8 else { return true }
    var ratios: [Double] = []
    for slab in slabs {
      for start in stride(from: 0, through: slab.count - rowLength, by: rowLength) {
        var devSquare = 0.0
        var errorSquare = 0.0
        for i in start..<(start + rowLength) {
          let error = slab.prod[i] - slab.dev[i]
          guard error.isFinite else { continue }
          devSquare += slab.dev[i] * slab.dev[i]
          errorSquare += error * error
        }
        ratios.append((errorSquare / max(devSquare, 1e-60)).squareRoot())
      }
    }
    guard ratios.count > 1, let largest = ratios.max() else { return true }
    let untouched = ratios.count { $0 == 0 }
    return largest <= 30 * ratios.median && Double(untouched) <= 0.3 * Double(ratios.count)
  }
}
