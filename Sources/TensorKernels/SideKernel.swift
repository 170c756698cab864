import PipelineTrace

/// Looks through the elements of one side alone.
package enum SideKernel {
  /// Range, NaN and infinities of all the elements in these bytes, which may start at any address.
  ///
  /// Any number of elements; parts of a tensor merge.
  package static func statistics(of bytes: UnsafeRawBufferPointer, dtype: DType) -> SideStatistics {
    var statistics = SideStatistics()
    guard let start = bytes.baseAddress else { return statistics }
    let coding = ElementCoding.of(dtype)
    let count = elementCount(of: bytes, dtype: dtype)
    for first in stride(from: 0, to: count, by: DifferenceKernel.chunkElementCount) {
      let chunkCount = min(DifferenceKernel.chunkElementCount, count - first)
      statistics.merge(coding.scan(start + first * dtype.byteCount, chunkCount))
    }
    return statistics
  }

  /// The same by definition, element by element: what `statistics` has to match.
  package static func statisticsByDefinition(of bytes: UnsafeRawBufferPointer, dtype: DType)
    -> SideStatistics
  {
    var statistics = SideStatistics()
    for k in 0..<elementCount(of: bytes, dtype: dtype) {
      statistics.merge(SideStatistics(number: Element(at: k, of: bytes, dtype: dtype).number))
    }
    return statistics
  }

  private static func elementCount(of bytes: UnsafeRawBufferPointer, dtype: DType) -> Int {
    let count = bytes.count / dtype.byteCount
    precondition(count * dtype.byteCount == bytes.count, "\(bytes.count) bytes of \(dtype)")
    return count
  }
}
