import TraceAlignment

/// What became of a sequence of tokens, by the first of these that holds; each cause of tokens speaks of one.
enum SequenceChange: Equatable {
  /// The same pieces with other ids.
  case renumbered(count: Int)
  /// The same text cut into other pieces.
  case recut
  /// Padding at the other end; prod's is at the start, or dev's.
  case paddingSide(token: Int64, isAtStart: Bool, count: Int)
  /// More or less padding.
  case paddingLength(token: Int64, dev: Int, prod: Int)
  case truncated(Truncation)
  /// Places in prod.
  case inserted([Int])
  /// Places in dev.
  case deleted([Int])
  /// Places in both.
  case substituted([Int])
  /// As many tokens, most of them others; `offset` where it is the same for all, `isRepeated` where some
  /// id occurs twice and became the same both times.
  case mapped(count: Int, offset: Int64?, isRepeated: Bool)
  /// Several kinds of edits.
  case mixed(inserted: [Int], deleted: [Int], substituted: [Int])
  case other

  struct Truncation: Equatable {
    var keptCount: Int
    var totalCount: Int
    /// Whether prod lost what comes last in dev.
    var isAtEnd: Bool
    /// Whether prod ends, or starts, with the token that dev does.
    var keepsOuter: Bool
  }

  /// - Precondition: the sequences differ.
  static func between(dev: [Int64], prod: [Int64], isPadding: (Int64) -> Bool) -> SequenceChange {
    let tokens = paddingTokens(dev, prod, isPadding)
    for token in tokens {
      if let change = padding(token, dev, prod, isKnown: isPadding(token)) { return change }
    }
    var best: (change: SequenceChange, cost: Int)?
    for token in tokens.map(Optional.some) + [nil] {
      var (one, two) = (dev.indices, prod.indices)
      if let token {
        (one, two) = (content(dev, token), content(prod, token))
        let padding = max(dev.count - one.count, prod.count - two.count)
        guard padding >= 2 || isPadding(token), !one.isEmpty, !two.isEmpty else { continue }
      }
      guard !one.isEmpty, !two.isEmpty else { continue }
      let (change, cost) = edits(dev, prod, one, two)
      if best.map({ cost < $0.cost }) ?? true { best = (change, cost) }
    }
    return best?.change ?? .other
  }

  /// What may be padding: the tokens at the ends, those that are known as such and then the longest runs first.
  private static func paddingTokens(
    _ dev: [Int64], _ prod: [Int64], _ isPadding: (Int64) -> Bool
  ) -> [Int64] {
    var runs: [Int64: Int] = [:]
    for row in [dev, prod] {
      for token in [row.first, row.last] {
        guard let token else { continue }
        let start = row.prefix { $0 == token }.count
        let end = row.reversed().prefix { $0 == token }.count
        runs[token] = max(runs[token] ?? 0, start, end)
      }
    }
    return runs.keys.sorted { one, other in
      let isFirst = (runs[one] ?? 0) >= 2 || isPadding(one)
      let isOtherFirst = (runs[other] ?? 0) >= 2 || isPadding(other)
      if isFirst != isOtherFirst { return isFirst }
      if isPadding(one) != isPadding(other) { return isPadding(one) }
      return runs[one] == runs[other] ? one < other : (runs[one] ?? 0) > (runs[other] ?? 0)
    }
  }

  /// What is left without a run of `token` at either end.
  private static func content(_ row: [Int64], _ token: Int64) -> Range<Int> {
    let start = row.firstIndex { $0 != token } ?? row.count
    let end = (row.lastIndex { $0 != token } ?? (start - 1)) + 1
    return start..<end
  }

  private static func padding(_ token: Int64, _ dev: [Int64], _ prod: [Int64], isKnown: Bool)
    -> SequenceChange?
  {
    let (one, two) = (content(dev, token), content(prod, token))
    guard !one.isEmpty, dev[one] == prod[two] || dev[one].elementsEqual(prod[two]) else {
      return nil
    }
    let counts = (dev.count - one.count, prod.count - two.count)
    if dev.count == prod.count {
      let isSwapped =
        one.lowerBound == 0 && two.upperBound == prod.count
        || two.lowerBound == 0 && one.upperBound == dev.count
      return isSwapped
        ? .paddingSide(token: token, isAtStart: two.lowerBound > 0, count: counts.0) : nil
    }
    // A closing token that stands twice is no padding.
    guard min(counts.0, counts.1) >= 2 || max(counts.0, counts.1) >= 3 || isKnown else {
      return nil
    }
    return .paddingLength(token: token, dev: counts.0, prod: counts.1)
  }

