import PipelineTrace
import TraceAlignment
import TraceComparison

/// The answer is another one because two scores lay closer together than prod's scores are off.
///
/// Told of integers that are the index of the largest recorded score, on both sides; also where the difference
/// was inherited, for it is what a user sees. Only the two best of a row, at most four times the error apart,
/// and scores that are off by at most a twentieth of the largest: other scores have other answers.
package enum DecisionFlipped: Cause {
  package static let word = "decision-flipped"

  /// Answers, and scores, that are looked into.
  private static let elementLimit = 1 << 20

  package static func decisions(in comparison: Comparison, pair index: Int) throws(FormatError)
    -> Finding?
  {
    let pair = comparison.pairs[index]
    guard pair.status == .diverged, let value = pair.leadingValue,
      let dev = value.dev?.tensor, let prod = value.prod?.tensor, dev.shape == prod.shape,
      !dev.dtype.isFloat, !prod.dtype.isFloat, dev.dtype != .bool,
      (1...elementLimit).contains(dev.shape.elementCount)
    else { return nil }
    let answers = (dev: try dev.numbers(), prod: try prod.numbers())
    for scored in comparison.pairs[..<index].reversed() {
      for scores in scored.values where scores.role != .input {
        guard let devScores = scores.dev?.tensor, let prodScores = scores.prod?.tensor,
          devScores.dtype.isFloat, devScores.shape == prodScores.shape,
          devScores.shape.elementCount <= elementLimit,
          let width = devScores.shape.extents.last, width >= 2,
          devScores.shape.elementCount == width * answers.dev.count,
          let flip = Flip(
            answers: answers, scores: (try devScores.numbers(), try prodScores.numbers()),
            width: width)
        else { continue }
        return finding(flip, pair: index, value: value.name, scores: scored.name)
      }
    }
    return nil
  }

  private static func finding(_ flip: Flip, pair: Int, value: String, scores: String) -> Finding {
    let row =
      flip.rowCount == 1 ? "" : " (\(grouped(flip.flippedCount)) of \(grouped(flip.rowCount)))"
    return Finding(
      pairIndex: pair, valueName: value, cause: word, confidence: 0.9,
      summary:
        "prod's answer is \(flip.prod) for \(flip.dev)\(row): in '\(scores.visible)' these two lay "
        + "\(digits(flip.margin)) apart, and prod's scores are off by up to \(digits(flip.error))",
      details: [
        Finding.Detail("dev", .count(flip.dev)), Finding.Detail("prod", .count(flip.prod)),
        Finding.Detail("flipped", .count(flip.flippedCount)),
      ])
  }

  private static func digits(_ number: Double) -> String { "\(Float(number))" }

  /// Answers that are the places of the largest scores, some of them others in prod by a narrow margin.
  private struct Flip {
    var dev = 0
    var prod = 0
    /// Of the first that flipped: how far its two scores lie apart in dev, and how far prod's scores are off.
    var margin = 0.0
    var error = 0.0
    var flippedCount = 0
    var rowCount: Int

    init?(
      answers: (dev: [Double], prod: [Double]), scores: (dev: [Double], prod: [Double]), width: Int
    ) {
      rowCount = answers.dev.count
      for row in 0..<rowCount {
        let places = (row * width)..<((row + 1) * width)
        let one = scores.dev[places]
        let other = scores.prod[places]
        guard one.allSatisfy(\.isFinite), other.allSatisfy(\.isFinite),
          let devAnswer = Int(exactly: answers.dev[row]), (0..<width).contains(devAnswer),
          let prodAnswer = Int(exactly: answers.prod[row]), (0..<width).contains(prodAnswer),
          one[places.lowerBound + devAnswer] == one.max(),
          other[places.lowerBound + prodAnswer] == other.max()
        else { return nil }
        guard devAnswer != prodAnswer else { continue }
        let margin = one[places.lowerBound + devAnswer] - one[places.lowerBound + prodAnswer]
        let error = zip(one, other).reduce(0) { max($0, ($1.0 - $1.1).magnitude) }
        let runnerUp = one.filter { $0 > one[places.lowerBound + prodAnswer] }.count
        guard margin <= 4 * error, runnerUp <= 1 else {
          return nil
        }
        let size = one.reduce(0) { max($0, $1.magnitude) }
        guard error <= 0.05 * max(size, .leastNormalMagnitude) else { return nil }
        if flippedCount == 0 {
          dev = devAnswer
          prod = prodAnswer
          self.margin = margin
          self.error = error
        }
        flippedCount += 1
      }
      if flippedCount == 0 { return nil }
    }
  }
}
