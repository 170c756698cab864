import PipelineTrace

extension TensorEvidence {
  /// Of these layouts those that leave one factor and offset, undone as well: bytes with channels last
  /// against floats from 0 to 1 with channels first.
  ///
  /// Screened by correlation on a sample, fitted there, and priced by whether the constants are usual ones.
  func scaled(_ layouts: [Candidate]) throws(FormatError) -> [Candidate] {
    guard dev.dtype.isFloat || prod.dtype.isFloat, elementCount >= 32 else { return [] }
    let places = ElementSample.places(among: dev.shape.elementCount, limit: 512)
    let fitted = ElementSample.places(among: dev.shape.elementCount, limit: 8192)
    let glance = Array(places.prefix(64))
    let devNumbers = try dev.numbers(at: places)
    guard Set(devNumbers.filter(\.isFinite)).count >= 8 else { return [] }
    var candidates: [Candidate] = []
    for layout in layouts where layout.prod.shape == dev.shape {
      if isCancelled() { return [] }
      let first = LinearFit(
        x: Array(devNumbers.prefix(64)), y: try layout.prod.numbers(at: glance))
      guard let first, first.correlation.magnitude > 0.99,
        let glanced = LinearFit(x: devNumbers, y: try layout.prod.numbers(at: places)),
        glanced.correlation.magnitude > 0.9995,
        // What narrow storage rounds off averages out over more of them: dev may hold exact zeros.
        let fit = LinearFit(
          x: try dev.numbers(at: fitted), y: try layout.prod.numbers(at: fitted))
      else { continue }
      let size = devRootMeanSquare
      if (fit.factor - 1).magnitude < 1e-4, fit.offset.magnitude < 1e-4 * size { continue }
      let named = UsualScale.all.first {
        (fit.factor - $0.factor).magnitude <= 2e-4 * $0.factor.magnitude
          && (fit.offset - $0.offset).magnitude <= 1e-3 * size * fit.factor.magnitude
      }
      let (factor, offset) = named.map { ($0.factor, $0.offset) } ?? (fit.factor, fit.offset)
      var candidate = layout
      candidate.cost += named == nil ? 56 : 12
      candidate.prod = layout.prod.mapped { _, values in
        for i in values.indices { values[i] = (values[i] - offset) / factor }
      }
      if offset != 0, size > 0 { candidate.slope = 1 + (offset / factor).magnitude / size }
      let scale =
        factor == 1 ? "" : ", times \(named?.word ?? shortText(factor))"
      let shift =
        offset == 0
        ? "" : offset < 0 ? " minus \(shortText(-offset))" : " plus \(shortText(offset))"
      candidate.summary += scale + (scale.isEmpty && offset != 0 ? "," : "") + shift
      candidate.details += [
        Finding.Detail("factor", .number(factor)), Finding.Detail("offset", .number(offset)),
      ]
      candidates.append(candidate)
    }
    return candidates
  }
}

/// Factors and offsets that pictures are usually taken through.
private struct UsualScale {
  var factor: Double
  var offset: Double
  var word: String

  init(_ factor: Double, _ word: String, plus offset: Double = 0) {
    self.factor = factor
    self.offset = offset
    self.word = word
  }

  static let all = [
    UsualScale(255, "255"), UsualScale(1 / 255, "1/255"),
    UsualScale(256, "256"), UsualScale(1 / 256, "1/256"),
    UsualScale(127.5, "127.5"), UsualScale(1 / 127.5, "1/127.5"),
    UsualScale(128, "128"), UsualScale(1 / 128, "1/128"),
    UsualScale(100, "100"), UsualScale(0.01, "1/100"),
    UsualScale(2, "2"), UsualScale(0.5, "1/2"), UsualScale(-1, "-1"),
    UsualScale(127.5, "127.5", plus: 127.5), UsualScale(1 / 127.5, "1/127.5", plus: -1),
    UsualScale(2, "2", plus: -1), UsualScale(0.5, "1/2", plus: 0.5),
    UsualScale(-1, "-1", plus: 255), UsualScale(-1, "-1", plus: 1),
  ]
}

/// The line y = factor · x + offset through points, by least squares, once more without the worst fifth.
struct LinearFit {
  private(set) var factor: Double
  private(set) var offset: Double
  /// Pearson's, of all finite points.
  private(set) var correlation: Double

  /// - Returns: `nil` where fewer than three points are finite, or one side is constant.
  init?(x: [Double], y: [Double]) {
    let points = zip(x, y).filter { $0.0.isFinite && $0.1.isFinite }
    guard let line = Self.line(points) else { return nil }
    (factor, offset, correlation) = line
    let errors = points.map { (line.factor * $0.0 + line.offset - $0.1).magnitude }
    let bound = errors.sorted()[errors.count * 4 / 5]
    let best = zip(points, errors).filter { $0.1 <= bound }.map(\.0)
    guard best.count >= 10, let again = Self.line(best) else { return }
    (factor, offset) = (again.factor, again.offset)
  }

  private static func line(_ points: [(Double, Double)]) -> (
    factor: Double, offset: Double, correlation: Double
  )? {
    guard points.count >= 3 else { return nil }
    let count = Double(points.count)
    let xMean = points.reduce(0) { $0 + $1.0 } / count
    let yMean = points.reduce(0) { $0 + $1.1 } / count
    var (xx, yy, xy) = (0.0, 0.0, 0.0)
    for (x, y) in points {
      xx += (x - xMean) * (x - xMean)
      yy += (y - yMean) * (y - yMean)
      xy += (x - xMean) * (y - yMean)
    }
    guard xx > 0, yy > 0, xx.isFinite, yy.isFinite else { return nil }
    let factor = xy / xx
    guard factor != 0 else { return nil }
    return (factor, yMean - factor * xMean, xy / (xx * yy).squareRoot())
  }
}
