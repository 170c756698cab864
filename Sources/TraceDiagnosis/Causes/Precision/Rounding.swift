import Glibc
import PipelineTrace

/// Fewer bits: values rounded to float16, bfloat16, tf32 or an 8-bit float, or arithmetic that ran in them.
///
/// Values are redone, to the nearest even and toward zero, in both directions, and agree bit for bit or
/// with float noise. Arithmetic inside can only be described: an error of the size that the format leaves,
/// without a pattern. Where that size might also come from weights of 8 bits, `quantized` is asked first.
package enum Rounding: Cause {
  package static let word = "rounding"
  package static let explainsRounding = true

  /// Relative sizes up to which arithmetic in float16 and in bfloat16 is told.
  private static let ofHalf = exp2(-9.3)
  private static let ofBrain = exp2(-5.5)
  private static let leastMismatches = 4

  package static func candidates(for evidence: TensorEvidence) throws(FormatError) -> [Candidate] {
    guard evidence.hasSameShape, evidence.dev.dtype.isFloat, evidence.prod.dtype.isFloat,
      evidence.mismatchedCount >= leastMismatches, let sample = evidence.sample
    else { return [] }
    let dev = try evidence.dev.numbers(at: sample.mismatched)
    let prod = try evidence.prod.numbers(at: sample.mismatched)
    var candidates: [Candidate] = []
    for format in RoundedFormat.allCases {
      for towardZero in format.canTruncate ? [false, true] : [false] {
        for isProdRounded in [true, false] {
          let (wide, narrow) = isProdRounded ? (dev, prod) : (prod, dev)
          let equal = zip(wide, narrow).count { wide, narrow in
            let rounded = format.rounded(wide, towardZero: towardZero)
            return rounded == narrow || rounded.isNaN && narrow.isNaN
          }
          let candidate = candidate(
            evidence, format, towardZero: towardZero, isProdRounded: isProdRounded,
            isBitForBit: Double(equal) >= 0.9 * Double(wide.count))
          candidates.append(candidate)
        }
      }
    }
    return candidates
  }

  private static func candidate(
    _ evidence: TensorEvidence, _ format: RoundedFormat, towardZero: Bool, isProdRounded: Bool,
    isBitForBit: Bool
  ) -> Candidate {
    let wide = isProdRounded ? evidence.dev : evidence.prod
    let rounded = wide.mapped { _, values in
      for i in values.indices {
        values[i] = format.rounded(values[i], towardZero: towardZero)
      }
    }
    let (source, result) = isProdRounded ? ("dev", "prod") : ("prod", "dev")
    var name = format.name
    let isShared =
      (format == .f16 || format == .tf32) && !towardZero
      && (isProdRounded ? evidence.spread.dev : evidence.spread.prod)
        .allSatisfy(RoundedFormat.isCommonToHalfAndTensorFloat)
    if isShared { name = "float16 or tf32" }
    if towardZero { name += " toward zero" }
    var candidate = Candidate(
      word,
      cost: (isBitForBit ? 3 : 8) + (towardZero ? 3 : 0) + (isProdRounded ? 0 : 2)
        + (format == .tf32 ? 1 : 0),
      dev: isProdRounded ? rounded : evidence.dev,
      prod: isProdRounded ? evidence.prod : rounded,
      summary: "\(source) rounded to \(name) is \(result)",
      details: [
        Finding.Detail("format", .text(format.rawValue)), Finding.Detail("side", .text(result)),
        Finding.Detail("mode", .text(towardZero ? "toward zero" : "nearest even")),
      ], isRedone: true)
    candidate.isBitForBit = isBitForBit
    return candidate
  }

  package static func descriptions(of evidence: TensorEvidence) throws(FormatError) -> [Finding] {
    if let grid = try onGrid(evidence) { return [grid] }
    guard let shape = try ErrorShape(evidence) else { return [] }
    let size = brief(shape.relative, digits: 2)
    func finding(_ format: RoundedFormat, _ summary: String) -> [Finding] {
      [
        Finding(
          pairIndex: 0, valueName: evidence.valueName, cause: word, confidence: 0.8,
          summary: summary,
          details: [
            Finding.Detail("format", .text(format.rawValue)),
            Finding.Detail("inside", .text("arithmetic")),
            Finding.Detail("relative", .number(shape.relative)),
          ])
      ]
    }
    guard shape.isPatternless, shape.relative >= FloatNoise.ofLayers, shape.relative < ofBrain
    else { return [] }
    let everywhere = "the error is \(size) of the size everywhere and without a pattern"
    if shape.relative < ofHalf {
      return finding(.f16, "looks like float16 or tf32 arithmetic in prod: \(everywhere)")
    }
    return finding(.bf16, "looks like bfloat16 arithmetic in prod: \(everywhere)")
  }

  /// One side stands on the grid of a format and the other, nowhere more than a step away, does not:
  /// noise before the rounding.
  private static func onGrid(_ evidence: TensorEvidence) throws(FormatError) -> Finding? {
    guard evidence.hasSameShape, evidence.dev.dtype.isFloat, evidence.prod.dtype.isFloat,
      evidence.mismatchedCount >= 16, let sample = evidence.sample, !evidence.spread.dev.isEmpty
    else { return nil }
    let mismatched = NumberPairs(
      dev: try evidence.dev.numbers(at: sample.mismatched),
      prod: try evidence.prod.numbers(at: sample.mismatched))
    for format in RoundedFormat.allCases {
      for isProdRounded in [true, false] {
        func isOnGrid(_ number: Double) -> Bool { format.rounded(number) == number }
        func isNear(_ dev: Double, _ prod: Double) -> Bool {
          let step = 4 * format.halfStep * (isProdRounded ? prod : dev).magnitude
          return (prod - dev).magnitude <= 1.02 * step + 1e-30
        }
        let pairs = evidence.spread
        let (narrow, wide) = isProdRounded ? (pairs.prod, pairs.dev) : (pairs.dev, pairs.prod)
        let count = Double(pairs.count)
        guard Double(narrow.count(where: isOnGrid)) > 0.999 * count,
          Double(wide.count(where: isOnGrid)) < 0.5 * count,
          Double(pairs.filter(isNear).count) > 0.98 * count,
          Double(mismatched.filter(isNear).count) > 0.95 * Double(mismatched.count)
        else { continue }
        let (grid, other) = isProdRounded ? ("prod", "dev") : ("dev", "prod")
        return Finding(
          pairIndex: 0, valueName: evidence.valueName, cause: word, confidence: 0.8,
          summary: "all of \(grid) is on the grid of \(format.name), within one step of \(other)",
          details: [
            Finding.Detail("format", .text(format.rawValue)), Finding.Detail("side", .text(grid)),
          ])
      }
    }
    return nil
  }
}
