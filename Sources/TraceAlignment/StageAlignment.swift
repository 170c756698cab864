import PipelineTrace

/// The stages of two traces, pair by pair, by their names alone: no tensor is read.
///
/// 1. What the user said: pairs, then names that a rename turned into one that prod has.
/// 2. Equal names in one common order. Names are equal as recorded or when normalised (one kind of
///    separator); a repetition (`normalize`, `normalize_1`) may stand for another one of the same
///    stage where that keeps the order better.
/// 3. Equal names elsewhere, the k-th that is left with the k-th: moved pairs.
/// 4. Names that differ in case alone, where only one is left on either side.
///
/// Other stages stay unpaired. The result has dev's order; a stage that only prod has comes right
/// after the pair of its predecessor in prod. Cost: under a million pairs of stages, the best
/// alignment there is; above, cut at names that occur once on either side.
///
/// - Throws: where an override names no stage, or cannot be understood.
package func align(dev: Trace, prod: Trace, overrides: AlignmentOverrides = AlignmentOverrides())
  throws(AlignmentError) -> [StagePair]
{
  let devNames = dev.stages.map(\.name)
  let prodNames = prod.stages.map(\.name)
  let said = try overrides.indices(dev: devNames, prod: prodNames)
  let renamed = try overrides.renamed(dev: devNames, prod: prodNames)
  var pairing = NamePairing(
    dev: devNames, prod: prodNames,
    names: StageNames(dev: devNames.indices.map { renamed[$0] ?? devNames[$0] }, prod: prodNames))
  for (devIndex, prodIndex) in said { pairing.pair(devIndex, prodIndex) }
  pairing.pairInOrder()
  pairing.pairElsewhere()
  return StagePair.ordered(
    pairing.pairs(byPair: Set(said.map(\.dev)), byRule: Set(renamed.keys)))
}

/// Pairs of stages as they are found.
private struct NamePairing {
  let devNames: [String]
  let prodNames: [String]
  let names: StageNames
  private var prodOfDev: [Int?]
  private var isProdPaired: [Bool]

  /// Pairs of stages up to which every pairing is weighed against every other.
  static let cellLimit = 1_000_000

  init(dev: [String], prod: [String], names: StageNames) {
    devNames = dev
    prodNames = prod
    self.names = names
    prodOfDev = Array(repeating: nil, count: dev.count)
    isProdPaired = Array(repeating: false, count: prod.count)
  }

  mutating func pair(_ dev: Int, _ prod: Int) {
    precondition(prodOfDev[dev] == nil && !isProdPaired[prod], "\(dev), \(prod) paired twice")
    prodOfDev[dev] = prod
    isProdPaired[prod] = true
  }

  private var openDev: [Int] { prodOfDev.indices.filter { prodOfDev[$0] == nil } }
  private var openProd: [Int] { isProdPaired.indices.filter { !isProdPaired[$0] } }

  // MARK: In one order

  mutating func pairInOrder() {
    let dev = openDev
    let prod = openProd
    if dev.count * prod.count <= Self.cellLimit {
      pairBest(dev[...], prod[...])
      return
    }
    // Only names that nothing repeats: the k-th of a repeated name is not known to be the k-th.
    let anchors = uniqueAnchors(
      dev: dev.map { names.dev.repeated[$0] }[...], prod: prod.map { names.prod.repeated[$0] }[...])
    var start = (dev: 0, prod: 0)
    for anchor in anchors + [(dev: dev.count, prod: prod.count)] {
      pairGap(dev[start.dev..<anchor.dev], prod[start.prod..<anchor.prod])
      if anchor.dev < dev.count { pair(dev[anchor.dev], prod[anchor.prod]) }
      start = (anchor.dev + 1, anchor.prod + 1)
    }
  }

  private mutating func pairGap(_ dev: ArraySlice<Int>, _ prod: ArraySlice<Int>) {
    if dev.count * prod.count <= Self.cellLimit {
      pairBest(dev, prod)
      return
    }
    let script = editScript(
      dev: dev.map { names.dev.normalized[$0] }, prod: prod.map { names.prod.normalized[$0] })
    for run in script.runs {
      let devPart = dev.dropFirst(run.dev.lowerBound).prefix(run.dev.count)
      let prodPart = prod.dropFirst(run.prod.lowerBound).prefix(run.prod.count)
      if run.kind == .equal {
        for (devIndex, prodIndex) in zip(devPart, prodPart) { pair(devIndex, prodIndex) }
      } else if devPart.count * prodPart.count <= Self.cellLimit {
        pairBest(devPart, prodPart)
      }
    }
  }

