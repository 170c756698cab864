import PipelineTrace

extension SideKernel {
  /// Mean and spread of the finite elements in these bytes, which may start at any address.
  ///
  /// Any number of elements; the parts of a tensor merge in order.
  package static func moments(of bytes: UnsafeRawBufferPointer, dtype: DType) -> Moments {
    let count = elementCount(of: bytes, dtype: dtype)
    var moments = Moments()
    guard let start = bytes.baseAddress else { return moments }
    let coding = ElementCoding.of(dtype)
    withUnsafeTemporaryAllocation(
      byteCount: DifferenceKernel.chunkElementCount * 8, alignment: 32
    ) { scratch in
      let values = scratch.bindMemory(to: Double.self).baseAddress!
      for first in stride(from: 0, to: count, by: DifferenceKernel.chunkElementCount) {
        let chunkCount = min(DifferenceKernel.chunkElementCount, count - first)
        coding.widen(start + first * dtype.byteCount, chunkCount, values)
        moments.merge(Self.moments(ofChunk: values, count: chunkCount))
      }
    }
    return moments
  }

  /// The moments of the doubles of one chunk, at least one; up to three more are overwritten.
  private static func moments(ofChunk values: UnsafeMutablePointer<Double>, count: Int) -> Moments {
    let vectorCount = LaneArray.vectorCount(count)
    for k in count..<vectorCount * 4 { values[k] = .nan }  // no part of what is finite
    let vectors = LaneArray(start: values)
    var counts = SIMD4<Int64>.zero
    var sums = SIMD4<Double>.zero
    for v in 0..<vectorCount {
      let value = vectors[v]
      // x − x is 0 for what is finite and NaN for the rest, and NaN is equal to nothing.
      let isFinite = (value - value .== 0).bits
      counts &-= isFinite
      sums += value.kept(where: isFinite)
    }
    let finiteCount = Int(counts.wrappedSum())
    guard finiteCount > 0 else { return Moments() }
    let mean = sums.folded / Double(finiteCount)
    var squares = SIMD4<Double>.zero
    for v in 0..<vectorCount {
      let value = vectors[v]
      let distance = (value - mean).kept(where: (value - value .== 0).bits)
      squares += distance * distance
    }
    return Moments(finiteCount: finiteCount, mean: mean, squaredDeviations: squares.folded)
  }

  /// The same by definition, element by element: what `moments` has to match but for rounding.
  package static func momentsByDefinition(of bytes: UnsafeRawBufferPointer, dtype: DType)
    -> Moments
  {
    let numbers = (0..<elementCount(of: bytes, dtype: dtype))
      .map { Element(at: $0, of: bytes, dtype: dtype).number }.filter(\.isFinite)
    guard !numbers.isEmpty else { return Moments() }
    let mean = numbers.reduce(0, +) / Double(numbers.count)
    return Moments(
      finiteCount: numbers.count, mean: mean,
      squaredDeviations: numbers.reduce(0) { $0 + ($1 - mean) * ($1 - mean) })
  }
}
