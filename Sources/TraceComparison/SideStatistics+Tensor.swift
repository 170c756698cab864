import PipelineTrace
import TensorKernels

extension SideStatistics {
  /// The statistics of all elements of `tensor`; reads it once.
  ///
  /// - Returns: `nil` where it was cancelled.
  package static func of(
    _ tensor: Tensor, workerCount: Int, isCancelled: () -> Bool = { false }
  ) throws(FormatError) -> SideStatistics? {
    let dtype = tensor.dtype
    var whole = SideKernel.statistics(
      of: UnsafeRawBufferPointer(start: nil, count: 0), dtype: dtype)
    let outcome = try BlockPass([tensor], workerCount: workerCount).run(
      isCancelled: isCancelled,
      work: { bytes, _ in SideKernel.statistics(of: bytes[0], dtype: dtype) },
      fold: { part, _ in
        whole.merge(part)
        return true
      })
    return outcome == .finished ? whole : nil
  }
}
