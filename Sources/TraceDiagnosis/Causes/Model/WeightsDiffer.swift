import PipelineTrace

/// The same input, and another output of a stage with weights: other weights, or other code.
///
/// Likely at most, and only where nothing else fits: the input agrees and has floats, most elements differ by
/// more than arithmetic leaves, and no more than a correlation can be said. Not for pictures or texts, and not
/// behind a padded sequence with a related output, which is rather `mask-ignored`.
package enum WeightsDiffer: Cause {
  package static let word = "weights-differ"

  package static func descriptions(of evidence: TensorEvidence) -> [Finding] {
    guard let difference = evidence.difference, evidence.dev.dtype.isFloat,
      evidence.prod.dtype.isFloat, evidence.elementCount >= 16,
      evidence.mismatchedCount * 2 > evidence.elementCount,
      difference.firstSpecialMismatch == nil,
      difference.relativeError > 0x1p-8, difference.relativeError.isFinite,
      let cosine = difference.cosine,
      let input = evidence.inputs.first, evidence.inputs.allSatisfy(\.agrees),
      isParametric(evidence, input)
    else { return [] }
    return [
      Finding(
        pairIndex: 0, valueName: evidence.valueName, cause: word, confidence: 0.5,
        summary:
          "looks like other weights or other code: from the same '\(input.name.visible)' prod "
          + "gives another output (cosine \(rounded(cosine)), the difference is "
          + "\(rounded(difference.relativeError)) of dev's size)",
        details: [Finding.Detail("input", .text(input.name))])
    ]
  }

  /// Whether the stage mixes elements, as products with a matrix do: another last extent, or a name that says so.
  private static func isParametric(_ evidence: TensorEvidence, _ input: TensorEvidence.Input)
    -> Bool
  {
    let extents = evidence.dev.shape.extents
    let taken = input.dev.shape.extents
    let isPicture =
      extents.count >= 3 && [extents.first, extents.last].contains { [1, 3, 4].contains($0) }
    guard !isPicture, input.dev.dtype.isFloat else { return false }
    if let width = extents.last, let before = taken.last, width != before,
      extents.dropLast().elementsEqual(taken.dropLast()), extents.count >= 2
    {
      return true
    }
    let name = evidence.stageName.lowercased()
    let words = [
      "attn", "attention", "encoder", "decoder", "layer", "block", "dense", "linear", "proj", "fc",
      "conv", "mlp", "embed", "logits", "head", "gemm", "matmul", "classifier", "query", "key",
    ]
    return words.contains { name.contains($0) }
  }

  private static func rounded(_ number: Double) -> Double { (number * 1000).rounded() / 1000 }
}
