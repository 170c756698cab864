import Glibc
import PipelineTrace
import TensorKernels
import TraceComparison

/// What is known of why the two traces differ: by pair, the surest first, then the most specific.
///
/// Reads no tensor: what can be told from names, orders and statuses alone.
package func structuralFindings(of comparison: Comparison) -> [Finding] {
  sorted(allCauses.flatMap { $0.findings(in: comparison) })
}

/// All findings: those of the structure, and for every origin of a difference why its values differ.
///
/// Cost: some walks over the values of each origin. A cancelled search gives what was found until then;
/// a value that cannot be read a second time gives none.
package func findings(
  of comparison: Comparison, workerCount: Int,
  isCancelled: @escaping @Sendable () -> Bool = { false }
) -> [Finding] {
  var found = structuralFindings(of: comparison)
  for index in comparison.origins where comparison.pairs[index].status == .diverged {
    if isCancelled() { break }
    // Stages that changed places took in other things: their values are not held against each other.
    let isReordered = found.contains {
      $0.pairIndex == index && $0.cause == StagesReordered.word && $0.confidence == 1
    }
    if isReordered { continue }
    if let finding = try? wordFinding(pair: index, of: comparison, isCancelled: isCancelled) {
      found.append(finding)
      continue
    }
    guard
      let evidence = try? TensorEvidence(
        pair: index, of: comparison, workerCount: workerCount, isCancelled: isCancelled)
    else { continue }
    found += (try? explanations(of: evidence, pair: index, workerCount: workerCount)) ?? []
  }
  // An answer is what a user saw: looked into wherever it was born, and instead of what is not known.
  for index in comparison.pairs.indices where !isCancelled() {
    if let flipped = try? DecisionFlipped.decisions(in: comparison, pair: index) {
      found.removeAll {
        $0.pairIndex == index && [Unknown.word, SparseCorruption.word].contains($0.cause)
      }
      found.append(flipped)
    }
  }
  return sorted(found)
}

private func sorted(_ findings: [Finding]) -> [Finding] {
  findings.enumerated().sorted { first, second in
    let (one, other) = (first.element, second.element)
    if one.pairIndex != other.pairIndex { return one.pairIndex < other.pairIndex }
    if one.confidence != other.confidence { return one.confidence > other.confidence }
    return first.offset < second.offset
  }.map(\.element)
}

/// What became of a pair of texts or of token sequences; `nil` where the value is neither.
private func wordFinding(
  pair index: Int, of comparison: Comparison, isCancelled: () -> Bool
) throws(FormatError) -> Finding? {
  let pair = comparison.pairs[index]
  guard let value = pair.leadingValue, value.status == .diverged, let dev = value.dev,
    let prod = value.prod
  else { return nil }
  var finding: Finding?
  if case .text(let devTexts) = dev.content, case .text(let prodTexts) = prod.content {
    finding = try wordFinding(dev: devTexts, prod: prodTexts, isCancelled: isCancelled)
  } else if dev.isTokenSequence(ofStage: pair.name), prod.isTokenSequence(ofStage: pair.name),
    let devIDs = dev.tensor, let prodIDs = prod.tensor,
    let evidence = try TokenEvidence(
      dev: devIDs, prod: prodIDs, pieces: (dev.pieces, prod.pieces), isCancelled: isCancelled)
  {
    finding = allCauses.lazy.compactMap { $0.explanation(of: evidence) }.first
  }
  finding?.pairIndex = index
  finding?.valueName = value.name
  return finding
}

