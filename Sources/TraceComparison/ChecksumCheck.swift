import PipelineTrace

/// Whether the bytes under a tensor give the CRC-32 that their file announces.
struct ChecksumCheck {
  private let tensor: Tensor
  private var hash: CyclicRedundancyCheck?

  init(_ tensor: Tensor) {
    self.tensor = tensor
    if Self.isFused(for: tensor), let checksum = tensor.bytes.checksum {
      hash = CyclicRedundancyCheck(value: checksum.ofPrefix)
    }
  }

  /// Whether the elements, in the order they are read, are the bytes in the order they are hashed.
  static func isFused(for tensor: Tensor) -> Bool {
    tensor.bytes.checksum != nil && tensor.isContiguous && tensor.byteOrder == .little
      && tensor.firstElement == 0 && tensor.byteCount == tensor.bytes.byteCount
  }

  /// Takes in the hash of the next block; `nil` where the tensor is hashed by itself.
  mutating func merge(_ block: CyclicRedundancyCheck?) {
    if let block { hash?.merge(block) }
  }

  /// - Throws: `wrongChecksum`.
  func verify() throws(FormatError) {
    guard let checksum = tensor.bytes.checksum else { return }
    guard let hash else { return try Self.verify(tensor.bytes) }
    try Self.hold(hash.value, to: checksum, of: tensor.bytes)
  }

  /// Reads all of `source` and holds it to the checksum that its file announces, if it does.
  ///
  /// - Throws: `wrongChecksum`.
  static func verify(_ source: any ByteSource) throws(FormatError) {
    guard let checksum = source.checksum else { return }
    var hash = CyclicRedundancyCheck(value: checksum.ofPrefix)
    for start in stride(from: 0, to: source.byteCount, by: 1 << 18) {
      let bytes = try source.bytes(in: start..<min(source.byteCount, start + 1 << 18))
      bytes.withUnsafeBytes { hash.update($0) }
    }
    try hold(hash.value, to: checksum, of: source)
  }

  private static func hold(_ found: UInt32, to checksum: Checksum, of source: any ByteSource)
    throws(FormatError)
  {
    guard found == checksum.expected else {
      throw source.origin.error(.wrongChecksum(expected: checksum.expected, found: found))
    }
  }
}
