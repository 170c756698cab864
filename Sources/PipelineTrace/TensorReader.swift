/// Reads ranges of a tensor's elements, in row-major order and in this machine's byte order.
///
/// Contiguous tensors are read in place, straight into the caller's buffer. Others (column-major,
/// strided views) are gathered slab by slab, with reads that fetch at most four times what is used
/// or one page; the last slab is kept, so walking forwards fetches nothing twice. Memory: one slab,
/// and a buffer for one read of at most its size.
///
/// For one thread; each worker makes its own.
package struct TensorReader {
  package let tensor: Tensor
  private let isContiguous: Bool
  private var slab: [UInt8] = []
  private var slabElements = 0..<0

  /// Bytes of elements that are gathered at a time from a tensor that is not contiguous.
  private let slabByteCount: Int

  /// Where nothing else is said.
  package static let slabByteCount = 8 << 20

  /// - Parameter slabByteCount: What a slab may take; less where a reader is asked for one short range.
  package init(_ tensor: Tensor, slabByteCount: Int = Self.slabByteCount) {
    self.tensor = tensor
    self.slabByteCount = slabByteCount
    isContiguous = tensor.isContiguous
  }

  /// Fills `destination` with the elements of `range`.
  ///
  /// - Precondition: the range lies within the tensor, and `destination` has just its size.
  package mutating func read(_ range: Range<Int>, into destination: UnsafeMutableRawBufferPointer)
    throws(FormatError)
  {
    let size = tensor.dtype.byteCount
    precondition(range.lowerBound >= 0 && range.upperBound <= tensor.shape.elementCount)
    precondition(destination.count == range.count * size, "\(destination.count) for \(range)")
    guard !range.isEmpty else { return }
    if isContiguous {
      try tensor.bytes.read(
        into: destination, at: (tensor.firstElement + range.lowerBound) * size)
      tensor.swapBytesIfNeeded(in: destination)
      return
    }
    var next = range.lowerBound
    while next < range.upperBound {
      if !slabElements.contains(next) { try fillSlab(from: next) }
      let end = min(range.upperBound, slabElements.upperBound)
      let source = (next - slabElements.lowerBound) * size
      slab.withUnsafeBytes { bytes in
        let part = UnsafeRawBufferPointer(rebasing: bytes[source..<(source + (end - next) * size)])
        let start = (next - range.lowerBound) * size
        UnsafeMutableRawBufferPointer(rebasing: destination[start...]).copyMemory(from: part)
      }
      next = end
    }
  }

  /// The element number `offset` as its bytes, low byte first, in the low bits of a word.
  package mutating func bits(ofElement offset: Int) throws(FormatError) -> UInt64 {
    var word: UInt64 = 0
    try withUnsafeMutableBytes(of: &word) { (bytes) throws(FormatError) in
      let destination = UnsafeMutableRawBufferPointer(rebasing: bytes[..<tensor.dtype.byteCount])
      try read(offset..<(offset + 1), into: destination)
    }
    return UInt64(littleEndian: word)
  }

  /// Gathers a slab that starts with `element`: a box as deep as the budget allows.
  private mutating func fillSlab(from element: Int) throws(FormatError) {
    let size = tensor.dtype.byteCount
    let extents = tensor.shape.extents
    let budget = max(1, slabByteCount / size)
    let steps = tensor.shape.rowMajorStrides
    // The outermost axis of which several whole rows fit the budget.
    let axis = steps.firstIndex { $0 <= budget } ?? extents.count - 1
    let start = tensor.shape.index(ofElement: element)
    var lower = start
    var counts = [Int](repeating: 1, count: extents.count)
    for inner in axis..<extents.count where inner > axis {
      lower[inner] = 0
      counts[inner] = extents[inner]
    }
    counts[axis] = min(extents[axis] - start[axis], max(1, budget / steps[axis]))
    let box = Box(
      lower: lower, counts: counts, slabOffset: 0, slabSteps: Shape(counts)?.rowMajorStrides ?? [])
    let count = box.elementCount
    slab = [UInt8](repeating: 0, count: count * size)
    try gather(box)
    let first = tensor.shape.element(at: lower) ?? element
    slabElements = first..<(first + count)
    slab.withUnsafeMutableBytes { [tensor] in tensor.swapBytesIfNeeded(in: $0) }
  }

  /// A box of the tensor's elements and where its first one goes in the slab.
  private struct Box {
    var lower: [Int]
    var counts: [Int]
    var slabOffset: Int
    var slabSteps: [Int]
    var elementCount: Int { counts.reduce(1, *) }
  }

  /// Reads a box in one go where that wastes little, else in halves along its most spread axis.
  private mutating func gather(_ box: Box) throws(FormatError) {
    let size = tensor.dtype.byteCount
    var low = tensor.firstElement
    var high = tensor.firstElement
    var widest = 0
    var widestReach = -1
    for axis in 0..<box.counts.count {
      low += box.lower[axis] * tensor.strides[axis]
      high += box.lower[axis] * tensor.strides[axis]
      let reach = (box.counts[axis] - 1) * tensor.strides[axis]
      if reach < 0 { low += reach } else { high += reach }
      if box.counts[axis] > 1, abs(reach) > widestReach {
        widest = axis
        widestReach = abs(reach)
      }
    }
    let spanBytes = (high - low + 1) * size
    let wastesLittle = spanBytes <= max(4096, 4 * box.elementCount * size)
    if widestReach >= 0, spanBytes > slabByteCount || !wastesLittle {
      let half = box.counts[widest] / 2
      var first = box
      var second = box
      first.counts[widest] = half
      second.counts[widest] -= half
      second.lower[widest] += half
      second.slabOffset += half * box.slabSteps[widest]
      try gather(first)
      try gather(second)
      return
    }
    let span = try tensor.bytes.bytes(in: (low * size)..<(low * size + spanBytes))
    copy(box, from: span, startingAt: low)
  }

  /// Puts every element of `box` from `span` (which starts with source element `low`) in its place.
  private mutating func copy(_ box: Box, from span: [UInt8], startingAt low: Int) {
    let size = tensor.dtype.byteCount
    let strides = tensor.strides
    var source = tensor.firstElement - low
    for axis in 0..<box.counts.count { source += box.lower[axis] * strides[axis] }
    var target = box.slabOffset
    var position = [Int](repeating: 0, count: box.counts.count)
    span.withUnsafeBytes { from in
      slab.withUnsafeMutableBytes { to in
        while true {
          for byte in 0..<size { to[target * size + byte] = from[source * size + byte] }
          var axis = box.counts.count - 1
          while axis >= 0 {
            position[axis] += 1
            source += strides[axis]
            target += box.slabSteps[axis]
            if position[axis] < box.counts[axis] { break }
            source -= strides[axis] * box.counts[axis]
            target -= box.slabSteps[axis] * box.counts[axis]
            position[axis] = 0
            axis -= 1
          }
          if axis < 0 { return }
        }
      }
    }
  }
}

extension Tensor {
  /// Turns elements that were stored with the high byte first into this machine's order.
  fileprivate func swapBytesIfNeeded(in buffer: UnsafeMutableRawBufferPointer) {
    guard byteOrder == .big else { return }
    let size = dtype.byteCount
    for start in stride(from: 0, to: buffer.count, by: size) {
      for i in 0..<(size / 2) { buffer.swapAt(start + i, start + size - 1 - i) }
    }
  }
}
