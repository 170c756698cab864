import PipelineTrace
import TraceAlignment
import TraceComparison

/// Sequences of tokens that diverged, with what became of them.
///
/// Tokens are ids, with the pieces they stand for where these were recorded; or pieces alone, numbered here.
package struct TokenEvidence: Sendable {
  /// Sequence by sequence; one but for a batch.
  var dev: [[Int64]]
  var prod: [[Int64]]
  /// Piece by piece, for a single sequence.
  var devPieces: [[UInt8]]?
  var prodPieces: [[UInt8]]?
  /// Whether the ids were recorded, not numbered here.
  var hasIDs: Bool
  /// The first sequence that differs, how many do, and how many in the way of the first.
  var first = 0
  var differingCount = 0
  var alikeCount = 0
  var change = SequenceChange.other

  /// Ids of token sequences, or of a batch of them.
  ///
  /// - Returns: `nil` for other numbers of sequences, and for very long ones.
  init?(
    dev: Tensor, prod: Tensor, pieces: (dev: [[UInt8]]?, prod: [[UInt8]]?), isCancelled: () -> Bool
  )
    throws(FormatError)
  {
    guard max(dev.shape.elementCount, prod.shape.elementCount) <= TokenEdits.countLimit,
      let devRows = Self.rows(dev), let prodRows = Self.rows(prod)
    else { return nil }
    self.dev = try devRows()
    self.prod = try prodRows()
    devPieces =
      pieces.dev?.count == dev.shape.elementCount && self.dev.count == 1 ? pieces.dev : nil
    prodPieces =
      pieces.prod?.count == prod.shape.elementCount && self.prod.count == 1 ? pieces.prod : nil
    hasIDs = true
    guard settle(isCancelled) else { return nil }
  }

  /// A list of pieces.
  init?(dev: [[UInt8]], prod: [[UInt8]], isCancelled: () -> Bool) {
    var numbers: [[UInt8]: Int64] = [:]
    func number(_ piece: [UInt8]) -> Int64 {
      if let known = numbers[piece] { return known }
      let next = Int64(numbers.count)
      numbers[piece] = next
      return next
    }
    self.dev = [dev.map(number)]
    self.prod = [prod.map(number)]
    devPieces = dev
    prodPieces = prod
    hasIDs = false
    guard settle(isCancelled) else { return nil }
  }

  /// The rows of a tensor of at most two axes that are longer than 1.
  private static func rows(_ tensor: Tensor) -> (() throws(FormatError) -> [[Int64]])? {
    let length = tensor.shape.extents.last ?? 1
    guard length > 0, tensor.shape.extents.dropLast(2).allSatisfy({ $0 == 1 }) else { return nil }
    return { () throws(FormatError) -> [[Int64]] in
      let ids = try TokenEdits.ids(of: tensor)
      return stride(from: 0, to: ids.count, by: length).map { Array(ids[$0..<($0 + length)]) }
    }
  }

  /// Finds what became of each sequence; false where nothing did, or where they do not stand across.
  private mutating func settle(_ isCancelled: () -> Bool) -> Bool {
    guard dev.count == prod.count else { return false }
    var changes: [SequenceChange] = []
    for (row, sides) in zip(dev, prod).enumerated() where sides.0 != sides.1 {
      if isCancelled() { return false }
      if changes.isEmpty { first = row }
      changes.append(changeOfRow(row))
    }
    guard let leading = changes.first else { return false }
    change = leading
    differingCount = changes.count
    alikeCount = changes.count { $0.word == leading.word }
    if alikeCount * 10 < differingCount * 9 { change = .other }
    return true
  }

  private func changeOfRow(_ row: Int) -> SequenceChange {
    if let devPieces, let prodPieces {
      let (one, other) = (devPieces.map(TokenPiece.init), prodPieces.map(TokenPiece.init))
      if hasIDs, devPieces == prodPieces {
        return .renumbered(count: zip(dev[row], prod[row]).count { $0 != $1 })
      }
      if one.map(\.letters) == other.map(\.letters) {
        return .renumbered(count: zip(dev[row], prod[row]).count { $0 != $1 })
      }
      let (text, otherText) = (one.filter { !$0.isSpecial }, other.filter { !$0.isSpecial })
      if text.map(\.letters) != otherText.map(\.letters),
        TokenPiece.joined(text) == TokenPiece.joined(otherText)
      {
        return .recut
      }
    }
    return SequenceChange.between(dev: dev[row], prod: prod[row], isPadding: isPadding)
  }

  private func isPadding(_ token: Int64) -> Bool {
    if let piece = piece(token) { return TokenPiece(piece).isPadding }
    return hasIDs && (token == 0 || token == 1)
  }

  /// The piece of a token, looked up where it stands.
  private func piece(_ token: Int64) -> [UInt8]? {
    if let devPieces, let place = dev[0].firstIndex(of: token) { return devPieces[place] }
    if let prodPieces, let place = prod[0].firstIndex(of: token) { return prodPieces[place] }
    return nil
  }

  /// `'coffee' (4157)`, `'[CLS]'`, `101 (BERT's [CLS])`.
  func named(_ token: Int64) -> String {
    if let piece = piece(token) {
      let shown = "'\(TextForm(piece).shown(24))'"
      return hasIDs ? "\(shown) (\(token))" : shown
    }
    return TokenPiece.knownName(of: token, in: dev[first] + prod[first]).map { "\(token) (\($0))" }
      ?? "\(token)"
  }

  /// The tokens at some places of a side, at most four.
  func named(_ places: [Int], of row: [Int64]) -> String {
    let names = places.prefix(4).map { named(row[$0]) }
    return names.joined(separator: ", ")
      + (places.count > 4 ? " and \(grouped(places.count - 4)) more" : "")
  }

  /// `position 3`, `positions 3, 4, 9`, at most six.
  func positions(_ places: [Int]) -> String {
    let list = places.prefix(6).map(String.init).joined(separator: ", ")
    return (places.count == 1 ? "position " : "positions ") + list + (places.count > 6 ? ", …" : "")
  }

  var devRow: [Int64] { dev[first] }
  var prodRow: [Int64] { prod[first] }

  func finding(
    _ cause: String, _ confidence: Double, _ summary: String, _ details: [Finding.Detail] = []
  ) -> Finding {
    let batch =
      dev.count == 1
      ? "" : "; so in \(grouped(alikeCount)) of \(grouped(dev.count)) sequences, first in \(first)"
    return Finding(
      pairIndex: 0, cause: cause, confidence: confidence, summary: summary + batch,
      explained: confidence == 1 ? 1 : nil,
      details: details + (dev.count == 1 ? [] : [Finding.Detail("sequences", .count(alikeCount))]))
  }
}

extension SequenceChange {
  /// The kind of change, apart from its places.
  var word: String {
    switch self {
    case .renumbered, .recut, .mapped: "vocabulary"
    case .paddingSide: "side"
    case .paddingLength: "length"
    case .truncated: "truncated"
    case .inserted: "inserted"
    case .deleted: "deleted"
    case .substituted: "substituted"
    case .mixed: "mixed"
    case .other: "other"
    }
  }
}
