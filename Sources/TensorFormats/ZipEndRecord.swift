import PipelineTrace

/// The end of a zip archive, which says where its directory is.
///
/// | part | offset | size | meaning |
/// | --- | --- | --- | --- |
/// | end record | 0 | 4 | `PK\5\6` |
/// | | 4, 6 | 2, 2 | number of this disk, of the directory's disk: 0 |
/// | | 8, 10 | 2, 2 | entries on this disk, in all |
/// | | 12, 16 | 4, 4 | size and offset of the directory |
/// | | 20 | 2 | length of the comment, which ends the file |
/// | zip64 locator | 0 | 4 | `PK\6\7`, 20 bytes before the end record |
/// | | 8 | 8 | offset of the zip64 end record |
/// | zip64 end record | 0 | 4 | `PK\6\6` |
/// | | 24, 32 | 8, 8 | entries on this disk, in all |
/// | | 40, 48 | 8, 8 | size and offset of the directory |
struct ZipEndRecord {
  var entryCount: Int
  var directoryByteCount: Int
  /// In the file, whatever stands before the archive.
  var directoryOffset: Int
  var prefixByteCount: Int

  /// What readers know an archive by where its start is something else.
  static let signature: [UInt8] = [0x50, 0x4B, 0x05, 0x06]
  private static let byteCount = 22

  /// Searches the record from the end of `file` back, as far as a comment can reach.
  ///
  /// - Returns: `nil` where there is none.
  init?(in file: TraceFile) throws(FormatError) {
    let tailCount = min(file.byteCount, Self.byteCount + 0xFFFF)
    let tailStart = file.byteCount - tailCount
    let tail = try file.bytes(in: tailStart..<file.byteCount)
    guard let found = try Self.position(in: tail, file: file) else { return nil }
    let record = Array(tail[found...].prefix(Self.byteCount))
    let recordOffset = tailStart + found
    let origin = Origin(file: file.path, place: "zip end record", byteOffset: recordOffset)

    var counts = [
      UInt64(record.littleEndian(UInt16.self, at: 8)),
      UInt64(record.littleEndian(UInt16.self, at: 10)),
    ]
    var size = UInt64(record.littleEndian(UInt32.self, at: 12))
    var offset = UInt64(record.littleEndian(UInt32.self, at: 16))
    var directoryLimit = recordOffset
    if let long = try Zip64(before: recordOffset, in: file) {
      for (short, isSaturated, value) in [
        (counts[0], counts[0] == 0xFFFF, long.counts[0]),
        (counts[1], counts[1] == 0xFFFF, long.counts[1]),
        (size, size == 0xFFFF_FFFF, long.size), (offset, offset == 0xFFFF_FFFF, long.offset),
      ] where !isSaturated && short != value {
        throw origin.error(.malformed("it disagrees with the zip64 end record"))
      }
      counts = long.counts
      size = long.size
      offset = long.offset
      directoryLimit = long.recordOffset
    }
    guard record.littleEndian(UInt32.self, at: 4) == 0 else {
      throw origin.error(
        .unsupported("the archive is spread over several disks", advice: "save it as one file"))
    }
    guard counts[0] == counts[1] else {
      throw origin.error(
        .malformed("it announces \(counts[0]) entries and, in another field, \(counts[1])"))
    }
    guard size <= UInt64(directoryLimit), offset <= UInt64(directoryLimit) - size else {
      throw origin.error(.malformed("its directory reaches beyond the file"))
    }
    guard counts[0] <= size / 46 else {
      throw origin.error(
        .malformed("\(counts[0]) entries do not fit a directory of \(size) bytes"))
    }
    entryCount = Int(counts[0])
    directoryByteCount = Int(size)
    directoryOffset = directoryLimit - Int(size)
    prefixByteCount = directoryOffset - Int(offset)
  }

  /// Where in `tail` the record starts whose comment ends the file.
  private static func position(in tail: [UInt8], file: TraceFile) throws(FormatError) -> Int? {
    var found: [Int] = []
    for start in stride(from: tail.count - byteCount, through: 0, by: -1)
    where tail[start] == signature[0] && tail[start...].starts(with: signature) {
      let commentCount = Int(tail.littleEndian(UInt16.self, at: start + 20))
      if start + byteCount + commentCount == tail.count { found.append(start) }
    }
    guard let first = found.first else { return nil }
    guard found.count == 1 else {
      throw FormatError(
        file: file.path, byteOffset: file.byteCount - tail.count + first,
        problem: .malformed("the archive has two end records, and each claims to be the last"))
    }
    return first
  }

  /// The record for archives of more than 65534 entries or 4 GiB; torch always writes one.
  private struct Zip64 {
    var counts: [UInt64]
    var size: UInt64
    var offset: UInt64
    var recordOffset: Int

    /// - Returns: `nil` where no locator stands before the end record.
    init?(before endOffset: Int, in file: TraceFile) throws(FormatError) {
      guard endOffset >= 20 else { return nil }
      let locator = try file.bytes(in: (endOffset - 20)..<endOffset)
      guard locator.littleEndian(UInt32.self, at: 0) == 0x0706_4B50 else { return nil }
      let origin = Origin(
        file: file.path, place: "zip64 end record", byteOffset: endOffset - 20)
      let announced = locator.littleEndian(UInt64.self, at: 8)
      guard let start = Int(exactly: announced), start <= endOffset - 20 - 56 else {
        throw origin.error(.malformed("its locator leads beyond the file"))
      }
      let record = try file.bytes(in: start..<(start + 56))
      guard record.littleEndian(UInt32.self, at: 0) == 0x0606_4B50 else {
        throw origin.error(.malformed("it is not where its locator says"))
      }
      recordOffset = start
      counts = [
        record.littleEndian(UInt64.self, at: 24), record.littleEndian(UInt64.self, at: 32),
      ]
      size = record.littleEndian(UInt64.self, at: 40)
      offset = record.littleEndian(UInt64.self, at: 48)
    }
  }
}
