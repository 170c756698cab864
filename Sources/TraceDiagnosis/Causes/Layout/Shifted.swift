import Glibc
import PipelineTrace
import TensorKernels
import TraceComparison

/// All elements moved by some places along one to three axes.
///
/// First as a roll, which loses nothing: prod cut where it wraps, its parts put back in order. Then on the
/// part that both sides show, at least 0.4 of the elements; what fills the rest is not judged. Not the
/// padding at the other end, which is `padding-side`.
package enum Shifted: Cause {
  package static let word = "shifted"

  /// Offsets that are tried on one, two and three axes; larger ones are looked for by rare values.
  private static let offsetLimits = [16, 4, 2]
  private static let leastExtent = 4
  private static let leastOverlap = 0.4
  /// Offsets that are counted, those first that the sample speaks for.
  private static let countedLimit = 4

  package static func candidates(for evidence: TensorEvidence) throws(FormatError) -> [Candidate] {
    guard let sample = evidence.sample, evidence.hasSameShape else { return [] }
    let extents = evidence.dev.shape.extents
    let axes = extents.indices.filter { extents[$0] >= leastExtent }
    guard !axes.isEmpty else { return [] }
    let screen = try OffsetScreen(
      reference: evidence.dev, other: evidence.prod, places: sample.mismatched,
      tolerance: evidence.screeningTolerance)
    guard screen.distinctCount >= 3 else { return [] }
    var found: [(offset: [Int], agreement: Double)] = []
    for offset in smallOffsets(axes, extents) {
      if evidence.isCancelled() { return [] }
      if let agreement = try screen.agreement(at: offset) { found.append((offset, agreement)) }
    }
    if found.isEmpty {
      for offset in try screen.votedOffsets(isCircular: true, isCancelled: evidence.isCancelled)
      where offset.contains(where: { $0 != 0 }) {
        if let agreement = try screen.agreement(at: offset) { found.append((offset, agreement)) }
      }
    }
    found.sort {
      $0.agreement != $1.agreement ? $0.agreement > $1.agreement : cost($0.offset) < cost($1.offset)
    }
    var candidates: [Candidate] = []
    for (offset, _) in found.prefix(countedLimit) {
      candidates.append(rolled(evidence, offset))
      if let shown = try overlapping(evidence, offset) { candidates.append(shown) }
    }
    return candidates
  }

  private static func smallOffsets(_ axes: [Int], _ extents: [Int]) -> [[Int]] {
    var offsets = axes.flatMap { combinations([$0], extents) }
    let inner = Array(axes.suffix(3))
    for (i, first) in inner.enumerated() {
      for second in inner[(i + 1)...] { offsets += combinations([first, second], extents) }
    }
    if inner.count == 3 { offsets += combinations(inner, extents) }
    return offsets
  }

  /// Every offset along all of these axes, as one number per axis of the tensor.
  private static func combinations(_ axes: [Int], _ extents: [Int]) -> [[Int]] {
    let limit = offsetLimits[axes.count - 1]
    return axes.reduce([[Int](repeating: 0, count: extents.count)]) { offsets, axis in
      offsets.flatMap { offset in
        (-limit...limit).filter { $0 != 0 && abs($0) < extents[axis] }.map { step in
          var moved = offset
          moved[axis] = step
          return moved
        }
      }
    }
  }

  private static func cost(_ offset: [Int]) -> Double {
    offset.reduce(4) { $1 == 0 ? $0 : $0 + 2 + 2 * log2(Double(abs($1)) + 1) }
  }

  /// Prod cut where it wraps: element `i` of dev beside element `i + offset` of prod.
  private static func rolled(_ evidence: TensorEvidence, _ offset: [Int]) -> Candidate {
    let main = shown(evidence.dev, evidence.prod, offset)
    var parts = [Candidate.Part(dev: evidence.dev, prod: evidence.prod)]
    for (axis, step) in offset.enumerated() where step != 0 {
      parts = parts.flatMap { part in
        let extent = part.dev.shape.extents[axis]
        let wrap = step > 0 ? extent - step : -step
        return [(0..<wrap), (wrap..<extent)].map { range in
          let start = (range.lowerBound + step + extent) % extent
          return Candidate.Part(
            dev: part.dev.sliced(range, alongAxis: axis),
            prod: part.prod.sliced(start..<(start + range.count), alongAxis: axis))
        }
      }
    }
    var candidate = Candidate(
      word, cost: cost(offset), dev: main.dev, prod: main.prod,
      summary: "prod is dev rolled by \(words(offset))"
        + " (what leaves at one end comes back at the other)",
      details: details("roll", offset))
    candidate.otherParts = parts.filter {
      $0.dev.firstElement != main.dev.firstElement || $0.dev.shape != main.dev.shape
    }
    candidate.mismatchedBefore = evidence.mismatchedCount
    return candidate
  }

  /// The part that both sides show; `nil` where it is small, or agreed before.
  private static func overlapping(_ evidence: TensorEvidence, _ offset: [Int]) throws(FormatError)
    -> Candidate?
  {
    let part = shown(evidence.dev, evidence.prod, offset)
    let count = part.dev.shape.elementCount
    guard Double(count) >= leastOverlap * Double(evidence.elementCount) else { return nil }
    let before = try DifferenceStatistics.between(
      dev: part.dev, prod: inPlace(evidence.prod, offset), tolerance: evidence.tolerance,
      workerCount: 1, isCancelled: evidence.isCancelled)
    guard let before, before.mismatchedCount > 0 else { return nil }
    let isWindow = evidence.inputs.contains { input in
      input.dev.shape.rank == evidence.dev.shape.rank
        && input.dev.shape.elementCount > evidence.elementCount
        && zip(input.dev.shape.extents, evidence.dev.shape.extents).allSatisfy { $0 >= $1 }
    }
    var candidate = Candidate(
      word, cost: cost(offset) + 2, dev: part.dev, prod: part.prod,
      summary: "prod is dev shifted by \(words(offset)), as far as both show it"
        + (isWindow ? " (or: the window of the crop moved)" : ""),
      details: details("shift", offset))
    candidate.mismatchedBefore = before.mismatchedCount
    return candidate
  }

  /// The part of dev that prod shows too, and where prod shows it.
  private static func shown(_ dev: Tensor, _ prod: Tensor, _ offset: [Int]) -> Candidate.Part {
    var part = Candidate.Part(dev: inPlace(dev, offset), prod: prod)
    for (axis, step) in offset.enumerated() {
      let extent = prod.shape.extents[axis]
      part.prod = part.prod.sliced(
        max(0, step)..<(extent + min(0, step)), alongAxis: axis)
    }
    return part
  }

  /// The part of a tensor whose elements, moved by the offset, lie within it.
  private static func inPlace(_ tensor: Tensor, _ offset: [Int]) -> Tensor {
    var part = tensor
    for (axis, step) in offset.enumerated() {
      let extent = tensor.shape.extents[axis]
      part = part.sliced(max(0, -step)..<(extent - max(0, step)), alongAxis: axis)
    }
    return part
  }

  private static func words(_ offset: [Int]) -> String {
    offset.enumerated().filter { $0.element != 0 }.map { "\($0.element) along axis \($0.offset)" }
      .joined(separator: " and ")
  }

  private static func details(_ kind: String, _ offset: [Int]) -> [Finding.Detail] {
    [
      Finding.Detail("kind", .text(kind)),
      Finding.Detail("offsets", .text(offset.map(String.init).joined(separator: ","))),
    ]
  }
}
