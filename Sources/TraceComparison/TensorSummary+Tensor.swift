import PipelineTrace
import TensorKernels

extension TensorSummary {
  /// What `recorded` says of its tensor, said of `tensor`, whose elements are all there.
  ///
  /// Statistics are those of torch and numpy: a NaN anywhere makes every one of them NaN, and an
  /// infinity the mean, the norm and an extreme infinite. They are taken in float64, so that their own
  /// error is nothing beside that of a tool which adds up in float32. Reads the tensor once, and each
  /// element that was printed. The tensor has as many elements as the summary's.
  ///
  /// - Returns: `nil` where it was cancelled.
  static func of(
    _ tensor: Tensor, asFarAs recorded: TensorSummary, workerCount: Int,
    isCancelled: @Sendable @escaping () -> Bool
  ) throws(FormatError) -> TensorSummary? {
    let dtype = tensor.dtype
    let walk = BlockWalk<Figures, Figures>(
      [tensor], kind: .metrics,
      slabByteCount: BlockWalkMemory.slabByteCount(workerCount: workerCount),
      initial: Figures(),
      work: { bytes, _ in
        Figures(
          side: SideKernel.statistics(of: bytes[0], dtype: dtype),
          moments: SideKernel.moments(of: bytes[0], dtype: dtype))
      },
      fold: { whole, part, _ in
        whole.side.merge(part.side)
        whole.moments.merge(part.moments)
        return true
      })
    walk.run(workerCount: workerCount, isCancelled: isCancelled)
    guard let figures = try walk.result() else { return nil }
    var summary = TensorSummary(dtype: dtype, shape: tensor.shape, origin: tensor.bytes.origin)
    for statistic in recorded.statistics.keys {
      summary.statistics[statistic] = value(of: statistic, figures.side, figures.moments).map {
        Figure($0)
      }
    }
    var reader = TensorReader(tensor)
    for printed in recorded.printed where printed.element < tensor.shape.elementCount {
      if isCancelled() { return nil }
      let bits = try reader.bits(ofElement: printed.element)
      summary.printed.append(
        PrintedElement(
          element: printed.element, figure: Figure(Element(bits: bits, dtype: dtype).number)))
    }
    return summary
  }

  /// What statistics are made of.
  private struct Figures: Sendable {
    var side = SideStatistics()
    var moments = Moments()
  }

  private static func value(
    of statistic: Statistic, _ side: SideStatistics, _ moments: Moments
  ) -> Double? {
    guard side.nanCount == 0 else { return .nan }
    switch statistic {
    case .minimum: return side.minimum
    case .maximum: return side.maximum
    case .mean:
      guard side.infinityCount > 0 else { return moments.finiteCount > 0 ? moments.mean : .nan }
      return (side.minimum ?? 0) + (side.maximum ?? 0)  // NaN for infinities of both signs
    case .deviation: return side.infinityCount > 0 ? .nan : moments.deviation
    case .norm: return side.infinityCount > 0 ? .infinity : moments.norm
    }
  }
}
