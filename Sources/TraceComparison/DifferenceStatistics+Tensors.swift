import PipelineTrace
import TensorKernels

extension DifferenceStatistics {
  /// What separates two tensors of the same shape, whatever their strides.
  ///
  /// - Returns: `nil` where it was cancelled.
  package static func between(
    dev: Tensor, prod: Tensor, tolerance: Tolerance, workerCount: Int,
    isCancelled: @Sendable () -> Bool
  ) throws(FormatError) -> DifferenceStatistics? {
    let kernel = DifferenceKernel(dev: dev.dtype, prod: prod.dtype, tolerance: tolerance)
    var whole = DifferenceStatistics()
    var isFirst = true
    let outcome = try BlockPass([dev, prod], workerCount: workerCount).run(
      isCancelled: isCancelled,
      work: { bytes, first in
        kernel.statistics(dev: bytes[0], prod: bytes[1], firstElement: first)
      },
      fold: { part, _ in
        if isFirst { whole = part } else { whole.merge(part) }
        isFirst = false
        return true
      })
    return outcome == .finished ? whole : nil
  }
}
