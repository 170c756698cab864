import PipelineTrace
import TensorKernels

/// One to three elements that differ by one bit each: memory or a transfer went wrong.
///
/// Of floats of 16 bits and more: among bytes one change in thirty is one bit by chance. With noise besides, a
/// flip has to lie within the noise of prod and to change the element by more than 2⁻¹⁰ of dev's size.
package enum BitFlip: Cause {
  package static let word = "bit-flip"
  package static let explainsRounding = true

  private static let countLimit = 3

  package static func faults(in evidence: TensorEvidence) throws(FormatError) -> [Finding] {
    let (dev, prod) = (evidence.dev, evidence.prod)
    let count = evidence.mismatchedCount
    guard evidence.hasSameShape, dev.dtype == prod.dtype, dev.dtype.isFloat,
      dev.dtype.byteCount >= 2, dev.shape.elementCount >= 8, (1...countLimit).contains(count),
      count == 1 || count * 50 <= dev.shape.elementCount,
      let places = count == 1
        ? evidence.difference?.firstMismatch.map({ [$0] }) : try MismatchMap(evidence)?.places
    else { return [] }
    var flips: [(place: Int, bit: Int)] = []
    var devReader = TensorReader(dev)
    var prodReader = TensorReader(prod)
    for place in places {
      let bits = try devReader.bits(ofElement: place)
      let other = try prodReader.bits(ofElement: place)
      guard let bit = flippedBit(bits, other, dev.dtype, scale: evidence.devRootMeanSquare) else {
        return []
      }
      flips.append((place, bit))
    }
    guard let first = flips.first else { return [] }
    let width = dev.dtype.byteCount * 8
    let mantissa = dev.dtype.mantissaBitCount
    let kind =
      first.bit == width - 1
      ? "the sign" : first.bit >= mantissa ? "an exponent bit" : "a mantissa bit"
    let index = dev.shape.index(ofElement: first.place).map(String.init).joined(separator: ", ")
    let elements = flips.count == 1 ? "one element differs" : "\(flips.count) elements differ"
    return [
      Finding(
        pairIndex: 0, valueName: evidence.valueName, cause: word, confidence: 1,
        summary: "\(elements), by one bit\(flips.count == 1 ? "" : " each"): at [\(index)] bit "
          + "\(first.bit) of \(width), \(kind)",
        explained: 1,
        details: [
          Finding.Detail("bit", .count(first.bit)), Finding.Detail("count", .count(flips.count)),
        ])
    ]
  }

  /// The bit by which two elements differ; by the value where noise changed the last bits as well.
  private static func flippedBit(_ dev: UInt64, _ prod: UInt64, _ dtype: DType, scale: Double)
    -> Int?
  {
    let changed = dev ^ prod
    if changed.nonzeroBitCount == 1 { return changed.trailingZeroBitCount }
    let number = Element(bits: dev, dtype: dtype).number
    let other = Element(bits: prod, dtype: dtype).number
    guard dtype.mantissaBitCount > 16, other.isFinite,
      (other - number).magnitude > 0x1p-10 * max(scale, number.magnitude)
    else { return nil }
    return (0..<(dtype.byteCount * 8)).first { bit in
      let flipped = Element(bits: dev ^ (1 << UInt64(bit)), dtype: dtype).number
      return flipped.isFinite && (flipped - other).magnitude <= 1e-6 * flipped.magnitude
    }
  }
}
