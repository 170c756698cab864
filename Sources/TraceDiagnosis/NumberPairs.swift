import Glibc
import PipelineTrace

/// Elements of dev and prod that stand across from each other: what a fit looks at before anything is
/// counted.
package struct NumberPairs: Sendable, Equatable {
  package var dev: [Double]
  package var prod: [Double]

  /// Elements that are looked at in one place, and places.
  private static let runElementCount = 256
  private static let runLimit = 64

  package init(dev: [Double] = [], prod: [Double] = []) {
    self.dev = dev
    self.prod = prod
  }

  /// The finite pairs of tensors of one shape, drawn evenly: all of up to 16,384, else that many in
  /// runs.
  package init(dev: Tensor, prod: Tensor) throws(FormatError) {
    self.init()
    let count = dev.shape.elementCount
    let whole = Self.runElementCount * Self.runLimit
    let runs: [Range<Int>] =
      count <= whole
      ? [0..<count]
      : (0..<Self.runLimit).map { run in
        let start = count / Self.runLimit * run
        return start..<(start + Self.runElementCount)
      }
    for run in runs {
      let sides = (try dev.numbers(in: run), try prod.numbers(in: run))
      for i in 0..<run.count where sides.0[i].isFinite && sides.1[i].isFinite {
        self.dev.append(sides.0[i])
        self.prod.append(sides.1[i])
      }
    }
  }

  package var count: Int { dev.count }

  /// The pairs for which this holds.
  package func filter(_ isKept: (_ dev: Double, _ prod: Double) -> Bool) -> NumberPairs {
    var kept = NumberPairs()
    for i in dev.indices where isKept(dev[i], prod[i]) {
      kept.dev.append(dev[i])
      kept.prod.append(prod[i])
    }
    return kept
  }

  /// The factor that most of the larger elements of dev were multiplied with: the median of prod / dev
  /// where |dev| is above a tenth of the largest, then least squares over those near it.
  package var commonFactor: Double? {
    let largest = dev.reduce(0) { max($0, $1.magnitude) }
    let large = filter { dev, _ in dev.magnitude > 0.1 * largest }
    guard largest > 0, large.count >= 2 else { return nil }
    let median = zip(large.dev, large.prod).map { $1 / $0 }.median
    guard median != 0, median.isFinite else { return nil }
    let residuals = zip(large.dev, large.prod).map { ($1 - median * $0).magnitude }
    let limit = 3 * residuals.median
    var products = 0.0
    var squares = 0.0
    for (i, residual) in residuals.enumerated() where residual <= limit {
      products += large.dev[i] * large.prod[i]
      squares += large.dev[i] * large.dev[i]
    }
    return squares > 0 ? products / squares : median
  }

  /// Factor and offset by least squares, then twice more without the worst fifth, which may be clipped
  /// or corrupt; `nil` where dev is constant.
  package var line: Line? {
    guard let first = leastSquares else { return nil }
    var line = first
    for _ in 0..<2 where count >= 12 {
      let residuals = zip(dev, prod).map { ($1 - line.factor * $0 - line.offset).magnitude }
      let limit = residuals.sorted()[count * 4 / 5]
      var kept = NumberPairs()
      for i in dev.indices where residuals[i] <= limit {
        kept.dev.append(dev[i])
        kept.prod.append(prod[i])
      }
      guard let next = kept.leastSquares else { break }
      line = next
    }
    return line
  }

  private var leastSquares: Line? {
    guard count >= 2 else { return nil }
    let devMean = dev.reduce(0, +) / Double(count)
    let prodMean = prod.reduce(0, +) / Double(count)
    var products = 0.0
    var squares = 0.0
    for i in dev.indices {
      products += (dev[i] - devMean) * (prod[i] - prodMean)
      squares += (dev[i] - devMean) * (dev[i] - devMean)
    }
    guard squares > 0, squares.isFinite, products.isFinite else { return nil }
    let factor = products / squares
    return Line(factor: factor, offset: prodMean - factor * devMean)
  }
}

/// prod = factor · dev + offset.
package struct Line: Sendable, Equatable {
  package var factor: Double
  package var offset: Double
}

extension [Double] {
  /// The middle one in order, the upper of two; 0 of none.
  package var median: Double { isEmpty ? 0 : sorted()[count / 2] }

  /// Square root of the mean of the squares; 0 of none.
  package var rootMeanSquare: Double {
    isEmpty ? 0 : (reduce(0) { $0 + $1 * $1 } / Double(count)).squareRoot()
  }
}

extension DType {
  /// Half a step of a float of 16 bits or less relative to the number; 0 of wider ones and integers.
  package var narrowRounding: Double {
    guard isFloat, mantissaBitCount <= 10 else { return 0 }
    return Double(sign: .plus, exponent: -mantissaBitCount - 1, significand: 1)
  }
}

/// A number in at most `digits` significant digits, as `%g` of C writes it.
func brief(_ number: Double, digits: Int = 6) -> String {
  var buffer = [CChar](repeating: 0, count: 40)
  let length = withVaList([Int32(digits), number + 0]) {
    vsnprintf(&buffer, buffer.count, "%.*g", $0)
  }
  return String(decoding: buffer.prefix(Int(length)).map { UInt8(bitPattern: $0) }, as: UTF8.self)
}
