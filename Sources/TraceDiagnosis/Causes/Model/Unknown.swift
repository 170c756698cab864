import Glibc
import PipelineTrace
import TensorKernels

/// None of the causes explains the difference; says what is known of it.
///
/// The last of all: an honest `unknown` is better than a wrong cause.
package enum Unknown: Cause {
  package static let word = "unknown"

  package static func explanation(of evidence: TextEvidence) -> Finding? {
    let known: String
    switch evidence.change {
    case .misread: known = "prod's text is dev's UTF-8 read as Latin-1 (mojibake)"
    case .wordsReordered: known = "prod has dev's words in another order"
    case .words(let removed, let added, _):
      known =
        "no cause fits; \(grouped(removed.count)) of dev's words are others in prod: "
        + "\(WordList(removed)) became \(WordList(added))"
    default: known = "no cause fits; the texts have little in common"
    }
    return evidence.finding(word, 0.1, known, [])
  }

  package static func explanation(of evidence: TokenEvidence) -> Finding? {
    let (dev, prod) = (evidence.devRow, evidence.prodRow)
    let shared = zip(dev, prod).prefix { $0 == $1 }.count
    return evidence.finding(
      word, 0.1,
      "no cause fits; dev has \(grouped(dev.count)) tokens, prod \(grouped(prod.count)), of which the first "
        + "\(grouped(shared)) are the same")
  }

  package static func descriptions(of evidence: TensorEvidence) throws(FormatError) -> [Finding] {
    var facts: [String] = []
    if let difference = evidence.difference {
      let share = Double(evidence.mismatchedCount) / Double(max(1, evidence.elementCount))
      facts.append(
        share == 1
          ? "every element differs"
          : "\(grouped(evidence.mismatchedCount)) of \(grouped(evidence.elementCount)) elements differ"
      )
      if let ratio = relativeSize(difference) { facts.append(ratio) }
      if let cosine = difference.cosine {
        facts.append("cosine \(Double(Int(cosine * 1000)) / 1000)")
      }
      if try hasSameNumbers(evidence) {
        facts.append("both sides have the same numbers in another order")
      }
    } else {
      facts.append(
        "the shapes are \(evidence.dev.shape.description) and \(evidence.prod.shape.description)")
    }
    if let input = evidence.inputs.first {
      facts.append("its input '\(input.name.visible)' \(input.agrees ? "agrees" : "differs")")
    }
    return [
      Finding(
        pairIndex: 0, valueName: evidence.valueName, cause: word, confidence: 0.1,
        summary: "no cause fits; " + facts.joined(separator: ", "))
    ]
  }

  /// `the difference is 0.25 of dev's size`, to two digits.
  private static func relativeSize(_ difference: DifferenceStatistics) -> String? {
    let ratio = difference.relativeError
    guard ratio.isFinite, ratio > 0 else { return nil }
    let unit = pow(10, floor(log10(ratio)) - 1)
    let digits = (ratio / unit).rounded()
    return
      "the difference is \(unit < 1 ? digits / (1 / unit).rounded() : digits * unit) of dev's size"
  }

  /// Elements that are sorted to see whether the sides hold the same numbers.
  private static let sortedLimit = 1 << 20

  private static func hasSameNumbers(_ evidence: TensorEvidence) throws(FormatError) -> Bool {
    guard evidence.elementCount >= 4, evidence.elementCount <= sortedLimit else { return false }
    let dev = try evidence.dev.numbers().sorted()
    let prod = try evidence.prod.numbers().sorted()
    return dev.first != dev.last
      && zip(dev, prod).allSatisfy { evidence.tolerance.agrees(dev: $0, prod: $1) }
  }
}
