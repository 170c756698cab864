import PipelineTrace

/// How the states of a sequence become one vector.
struct Pooling: Equatable {
  enum Kind: String, CaseIterable {
    case mean
    case first = "first token"
    case last = "last token"
    case maximum
    case sum
  }

  var kind: Kind
  var mask: AttentionMask?
  /// Whether the vector is then divided by its length.
  var isNormalized = false

  /// The plainest first.
  static func all(_ masks: [AttentionMask]) -> [Pooling] {
    let plain = Kind.allCases.map { Pooling(kind: $0) }
    let masked = masks.flatMap { mask in
      [Kind.mean, .last, .maximum, .sum].map { Pooling(kind: $0, mask: mask) }
    }
    let all = plain + masked
    return all + all.map { Pooling(kind: $0.kind, mask: $0.mask, isNormalized: true) }
  }

  var name: String {
    kind.rawValue + (mask == nil ? "" : " over the mask") + (isNormalized ? ", L2-normalised" : "")
  }

  static func == (one: Pooling, other: Pooling) -> Bool { one.name == other.name }
}

/// Vectors for each token of each sequence.
struct TokenStates {
  private let numbers: [Double]
  let sequenceCount: Int
  let length: Int
  private let width: Int

  private static let elementLimit = 1 << 22

  /// - Returns: `nil` for what has not the shape `[sequences, tokens, width]`, or `[tokens, width]` for one
  ///   sequence, with `elementCount` elements once it is pooled.
  init?(_ tensor: Tensor, width: Int, of elementCount: Int) throws(FormatError) {
    let extents = tensor.shape.extents
    guard tensor.dtype.isFloat, width >= 4, extents.last == width,
      extents.count == 2 || extents.count == 3, tensor.shape.elementCount <= Self.elementLimit
    else { return nil }
    sequenceCount = extents.count == 3 ? extents[0] : 1
    length = extents[extents.count - 2]
    self.width = width
    guard length >= 2, sequenceCount * width == elementCount else { return nil }
    numbers = try tensor.numbers()
  }

  func pooled(_ pooling: Pooling) -> [Double] {
    var result: [Double] = []
    for sequence in 0..<sequenceCount {
      let tokens = (0..<length).filter {
        !(pooling.mask?.isMasked($0, sequence: sequence) ?? false)
      }
      var vector = [Double](repeating: pooling.kind == .maximum ? -.infinity : 0, count: width)
      for token in chosen(tokens, pooling.kind) {
        let start = (sequence * length + token) * width
        for i in 0..<width {
          vector[i] =
            pooling.kind == .maximum
            ? max(vector[i], numbers[start + i]) : vector[i] + numbers[start + i]
        }
      }
      if pooling.kind == .mean { vector = vector.map { $0 / Double(max(1, tokens.count)) } }
      if pooling.isNormalized {
        let norm = vector.reduce(0) { $0 + $1 * $1 }.squareRoot()
        vector = vector.map { $0 / max(norm, 1e-12) }
      }
      result += vector
    }
    return result
  }

  private func chosen(_ tokens: [Int], _ kind: Pooling.Kind) -> [Int] {
    switch kind {
    case .first: Array(tokens.prefix(1))
    case .last: Array(tokens.suffix(1))
    case .mean, .maximum, .sum: tokens
    }
  }
}

extension AttentionMask {
  /// Whether it speaks of the tokens of these states.
  func fits(_ states: TokenStates) -> Bool {
    length == states.length && (rows.count == 1 || rows.count == states.sequenceCount)
  }
}
