import PipelineTrace
import TensorKernels

/// All that one walk over two tensors of the same shape tells.
struct MeasuredDifference: Sendable {
  var statistics: DifferenceStatistics
  /// Whether both sides have the same bits throughout.
  var isEqual = true
  /// The two elements at the statistics' ``DifferenceStatistics/worstElement``.
  var worstSides: ValueComparison.WorstSides?
}

extension BlockWalk<MeasuredDifference, MeasuredDifference> {
  /// The walk that takes the full set of metrics of two tensors.
  static func difference(_ dev: Tensor, _ prod: Tensor, _ tolerance: Tolerance, slabByteCount: Int)
    -> BlockWalk
  {
    let kernel = DifferenceKernel(dev: dev.dtype, prod: prod.dtype, tolerance: tolerance)
    let empty = UnsafeRawBufferPointer(start: nil, count: 0)
    let hasSameDType = dev.dtype == prod.dtype
    return BlockWalk(
      [dev, prod], kind: .metrics, slabByteCount: slabByteCount,
      initial: MeasuredDifference(
        statistics: kernel.statistics(dev: empty, prod: empty, firstElement: 0),
        isEqual: hasSameDType),
      work: { bytes, first in
        var part = MeasuredDifference(
          statistics: kernel.statistics(dev: bytes[0], prod: bytes[1], firstElement: first))
        part.isEqual = hasSameDType && firstDifferingByte(bytes[0], bytes[1]) == nil
        // The worst of the whole is the worst of its block.
        if let worst = part.statistics.worstElement {
          part.worstSides = ValueComparison.WorstSides(
            dev: element(worst - first, of: bytes[0], dev.dtype),
            prod: element(worst - first, of: bytes[1], prod.dtype))
        }
        return part
      },
      fold: { whole, part, elements in
        whole.statistics.merge(part.statistics)
        whole.isEqual = whole.isEqual && part.isEqual
        if let worst = whole.statistics.worstElement, elements.contains(worst) {
          whole.worstSides = part.worstSides
        }
        return true
      })
  }
}

extension BlockWalk<Bool, Bool> {
  /// The walk that tells whether two tensors of one dtype and shape have the same bits, and ends at the
  /// first block where they have not.
  static func equality(_ dev: Tensor, _ prod: Tensor, slabByteCount: Int) -> BlockWalk {
    BlockWalk(
      [dev, prod], kind: .equality,
      blockElementCount: equalityBlockByteCount / dev.dtype.byteCount,
      slabByteCount: slabByteCount, initial: true,
      work: { bytes, _ in firstDifferingByte(bytes[0], bytes[1]) == nil },
      fold: { isEqual, part, _ in
        isEqual = isEqual && part
        return isEqual
      })
  }
}

/// Bytes of each side that are held against each other at a time: what fits the second-level cache.
private let equalityBlockByteCount = 256 << 10

/// Element number `index` of a block.
private func element(_ index: Int, of bytes: UnsafeRawBufferPointer, _ dtype: DType) -> Element {
  var word: UInt64 = 0
  for byte in (0..<dtype.byteCount).reversed() {
    word = word << 8 | UInt64(bytes[index * dtype.byteCount + byte])
  }
  return Element(bits: word, dtype: dtype)
}

extension DifferenceStatistics {
  /// The element a person wants to see first: one that is NaN or infinite on one side, else the one
  /// with the largest absolute difference.
  ///
  /// - Returns: `nil` where none differs.
  package var worstElement: Int? { firstSpecialMismatch ?? maxAbsoluteElement ?? firstMismatch }
}
