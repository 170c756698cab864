import PipelineTrace

/// Prod takes another summary of the tokens than dev: the first token for their mean, a mean over padding.
///
/// Redone from earlier states of every token, whose last extent is that of this output. A mean over all for one
/// over the mask is `mask-ignored`. Where dev's own pooling is not found, it costs more.
package enum PoolingChanged: Cause {
  package static let word = "pooling-changed"

  /// Elements of a pooled output that are held in memory.
  private static let elementLimit = 1 << 20

  package static func candidates(for evidence: TensorEvidence) throws(FormatError) -> [Candidate] {
    guard evidence.hasSameShape, evidence.dev.dtype.isFloat, evidence.prod.dtype.isFloat,
      (4...Self.elementLimit).contains(evidence.elementCount),
      let width = evidence.dev.shape.extents.last
    else { return [] }
    var candidates: [Candidate] = []
    let masks = try AttentionMask.all(in: evidence)
    let dev = try evidence.dev.numbers()
    for states in evidence.earlier + evidence.inputs {
      if evidence.isCancelled() { return [] }
      guard let devStates = try TokenStates(states.dev, width: width, of: evidence.elementCount),
        let prodStates = try TokenStates(states.prod, width: width, of: evidence.elementCount)
      else { continue }
      let poolings = Pooling.all(masks.filter { $0.fits(devStates) })
      let own = poolings.first { agrees(evidence, dev, devStates.pooled($0)) }
      for pooling in poolings where pooling.name != own?.name {
        let isMask =
          own?.kind == .mean && own?.mask != nil && pooling.kind == .mean && pooling.mask == nil
          && own?.isNormalized == pooling.isNormalized
        let name = "'\(states.name.visible)'"
        candidates.append(
          Candidate(
            isMask ? MaskIgnored.word : word, cost: own == nil ? 11 : 5,
            dev: Tensor(numbers: prodStates.pooled(pooling), shape: evidence.prod.shape),
            prod: evidence.prod,
            summary: isMask
              ? "prod takes the \(pooling.name) of \(name), dev the \(own?.name ?? ""): padding counts"
              : "prod takes the \(pooling.name) of \(name), dev \(own.map { "the \($0.name)" } ?? "another")",
            details: [
              Finding.Detail("dev", .text(own?.name ?? "")),
              Finding.Detail("prod", .text(pooling.name)),
            ], isRedone: true))
      }
    }
    return candidates
  }

  /// Whether nearly all of dev is these numbers, but for what a pipeline in float32 leaves.
  private static func agrees(_ evidence: TensorEvidence, _ dev: [Double], _ numbers: [Double])
    -> Bool
  {
    var tolerance = evidence.tolerance
    tolerance.absolute += 0x1p-18 * evidence.devRootMeanSquare
    let agreeing = zip(dev, numbers).count { tolerance.agrees(dev: $0, prod: $1) }
    return agreeing * 100 >= dev.count * 99
  }
}
