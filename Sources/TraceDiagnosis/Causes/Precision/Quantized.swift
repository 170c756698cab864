import Glibc
import PipelineTrace

/// Values rounded to few levels: int8 or 4 bits with one step per tensor, channel, row or block, whole
/// grey levels, decimals.
///
/// Redone where the step follows from the values of the other side or is a usual one; else the grid is
/// found in the values themselves. What is gridded on both sides is no evidence: the rounding gate keeps
/// float noise on prices and grey levels from being called so.
package enum Quantized: Cause {
  package static let word = "quantized"

  package static func candidates(for evidence: TensorEvidence) throws(FormatError) -> [Candidate] {
    guard evidence.holdsQuantities, evidence.elementCount >= 16, evidence.chanceBits >= 2,
      evidence.dev.dtype.isFloat || evidence.prod.dtype.isFloat,
      evidence.difference?.firstSpecialMismatch == nil, let sample = evidence.sample
    else { return [] }
    let dev = try evidence.dev.numbers(at: sample.places)
    let prod = try evidence.prod.numbers(at: sample.places)
    var candidates: [Candidate] = []
    for isProdRounded in [true, false] {
      let pairs = NumberPairs(
        dev: isProdRounded ? dev : prod, prod: isProdRounded ? prod : dev)
      candidates += steps(evidence, isProdRounded: isProdRounded)
      candidates += try grouped(
        evidence, pairs, places: sample.places, isProdRounded: isProdRounded)
    }
    return candidates
  }

  /// Steps that are usual by themselves: whole numbers, grey levels, decimals.
  private static let usualSteps: [(step: Double, name: String)] = [
    (1, "1"), (1 / 255.0, "1/255"), (1 / 127.5, "1/127.5"), (1 / 256.0, "1/256"),
    (1 / 128.0, "1/128"), (0.1, "0.1"), (0.01, "0.01"), (0.001, "0.001"), (0.0001, "0.0001"),
  ]

  private static func steps(_ evidence: TensorEvidence, isProdRounded: Bool) -> [Candidate] {
    let source = isProdRounded ? evidence.dev : evidence.prod
    let numbers = isProdRounded ? evidence.spread.dev : evidence.spread.prod
    guard let low = numbers.min(), let high = numbers.max(),
      let largest = evidence.difference?.maxAbsolute
    else { return [] }
    let rules: [(FloatingPointRoundingRule, String)] = [
      (.toNearestOrEven, "rounded"), (.towardZero, "truncated"), (.down, "rounded down"),
    ]
    return usualSteps.filter { usual in
      let onGrid = numbers.count {
        let level = $0 / usual.step
        return (level - level.rounded()).magnitude < 1e-3
      }
      return high - low >= 3 * usual.step && largest >= usual.step / 4
        && Double(onGrid) <= 0.9 * Double(numbers.count)
    }.flatMap { usual in
      rules.map { rule, verb in
        let redone = source.mapped { _, values in
          for i in values.indices {
            values[i] = (values[i] / usual.step).rounded(rule) * usual.step
          }
        }
        return candidate(
          evidence, redone, isProdRounded: isProdRounded, cost: 7 + log2(Double(rules.count)),
          "\(verb) to steps of \(usual.name)",
          [
            Finding.Detail("step", .number(usual.step)),
            Finding.Detail(
              "bits", .count(Int(log2((high - low) / usual.step + 1).rounded(.up)))),
          ])
      }
    }
  }

  private static func grouped(
    _ evidence: TensorEvidence, _ pairs: NumberPairs, places: [Int], isProdRounded: Bool
  ) throws(FormatError) -> [Candidate] {
    let shape = evidence.dev.shape
    let count = evidence.elementCount
    let groupings =
      ([Grouping.whole(shape)] + Grouping.axes(of: shape) + Grouping.blocks(of: shape))
      .filter { $0.count == 1 || $0.count * 8 <= count }
    var ranges = groupings.map { [Quantizer.Range](repeating: Quantizer.Range(), count: $0.count) }
    let isFinished = try evidence.forEachBlock { first, dev, prod in
      let numbers = isProdRounded ? dev : prod
      for (g, grouping) in groupings.enumerated() {
        for (i, number) in numbers.enumerated() where number.isFinite {
          let group = grouping.group(ofElement: first + i)
          if number < ranges[g][group].low { ranges[g][group].low = number }
          if number > ranges[g][group].high { ranges[g][group].high = number }
        }
      }
    }
    guard isFinished else { return [] }
    let source = isProdRounded ? evidence.dev : evidence.prod
    let target = isProdRounded ? evidence.prod : evidence.dev
    let noise = 8 * 0x1p-22 * pairs.prod.rootMeanSquare
    let narrow = 4 * target.dtype.narrowRounding
    var candidates: [Candidate] = []
    for (grouping, ranges) in zip(groupings, ranges) {
      for quantizer in Quantizer.all {
        let agreeing = pairs.dev.indices.count { i in
          let range = ranges[grouping.group(ofElement: places[i])]
          let level = quantizer.rounded(pairs.dev[i], in: range)
          return (level - pairs.prod[i]).magnitude <= noise + narrow * pairs.prod[i].magnitude
        }
        guard Double(agreeing) >= 0.85 * Double(pairs.count) else { continue }
        let redone = source.mapped { first, values in
          for i in values.indices {
            values[i] = quantizer.rounded(
              values[i], in: ranges[grouping.group(ofElement: first + i)])
          }
        }
        let each = grouping.count == 1 ? grouping.label : "index of \(grouping.label)"
        let per =
          grouping.label == "row" || grouping.label.hasPrefix("group")
          ? grouping.label : each
        candidates.append(
          candidate(
            evidence, redone, isProdRounded: isProdRounded,
            cost: 10 + (grouping.count > 1 ? 2 : 0) + (quantizer.name == "NF4 table" ? 2 : 0),
            "rounded to \(quantizer.bits) bits, one step per \(per) (\(quantizer.name))",
            [
              Finding.Detail("bits", .count(quantizer.bits)),
              Finding.Detail("per", .text(grouping.label)),
              Finding.Detail("step", .text(quantizer.name)),
            ]))
      }
    }
    return candidates
  }

  private static func candidate(
    _ evidence: TensorEvidence, _ redone: Tensor, isProdRounded: Bool, cost: Double,
    _ how: String, _ details: [Finding.Detail]
  ) -> Candidate {
    let (name, other) = isProdRounded ? ("prod", "dev") : ("dev", "prod")
    return Candidate(
      word, cost: cost, dev: isProdRounded ? redone : evidence.dev,
      prod: isProdRounded ? evidence.prod : redone,
      summary: "\(name) is \(other) \(how)",
      details: details + [Finding.Detail("side", .text(name))], isRedone: true)
  }

  package static func descriptions(of evidence: TensorEvidence) throws(FormatError) -> [Finding] {
    guard evidence.holdsQuantities, evidence.elementCount >= 16, evidence.chanceBits >= 2,
      evidence.difference?.firstSpecialMismatch == nil
    else { return [] }
    for isProdRounded in [true, false] {
      if let finding = try gridFinding(evidence, isProdRounded: isProdRounded) { return [finding] }
    }
    if let finding = try weights(evidence) { return [finding] }
    return []
  }

  /// Groups that are looked at for a grid, and elements of one.
  private static let groupsTried = 8
  private static let groupElementLimit = 1 << 16

  /// A side whose values stand on a grid, the other nowhere more than half a step away.
  private static func gridFinding(_ evidence: TensorEvidence, isProdRounded: Bool)
    throws(FormatError) -> Finding?
  {
    let target = isProdRounded ? evidence.prod : evidence.dev
    let source = isProdRounded ? evidence.dev : evidence.prod
    guard target.dtype.narrowRounding == 0 else { return nil }
    let shape = target.shape
    let noise = max(0x1p-22 * evidence.spread.prod.rootMeanSquare, 1e-30)
    for grouping in [Grouping.whole(shape)] + Grouping.axes(of: shape) + Grouping.blocks(of: shape)
    {
      let size = evidence.elementCount / grouping.count
      guard size >= 16 else { continue }
      var grids: [Grid] = []
      var tried = 0
      let step = max(1, grouping.count / groupsTried)
      for group in stride(from: 0, to: grouping.count, by: step) {
        if evidence.isCancelled() { return nil }
        let places = grouping.places(
          ofGroup: group, among: evidence.elementCount, limit: groupElementLimit)
        tried += 1
        let rounded = try target.numbers(at: places)
        let other = try source.numbers(at: places)
        if let grid = Grid(rounded: rounded, other: other, noise: noise) { grids.append(grid) }
        // Most have to show a grid, so that two failures of eight are too many.
        if tried - grids.count >= 2 { break }
      }
      guard let levels = grids.map(\.levelCount).max(),
        Double(grids.count) >= 0.8 * Double(tried)
      else { continue }
      let (name, other) = isProdRounded ? ("prod", "dev") : ("dev", "prod")
      let spacing = grids.map(\.step).median
      let per = grouping.count == 1 ? "" : " per \(grouping.label)"
      return Finding(
        pairIndex: 0, valueName: evidence.valueName, cause: word, confidence: 0.9,
        summary: "\(name) stands on a grid of at most \(levels) levels\(per) (step"
          + " \(brief(spacing, digits: 4))), nowhere more than half a step from \(other)",
        details: [
          Finding.Detail("bits", .count(Int(log2(Double(levels)).rounded(.up)))),
          Finding.Detail("per", .text(grouping.label)), Finding.Detail("step", .number(spacing)),
          Finding.Detail("side", .text(name)),
        ])
    }
    return nil
  }

  /// Exact input, and an output that is off without a pattern by more than one product in bfloat16 leaves.
  private static func weights(_ evidence: TensorEvidence) throws(FormatError) -> Finding? {
    guard let input = evidence.inputs.first, input.agrees, input.dev.dtype.isFloat,
      evidence.prod.dtype.isFloat, evidence.dev.shape.rank >= 2,
      let shape = try ErrorShape(evidence), shape.isPatternless,
      (3e-3...5e-2).contains(shape.relative),
      !evidence.spread.prod.allSatisfy({ RoundedFormat.bf16.rounded($0) == $0 })
    else { return nil }
    return Finding(
      pairIndex: 0, valueName: evidence.valueName, cause: word, confidence: 0.6,
      summary: "looks like weights of 8 bits, or a slightly other checkpoint: the input agrees and"
        + " the error is \(brief(shape.relative, digits: 2)) of the size without a pattern",
      details: [
        Finding.Detail("bits", .count(8)), Finding.Detail("inside", .text("weights")),
        Finding.Detail("relative", .number(shape.relative)),
      ])
  }
}

