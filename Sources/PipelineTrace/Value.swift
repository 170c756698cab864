/// One thing that a stage took in or gave out.
package struct Value: Sendable {
  package enum Role: String, Sendable {
    case input
    case output
    case state
  }

  package enum Content: Sendable {
    case tensor(Tensor)
    /// Token ids, and where they are known the pieces they stand for, one an element.
    case tokens(Tensor, pieces: [[UInt8]]?)
    case text(TextArray)
    /// A tensor of which the tool kept statistics, perhaps a few elements, and none of the bytes.
    case summary(TensorSummary)
    /// Recorded, but nothing that can be compared; the error says why and how to save it instead.
    case unreadable(FormatError)
  }

  package var name: String
  package var role: Role
  package var content: Content

  package init(name: String, role: Role = .output, content: Content) {
    self.name = name
    self.role = role
    self.content = content
  }

  /// The array, for tensors and token ids; `nil` where only a summary of it is there.
  package var tensor: Tensor? {
    switch content {
    case .tensor(let tensor), .tokens(let tensor, _): tensor
    case .text, .summary, .unreadable: nil
    }
  }

  /// What was kept of a tensor in its place.
  package var summary: TensorSummary? {
    if case .summary(let summary) = content { summary } else { nil }
  }

  /// The dtype and shape of an array, whether its elements were kept or a summary; `nil` for texts.
  package var arrayType: (dtype: DType, shape: Shape)? {
    if let tensor { return (tensor.dtype, tensor.shape) }
    return summary.map { ($0.dtype, $0.shape) }
  }

  /// Whether an integer array of this name and shape is a sequence of token ids.
  ///
  /// The names are those that tokenizers give their output: `ids`, `input_ids`, `tokens`, `*_ids`; a
  /// sequence is a vector, or a batch of them whose leading axes have extent 1.
  package static func namesTokenIDs(_ name: String, dtype: DType, shape: Shape) -> Bool {
    guard !dtype.isFloat, dtype != .bool, shape.rank >= 1 else { return false }
    guard shape.extents.dropLast().allSatisfy({ $0 == 1 }) else { return false }
    let last = name.lowercased().split(whereSeparator: { "/.: ".contains($0) }).last ?? ""
    return last == "ids" || last == "tokens" || last.hasSuffix("_ids")
  }
}