private func wordFinding(dev: TextArray, prod: TextArray, isCancelled: () -> Bool)
  throws(FormatError) -> Finding?
{
  if let evidence = try TextEvidence(dev: dev, prod: prod, isCancelled: isCancelled) {
    var isForm = false
    if case .forms = evidence.change { isForm = true }
    if isForm || evidence.dev.count == 1 || !evidence.isOfPieces {
      return allCauses.lazy.compactMap { $0.explanation(of: evidence) }.first
    }
  }
  guard dev.shape.rank > 0, prod.shape.rank > 0,
    max(dev.shape.elementCount, prod.shape.elementCount) <= TextComparison.editedCountLimit,
    let evidence = TokenEvidence(
      dev: try dev.elements(0..<dev.shape.elementCount),
      prod: try prod.elements(0..<prod.shape.elementCount), isCancelled: isCancelled)
  else { return nil }
  return allCauses.lazy.compactMap { $0.explanation(of: evidence) }.first
}

extension Value {
  fileprivate var pieces: [[UInt8]]? {
    if case .tokens(_, let pieces) = content { pieces } else { nil }
  }

  /// Whether these are token ids, or a batch of them by its name or that of the stage.
  fileprivate func isTokenSequence(ofStage stageName: String) -> Bool {
    switch content {
    case .tokens: return true
    case .tensor(let tensor):
      let length = Shape.vector(tensor.shape.extents.last ?? 0)
      return tensor.shape.rank > 0
        && [name, stageName].contains {
          Value.namesTokenIDs($0, dtype: tensor.dtype, shape: length)
        }
    case .text, .summary, .unreadable: return false
    }
  }
}

/// The best explanation of one pair of tensors, and others that tie with it.
private func explanations(of evidence: TensorEvidence, pair: Int, workerCount: Int)
  throws(FormatError) -> [Finding]
{
  let judge = Judge(evidence: evidence, workerCount: workerCount)
  let causes = allCauses.filter { !evidence.isRoundingSized || $0.explainsRounding }
  var faults: [Finding] = []
  for cause in causes {
    var found = try cause.faults(in: evidence)
    for i in found.indices { found[i].pairIndex = pair }
    faults += found
    if faults.contains(where: { $0.explained == 1 }) { return faults }
  }
  var verdicts: [Judge.Verdict] = []
  for cause in causes {
    for candidate in try cause.candidates(for: evidence) {
      if evidence.isCancelled() { return [] }
      guard try judge.survivesScreening(candidate),
        let verdict = try judge.verdict(on: candidate)
      else { continue }
      verdicts.append(verdict)
    }
  }
  var best: Judge.Verdict?
  for verdict in verdicts where best.map({ verdict.isBetter(than: $0) }) ?? true { best = verdict }
  if let best {
    let finding = best.finding(pairIndex: pair, valueName: evidence.valueName)
    // What a view undoes to the last element has made the faults as well.
    return !best.candidate.isRedone && best.level == .exact ? [finding] : faults + [finding]
  }
  if !faults.isEmpty { return faults }
  for cause in causes {
    var described = try cause.descriptions(of: evidence)
    for i in described.indices { described[i].pairIndex = pair }
    if !described.isEmpty { return described }
  }
  return []
}

extension TensorEvidence {
  /// The value of a diverged pair in which the difference shows; `nil` where that is no tensor.
  init?(
    pair index: Int, of comparison: Comparison, workerCount: Int,
    isCancelled: @escaping @Sendable () -> Bool
  ) throws(FormatError) {
    let pair = comparison.pairs[index]
    guard let value = pair.leadingValue, value.status == .diverged,
      case .tensor(let recordedDev)? = value.dev?.content,
      case .tensor(let recordedProd)? = value.prod?.content
    else { return nil }
    stageName = pair.name
    valueName = value.name
    dev = try recordedDev.resident()
    prod = try recordedProd.resident()
    if case .tokens = value.dev?.content { holdsTokens = true } else { holdsTokens = false }
    difference = value.difference
    tolerance =
      value.tolerance
      ?? comparison.settings.tolerance(
        stageName: pair.name, dev: recordedDev.dtype, prod: recordedProd.dtype)
    self.isCancelled = isCancelled
    inputs = []
    earlier = []
    for value in pair.values where value.role == .input {
      if let dev = value.dev?.tensor, let prod = value.prod?.tensor {
        inputs.append(
          Input(
            name: value.name, dev: dev, prod: prod,
            agrees: value.status == .identical || value.status == .close))
      }
    }
    for other in comparison.pairs[..<index].reversed() {
      for value in other.values where value.role != .input {
        if let dev = value.dev?.tensor, let prod = value.prod?.tensor {
          earlier.append(
            Input(
              name: other.name, dev: dev, prod: prod,
              agrees: value.status == .identical || value.status == .close))
        }
      }
    }
    if inputs.isEmpty, let nearest = earlier.first { inputs = [nearest] }
    sample = nil
    spread = NumberPairs()
    chanceBits = 0
    devRootMeanSquare = 0
    isRoundingSized = false
    try draw()
  }