extension Grouping {
  /// The elements of a group in order, at most `limit` of `elementCount`.
  fileprivate func places(ofGroup group: Int, among elementCount: Int, limit: Int) -> [Int] {
    var places: [Int] = []
    for start in stride(from: group * divisor, to: elementCount, by: divisor * count) {
      for element in start..<min(elementCount, start + divisor) {
        if places.count == limit { return places }
        places.append(element)
      }
    }
    return places
  }
}

/// Equidistant levels on which the numbers of a group stand.
private struct Grid {
  var step: Double
  var levelCount: Int

  /// `nil` where the rounded numbers stand on none, or are no rounding of the others: too many distinct
  /// values, other numbers more than half a step away, errors at the ends only, which is a clip, or
  /// others with as few values.
  init?(rounded: [Double], other: [Double], noise: Double) {
    let values = Self.distinct(rounded, noise: 4 * noise)
    guard values.count >= 3, values.count <= 260,
      values.count <= 16 || Double(values.count) <= 0.75 * Double(rounded.count),
      let low = values.first, let high = values.last,
      let step = Self.spacing(values, noise: noise), step > 16 * noise
    else { return nil }
    var inner = 0
    var near = 0
    var visible = (all: 0, inner: 0)
    var largest = 0.0
    for (number, other) in zip(rounded, other) {
      let error = (number - other).magnitude
      largest = max(largest, error)
      let isInner = number > low + step / 4 && number < high - step / 4
      if error > 0.05 * step {
        visible.all += 1
        if isInner { visible.inner += 1 }
      }
      if isInner {
        inner += 1
        if error <= 0.51 * step + 2 * noise { near += 1 }
      }
    }
    guard inner > 0, Double(near) > 0.99 * Double(inner), largest > 0.2 * step,
      2 * visible.inner >= visible.all,
      Double(Self.distinct(other, noise: 0).count) > 1.5 * Double(values.count)
    else { return nil }
    self.step = step
    levelCount = Int(((high - low) / step).rounded()) + 1
    guard levelCount <= 1 << 16 else { return nil }
  }

  /// In increasing order; values nearer than `noise` count once.
  private static func distinct(_ numbers: [Double], noise: Double) -> [Double] {
    var values: [Double] = []
    for number in numbers.sorted() where values.last.map({ number - $0 > noise }) ?? true {
      values.append(number)
    }
    return values
  }

  /// The approximate common divisor of the distances of neighbours, to 8 %: the smallest distance, then
  /// the smallest remainder it leaves, up to six times.
  private static func spacing(_ values: [Double], noise: Double) -> Double? {
    let distances = zip(values.dropFirst(), values).map { $0 - $1 }.filter { $0 > 3 * noise }
    guard distances.count >= 2, var step = distances.min() else { return nil }
    for _ in 0..<6 {
      let rests = distances.map { ($0 / step - ($0 / step).rounded()).magnitude }
      guard let worst = rests.max(), worst >= 0.08 else {
        let multiples = distances.reduce(0) { $0 + ($1 / step).rounded() }
        return distances.reduce(0, +) / multiples
      }
      let smallest = rests.filter { $0 >= 0.08 }.min().map { $0 * step } ?? 0
      guard smallest > 6 * noise, smallest >= 0.15 * step else { return nil }
      step = smallest
    }
    return nil
  }
}
