import TraceAlignment

/// A piece of text that a token stands for, in the notation of its tokenizer.
struct TokenPiece {
  /// Its letters without the marks that say where words begin: `##ing`, `Ġthe`, `▁the`, `the</w>`.
  var letters: String
  /// Whether it stands for no text: `[CLS]`, `<s>`, `<|endoftext|>`.
  var isSpecial: Bool
  var isPadding: Bool

  init(_ bytes: [UInt8]) {
    let piece = TextForm(bytes).units.reduce(into: "") { text, unit in
      text.unicodeScalars.append(Unicode.Scalar(unit) ?? "\u{FFFD}")
    }
    let inner = piece.dropFirst().dropLast()
    let isBracketed =
      piece.hasPrefix("<") && piece.hasSuffix(">") || piece.hasPrefix("[") && piece.hasSuffix("]")
    isSpecial = isBracketed && !inner.isEmpty && piece != "</w>"
    isPadding = isSpecial && inner.lowercased().contains("pad")
    var rest = piece[...]
    if !isSpecial {
      for mark in ["##", "Ġ", "▁"] where rest.hasPrefix(mark) { rest = rest.dropFirst(mark.count) }
      if rest.hasSuffix("</w>") { rest = rest.dropLast(4) }
    }
    letters = String(rest)
  }

  /// The text of pieces, without blanks.
  static func joined(_ pieces: [TokenPiece]) -> String {
    pieces.map { $0.letters.filter { $0 != " " } }.joined()
  }

  /// What ids without pieces are known to be in a sequence that is opened and closed as BERT's are, and ids
  /// that stand for one thing in all vocabularies that reach so far.
  static func knownName(of token: Int64, in ids: [Int64]) -> String? {
    let isBERT = ids.contains(101) && ids.contains(102)
    switch token {
    case 101 where isBERT: return "BERT's [CLS]"
    case 102 where isBERT: return "BERT's [SEP]"
    case 100 where isBERT: return "BERT's [UNK]"
    case 103 where isBERT: return "BERT's [MASK]"
    case 0 where isBERT: return "BERT's [PAD]"
    case 50256: return "GPT-2's <|endoftext|>"
    case 128000: return "Llama 3's <|begin_of_text|>"
    case 128001: return "Llama 3's <|end_of_text|>"
    default: return nil
    }
  }
}
