/// A 64-bit hash of bytes, and whether they are enough to tell one content from another.
///
/// Multiply and fold over words, as in wyhash: fast, not safe against someone who wants a collision,
/// so equal digests have to be confirmed. Blocks count: the same bytes cut elsewhere hash to another
/// value.
struct ContentDigest: Sendable, Equatable {
  private(set) var value: UInt64 = 0x9E37_79B9_7F4A_7C15
  /// Whether every output so far was short, or one element all over: many stages have such outputs by
  /// chance.
  private(set) var isWeak = true
  /// Bytes of the output that is being taken in.
  private var byteCount = 0
  /// Whether elements of that output differed within a block.
  private var varies = false

  /// Bytes below which an output proves nothing.
  static let weakByteCount = 16

  /// Says that the blocks of one output are all taken in.
  mutating func endOutput() {
    if varies, byteCount >= Self.weakByteCount { isWeak = false }
    byteCount = 0
    varies = false
  }

  /// Takes in a block of whole elements.
  mutating func update(_ block: [UInt8], elementByteCount: Int) {
    byteCount += block.count
    block.withUnsafeBytes { bytes in
      if !varies { varies = Self.varies(bytes, elementByteCount: elementByteCount) }
      var hash = value ^ UInt64(block.count)
      let wordsEnd = bytes.count & ~7
      for offset in stride(from: 0, to: wordsEnd, by: 8) {
        hash = Self.folded(hash ^ bytes.loadUnaligned(fromByteOffset: offset, as: UInt64.self))
      }
      var tail: UInt64 = 0
      for offset in wordsEnd..<bytes.count { tail = tail << 8 | UInt64(bytes[offset]) }
      value = Self.folded(hash ^ tail)
    }
  }

  /// Whether the elements of a block are not all the same.
  private static func varies(_ bytes: UnsafeRawBufferPointer, elementByteCount: Int) -> Bool {
    guard bytes.count > elementByteCount else { return false }
    for offset in elementByteCount..<bytes.count
    where bytes[offset] != bytes[offset - elementByteCount] {
      return true
    }
    return false
  }

  private static func folded(_ word: UInt64) -> UInt64 {
    let product = (word ^ 0xA076_1D64_78BD_642F).multipliedFullWidth(by: 0xE703_7ED1_A0B4_28DB)
    return product.high ^ product.low
  }
}
