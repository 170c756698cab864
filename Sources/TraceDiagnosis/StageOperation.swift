import PipelineTrace
import TensorKernels
import TraceComparison

/// What a stage does in dev, learned from what it took in and what it gave out there.
///
/// So that prod can be told to have left it out (prod is its own input) or to have done it twice.
struct StageOperation: Sendable {
  enum Kind: Sendable, Equatable {
    case factor
    case lines
    case function
  }

  var kind: Kind
  /// As sentences call it: `2 * x - 1`.
  var text: String
  /// What it makes of a tensor of the same shape.
  var apply: @Sendable (Tensor) -> Tensor

  /// The share of the elements that an operation may leave unexplained.
  private static let unexplainedShare = 0.001

  /// The word for prod's lack of it.
  var missingWord: String {
    switch kind {
    case .factor: Scaled.word
    case .lines: NotNormalized.word
    case .function: Nonlinearity.word
    }
  }

  /// Prod without the operation, where that has this word.
  static func missing(_ word: String, in evidence: TensorEvidence) throws(FormatError)
    -> [Candidate]
  {
    guard evidence.holdsQuantities, let sample = evidence.sample else { return [] }
    var candidates: [Candidate] = []
    for input in evidence.inputs.prefix(2) where input.prod.shape == evidence.prod.shape {
      let taken = try input.prod.numbers(at: sample.mismatched)
      let given = try evidence.prod.numbers(at: sample.mismatched)
      let equal = zip(taken, given).count { evidence.tolerance.agrees(dev: $0, prod: $1) }
      guard Double(equal) >= 0.8 * Double(taken.count),
        let operation = try learned(from: input, evidence), operation.missingWord == word
      else { continue }
      candidates.append(
        Candidate(
          word, cost: 3, dev: input.prod, prod: evidence.prod,
          summary: "prod is its own input '\(input.name.visible)'; in dev the stage is"
            + " \(operation.text)",
          details: [Finding.Detail("operation", .text(operation.text))], isRedone: true))
    }
    return candidates
  }

  /// Prod with the operation done once more to what dev gave out.
  static func repeated(_ word: String, in evidence: TensorEvidence) throws(FormatError)
    -> [Candidate]
  {
    guard evidence.holdsQuantities else { return [] }
    var candidates: [Candidate] = []
    for input in evidence.inputs.prefix(1) {
      guard let operation = try learned(from: input, evidence),
        (operation.kind == .function) == (word == Nonlinearity.word)
      else { continue }
      var candidate = Candidate(
        word, cost: 4, dev: operation.apply(evidence.dev), prod: evidence.prod,
        summary: "prod had the stage done twice: it is \(operation.text) of dev again",
        details: [Finding.Detail("operation", .text(operation.text))], isRedone: true)
      let size = evidence.devRootMeanSquare
      candidate.absoluteFactor =
        size > 0 ? evidence.spread.prod.rootMeanSquare / size : 1
      candidates.append(candidate)
    }
    return candidates
  }

  /// The simplest operation that gives dev's output from dev's input; `nil` for a copy and for what
  /// is none of those known here.
  private static func learned(from input: TensorEvidence.Input, _ evidence: TensorEvidence)
    throws(FormatError) -> StageOperation?
  {
    guard input.dev.shape == evidence.dev.shape, input.dev.dtype != .bool,
      evidence.dev.dtype.isFloat
    else { return nil }
    var step = evidence
    step.dev = input.dev
    step.prod = evidence.dev
    step.spread = try NumberPairs(dev: input.dev, prod: evidence.dev)
    guard step.spread.count >= 3 else { return nil }
    let copy = StageOperation(kind: .lines, text: "a copy") { $0 }
    if try copy.holds(in: step) { return nil }
    var simple: [StageOperation] = []
    if let factor = step.spread.commonFactor {
      let named = NamedFactor.nearest(to: factor)
      let line = Line(factor: named?.factor ?? factor, offset: 0)
      simple.append(
        StageOperation(kind: .factor, text: "x times \(named?.name ?? brief(factor))") {
          $0.mapped([line], .whole($0.shape))
        })
    }
    if let line = step.spread.line {
      simple.append(
        StageOperation(kind: .lines, text: "\(brief(line.factor)) * x \(signed(line.offset))") {
          $0.mapped([line], .whole($0.shape))
        })
    }
    simple += ElementFunction.all.map { function in
      StageOperation(kind: .function, text: "\(function.name) of x") { tensor in
        tensor.mapped { _, values in
          for i in values.indices { values[i] = function.function(values[i]) }
        }
      }
    }
    for operation in simple {
      if try operation.fits(step), try operation.holds(in: step) { return operation }
    }
    for fit in try GroupFit.all(for: step) {
      let operation = StageOperation(
        kind: .lines, text: "a factor and an offset per index of \(fit.grouping.label)"
      ) { $0.mapped(fit.lines, fit.grouping) }
      if try operation.fits(step), try operation.holds(in: step) { return operation }
    }
    return nil
  }

  /// Whether it holds at the places of the sample.
  private func fits(_ step: TensorEvidence) throws(FormatError) -> Bool {
    guard let places = step.sample?.places else { return false }
    let made = try apply(step.dev).numbers(at: places)
    let given = try step.prod.numbers(at: places)
    let tolerance = Self.tolerance(step)
    return zip(made, given).allSatisfy { tolerance.agrees(dev: $0, prod: $1) }
  }

  private func holds(in step: TensorEvidence) throws(FormatError) -> Bool {
    let counted = try DifferenceStatistics.between(
      dev: apply(step.dev), prod: step.prod, tolerance: Self.tolerance(step), workerCount: 1,
      isCancelled: step.isCancelled)
    guard let counted else { return false }
    return Double(counted.mismatchedCount) <= Self.unexplainedShare * Double(counted.elementCount)
  }

  /// What rounding leaves of the step: of the stored types, and 2⁻²⁰ of the size of the output.
  private static func tolerance(_ step: TensorEvidence) -> Tolerance {
    let narrow = max(step.dev.dtype.narrowRounding, step.prod.dtype.narrowRounding)
    let size = step.spread.prod.rootMeanSquare
    return Tolerance(relative: 1e-5 + 2 * narrow, absolute: (0x1p-20 + 2 * narrow) * size)
  }
}

/// `+ 0.05`, `- 2`.
func signed(_ offset: Double) -> String { "\(offset < 0 ? "-" : "+") \(brief(offset.magnitude))" }

extension Tensor {
  /// This tensor with each group of elements times its own factor plus its own offset.
  func mapped(_ lines: [Line], _ grouping: Grouping) -> Tensor {
    mapped { first, values in
      var group = grouping.group(ofElement: first)
      var rest = grouping.divisor - first % grouping.divisor
      for i in values.indices {
        if rest == 0 {
          rest = grouping.divisor
          group = group + 1 == grouping.count ? 0 : group + 1
        }
        rest -= 1
        values[i] = values[i] * lines[group].factor + lines[group].offset
      }
    }
  }
}
