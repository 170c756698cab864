import PipelineTrace

extension Tensor {
  /// The same elements, one after the other in row-major order: this tensor where it is so already, else
  /// a copy in memory.
  ///
  /// - Returns: `nil` where the copy would exceed ``residentByteLimit``.
  package func rowMajor() throws(FormatError) -> Tensor? {
    if isContiguous { return self }
    guard byteCount <= Self.residentByteLimit else { return nil }
    return Tensor(
      dtype: dtype, shape: shape, bytes: LiteralBytes(try rowMajorBytes(), origin: bytes.origin))
  }

  /// This tensor's slices along an axis in another order: slice `i` is slice `order[i]` of this tensor.
  ///
  /// Copies nothing: what is read is gathered then.
  ///
  /// - Precondition: the tensor is contiguous; `order` holds numbers of slices.
  package func taking(_ order: [Int], alongAxis axis: Int) -> Tensor {
    precondition(isContiguous && order.count == shape.extents[axis], "\(order.count) of \(shape)")
    return Tensor(
      dtype: dtype, shape: shape, bytes: TakenSlices(self, order: order, axis: axis),
      byteOrder: byteOrder)
  }

  /// A copy whose element number `i`, in row-major order, is element number `order[i]` of this tensor.
  ///
  /// - Precondition: the tensor is contiguous and small enough to be held in memory.
  package func rearranged(_ order: [Int]) throws(FormatError) -> Tensor {
    precondition(isContiguous && order.count == shape.elementCount, "\(order.count) of \(shape)")
    let size = dtype.byteCount
    let first = firstElement * size
    let old = try bytes.bytes(in: first..<(first + byteCount))
    var new = [UInt8](repeating: 0, count: byteCount)
    for (i, source) in order.enumerated() {
      for byte in 0..<size { new[i * size + byte] = old[source * size + byte] }
    }
    return Tensor(
      dtype: dtype, shape: shape, bytes: LiteralBytes(new, origin: bytes.origin),
      byteOrder: byteOrder)
  }

  /// All elements in row-major order, each with its low byte first.
  private func rowMajorBytes() throws(FormatError) -> [UInt8] {
    var bytes = [UInt8](repeating: 0, count: byteCount)
    var reader = TensorReader(self)
    try bytes.withUnsafeMutableBufferPointer { (buffer) throws(FormatError) in
      try reader.read(0..<shape.elementCount, into: UnsafeMutableRawBufferPointer(buffer))
    }
    return bytes
  }
}

/// The slices of a tensor along one axis in another order, gathered as they are read.
private struct TakenSlices: ByteSource {
  private let base: Tensor
  private let order: [Int]
  /// Bytes of one run of elements that stay together, of all slices, and of what lies before the tensor.
  private let runByteCount: Int
  private let groupByteCount: Int
  private let firstByte: Int

  init(_ base: Tensor, order: [Int], axis: Int) {
    self.base = base
    self.order = order
    let size = base.dtype.byteCount
    runByteCount = base.shape.extents[(axis + 1)...].reduce(1, *) * size
    groupByteCount = runByteCount * order.count
    firstByte = base.firstElement * size
  }

  var byteCount: Int { base.byteCount }
  var isRandomAccess: Bool { base.bytes.isRandomAccess }
  var origin: Origin { base.bytes.origin }

  func read(into destination: UnsafeMutableRawBufferPointer, at byteOffset: Int)
    throws(FormatError)
  {
    if let literal = base.bytes as? LiteralBytes {
      literal.bytes.withUnsafeBytes { source in
        walk(destination.count, from: byteOffset) { done, place, count in
          UnsafeMutableRawBufferPointer(rebasing: destination[done...]).copyMemory(
            from: UnsafeRawBufferPointer(rebasing: source[place..<(place + count)]))
        }
      }
      return
    }
    try walk(destination.count, from: byteOffset) { (done, place, count) throws(FormatError) in
      try base.bytes.read(
        into: UnsafeMutableRawBufferPointer(rebasing: destination[done..<(done + count)]), at: place
      )
    }
  }

  /// Calls `body` for every run: where it goes, where it stands in the source, how many bytes it has.
  private func walk<Failure: Error>(
    _ count: Int, from byteOffset: Int, _ body: (Int, Int, Int) throws(Failure) -> Void
  ) throws(Failure) {
    var done = 0
    while done < count {
      let at = byteOffset + done
      let group = at / groupByteCount
      let run = at % groupByteCount / runByteCount
      let inside = at % runByteCount
      let length = min(runByteCount - inside, count - done)
      try body(
        done, firstByte + group * groupByteCount + order[run] * runByteCount + inside, length)
      done += length
    }
  }
}
