import PipelineTrace

/// Why the contents of two stages could not be compared to the end.
enum ContentTrouble: Error {
  case cancelled
  case unreadable(FormatError)
}

/// What a stage gave out, to be compared bit by bit.
struct StageContent {
  /// What two outputs have to share, and what is known of them without reading.
  enum Signature: Hashable {
    case tensor(DType, Shape)
    case text(Shape)
  }

  private enum Output {
    case tensor(Tensor)
    case text(TextArray)
  }

  /// Bytes that are read at a time; also the most that texts are gathered to.
  static let blockByteCount = 256 << 10

  let signature: [Signature]
  private let outputs: [Output]

  /// - Returns: `nil` where the stage has no output, one that cannot be read, or one of which only a
  ///   summary was kept: that two summaries are equal does not make the elements so.
  init?(_ stage: Stage) {
    var signature: [Signature] = []
    var outputs: [Output] = []
    for value in stage.values where value.role == .output {
      switch value.content {
      case .tensor(let tensor), .tokens(let tensor, _):
        signature.append(.tensor(tensor.dtype, tensor.shape))
        outputs.append(.tensor(tensor))
      case .text(let texts):
        signature.append(.text(texts.shape))
        outputs.append(.text(texts))
      case .summary, .unreadable:
        return nil
      }
    }
    guard !outputs.isEmpty else { return nil }
    self.signature = signature
    self.outputs = outputs
  }

  /// The digest of at most `blockLimit` blocks of each output, of everything where that is `nil`.
  func digest(blockLimit: Int?, isCancelled: () -> Bool) throws(ContentTrouble) -> ContentDigest {
    var digest = ContentDigest()
    for output in outputs {
      var blocks = Blocks(output)
      var count = 0
      while count < blockLimit ?? .max, let block = try blocks.next(isCancelled: isCancelled) {
        digest.update(block, elementByteCount: blocks.elementByteCount)
        count += 1
      }
      digest.endOutput()
    }
    return digest
  }

  /// Whether every output has the same bytes as the other stage's.
  func equals(_ other: StageContent, isCancelled: () -> Bool) throws(ContentTrouble) -> Bool {
    guard signature == other.signature else { return false }
    for (output, otherOutput) in zip(outputs, other.outputs) {
      var blocks = Blocks(output)
      var otherBlocks = Blocks(otherOutput)
      while let block = try blocks.next(isCancelled: isCancelled) {
        guard block == (try otherBlocks.next(isCancelled: isCancelled)) else { return false }
      }
    }
    return true
  }

  /// An output's bytes in order, block by block; for texts, each with its length before it.
  private struct Blocks {
    private let output: Output
    private var reader: TensorReader?
    private var next = 0
    let elementByteCount: Int

    init(_ output: Output) {
      self.output = output
      switch output {
      case .tensor(let tensor):
        reader = TensorReader(tensor)
        elementByteCount = tensor.dtype.byteCount
      case .text:
        elementByteCount = 1
      }
    }

    mutating func next(isCancelled: () -> Bool) throws(ContentTrouble) -> [UInt8]? {
      guard !isCancelled() else { throw .cancelled }
      do throws(FormatError) {
        switch output {
        case .tensor(let tensor): return try tensorBlock(tensor)
        case .text(let texts): return try textBlock(texts)
        }
      } catch {
        throw .unreadable(error)
      }
    }

    private mutating func tensorBlock(_ tensor: Tensor) throws(FormatError) -> [UInt8]? {
      let count = min(
        tensor.shape.elementCount - next, StageContent.blockByteCount / elementByteCount)
      guard count > 0 else { return nil }
      var bytes = [UInt8](repeating: 0, count: count * elementByteCount)
      let range = next..<(next + count)
      try bytes.withUnsafeMutableBufferPointer { (buffer) throws(FormatError) in
        try reader?.read(range, into: UnsafeMutableRawBufferPointer(buffer))
      }
      next += count
      return bytes
    }

    private mutating func textBlock(_ texts: TextArray) throws(FormatError) -> [UInt8]? {
      guard next < texts.shape.elementCount else { return nil }
      var bytes: [UInt8] = []
      while next < texts.shape.elementCount, bytes.count < StageContent.blockByteCount {
        for text in try texts.elements(next..<(next + 1)) {
          // A single text is its bytes alone, so that one letter all over is seen as such.
          if texts.shape.elementCount > 1 {
            withUnsafeBytes(of: UInt64(text.count).littleEndian) { bytes += $0 }
          }
          bytes += text
        }
        next += 1
      }
      return bytes
    }
  }
}
