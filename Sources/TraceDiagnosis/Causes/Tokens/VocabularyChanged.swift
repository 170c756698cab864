/// The same text under other ids, or cut into other pieces: another tokenizer, another vocabulary file.
///
/// Sure where the pieces were recorded; likely where only ids are known and each of them became one other.
/// Not where an id became different ones in different places.
package enum VocabularyChanged: Cause {
  package static let word = "vocabulary-changed"

  package static func explanation(of evidence: TokenEvidence) -> Finding? {
    let (dev, prod) = (evidence.devRow, evidence.prodRow)
    switch evidence.change {
    case .renumbered(let count):
      if !evidence.hasIDs {
        return evidence.finding(
          word, 1, "prod has the same pieces in another notation: the tokenizer is another",
          [Finding.Detail("count", .count(count))])
      }
      guard let place = dev.indices.first(where: { dev[$0] != prod[$0] }),
        let piece = evidence.devPieces?[place]
      else { return nil }
      let details = [Finding.Detail("count", .count(count))]
      return evidence.finding(
        word, 1,
        "prod gives the same \(grouped(dev.count)) pieces other ids: \(grouped(count)) differ, "
          + "'\(TextForm(piece).shown(24))' is \(prod[place]), in dev \(dev[place])\(shifts(dev, prod))",
        details)
    case .recut:
      return evidence.finding(
        word, 1,
        "prod cuts the same text into other pieces: \(grouped(prod.count)), in dev "
          + "\(grouped(dev.count))")
    case .mapped(let count, let offset, let isRepeated):
      let proof =
        offset.map { "all by \($0 > 0 ? "+" : "")\($0)" }
        ?? (isRepeated ? "each in the same way wherever it occurs" : "no id as two others")
      return evidence.finding(
        word, offset != nil || isRepeated ? 0.9 : 0.7,
        "looks like another vocabulary: \(grouped(count)) of \(grouped(dev.count)) ids differ, "
          + "\(proof); \(evidence.named(dev[firstPlace(dev, prod)])) is "
          + "\(evidence.named(prod[firstPlace(dev, prod)]))",
        [Finding.Detail("count", .count(count))])
    default: return nil
    }
  }

  private static func firstPlace(_ dev: [Int64], _ prod: [Int64]) -> Int {
    zip(dev, prod).enumerated().first { $0.element.0 != $0.element.1 }?.offset ?? 0
  }

  /// `; ids moved by -99 or -994`, where they moved by few distances.
  private static func shifts(_ dev: [Int64], _ prod: [Int64]) -> String {
    let shifts = Set(zip(dev, prod).map { $0.1 &- $0.0 }.filter { $0 != 0 })
    guard shifts.count <= 3, dev.count > 2 * shifts.count else { return "" }
    let list = shifts.sorted().map { $0 > 0 ? "+\($0)" : "\($0)" }
    return "; ids moved by \(list.joined(separator: " or "))"
  }
}