  /// Pairs in one order what together counts most; of equally good ways, the earliest pairs.
  ///
  /// An equal name counts 12, and 1 more where it was recorded so; a repetition under another number
  /// counts 7: two of them outweigh one equal name, three do not outweigh two.
  private mutating func pairBest(_ dev: ArraySlice<Int>, _ prod: ArraySlice<Int>) {
    var dev = dev
    var prod = prod
    while let first = dev.first, let other = prod.first,
      names.dev.recorded[first] == names.prod.recorded[other]
    {
      pair(first, other)
      dev = dev.dropFirst()
      prod = prod.dropFirst()
    }
    guard !dev.isEmpty, !prod.isEmpty else { return }
    let rows = Array(dev)
    let columns = Array(prod)
    let width = columns.count + 1
    // The best that can still be had from each place on, filled from the end.
    var best = [Int32](repeating: 0, count: (rows.count + 1) * width)
    for row in rows.indices.reversed() {
      for column in columns.indices.reversed() {
        let place = row * width + column
        let skipped = max(best[place + width], best[place + 1])
        let weight = weight(rows[row], columns[column])
        best[place] = weight > 0 ? max(skipped, best[place + width + 1] + weight) : skipped
      }
    }
    var row = 0
    var column = 0
    while row < rows.count, column < columns.count {
      let place = row * width + column
      let weight = weight(rows[row], columns[column])
      if weight > 0, best[place] == best[place + width + 1] + weight {
        pair(rows[row], columns[column])
        row += 1
        column += 1
      } else if best[place] == best[place + width] {
        row += 1
      } else {
        column += 1
      }
    }
  }

  private func weight(_ dev: Int, _ prod: Int) -> Int32 {
    if names.dev.recorded[dev] == names.prod.recorded[prod] { return 13 }
    if names.dev.normalized[dev] == names.prod.normalized[prod] { return 12 }
    return names.dev.repeated[dev] == names.prod.repeated[prod] ? 7 : 0
  }

  // MARK: In another order

  mutating func pairElsewhere() {
    pairEqual(names.dev.recorded, names.prod.recorded)
    pairEqual(names.dev.normalized, names.prod.normalized)
    pairEqual(names.dev.repeated, names.prod.repeated)
    pairUnlikeInCase()
  }

  /// Pairs the k-th open stage of a name with the k-th of that name on the other side.
  private mutating func pairEqual(_ devNumbers: [Int32], _ prodNumbers: [Int32]) {
    var open: [Int32: [Int]] = [:]
    for prod in openProd.reversed() { open[prodNumbers[prod], default: []].append(prod) }
    guard !open.isEmpty else { return }
    for dev in openDev {
      if let prod = open[devNumbers[dev]]?.popLast() { pair(dev, prod) }
    }
  }

  private mutating func pairUnlikeInCase() {
    let dev = Dictionary(grouping: openDev) { caseless(devNames[$0]) }
    guard !dev.isEmpty else { return }
    let prod = Dictionary(grouping: openProd) { caseless(prodNames[$0]) }
    for (name, devIndices) in dev {
      if devIndices.count == 1, let prodIndices = prod[name], prodIndices.count == 1 {
        pair(devIndices[0], prodIndices[0])
      }
    }
  }

  // MARK: The result

  func pairs(byPair: Set<Int>, byRule: Set<Int>) -> [StagePair] {
    var pairs: [StagePair] = []
    let isDevPaired = prodOfDev.map { $0 != nil }
    let devRepeats = repeated(names.dev.repeated, isPaired: isDevPaired)
    for (dev, prod) in prodOfDev.enumerated() {
      let isByUser = byPair.contains(dev) || byRule.contains(dev)
      pairs.append(
        StagePair(
          dev: dev, prod: prod,
          matchedBy: prod == nil ? nil : isByUser ? .user : .name,
          isRenamed: prod.map { isRenamed(dev, $0, byRule: byRule.contains(dev)) } ?? false,
          repeats: prod == nil ? devRepeats[dev] : nil))
    }
    let prodRepeats = repeated(names.prod.repeated, isPaired: isProdPaired)
    for prod in openProd {
      pairs.append(StagePair(dev: nil, prod: prod, repeats: prodRepeats[prod]))
    }
    return pairs
  }

  private func isRenamed(_ dev: Int, _ prod: Int, byRule: Bool) -> Bool {
    // A rule gave the dev stage another name to look for; without one a repetition keeps its name.
    guard byRule || names.dev.repeated[dev] != names.prod.repeated[prod] else { return false }
    return caseless(devNames[dev]) != caseless(prodNames[prod])
  }

  /// For each stage the last one before it of the same name, else the first paired one after it.
  private func repeated(_ numbers: [Int32], isPaired: [Bool]) -> [Int?] {
    var result = [Int?](repeating: nil, count: numbers.count)
    var nearest = [Int](repeating: -1, count: Int(numbers.max() ?? -1) + 1)
    for i in numbers.indices.reversed() {
      let following = nearest[Int(numbers[i])]
      if following >= 0 { result[i] = following }
      if isPaired[i] { nearest[Int(numbers[i])] = i }
    }
    for i in nearest.indices { nearest[i] = -1 }
    for i in numbers.indices {
      let earlier = nearest[Int(numbers[i])]
      if earlier >= 0 { result[i] = earlier }
      nearest[Int(numbers[i])] = i
    }
    return result
  }

  private func caseless(_ name: String) -> String {
    NormalizedName.normalized(name).lowercased()
  }
}
