import CChecksum
import CZlib

/// What a file says its bytes hash to, where the bytes are read in place and in any order.
package struct Checksum: Sendable, Equatable {
  /// The CRC-32 of the whole entry: of what lies before these bytes and of these bytes.
  package var expected: UInt32
  /// The CRC-32 of what lies before them in the entry (its header), already read.
  package var ofPrefix: UInt32

  package init(expected: UInt32, ofPrefix: UInt32) {
    self.expected = expected
    self.ofPrefix = ofPrefix
  }
}

/// A CRC-32 as in zip archives, built from pieces that may be hashed on several threads.
package struct CyclicRedundancyCheck: Sendable, Equatable {
  /// The CRC-32 of what was taken in; 0 for nothing.
  package private(set) var value: UInt32
  /// How many bytes were taken in.
  package private(set) var byteCount: Int

  package init(value: UInt32 = 0, byteCount: Int = 0) {
    self.value = value
    self.byteCount = byteCount
  }

  /// Takes in the bytes that follow.
  package mutating func update(_ bytes: UnsafeRawBufferPointer) {
    guard let start = bytes.baseAddress else { return }
    value = paritty_crc32(value, start, bytes.count)
    byteCount += bytes.count
  }

  /// Takes in the hash of the bytes that follow, as if they had been taken in themselves.
  package mutating func merge(_ following: CyclicRedundancyCheck) {
    value = UInt32(
      crc32_combine(UInt(value), UInt(following.value), numericCast(following.byteCount)))
    byteCount += following.byteCount
  }
}
