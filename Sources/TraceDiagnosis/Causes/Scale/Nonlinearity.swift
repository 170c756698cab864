import Glibc
import PipelineTrace

/// A function that only one side went through: sigmoid, log, softmax, a gamma.
///
/// Elementwise ones are redone on both sides, those along an axis where a few slices fit. That dev was
/// normalised by its own statistics and prod not is `not-normalized`; a ReLU is `clipped`.
package enum Nonlinearity: Cause {
  package static let word = "nonlinearity"

  package static func candidates(for evidence: TensorEvidence) throws(FormatError) -> [Candidate] {
    guard evidence.holdsQuantities, evidence.dev.dtype.isFloat || evidence.prod.dtype.isFloat
    else { return [] }
    var candidates = ElementFunction.all.flatMap { function in
      [true, false].map { candidate(evidence, function, isProdRedone: $0, cost: 8) }
    }
    candidates += power(evidence)
    candidates += try StageOperation.missing(word, in: evidence)
    candidates += try StageOperation.repeated(word, in: evidence)
    candidates += try AxisFunction.candidates(
      for: evidence, word, functions: AxisFunction.probabilities + AxisFunction.normalizations,
      isProdRedone: true)
    candidates += try AxisFunction.candidates(
      for: evidence, word, functions: AxisFunction.probabilities, isProdRedone: false)
    return candidates
  }

  private static func candidate(
    _ evidence: TensorEvidence, _ function: ElementFunction, isProdRedone: Bool, cost: Double,
    details: [Finding.Detail] = []
  ) -> Candidate {
    let source = isProdRedone ? evidence.dev : evidence.prod
    let redone = source.mapped { _, values in
      for i in values.indices { values[i] = function.function(values[i]) }
    }
    let (name, other) = isProdRedone ? ("prod", "dev") : ("dev", "prod")
    var candidate = Candidate(
      word, cost: cost, dev: isProdRedone ? redone : evidence.dev,
      prod: isProdRedone ? evidence.prod : redone,
      summary: "\(name) is \(function.name) of \(other)",
      details: [
        Finding.Detail("function", .text(function.name)), Finding.Detail("side", .text(name)),
      ] + details, isRedone: true)
    let size = evidence.devRootMeanSquare
    let targetSize =
      isProdRedone ? evidence.spread.prod.rootMeanSquare : evidence.spread.dev.rootMeanSquare
    candidate.absoluteFactor = size > 0 ? min(1, targetSize / size) : 1
    candidate.slope = 4
    return candidate
  }

  /// A free exponent, by a line through the logarithms.
  private static func power(_ evidence: TensorEvidence) -> [Candidate] {
    let positive = evidence.spread.filter { $0 > 0 && $1 > 0 }
    guard positive.count >= 16, Double(positive.count) > 0.6 * Double(evidence.spread.count)
    else { return [] }
    let logarithms = NumberPairs(
      dev: positive.dev.map { log($0) }, prod: positive.prod.map { log($0) })
    guard let line = logarithms.line, line.offset.magnitude < 1e-3,
      (line.factor - 1).magnitude > 1e-3, (0.2...6).contains(line.factor.magnitude)
    else { return [] }
    let nearby = [2.2, 1 / 2.2, 2.4, 1 / 2.4, 1.5, 3].first {
      (line.factor - $0).magnitude < 1e-4 * $0
    }
    let exponent = nearby ?? line.factor
    let function = ElementFunction(name: "the power \(brief(exponent))") { x in
      x > 0 ? pow(x, exponent) : x == 0 && exponent > 0 ? 0 : .nan
    }
    return [
      candidate(
        evidence, function, isProdRedone: true, cost: nearby == nil ? 27 : 10,
        details: [Finding.Detail("exponent", .number(exponent))])
    ]
  }
}
