import PipelineTrace

/// Bytes that stand in a file as base64 (RFC 4648, the alphabet with `+` and `/`), decoded on demand.
///
/// Four characters give three bytes, so any run of bytes is found without reading what is before it.
/// That every character belongs to the alphabet shows when it is read.
struct Base64Bytes: ByteSource {
  let byteCount: Int
  private let characters: FileRegion
  /// How many `=` stand at the end: 0, 1 or 2.
  private let padding: Int
  /// Characters that are decoded at a time.
  private static let chunkCharacterCount = 64 << 10

  /// - Parameter characters: Nothing but the characters, padding included.
  /// - Throws: `malformed` where their count or the padding at their end cannot be.
  init(_ characters: FileRegion) throws(FormatError) {
    guard characters.byteCount.isMultiple(of: 4) else {
      throw characters.origin.error(
        .malformed("its \(characters.byteCount) characters of base64 are no multiple of 4"))
    }
    let tail = try characters.bytes(in: max(0, characters.byteCount - 2)..<characters.byteCount)
    padding = tail.reversed().prefix { $0 == UInt8(ascii: "=") }.count
    self.characters = characters
    byteCount = characters.byteCount / 4 * 3 - padding
  }

  var origin: Origin { characters.origin }

  /// The bytes that a run of characters stands for; `nil` where one is not of the alphabet.
  ///
  /// Padding counts as zero bits; a run of characters that is no multiple of 4 loses its last ones.
  static func decode(_ characters: [UInt8]) -> [UInt8]? {
    var bytes: [UInt8] = []
    bytes.reserveCapacity(characters.count / 4 * 3)
    var invalid: UInt32 = 0
    for start in stride(from: 0, to: characters.count - 3, by: 4) {
      var group: UInt32 = 0
      for i in 0..<4 {
        let value = UInt32(values[Int(characters[start + i])])
        invalid |= value
        group = group << 6 | value & 63
      }
      bytes.append(UInt8(truncatingIfNeeded: group >> 16))
      bytes.append(UInt8(truncatingIfNeeded: group >> 8))
      bytes.append(UInt8(truncatingIfNeeded: group))
    }
    return invalid < 64 ? bytes : nil
  }

  /// The six bits that each character stands for; 64 for those that stand for none.
  private static let values: [UInt8] = {
    var values = [UInt8](repeating: 64, count: 256)
    let alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
    for (value, character) in alphabet.utf8.enumerated() { values[Int(character)] = UInt8(value) }
    values[Int(UInt8(ascii: "="))] = 0
    return values
  }()

  func read(into destination: UnsafeMutableRawBufferPointer, at byteOffset: Int)
    throws(FormatError)
  {
    precondition(byteOffset >= 0 && byteOffset + destination.count <= byteCount)
    var done = 0
    while done < destination.count {
      let group = (byteOffset + done) / 3
      let lastGroup = (byteOffset + destination.count - 1) / 3
      let end = min(lastGroup * 4 + 4, group * 4 + Self.chunkCharacterCount)
      let chunk = try characters.bytes(in: (group * 4)..<end)
      // Padding stands at the end of all, and nowhere else.
      let inner = end == characters.byteCount ? chunk.dropLast(padding) : chunk[...]
      guard let bytes = Self.decode(chunk), !inner.contains(UInt8(ascii: "=")) else {
        let place =
          inner.firstIndex { Self.values[Int($0)] == 64 || $0 == UInt8(ascii: "=") } ?? 0
        throw FormatError(
          file: origin.file, place: origin.place,
          byteOffset: characters.range.lowerBound + group * 4 + place,
          problem: .malformed("its base64 has a character that is none"))
      }
      let first = byteOffset + done - group * 3
      let part = bytes[first...].prefix(destination.count - done)
      UnsafeMutableRawBufferPointer(rebasing: destination[done...]).copyBytes(from: part)
      done += part.count
    }
  }
}
