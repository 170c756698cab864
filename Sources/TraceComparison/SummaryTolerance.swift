import PipelineTrace
import TensorKernels

/// How far a statistic of dev and one of prod may lie apart where the elements agree.
///
/// Four things add up, each no more than what is sure or what chance makes likely:
///
/// 1. the tolerance of elements at the statistic, `atol + rtol × |dev|`; for extremes nothing else is
///    needed, as no extreme moves further than some element does;
/// 2. what elements within their tolerance do to a sum, taken as errors that know nothing of each
///    other, of size τ = atol + rtol × rms: a mean and a spread move by 4τ/√n (four standard
///    deviations) and a norm by 4τ; and noise adds to a length as legs add to a hypotenuse, to a spread
///    √(std² + τ²) − std, to a norm likewise with √n τ. Without this a mean near zero of bfloat16 would
///    always seem to differ, as rtol × |mean| is nothing;
/// 3. what the tool rounded: sums in float32 (2 log₂ n + 4 roundings of the size of the rms, which
///    covers the trees and cascades of torch, numpy and GPUs, and a float64 tensor cast down before),
///    and the result to the tensor's dtype where that is shorter. A norm may have been summed in eight
///    lanes from the first element to the last, as torch does on CPUs; large sums then swallow small
///    squares: n / 768 roundings more (measured with normal numbers, up to 32 million: n / 900), but
///    never more than 2¹⁷, which is 0.8 %, for a bound that lets anything pass is none. Only on sides
///    that a tool wrote: sums over full tensors are taken in float64;
/// 4. half a unit of the last printed digit, on each side.
struct SummaryTolerance {
  /// One side: its figures, and whether they were computed here, from all elements.
  struct Side {
    var summary: TensorSummary
    var isComputed = false
  }

  let tolerance: Tolerance
  let elementCount: Int
  let dev: Side
  let prod: Side

  /// The unit roundoff of float32, in which tools add up.
  private static let sumRoundoff = 0x1p-24

  /// - Precondition: Both sides have the same shape.
  init(_ tolerance: Tolerance, dev: Side, prod: Side) {
    self.tolerance = tolerance
    self.dev = dev
    self.prod = prod
    elementCount = dev.summary.shape.elementCount
  }

  /// The largest |dev − prod| at which two elements as they were printed agree.
  func bound(_ devFigure: TensorSummary.Figure, _ prodFigure: TensorSummary.Figure) -> Double {
    let printed = devFigure.halfUnit + prodFigure.halfUnit
    // Decimal digits become doubles, and a tie must not be lost over that.
    let tie =
      printed > 0
      ? Double.ulpOfOne * (devFigure.value.magnitude + prodFigure.value.magnitude) : 0
    return tolerance.bound(dev: devFigure.value) + printed + tie
  }

  /// The largest |dev − prod| at which the two statistics agree, both finite.
  func bound(
    of statistic: TensorSummary.Statistic, _ devFigure: TensorSummary.Figure,
    _ prodFigure: TensorSummary.Figure
  ) -> Double {
    bound(devFigure, prodFigure) + elementNoise(in: statistic, devFigure.value, prodFigure.value)
      + rounding(of: statistic, devFigure.value, dev)
      + rounding(of: statistic, prodFigure.value, prod)
  }

  /// Whether a figure that is not finite may be an overflow of the tool that took it, not an element.
  ///
  /// An attention mask of −3.4e38 has no sum in float32, and no float16 holds a norm above 65,504.
  func mayHaveOverflowed(_ statistic: TensorSummary.Statistic) -> Bool {
    [dev, prod].contains { side in
      guard let figure = side.summary.statistics[statistic], !figure.value.isFinite,
        let reach = side.summary.reach, reach.isFinite
      else { return false }
      let count = Double(elementCount)
      // A quarter of the range: an estimate need not be closer, as real values are far below it.
      let limit = Double(Float.greatestFiniteMagnitude) / 4
      switch statistic {
      case .minimum, .maximum: return false
      case .mean: return reach * count > limit
      case .deviation: return reach * reach * count > limit
      case .norm:
        return reach * reach * count > limit
          || (side.summary.dtype == .f16 && reach * count.squareRoot() >= 65_504)
      }
    }
  }

  private func elementNoise(
    in statistic: TensorSummary.Statistic, _ dev: Double, _ prod: Double
  ) -> Double {
    let size = tolerance.bound(dev: self.dev.summary.rootMeanSquare ?? dev)
    let count = Double(max(1, elementCount))
    let smaller = min(dev.magnitude, prod.magnitude)
    guard size.isFinite, size > 0 else { return size }
    switch statistic {
    case .minimum, .maximum: return 0
    case .mean: return 4 * size / count.squareRoot()
    case .deviation: return added(size, to: smaller) + 4 * size / count.squareRoot()
    case .norm: return added(size * count.squareRoot(), to: smaller) + 4 * size
    }
  }

  /// √(length² + noise²) − length, without losing it where the noise is small.
  private func added(_ noise: Double, to length: Double) -> Double {
    let hypotenuse = (length * length + noise * noise).squareRoot()
    return hypotenuse > 0 ? noise * noise / (hypotenuse + length) : 0
  }

  private func rounding(of statistic: TensorSummary.Statistic, _ figure: Double, _ side: Side)
    -> Double
  {
    let dtype = side.summary.dtype
    guard !side.isComputed else { return 0 }
    switch statistic {
    case .minimum, .maximum:
      // Where both sides are cast to float32, equal elements stay equal.
      let isCast = dtype == .f64 || (!dtype.isFloat && dtype.byteCount >= 4)
      return isCast && (dev.isComputed || prod.isComputed)
        ? figure.magnitude * Self.sumRoundoff : 0
    case .mean, .deviation, .norm:
      var result = Self.sumRoundoff
      if dtype == .f16 || dtype == .bf16 {
        result = Double(sign: .plus, exponent: -dtype.mantissaBitCount - 1, significand: 1)
      }
      var terms = 2 * log2(elementCount) + 4
      var size = side.summary.rootMeanSquare ?? figure.magnitude
      if statistic == .norm {
        terms += min(Double(elementCount) / 768, 0x1p17)
        size = figure.magnitude
      }
      return terms * Self.sumRoundoff * size + result * figure.magnitude
    }
  }

  /// The number of times it can be halved, rounded up.
  private func log2(_ count: Int) -> Double {
    count > 1 ? Double(Int.bitWidth - (count - 1).leadingZeroBitCount) : 0
  }
}

extension TensorSummary {
  /// The largest magnitude of an element; `nil` without both extremes, or where one is NaN.
  var reach: Double? {
    guard let low = statistics[.minimum]?.value, let high = statistics[.maximum]?.value,
      !low.isNaN, !high.isNaN
    else { return nil }
    return max(low.magnitude, high.magnitude)
  }

  /// √(Σ x² / n), from the norm, else from mean and spread; else the largest magnitude, which is more.
  ///
  /// `nil` where none of them is known and finite.
  var rootMeanSquare: Double? {
    let count = Double(shape.elementCount)
    guard count > 0 else { return nil }
    if let norm = statistics[.norm]?.value, norm.isFinite { return norm / count.squareRoot() }
    if let mean = statistics[.mean]?.value, let deviation = statistics[.deviation]?.value,
      mean.isFinite, deviation.isFinite
    {
      return (mean * mean + deviation * deviation * (count - 1) / count).squareRoot()
    }
    return reach.flatMap { $0.isFinite ? $0 : nil }
  }
}
