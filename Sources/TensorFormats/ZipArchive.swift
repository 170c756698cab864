import PipelineTrace

/// The entries of a zip archive, each with its checked place in the file.
///
/// | part | offset | size | meaning |
/// | --- | --- | --- | --- |
/// | local header | 0 | 4 | `PK\3\4` |
/// | | 6, 8 | 2, 2 | flags, method |
/// | | 14, 18, 22 | 4, 4, 4 | CRC-32, compressed size, size; 0 where flag 3 is set |
/// | | 26, 28 | 2, 2 | lengths of the name and of the extra fields, which follow; then the data |
/// | directory entry | 0 | 4 | `PK\1\2` |
/// | | 8, 10 | 2, 2 | flags, method |
/// | | 16, 20, 24 | 4, 4, 4 | CRC-32, compressed size, size |
/// | | 28, 30, 32 | 2, 2, 2 | lengths of name, extra fields and comment, which follow at 46 |
/// | | 42 | 4 | offset of the local header |
/// | zip64 extra field | 0 | 2, 2 | `0x0001`, length; then 8 bytes for each size or offset that is all ones |
///
/// The end records are described at ``ZipEndRecord``. After PKWARE's APPNOTE 6.3.10. Archives
/// describe everything twice, and readers that believe one or the other see different files; here
/// both have to agree. Not supported: encryption, methods but stored and deflated (such entries are
/// listed, and throw when read), archives over several disks. Of an archive without its directory
/// the entries before the cut are kept (``ZipRecovery``).
package struct ZipArchive: Sendable {
  package struct Entry: Sendable, Equatable {
    /// The name as it may be kept as text; bytes that are no UTF-8 are escaped.
    package var name: String
    package var flags: UInt16
    /// 0 stored, 8 deflated.
    package var method: UInt16
    package var checksum: UInt32
    /// Bytes of the content once inflated, as announced.
    package var byteCount: Int
    /// Where the local header starts in the file.
    package var headerOffset: Int
    /// Where the stored or deflated bytes lie in the file.
    package var dataRange: Range<Int>

    /// As errors name this entry.
    package var place: String { "entry '\(name)'" }
  }

  /// How an archive ends that has no directory: it was cut off, or is still being written.
  package struct Cut: Sendable, Equatable {
    /// The entry that the cut goes through.
    package struct Lost: Sendable, Equatable {
      package var name: String
      package var error: FormatError
    }

    /// Where the last whole entry ends.
    package var byteOffset: Int
    /// `nil` where the cut is between two entries, or where the name is cut as well.
    package var lost: Lost?
    /// Whether no more than the directory is lost, so that no entry can be.
    package var isInDirectory = false
  }

  package let file: TraceFile
  /// In the order of the directory, which is the order of writing.
  package let entries: [Entry]
  /// Bytes that stand before the archive, to which all its offsets are relative.
  package let prefixByteCount: Int
  /// Set where the archive is not whole.
  package let cut: Cut?

  /// Bytes of a directory that are read at most: some hundred thousand entries.
  package static let directoryByteLimit = 64 << 20

  /// Reads the directory and all local headers, and holds them against each other.
  ///
  /// - Throws: What is wrong; also where there is neither a directory nor a whole entry.
  package init(file: TraceFile) throws(FormatError) {
    self.file = file
    let first = try file.bytes(in: 0..<min(4, file.byteCount))
    // An archive from the first byte on has nothing before it: the end record is one in its data.
    let isWhole = { (end: ZipEndRecord) in
      end.prefixByteCount == 0 || first != ZipRecovery.localSignature
    }
    guard let end = try ZipEndRecord(in: file), isWhole(end) else {
      let recovery = try ZipRecovery(file: file)
      guard !recovery.entries.isEmpty else {
        throw FormatError(
          file: file.path,
          problem: .malformed(
            "the archive has no directory at its end: it was cut off, or is still being written"))
      }
      entries = recovery.entries
      prefixByteCount = 0
      cut = recovery.cut
      return
    }
    guard end.directoryByteCount <= Self.directoryByteLimit else {
      throw FormatError(
        file: file.path,
        problem: .tooLarge(
          byteCount: end.directoryByteCount, limit: Self.directoryByteLimit,
          what: "the archive's directory"))
    }
    let directoryEnd = end.directoryOffset + end.directoryByteCount
    let directory = try file.bytes(in: end.directoryOffset..<directoryEnd)
    var entries: [Entry] = []
    entries.reserveCapacity(end.entryCount)
    var names: Set<[UInt8]> = []
    var position = 0
    for _ in 0..<end.entryCount {
      let record = try ZipDirectoryRecord(
        in: directory, at: position, file: file, fileOffset: end.directoryOffset + position)
      guard names.insert(record.nameBytes).inserted else {
        throw FormatError(
          file: file.path, place: "entry '\(record.name)'",
          problem: .malformed("two entries have this name"))
      }
      entries.append(try record.entry(in: file, end: end))
      position += record.recordByteCount
    }
    guard position == directory.count else {
      throw FormatError(
        file: file.path, byteOffset: end.directoryOffset + position,
        problem: .malformed(
          "the directory has more than the \(end.entryCount) entries that are announced"))
    }
    try Self.refuseOverlaps(entries, file: file)
    self.entries = entries
    prefixByteCount = end.prefixByteCount
    cut = nil
  }

  /// Where entries share bytes a few kilobytes can pose as gigabytes.
  private static func refuseOverlaps(_ entries: [Entry], file: TraceFile) throws(FormatError) {
    let inFileOrder = entries.sorted { $0.headerOffset < $1.headerOffset }
    for (first, second) in zip(inFileOrder, inFileOrder.dropFirst())
    where first.dataRange.upperBound > second.headerOffset {
      throw FormatError(
        file: file.path, place: second.place, byteOffset: second.headerOffset,
        problem: .malformed("it shares bytes with entry '\(first.name)'"))
    }
  }

  /// What is lost of an archive that is not whole, as a sentence that is safe to print.
  package var loss: String? {
    guard let cut else { return nil }
    let count = entries.count == 1 ? "1 entry" : "\(entries.count) entries"
    let lost =
      if let lost = cut.lost {
        "'\(lost.name.visible)' is lost, and what may have followed it"
      } else if cut.isInDirectory {
        "no entry is lost"
      } else {
        "what followed them from byte \(cut.byteOffset) on is lost"
      }
    return "The archive has no directory at its end, it was cut off: "
      + "\(count) before the cut \(entries.count == 1 ? "is" : "are") kept, \(lost)."
  }

  /// The content of `entry`: in place where it is stored, inflated on demand where it is deflated.
  ///
  /// - Parameter skipped: Bytes at the start that were read before, and their hash.
  /// - Throws: `unsupported` for encryption and for other methods.
  package func content(
    of entry: Entry, skipping skipped: (byteCount: Int, checksum: UInt32) = (0, 0)
  )
    throws(FormatError) -> any ByteSource
  {
    guard entry.flags & 1 == 0 else {
      throw error(entry, .unsupported("it is encrypted", advice: "save it without a password"))
    }
    switch entry.method {
    case 0:
      return FileRegion(
        file: file, range: entry.dataRange.dropFirst(skipped.byteCount), place: entry.place,
        checksum: Checksum(expected: entry.checksum, ofPrefix: skipped.checksum))
    case 8:
      return InflatedBytes(
        deflated: FileRegion(file: file, range: entry.dataRange, place: entry.place),
        inflatedByteCount: entry.byteCount, checksum: entry.checksum,
        skipping: skipped.byteCount)
    default:
      let names: [UInt16: String] = [
        9: "deflate64", 12: "bzip2", 14: "LZMA", 93: "Zstandard", 95: "xz",
      ]
      throw error(
        entry,
        .unsupported(
          "it is compressed with \(names[entry.method] ?? "method \(entry.method)")",
          advice: "save it with numpy.savez or numpy.savez_compressed"))
    }
  }

  /// All bytes of `entry`, which give its CRC-32.
  ///
  /// - Parameter what: The word for it where it has more than `limit` bytes.
  /// - Throws: Also `tooLarge` before anything is read, and `wrongChecksum`.
  func checkedBytes(of entry: Entry, limit: Int, what: String) throws(FormatError) -> [UInt8] {
    guard entry.byteCount <= limit else {
      throw error(entry, .tooLarge(byteCount: entry.byteCount, limit: limit, what: what))
    }
    let bytes = try content(of: entry).bytes(in: 0..<entry.byteCount)
    var check = CyclicRedundancyCheck()
    bytes.withUnsafeBytes { check.update($0) }
    guard check.value == entry.checksum else {
      throw error(entry, .wrongChecksum(expected: entry.checksum, found: check.value))
    }
    return bytes
  }

  private func error(_ entry: Entry, _ problem: FormatError.Problem) -> FormatError {
    FormatError(
      file: file.path, place: entry.place, byteOffset: entry.headerOffset, problem: problem)
  }
}
