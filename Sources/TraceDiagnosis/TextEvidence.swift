import PipelineTrace
import TraceAlignment
import TraceComparison

/// A text whose two sides diverged, or a list of as many texts on both sides, with what became of each.
package struct TextEvidence: Sendable {
  var dev: [[UInt8]]
  var prod: [[UInt8]]
  /// What became of the texts that differ, by their number.
  var changes: [Int: TextChange]
  /// The first that differs.
  var first: Int
  /// What became of it, and of at least nine in ten of the others.
  var change: TextChange

  /// Bytes of all texts of one side that are looked into.
  private static let byteLimit = 8 << 20

  /// - Returns: `nil` for lists of other lengths, and for texts that are too long.
  init?(dev: TextArray, prod: TextArray, isCancelled: () -> Bool) throws(FormatError) {
    let count = dev.shape.elementCount
    guard count == prod.shape.elementCount, count > 0,
      max(dev.storedByteCount, prod.storedByteCount) <= Self.byteLimit
    else { return nil }
    self.dev = try dev.elements(0..<count)
    self.prod = try prod.elements(0..<count)
    changes = [:]
    for i in 0..<count where self.dev[i] != self.prod[i] {
      if isCancelled() { return nil }
      changes[i] = TextChange.between(dev: self.dev[i], prod: self.prod[i])
    }
    guard let first = changes.keys.min(), let change = changes[first] else { return nil }
    self.first = first
    self.change = change
    let alike = changes.values.count { $0.isLike(change) }
    if alike * 10 < changes.count * 9 { self.change = .other }
  }

  /// Whether this is a list of pieces of text, none with white space within it.
  var isOfPieces: Bool {
    dev.count > 1
      && (dev + prod).allSatisfy { text in
        let inner = TextForm(text).units.drop(while: TextForm.isSpace)
        return !inner.isEmpty && !inner.contains(where: TextForm.isSpace)
      }
  }

  var devText: TextForm { TextForm(dev[first]) }
  var prodText: TextForm { TextForm(prod[first]) }

  /// ` (12 of 20 texts)` for a list, nothing for one text.
  var extent: String {
    dev.count == 1 ? "" : " (\(grouped(changes.count)) of \(grouped(dev.count)) texts)"
  }

  /// The edits of the first text that differs, scalar by scalar.
  var edits: CharacterEdits { characterEdits(dev: dev[first], prod: prod[first]) }

  func finding(
    _ cause: String, _ confidence: Double, _ summary: String, _ details: [Finding.Detail]
  )
    -> Finding
  {
    let list = dev.count == 1 ? [] : [Finding.Detail("texts", .count(changes.count))]
    return Finding(
      pairIndex: 0, cause: cause, confidence: confidence, summary: summary + extent,
      explained: confidence == 1 ? 1 : nil, details: details + list)
  }
}

extension TextChange {
  /// Whether two texts changed in one way, if not in the same words.
  func isLike(_ other: TextChange) -> Bool {
    switch (self, other) {
    case (.forms(let one), .forms(let two)): one == two
    case (.words(let removed, let added, let isSure), .words(let removed2, let added2, let isSure2)):
      isSure == isSure2 && (removed.count > added.count) == (removed2.count > added2.count)
    case (.cut(let one), .cut(let two)): one.isAtEnd == two.isAtEnd
    default: self == other
    }
  }
}

extension TextArray {
  /// Bytes that all elements take where they are stored.
  var storedByteCount: Int {
    switch encoding {
    case .ranges(let ranges): ranges.reduce(0) { $0 + $1.count }
    case .bytes(let count): shape.elementCount * count
    case .utf32(let count, _): shape.elementCount * count * 4
    }
  }
}
