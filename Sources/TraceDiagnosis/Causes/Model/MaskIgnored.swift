import PipelineTrace

/// Prod treats padding as content: the attention mask is all ones, or left out.
///
/// The mask itself; probabilities, undone by emptying the masked columns and making rows sum to 1 again;
/// scores, rows or sequences of which only the masked ones differ. A mean over all tokens for that over the
/// mask is told by ``PoolingChanged``, which knows the poolings.
package enum MaskIgnored: Cause {
  package static let word = "mask-ignored"

  /// Elements of probabilities that are held in memory to be undone.
  private static let elementLimit = 1 << 22

  package static func candidates(for evidence: TensorEvidence) throws(FormatError) -> [Candidate] {
    guard evidence.hasSameShape, evidence.elementCount <= elementLimit else { return [] }
    if try isOnesForMask(evidence) {
      // The same as a constant, in a word that says more.
      return [
        Candidate(
          word, cost: 1, dev: evidence.dev.mapped { _, values in values.update(repeating: 1) },
          prod: evidence.prod, summary: "prod's mask is all ones, dev's has zeros", isRedone: true)
      ]
    }
    let extents = evidence.dev.shape.extents
    guard extents.count >= 2, evidence.dev.dtype.isFloat,
      (evidence.difference?.prod.minimum ?? -1) >= 0, (evidence.difference?.dev.minimum ?? -1) >= 0
    else { return [] }
    var candidates: [Candidate] = []
    for mask in try AttentionMask.all(in: evidence)
    where mask.fits(extents, axis: extents.count - 1) {
      if evidence.isCancelled() { return [] }
      let dev = try evidence.dev.numbers()
      let length = mask.length
      // Dev gives no weight to what is masked.
      let isMasked = { (element: Int) in
        mask.isMasked(element % length, sequence: element / (dev.count / extents[0]))
      }
      guard dev.indices.allSatisfy({ !isMasked($0) || dev[$0] == 0 }) else { continue }
      var prod = try evidence.prod.numbers()
      var emptied = 0
      for start in stride(from: 0, to: prod.count, by: length) {
        var sum = 0.0
        for element in start..<(start + length) {
          if isMasked(element) {
            if prod[element] != 0 { emptied += 1 }
            prod[element] = 0
          }
          sum += prod[element]
        }
        guard sum > 0 else { continue }
        for element in start..<(start + length) { prod[element] /= sum }
      }
      guard emptied > 0 else { continue }
      candidates.append(
        Candidate(
          word, cost: 4, dev: evidence.dev,
          prod: Tensor(numbers: prod, shape: evidence.prod.shape),
          summary:
            "prod gives weight to \(grouped(emptied)) elements where '\(mask.name.visible)' is 0; "
            + "without them, rows made to sum to 1 again, it is dev",
          details: [Finding.Detail("mask", .text(mask.name))]))
    }
    return candidates
  }

  package static func descriptions(of evidence: TensorEvidence) throws(FormatError) -> [Finding] {
    if try isOnesForMask(evidence) {
      return [
        finding(
          evidence, 0.95,
          "prod's mask is all ones, dev's has \(grouped(evidence.mismatchedCount)) zeros: padding counts"
        )
      ]
    }
    guard evidence.hasSameShape, evidence.elementCount <= elementLimit else { return [] }
    let extents = evidence.dev.shape.extents
    for mask in try AttentionMask.all(in: evidence) {
      guard extents.count >= 2, let map = try MismatchMap(evidence), map.count > 0 else { continue }
      for axis in extents.indices.reversed() where mask.fits(extents, axis: axis) {
        if let finding = try onlyMasked(evidence, mask, axis) { return [finding] }
      }
      if let finding = onlyPadded(evidence, mask, map) { return [finding] }
    }
    return []
  }

  /// Whether only elements differ whose index along an axis is masked, and at least half of these.
  private static func onlyMasked(_ evidence: TensorEvidence, _ mask: AttentionMask, _ axis: Int)
    throws(FormatError) -> Finding?
  {
    let extents = evidence.dev.shape.extents
    let dev = try evidence.dev.numbers()
    let prod = try evidence.prod.numbers()
    let inner = extents[(axis + 1)...].reduce(1, *)
    let perSequence = dev.count / extents[0]
    var masked = 0
    var differing = 0
    for element in dev.indices {
      let isMasked = mask.isMasked(
        element / inner % extents[axis], sequence: element / perSequence)
      let agrees = evidence.tolerance.agrees(dev: dev[element], prod: prod[element])
      if isMasked { masked += 1 }
      if agrees { continue }
      if !isMasked { return nil }
      differing += 1
    }
    guard differing * 2 >= masked, masked < dev.count else { return nil }
    let place = axis == extents.count - 1 ? "columns" : "positions"
    return finding(
      evidence, axis == extents.count - 1 ? 0.9 : 0.75,
      "only \(place) where '\(mask.name.visible)' is 0 differ (\(grouped(differing)) elements)",
      mask)
  }

  /// Whether of a batch just the sequences with padding differ.
  private static func onlyPadded(
    _ evidence: TensorEvidence, _ mask: AttentionMask, _ map: MismatchMap
  ) -> Finding? {
    guard mask.rows.count > 1, map.touched.first?.count == mask.rows.count else { return nil }
    let padded = mask.rows.map { $0.contains(false) }
    guard padded.contains(true), padded.contains(false), map.touched[0] == padded else {
      return nil
    }
    let count = padded.count { $0 }
    return finding(
      evidence, 0.7,
      "looks like: only the \(grouped(count)) sequences that '\(mask.name.visible)' pads differ, the "
        + "\(grouped(padded.count - count)) without padding agree", mask)
  }

  private static func finding(
    _ evidence: TensorEvidence, _ confidence: Double, _ summary: String,
    _ mask: AttentionMask? = nil
  ) -> Finding {
    Finding(
      pairIndex: 0, valueName: evidence.valueName, cause: word, confidence: confidence,
      summary: summary, details: mask.map { [Finding.Detail("mask", .text($0.name))] } ?? [])
  }

  /// Whether dev is a mask with ones and zeros, by its dtype or its name, and prod is all ones.
  private static func isOnesForMask(_ evidence: TensorEvidence) throws(FormatError) -> Bool {
    guard let difference = evidence.difference, difference.prod.minimum == 1,
      difference.prod.maximum == 1, difference.dev.minimum == 0, difference.dev.maximum == 1,
      difference.prod.nanCount + difference.dev.nanCount == 0,
      evidence.dev.dtype == .bool || isMaskName(evidence.stageName)
        || isMaskName(evidence.valueName)
    else { return false }
    return try AttentionMask.isBinary(evidence.dev)
  }

  private static func isMaskName(_ name: String) -> Bool { name.lowercased().contains("mask") }
}
