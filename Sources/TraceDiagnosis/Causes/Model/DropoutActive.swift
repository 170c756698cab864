import Glibc
import PipelineTrace

/// Prod was run in training mode: some elements are 0, the others larger by just as much.
///
/// With a share r of zeros, 1 / (1 − r) is the factor of the rest. The places of the zeros have to be said,
/// n · H(r) bits. Without it a factor would be named, which explains most of the elements and not these.
package enum DropoutActive: Cause {
  package static let word = "dropout-active"

  /// The zeros are kept one bit an element.
  private static let elementLimit = 1 << 27
  private static let leastShare = 0.005

  package static func candidates(for evidence: TensorEvidence) throws(FormatError) -> [Candidate] {
    guard let sample = evidence.sample, evidence.dev.dtype.isFloat, evidence.prod.dtype.isFloat,
      (20...elementLimit).contains(evidence.elementCount)
    else { return [] }
    let dev = try evidence.dev.numbers(at: sample.mismatched)
    let prod = try evidence.prod.numbers(at: sample.mismatched)
    var ratios: [Double] = []
    var zeroCount = 0
    for (one, other) in zip(dev, prod) where one != 0 && one.isFinite {
      if other == 0 { zeroCount += 1 } else { ratios.append(other / one) }
    }
    guard zeroCount > 0, ratios.count >= 8 else { return [] }
    ratios.sort()
    let factor = ratios[ratios.count / 2]
    guard factor > 1.002, factor <= 20,
      ratios.count(where: { ($0 / factor - 1).magnitude < 0.01 }) * 10 >= ratios.count * 9
    else { return [] }
    let count = evidence.elementCount
    var words = [UInt64](repeating: 0, count: (count + 63) / 64)
    var zeros = 0
    for start in stride(from: 0, to: count, by: 1 << 16) {
      if evidence.isCancelled() { return [] }
      let range = start..<min(count, start + (1 << 16))
      let one = try evidence.dev.numbers(in: range)
      let other = try evidence.prod.numbers(in: range)
      for i in 0..<range.count where other[i] == 0 && one[i] != 0 {
        words[(start + i) / 64] |= 1 << UInt64((start + i) % 64)
        zeros += 1
      }
    }
    let share = Double(zeros) / Double(count)
    let deviation = (share * (1 - share) / Double(count)).squareRoot()
    guard share >= leastShare, (1 - 1 / factor - share).magnitude < 0.02 + 4 * deviation else {
      return []
    }
    let entropy = -share * log2(share) - (1 - share) * log2(1 - share)
    let dropped = words
    let redone = evidence.dev.mapped { first, values in
      for i in values.indices {
        let place = first + i
        values[i] = dropped[place / 64] >> UInt64(place % 64) & 1 == 1 ? 0 : values[i] * factor
      }
    }
    let percent = (share * 1000).rounded() / 10
    return [
      Candidate(
        word, cost: 20 + Double(count) * entropy, dev: redone, prod: evidence.prod,
        summary: "prod has \(percent) % of dev's elements set to 0 and the others multiplied by "
          + "\((factor * 1000).rounded() / 1000): dropout is active",
        details: [Finding.Detail("zeros", .count(zeros))], isRedone: true)
    ]
  }
}
