import PipelineTrace

/// Looks through the elements of one side alone.
package enum SideKernel {
  /// Range, NaN and infinities of all the elements in these bytes, which may start at any address.
  ///
  /// Any number of elements; parts of a tensor merge.
  package static func statistics(of bytes: UnsafeRawBufferPointer, dtype: DType) -> SideStatistics {
    let count = elementCount(of: bytes, dtype: dtype)
    var statistics = SideStatistics()
    guard let start = bytes.baseAddress else { return statistics }
    let coding = ElementCoding.of(dtype)
    withUnsafeTemporaryAllocation(
      byteCount: DifferenceKernel.chunkElementCount * 8, alignment: 32
    ) { scratch in
      let values = scratch.bindMemory(to: Double.self).baseAddress!
      for first in stride(from: 0, to: count, by: DifferenceKernel.chunkElementCount) {
        let chunkCount = min(DifferenceKernel.chunkElementCount, count - first)
        coding.widen(start + first * dtype.byteCount, chunkCount, values)
        statistics.merge(Self.statistics(ofChunk: values, count: chunkCount))
      }
    }
    return statistics
  }

  /// The statistics of the doubles of one chunk, at least one; up to three more are overwritten.
  static func statistics(ofChunk values: UnsafeMutablePointer<Double>, count: Int)
    -> SideStatistics
  {
    let vectorCount = LaneArray.vectorCount(count)
    for k in count..<vectorCount * 4 { values[k] = values[count - 1] }
    let vectors = LaneArray(start: values)
    var lowest = SIMD4(repeating: Double.infinity)
    var highest = -lowest
    var sum = SIMD4<Double>.zero
    for v in 0..<vectorCount {
      let value = vectors[v]
      // A comparison with NaN is false, so NaN has no part in the range.
      lowest.replace(with: value, where: value .< lowest)
      highest.replace(with: value, where: value .> highest)
      sum += value
    }
    let (minimum, maximum) = (lowest.min() + 0, highest.max() + 0)  // −0 becomes 0
    var side = SideStatistics(minimum: minimum, maximum: maximum)
    // A NaN or an infinity leaves its mark in the sum; where the sum overflows, none is found.
    if !sum.folded.isFinite {
      for k in count..<vectorCount * 4 { values[k] = 0 }
      side.countSpecials(of: vectors, vectorCount: vectorCount)
    }
    return side
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

  static func elementCount(of bytes: UnsafeRawBufferPointer, dtype: DType) -> Int {
    let count = bytes.count / dtype.byteCount
    precondition(count * dtype.byteCount == bytes.count, "\(bytes.count) bytes of \(dtype)")
    return count
  }
}