  /// The change between two parts, and how much of it there is to say.
  private static func edits(
    _ dev: [Int64], _ prod: [Int64], _ one: Range<Int>, _ two: Range<Int>
  ) -> (SequenceChange, Int) {
    let (devPart, prodPart) = (Array(dev[one]), Array(prod[two]))
    if devPart == prodPart { return (.other, .max) }
    if let truncation = truncation(devPart, prodPart) { return (.truncated(truncation), 2) }
    var inserted: [Int] = []
    var deleted: [Int] = []
    var substituted: [Int] = []
    for run in editScript(dev: devPart, prod: prodPart).runs where run.kind != .equal {
      let shared = min(run.dev.count, run.prod.count)
      substituted += run.dev.prefix(shared)
      deleted += run.dev.dropFirst(shared)
      inserted += run.prod.dropFirst(shared)
    }
    let cost = 3 + inserted.count + deleted.count + substituted.count
    let insertedPlaces = inserted.map { $0 + two.lowerBound }
    let deletedPlaces = deleted.map { $0 + one.lowerBound }
    let substitutedPlaces = substituted.map { $0 + one.lowerBound }
    if deleted.isEmpty, substituted.isEmpty { return (.inserted(insertedPlaces), cost) }
    if inserted.isEmpty, substituted.isEmpty { return (.deleted(deletedPlaces), cost) }
    if devPart.count == prodPart.count {
      // In place, token by token, whatever an alignment makes of a token that moved.
      let places = devPart.indices.filter { devPart[$0] != prodPart[$0] }
      if let mapped = mapped(devPart, prodPart, places.count) { return (mapped, cost) }
      if inserted.isEmpty, deleted.isEmpty, 5 * places.count <= max(5, 2 * devPart.count) {
        return (.substituted(places.map { $0 + one.lowerBound }), cost)
      }
    }
    let kept = devPart.count - deleted.count - substituted.count
    guard 5 * kept >= 2 * max(devPart.count, prodPart.count) else { return (.other, cost) }
    return (
      .mixed(
        inserted: insertedPlaces, deleted: deletedPlaces, substituted: substitutedPlaces),
      cost
    )
  }

  /// Whether half of the ids or more became others, each the same wherever it occurs.
  private static func mapped(_ dev: [Int64], _ prod: [Int64], _ changed: Int) -> SequenceChange? {
    guard dev.count >= 4, 2 * changed >= dev.count else { return nil }
    var forwards: [Int64: Int64] = [:]
    var backwards: [Int64: Int64] = [:]
    var isRepeated = false
    for (one, other) in zip(dev, prod) {
      if let known = forwards[one] {
        if known != other { return nil }
        if one != other { isRepeated = true }
      }
      if backwards[other, default: one] != one { return nil }
      forwards[one] = other
      backwards[other] = one
    }
    let offsets = Set(zip(dev, prod).map { $0.1 &- $0.0 })
    return .mapped(
      count: changed, offset: offsets.count == 1 ? offsets.first : nil, isRepeated: isRepeated)
  }

  /// Prod lacks two or more tokens at one end, perhaps before the outermost.
  private static func truncation(_ dev: [Int64], _ prod: [Int64]) -> Truncation? {
    let (total, kept) = (dev.count, prod.count)
    guard total - kept >= 2, kept >= 1 else { return nil }
    func truncation(atEnd: Bool, outer: Bool) -> Truncation {
      Truncation(keptCount: kept, totalCount: total, isAtEnd: atEnd, keepsOuter: outer)
    }
    if dev.starts(with: prod) { return truncation(atEnd: true, outer: false) }
    if dev.suffix(kept).elementsEqual(prod) { return truncation(atEnd: false, outer: false) }
    guard kept >= 3 else { return nil }
    if dev.last == prod.last, dev.starts(with: prod.dropLast()) {
      return truncation(atEnd: true, outer: true)
    }
    if dev.first == prod.first, dev.suffix(kept - 1).elementsEqual(prod.dropFirst()) {
      return truncation(atEnd: false, outer: true)
    }
    return nil
  }
}