  /// Takes the sample, and what follows from it.
  private mutating func draw() throws(FormatError) {
    if let difference {
      sample = try ElementSample(
        dev: dev, prod: prod, tolerance: tolerance,
        known: difference.firstMismatch)
      spread = try NumberPairs(dev: dev, prod: prod)
      let finite = Double(max(1, difference.finitePairCount))
      devRootMeanSquare = (difference.devSquareSum / finite).squareRoot()
      let error = (difference.squareSum / finite).squareRoot()
      let isTouchedWidely =
        difference.mismatchedCount > 64 || Double(difference.differingCount) > 0.1 * finite
      isRoundingSized =
        difference.firstSpecialMismatch == nil && isTouchedWidely
        && (dev.dtype.isFloat || prod.dtype.isFloat)
        && error <= 0x1p-17 * devRootMeanSquare
        && (difference.maxAbsolute ?? 0) <= 0x1p-13 * devRootMeanSquare
    } else {
      let drawn = try dev.numbers(
        at: ElementSample.places(among: dev.shape.elementCount, limit: 4096)
      )
      .filter(\.isFinite)
      devRootMeanSquare =
        (drawn.reduce(0) { $0 + $1 * $1 } / Double(max(1, drawn.count))).squareRoot()
    }
    chanceBits = try Self.chanceBits(
      of: dev, at: sample?.mismatched, tolerance: tolerance)
  }

  /// How rarely two elements of dev agree by chance: 256 at the given places, or drawn, held against
  /// 2,048 others. From 0, for a constant, to about 19.
  private static func chanceBits(of dev: Tensor, at places: [Int]?, tolerance: Tolerance)
    throws(FormatError) -> Double
  {
    let count = dev.shape.elementCount
    guard count > 0 else { return 0 }
    var generator = SplitMix64(state: 0xC0FFEE)
    let some =
      places.map { Array($0.prefix(256)) }
      ?? (0..<256).map { _ in Int.random(in: 0..<count, using: &generator) }
    let others = (0..<2048).map { _ in Int.random(in: 0..<count, using: &generator) }
    // An element may meet itself: of three numbers one is met by chance in three.
    let values = try dev.numbers(at: some)
    let against = try dev.numbers(at: others)
    let compared = values.count * against.count
    let sorted = against.filter(\.isFinite).sorted()
    var agreeing = 0
    for value in values {
      if value.isFinite {
        let bound = tolerance.bound(dev: value)
        agreeing +=
          sorted.countBelow { $0 > value + bound } - sorted.countBelow { $0 >= value - bound }
      } else {
        agreeing += against.count { tolerance.agrees(dev: value, prod: $0) }
      }
    }
    guard compared > 0 else { return 0 }
    // One agreement more than was seen: nothing seen is no proof of never.
    return -log2(Double(agreeing + 1) / Double(compared + 1))
  }
}

extension [Double] {
  /// How many numbers, in increasing order, stand before the first that is beyond a bound.
  fileprivate func countBelow(_ isBeyond: (Double) -> Bool) -> Int {
    var low = startIndex
    var high = endIndex
    while low < high {
      let middle = (low + high) / 2
      if isBeyond(self[middle]) { high = middle } else { low = middle + 1 }
    }
    return low
  }
}
