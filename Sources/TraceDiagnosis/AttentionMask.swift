import PipelineTrace

/// A recorded value of ones and zeros that says which tokens of each sequence are content.
struct AttentionMask {
  var name: String
  /// True for content; one row for a single sequence, or one for each of a batch.
  var rows: [[Bool]]

  /// Elements that a mask has at most.
  private static let elementLimit = 1 << 20

  var length: Int { rows[0].count }

  /// Those among the stage's inputs and the earlier stages' outputs that agree on both sides, the nearest first.
  static func all(in evidence: TensorEvidence) throws(FormatError) -> [AttentionMask] {
    var masks: [AttentionMask] = []
    for value in evidence.inputs + evidence.earlier where value.agrees {
      if let mask = try AttentionMask(name: value.name, value.dev),
        !masks.contains(where: { $0.rows == mask.rows })
      {
        masks.append(mask)
      }
    }
    return masks
  }

  /// - Returns: `nil` for what holds other elements than both ones and zeros, or has more than two axes.
  private init?(name: String, _ tensor: Tensor) throws(FormatError) {
    let extents = tensor.shape.extents
    let long = extents.dropLast().filter { $0 > 1 }
    guard let length = extents.last, length >= 2, long.count <= 1, try Self.isBinary(tensor) else {
      return nil
    }
    let flags = try tensor.numbers().map { $0 == 1 }
    guard flags.contains(true), flags.contains(false) else { return nil }
    self.name = name
    rows = stride(from: 0, to: flags.count, by: length).map { Array(flags[$0..<($0 + length)]) }
  }

  static func isBinary(_ tensor: Tensor) throws(FormatError) -> Bool {
    guard (1...elementLimit).contains(tensor.shape.elementCount) else { return false }
    // The first few tell a tensor of other numbers without reading it.
    let few = try tensor.numbers(in: 0..<min(16, tensor.shape.elementCount))
    guard few.allSatisfy({ $0 == 0 || $0 == 1 }) else { return false }
    return try tensor.numbers().allSatisfy { $0 == 0 || $0 == 1 }
  }

  /// Whether an axis runs over this mask's tokens, and the first over its sequences where it has several.
  func fits(_ extents: [Int], axis: Int) -> Bool {
    extents[axis] == length && (rows.count == 1 || axis > 0 && extents[0] == rows.count)
  }

  func isMasked(_ position: Int, sequence: Int) -> Bool {
    !rows[rows.count == 1 ? 0 : sequence][position]
  }
}
