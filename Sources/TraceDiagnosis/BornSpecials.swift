import PipelineTrace

/// Elements that become NaN, or infinite, in prod where dev has numbers, and what the stage took in there.
struct BornSpecials {
  let evidence: TensorEvidence
  /// The first of them, and how many there are in all.
  let places: [Int]
  let count: Int

  /// The largest finite number of float16.
  static let halfLimit = 65_504.0

  /// The finding; `nil` without such elements.
  func finding(_ cause: String, becomes what: String) throws(FormatError) -> Finding? {
    guard let first = places.first else { return nil }
    let mismatched = max(1, evidence.mismatchedCount)
    let share = Double(count) / Double(mismatched)
    let index = evidence.prod.shape.index(ofElement: first).map(String.init)
      .joined(separator: ", ")
    var summary =
      "\(grouped(count)) \(count == 1 ? "element becomes" : "elements become") \(what) here, first at "
      + "[\(index)]"
    if let origin = try origin { summary += "; \(origin)" }
    if count < mismatched {
      summary += "; \(grouped(mismatched - count)) others differ too"
    }
    return Finding(
      pairIndex: 0, valueName: evidence.valueName, cause: cause,
      confidence: count == mismatched ? 1 : 0.95, summary: summary, explained: share,
      details: [Finding.Detail("count", .count(count))])
  }

  /// What prod took in at these places, where that tells how it came about.
  private var origin: String? {
    get throws(FormatError) {
      for input in evidence.inputs + evidence.earlier.prefix(1)
      where input.prod.shape == evidence.prod.shape {
        let taken = try input.prod.numbers(at: places)
        let name = "'\(input.name.visible)'"
        if taken.allSatisfy(\.isNaN) { return "prod's \(name) is NaN there already" }
        if taken.allSatisfy(\.isInfinite) { return "prod's \(name) is infinite there" }
        if taken.allSatisfy({ $0 < 0 }) {
          return "prod's \(name) is negative at all of them (a logarithm or a root?)"
        }
        if taken.allSatisfy({ $0 == 0 }) {
          return "prod's \(name) is 0 at all of them (a division or a logarithm?)"
        }
        if taken.allSatisfy({ $0.magnitude > Self.halfLimit }) {
          return "prod's \(name) is beyond 65504, the largest float16, at all of them"
        }
      }
      let dev = try evidence.dev.numbers(at: places)
      if dev.allSatisfy({ $0.isFinite && $0.magnitude > Self.halfLimit }) {
        return "dev is beyond 65504, the largest float16, at all of them"
      }
      return nil
    }
  }
}
