import PipelineTrace

/// Nobody waits for the contents any more.
struct ContentCancelled: Error {}

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

    /// Gives back what reading it keeps in memory.
    func leave() {
      if case .tensor(let tensor) = self { tensor.bytes.leave() }
    }
  }

  /// Bytes that are read at a time; also the most that texts are gathered to.
  static let blockByteCount = 256 << 10

  /// Bytes that are gathered at a time from a tensor that is not contiguous; two are open at once.
  private static let slabByteCount = 4 << 20

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
  ///
  /// - Returns: `nil` where one of them cannot be read.
  func digest(blockLimit: Int?, isCancelled: () -> Bool) throws(ContentCancelled)
    -> ContentDigest?
  {
    var digest = ContentDigest()
    for output in outputs {
      defer { output.leave() }
      var blocks = Blocks(output)
      var count = 0
      while count < blockLimit ?? .max {
        switch try blocks.next(isCancelled: isCancelled) {
        case .success(let block?):
          digest.update(block, elementByteCount: blocks.elementByteCount)
          count += 1
          continue
        case .success(nil): break
        case .failure: return nil
        }
        break
      }
      digest.endOutput()
    }
    return digest
  }

  /// Whether every output can be read and has the same bytes as the other stage's.
  func equals(_ other: StageContent, isCancelled: () -> Bool) throws(ContentCancelled) -> Bool {
    guard signature == other.signature else { return false }
    for (output, otherOutput) in zip(outputs, other.outputs) {
      defer {
        output.leave()
        otherOutput.leave()
      }
      var blocks = Blocks(output)
      var otherBlocks = Blocks(otherOutput)
      while true {
        guard case .success(let block) = try blocks.next(isCancelled: isCancelled),
          case .success(block) = try otherBlocks.next(isCancelled: isCancelled)
        else { return false }
        if block == nil { break }
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
        reader = TensorReader(tensor, slabByteCount: StageContent.slabByteCount)
        elementByteCount = tensor.dtype.byteCount
      case .text:
        elementByteCount = 1
      }
    }

    /// - Returns: `nil` behind the last block.
    mutating func next(isCancelled: () -> Bool) throws(ContentCancelled)
      -> Result<[UInt8]?, FormatError>
    {
      guard !isCancelled() else { throw ContentCancelled() }
      do throws(FormatError) {
        switch output {
        case .tensor(let tensor): return .success(try tensorBlock(tensor))
        case .text(let texts): return .success(try textBlock(texts))
        }
      } catch {
        return .failure(error)
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
