import PipelineTrace
import TensorKernels
import TraceAlignment

/// What becomes of dev's token ids on the way to prod's.
package struct TokenEdits: Sendable, Equatable {
  package var script: EditScript

  /// Sequences with more ids than this get no edit script.
  package static let countLimit = 1 << 20

  /// The ids of a tensor, each exact.
  ///
  /// - Throws: `tooLarge` above ``countLimit``.
  package static func ids(of tensor: Tensor) throws(FormatError) -> [Int64] {
    let count = tensor.shape.elementCount
    guard count <= countLimit else {
      throw tensor.bytes.origin.error(
        .tooLarge(byteCount: tensor.byteCount, limit: countLimit, what: "a sequence of tokens"))
    }
    var reader = TensorReader(tensor)
    var bytes = [UInt8](repeating: 0, count: tensor.byteCount)
    try bytes.withUnsafeMutableBufferPointer { (buffer) throws(FormatError) in
      try reader.read(0..<count, into: UnsafeMutableRawBufferPointer(buffer))
    }
    let size = tensor.dtype.byteCount
    return (0..<count).map { i in
      let bits = bytes[(i * size)..<((i + 1) * size)].reversed().reduce(UInt64(0)) {
        $0 << 8 | UInt64($1)
      }
      switch Element(bits: bits, dtype: tensor.dtype) {
      case .boolean(let flag): return flag ? 1 : 0
      case .signed(let id): return id
      case .unsigned(let id): return Int64(bitPattern: id)
      case .float: return 0
      }
    }
  }

  /// - Returns: `nil` for sequences too long to be aligned.
  package static func between(dev: Tensor, prod: Tensor) throws(FormatError) -> TokenEdits? {
    guard dev.shape.elementCount <= countLimit, prod.shape.elementCount <= countLimit else {
      return nil
    }
    return TokenEdits(script: editScript(dev: try ids(of: dev), prod: try ids(of: prod)))
  }
}
