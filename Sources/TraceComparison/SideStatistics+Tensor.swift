import PipelineTrace
import TensorKernels

extension SideStatistics {
  /// The statistics of all elements of `tensor`; reads it once.
  ///
  /// - Returns: `nil` where it was cancelled.
  package static func of(
    _ tensor: Tensor, workerCount: Int, isCancelled: @Sendable @escaping () -> Bool = { false }
  ) throws(FormatError) -> SideStatistics? {
    let walk = BlockWalk.sideStatistics(
      of: tensor, slabByteCount: BlockWalkMemory.slabByteCount(workerCount: workerCount))
    walk.run(workerCount: workerCount, isCancelled: isCancelled)
    return try walk.result()
  }
}

extension BlockWalk<SideStatistics, SideStatistics> {
  /// The walk that gives the statistics of one tensor.
  static func sideStatistics(of tensor: Tensor, slabByteCount: Int) -> BlockWalk {
    let dtype = tensor.dtype
    return BlockWalk(
      [tensor], kind: .metrics, slabByteCount: slabByteCount,
      initial: SideKernel.statistics(
        of: UnsafeRawBufferPointer(start: nil, count: 0), dtype: dtype),
      work: { bytes, _ in SideKernel.statistics(of: bytes[0], dtype: dtype) },
      fold: { whole, part, _ in
        whole.merge(part)
        return true
      })
  }
}
