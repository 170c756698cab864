import PipelineTrace

/// The pairs with those stages paired as well that gave out the same bits under other names.
///
/// Of the stages that are still alone, two belong together where they have equally many outputs and
/// each is the same: dtype, shape and bits of tensors, shape and UTF-8 of texts. Stages in the same
/// gap between paired neighbours come first, in order; then stages elsewhere. Contents that prove
/// nothing (under 16 bytes, or one byte or element all over) count only within such a gap, and only
/// where no other stage in it has them. Equal floats are equal bits: +0 and −0 differ.
///
/// Cost: nothing is read of a stage whose outputs have no like on the other side; of the others a
/// first block, then, where that is the same on both sides, everything, twice.
///
/// A stage that cannot be read is paired with none; the others are.
///
/// - Returns: The pairs in the order of reports; as given where `isCancelled` said so.
package func alignByContent(
  _ pairs: [StagePair], dev: Trace, prod: Trace, isCancelled: () -> Bool = { false }
) -> [StagePair] {
  let devAlone = pairs.compactMap { $0.isWhole ? nil : $0.dev }
  let prodAlone = pairs.compactMap { $0.isWhole ? nil : $0.prod }
  guard !devAlone.isEmpty, !prodAlone.isEmpty else { return pairs }
  var pairing = ContentPairing(
    pairs: pairs.filter(\.isWhole), dev: openStages(devAlone, of: dev),
    prod: openStages(prodAlone.sorted(), of: prod))
  do throws(ContentCancelled) {
    try pairing.digest(blockLimit: 1, isCancelled: isCancelled)
    try pairing.digest(blockLimit: nil, isCancelled: isCancelled)
    try pairing.pairInGaps(isCancelled: isCancelled)
    try pairing.pairElsewhere(isCancelled: isCancelled)
    try pairing.pairWeak(isCancelled: isCancelled)
  } catch {
    return pairs
  }
  let found = pairing.pairs
  let devPaired = Set(found.compactMap(\.dev))
  let prodPaired = Set(found.compactMap(\.prod))
  let alone = pairs.filter { pair in
    !pair.isWhole && !(pair.dev.map(devPaired.contains) ?? false)
      && !(pair.prod.map(prodPaired.contains) ?? false)
  }
  return StagePair.ordered(found + alone)
}

/// Those of the stages that have outputs which can be compared.
private func openStages(_ indices: [Int], of trace: Trace) -> [ContentPairing.OpenStage] {
  indices.compactMap { index in
    StageContent(trace.stages[index]).map { ContentPairing.OpenStage(index: index, content: $0) }
  }
}

/// Pairs of stages by what they gave out.
private struct ContentPairing {
  /// A stage without a partner.
  struct OpenStage {
    var index: Int
    var content: StageContent
    /// Of as much of the content as was read.
    var digest = ContentDigest()

    var likeness: Likeness { Likeness(signature: content.signature, digest: digest.value) }
  }

  /// What two stages have to share before their bits are compared.
  struct Likeness: Hashable {
    var signature: [StageContent.Signature]
    var digest: UInt64
  }

  private(set) var pairs: [StagePair]
  private var dev: [OpenStage]
  private var prod: [OpenStage]

  init(pairs: [StagePair], dev: [OpenStage], prod: [OpenStage]) {
    self.pairs = pairs
    self.dev = dev
    self.prod = prod
    keepLike()
  }

  /// Forgets the stages that nothing on the other side is like.
  private mutating func keepLike() {
    let shared = Set(dev.map(\.likeness)).intersection(prod.map(\.likeness))
    dev.removeAll { !shared.contains($0.likeness) }
    prod.removeAll { !shared.contains($0.likeness) }
  }

  mutating func digest(blockLimit: Int?, isCancelled: () -> Bool) throws(ContentCancelled) {
    try Self.digest(&dev, blockLimit: blockLimit, isCancelled: isCancelled)
    try Self.digest(&prod, blockLimit: blockLimit, isCancelled: isCancelled)
    keepLike()
  }

