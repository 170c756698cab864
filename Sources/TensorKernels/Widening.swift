import PipelineTrace

/// Writes elements of a dtype as doubles: exact but for 64-bit integers beyond 2⁵³.
///
/// The bytes may start at any address; as many elements are read as `doubles` has room for.
package func widen(
  _ bytes: UnsafeRawBufferPointer, dtype: DType, into doubles: UnsafeMutableBufferPointer<Double>
) {
  precondition(
    bytes.count >= doubles.count * dtype.byteCount,
    "\(bytes.count) bytes for \(doubles.count) elements of \(dtype)")
  guard let start = bytes.baseAddress, let values = doubles.baseAddress else { return }
  ElementCoding.of(dtype).widen(start, doubles.count, values)
}
