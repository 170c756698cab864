import PipelineTrace

/// The last bits of float32: sums in another order, another library, another processor.
///
/// Nothing can be undone; told by the size of the difference (below 2⁻¹⁷ of the values, to 2⁻¹⁴ where it
/// has no pattern, as it grows through layers). Not where it follows the values: that is a factor.
package enum FloatNoise: Cause {
  package static let word = "float-noise"
  package static let explainsRounding = true

  /// Relative sizes: that of one sum with a margin, and that behind many layers.
  private static let ofSums = 0x1p-17
  static let ofLayers = 0x1p-14
  /// Differences that follow the values this closely are no noise.
  private static let followedCorrelation = 0.9

  package static func descriptions(of evidence: TensorEvidence) throws(FormatError) -> [Finding] {
    guard let shape = try ErrorShape(evidence) else { return [] }
    let isDouble = evidence.dev.dtype == .f64 && evidence.prod.dtype == .f64
    let isOfSums =
      !isDouble && shape.relative <= ofSums && shape.correlation < followedCorrelation
    guard isOfSums || shape.isPatternless && shape.relative < ofLayers else { return [] }
    let size = brief(shape.relative, digits: 2)
    let what =
      isOfSums
      ? "prod differs from dev by \(size) of its size, as float32 sums in another order do"
      : "prod differs from dev by \(size) of its size everywhere and without a pattern, as float32"
        + " arithmetic leaves behind many layers"
    return [
      Finding(
        pairIndex: 0, valueName: evidence.valueName, cause: word, confidence: 0.8, summary: what,
        details: [Finding.Detail("relative", .number(shape.relative))])
    ]
  }
}
