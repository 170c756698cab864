import PipelineTrace
import TensorKernels

extension DifferenceStatistics {
  /// What separates two tensors of the same shape, whatever their strides.
  ///
  /// - Returns: `nil` where it was cancelled.
  package static func between(
    dev: Tensor, prod: Tensor, tolerance: Tolerance, workerCount: Int,
    isCancelled: @Sendable @escaping () -> Bool
  ) throws(FormatError) -> DifferenceStatistics? {
    let walk = BlockWalk.difference(
      dev, prod, tolerance,
      slabByteCount: BlockWalkMemory.slabByteCount(workerCount: workerCount))
    walk.run(workerCount: workerCount, isCancelled: isCancelled)
    return try walk.result()?.statistics
  }
}