  /// Digests each stage, and drops those that cannot be read.
  private static func digest(
    _ stages: inout [OpenStage], blockLimit: Int?, isCancelled: () -> Bool
  ) throws(ContentCancelled) {
    var readable: [OpenStage] = []
    for stage in stages {
      let digest = try stage.content.digest(blockLimit: blockLimit, isCancelled: isCancelled)
      guard let digest else { continue }
      readable.append(OpenStage(index: stage.index, content: stage.content, digest: digest))
    }
    stages = readable
  }

  // MARK: Pairing

  /// Pairs equal contents in the order of both, gap by gap.
  mutating func pairInGaps(isCancelled: () -> Bool) throws(ContentCancelled) {
    let (devGaps, prodGaps) = gaps()
    for gap in Set(devGaps.keys).intersection(prodGaps.keys).sorted() {
      let devStages = devGaps[gap, default: []].filter { !$0.digest.isWeak }
      let prodStages = prodGaps[gap, default: []].filter { !$0.digest.isWeak }
      let script = editScript(dev: devStages.map(\.likeness), prod: prodStages.map(\.likeness))
      for run in script.runs where run.kind == .equal {
        for (devStage, prodStage) in zip(devStages[run.dev], prodStages[run.prod]) {
          try pair(devStage, prodStage, isCancelled: isCancelled)
        }
      }
    }
    dropPaired()
  }

  /// Pairs the k-th stage of some content with the k-th of it on the other side.
  mutating func pairElsewhere(isCancelled: () -> Bool) throws(ContentCancelled) {
    var open: [Likeness: [OpenStage]] = [:]
    for stage in prod.reversed() where !stage.digest.isWeak {
      open[stage.likeness, default: []].append(stage)
    }
    for stage in dev where !stage.digest.isWeak {
      guard let other = open[stage.likeness]?.popLast() else { continue }
      try pair(stage, other, isCancelled: isCancelled)
    }
    dropPaired()
  }

  /// Pairs contents that prove nothing where place and content leave one choice.
  mutating func pairWeak(isCancelled: () -> Bool) throws(ContentCancelled) {
    let (devGaps, prodGaps) = gaps()
    for gap in Set(devGaps.keys).intersection(prodGaps.keys).sorted() {
      let devLike = Dictionary(grouping: devGaps[gap, default: []], by: \.likeness)
      let prodLike = Dictionary(grouping: prodGaps[gap, default: []], by: \.likeness)
      for stages in devLike.values.sorted(by: { $0[0].index < $1[0].index }) {
        guard stages.count == 1, stages[0].digest.isWeak,
          let others = prodLike[stages[0].likeness], others.count == 1
        else { continue }
        try pair(stages[0], others[0], isCancelled: isCancelled)
      }
    }
  }

  /// The open stages by the number of pairs, of those that did not move, that come before them.
  private func gaps() -> (dev: [Int: [OpenStage]], prod: [Int: [OpenStage]]) {
    let inOrder = StagePair.ordered(pairs).filter { !$0.isMoved }
    func gap(_ index: Int, _ borders: [Int]) -> Int {
      var low = 0
      var high = borders.count
      while low < high {
        let middle = (low + high) / 2
        if borders[middle] < index { low = middle + 1 } else { high = middle }
      }
      return low
    }
    let devBorders = inOrder.compactMap(\.dev)
    let prodBorders = inOrder.compactMap(\.prod)
    return (
      Dictionary(grouping: dev) { gap($0.index, devBorders) },
      Dictionary(grouping: prod) { gap($0.index, prodBorders) }
    )
  }

  /// Makes a pair of two stages, should all their bits be equal.
  private mutating func pair(
    _ devStage: OpenStage, _ prodStage: OpenStage, isCancelled: () -> Bool
  ) throws(ContentCancelled) {
    guard try devStage.content.equals(prodStage.content, isCancelled: isCancelled) else { return }
    pairs.append(
      StagePair(
        dev: devStage.index, prod: prodStage.index, matchedBy: .content, isRenamed: true))
  }

  /// Leaves only the stages without a partner to the next step.
  private mutating func dropPaired() {
    let devPaired = Set(pairs.compactMap(\.dev))
    let prodPaired = Set(pairs.compactMap(\.prod))
    dev.removeAll { devPaired.contains($0.index) }
    prod.removeAll { prodPaired.contains($0.index) }
  }
}
