import PipelineTrace
import TensorKernels
import TraceComparison

/// Counts, for all candidates alike, what is left once a cause is undone; ranks what holds.
///
/// With `m` mismatched elements before, of which `r` are left (those that a candidate broke included),
/// and `b` bits by which an agreement is more than chance, a candidate leaves
/// `L = cost + r · max(b, 4)` bits to say and gains `m · b − L`: the shortest description of prod wins, so
/// that flexible causes lose against simple truths.
struct Judge {
  /// How far a candidate explains the difference.
  enum Level: Int, Comparable {
    case likely
    case proven
    case exact

    static func < (first: Level, second: Level) -> Bool { first.rawValue < second.rawValue }
  }

  /// What was counted of a candidate.
  struct Verdict {
    var candidate: Candidate
    var level: Level
    /// Elements that disagree still, or anew, within the pair's own tolerance.
    var left: Int
    /// The same within the tolerance that rounding widens.
    var leftBeyondRounding: Int
    var maxAbsolute: Double
    /// `L` above, in bits, and what elements take that the candidate does not speak of.
    var length: Double
    /// Elements that were mismatched before, and those that were compared.
    var mismatchedBefore: Int
    var elementCount: Int
  }

  let evidence: TensorEvidence
  let workerCount: Int

  /// Bits that a finding has to gain.
  static let leastGain = 12.0
  /// Share of the sample that has to agree for a candidate to be counted.
  private static let screenedShare = 0.8
  /// Places that are looked at first, and the share of them that has to agree to look at the others.
  private static let glanceCount = 48
  private static let glancedShare = 0.6

  /// Whether the candidate holds at the places of the sample, or at places that are drawn from its own
  /// elements where it has another shape.
  func survivesScreening(_ candidate: Candidate) throws(FormatError) -> Bool {
    guard candidate.prod.shape == candidate.dev.shape, candidate.dev.shape.elementCount > 0
    else { return false }
    let places: [Int]
    if let sample = evidence.sample, candidate.dev.shape == evidence.dev.shape {
      places = sample.mismatched
    } else {
      places = ElementSample.places(among: candidate.dev.shape.elementCount)
    }
    // Most candidates fail, and a few places from all over the tensor tell.
    let glance = stride(from: 0, to: places.count, by: max(1, places.count / Self.glanceCount))
    let few = glance.map { places[$0] }
    guard try share(of: few, for: candidate) >= Self.glancedShare else { return false }
    return try share(of: places, for: candidate) >= Self.screenedShare
  }

  /// Share of these places at which the two sides of the candidate agree.
  private func share(of places: [Int], for candidate: Candidate) throws(FormatError) -> Double {
    let tolerance = widened(for: candidate)
    let dev = try candidate.dev.numbers(at: places)
    let prod = try candidate.prod.numbers(at: places)
    let agreeing = zip(dev, prod).count { tolerance.agrees(dev: $0, prod: $1) }
    return Double(agreeing) / Double(places.count)
  }

  /// Counts a candidate on every element; `nil` where it explains less than 0.9 of the difference, gains
  /// too little, or where the count was cancelled.
  func verdict(on candidate: Candidate) throws(FormatError) -> Verdict? {
    guard candidate.dev.shape == candidate.prod.shape, candidate.dev.shape.elementCount > 0
    else { return nil }
    guard let before = try countedBefore(candidate) else { return nil }
    guard let counted = try count(candidate, own(for: candidate)) else { return nil }
    var beyondRounding = counted.mismatchedCount
    if beyondRounding > 0, !candidate.isBitForBit {
      guard let again = try count(candidate, widened(for: candidate)) else { return nil }
      beyondRounding = again.mismatchedCount
    }
    let net = Double(before - beyondRounding) / Double(before)
    let level: Level
    switch net {
    case _ where counted.mismatchedCount == 0: level = .exact
    case 0.999...: level = .proven
    case 0.9...: level = .likely
    default: return nil
    }
    let bits = evidence.chanceBits
    let length = candidate.cost + Double(beyondRounding) * max(4, bits)
    guard Double(before) * bits - length >= Self.leastGain else { return nil }
    // What a candidate of a part of the tensors says nothing of is still to be said.
    let unsaid = evidence.hasSameShape ? max(0, evidence.mismatchedCount - before) : 0
    return Verdict(
      candidate: candidate, level: level, left: counted.mismatchedCount,
      leftBeyondRounding: beyondRounding, maxAbsolute: counted.maxAbsolute ?? 0,
      length: length + Double(unsaid) * max(4, bits),
      mismatchedBefore: before, elementCount: candidate.elementCount)
  }

  /// Mismatches that rounding alone does not forgive; the others are no evidence. `nil` where none is
  /// left, or where the count was cancelled.
  private func countedBefore(_ candidate: Candidate) throws(FormatError) -> Int? {
    let all = max(1, candidate.mismatchedBefore ?? evidence.mismatchedCount)
    guard evidence.hasSameShape, candidate.mismatchedBefore == nil, !candidate.isBitForBit
    else { return all }
    let asTheyAre = Candidate(
      candidate.cause, cost: 0, dev: evidence.dev, prod: evidence.prod, summary: "")
    guard let counted = try count(asTheyAre, widened(for: candidate)) else { return nil }
    return counted.mismatchedCount > 0 ? min(all, counted.mismatchedCount) : nil
  }

  /// The pair's own tolerance, in the size of what the candidate gives.
  private func own(for candidate: Candidate) -> Tolerance {
    guard !candidate.isBitForBit else {
      return Tolerance(
        relative: 0, absolute: 0, nanEqualsNaN: evidence.tolerance.nanEqualsNaN)
    }
    var tolerance = evidence.tolerance
    tolerance.absolute *= min(1, candidate.absoluteFactor)
    return tolerance
  }

  private func count(_ candidate: Candidate, _ tolerance: Tolerance) throws(FormatError)
    -> DifferenceStatistics?
  {
    var whole: DifferenceStatistics?
    for part in [Candidate.Part(dev: candidate.dev, prod: candidate.prod)] + candidate.otherParts {
      guard
        let counted = try DifferenceStatistics.between(
          dev: part.dev, prod: part.prod, tolerance: tolerance, workerCount: workerCount,
          isCancelled: evidence.isCancelled)
      else { return nil }
      if whole == nil { whole = counted } else { whole?.merge(counted) }
    }
    return whole
  }

  /// The pair's tolerance with what float noise and narrow storage leave added.
  ///
  /// 2⁻²⁰ of dev's root mean square, and two roundings of a side that is stored in 16 bits or less.
  func widened(for candidate: Candidate) -> Tolerance {
    var tolerance = own(for: candidate)
    guard !candidate.isBitForBit, evidence.dev.dtype.isFloat || evidence.prod.dtype.isFloat
    else { return tolerance }
    let root = evidence.devRootMeanSquare * candidate.absoluteFactor
    tolerance.absolute += 0x1p-20 * root * max(1, candidate.slope) + candidate.absoluteSlack
    let narrow = 2 * max(evidence.dev.dtype.narrowRounding, evidence.prod.dtype.narrowRounding)
    tolerance.relative += min(0.02, narrow * max(1, candidate.slope))
    return tolerance
  }
}

extension Judge.Verdict {
  /// Levels first (exact and proven count alike), then the shorter description.
  func isBetter(than other: Judge.Verdict) -> Bool {
    let isSure = level >= .proven
    let isOtherSure = other.level >= .proven
    if isSure != isOtherSure { return isSure }
    return length < other.length
  }

  /// The finding with its proof: `…; undone, 0 of 150,528 elements differ`.
  func finding(pairIndex: Int, valueName: String) -> Finding {
    let verb = candidate.isRedone ? "redone" : "undone"
    var proof = "\(verb), \(grouped(left)) of \(grouped(elementCount)) elements differ"
    if left > 0, leftBeyondRounding == 0 {
      proof += ", by rounding alone"
    } else if left > 0 {
      proof = "\(verb), \(grouped(leftBeyondRounding)) of \(grouped(elementCount)) elements differ"
    }
    if candidate.isBitForBit, left > 0 { proof += " in their bits" }
    let explained = Double(max(0, mismatchedBefore - leftBeyondRounding)) / Double(mismatchedBefore)
    let looks = level == .likely ? "looks like: " : ""
    let evidence = candidate.isBitForBit && left == 0 ? ", bit for bit" : "; \(proof)"
    return Finding(
      pairIndex: pairIndex, valueName: valueName, cause: candidate.cause,
      confidence: level == .exact ? 1 : level == .proven ? 0.99 : 0.8,
      summary: "\(looks)\(candidate.summary)\(evidence)", explained: explained,
      details: candidate.details)
  }
}

/// `150,528`.
func grouped(_ count: Int) -> String {
  var text = ""
  for (i, digit) in String(count).reversed().enumerated() {
    if i > 0, i.isMultiple(of: 3), digit != "-" { text.append(",") }
    text.append(digit)
  }
  return String(text.reversed())
}
