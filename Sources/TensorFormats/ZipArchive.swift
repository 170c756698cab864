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
/// listed, and throw when read), archives over several disks, archives without their directory.
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

  package let file: TraceFile
  /// In the order of the directory, which is the order of writing.
  package let entries: [Entry]
  /// Bytes that stand before the archive, to which all its offsets are relative.
  package let prefixByteCount: Int

  /// Bytes of a directory that are read at most: some hundred thousand entries.
  package static let directoryByteLimit = 64 << 20
  /// Deflate cannot shrink by more: 258 bytes take at least two bits.
  private static let largestRatio = 1032

  /// Reads the directory and all local headers, and holds them against each other.
  package init(file: TraceFile) throws(FormatError) {
    let end = try ZipEndRecord(in: file)
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
      let record = try DirectoryRecord(
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
    self.file = file
    self.entries = entries
    prefixByteCount = end.prefixByteCount
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

  private func error(_ entry: Entry, _ problem: FormatError.Problem) -> FormatError {
    FormatError(
      file: file.path, place: entry.place, byteOffset: entry.headerOffset, problem: problem)
  }

  /// One record of the central directory, before it is held against the local header.
  private struct DirectoryRecord {
    var nameBytes: [UInt8]
    var name: String
    var flags: UInt16
    var method: UInt16
    var checksum: UInt32
    var sizes: Sizes
    var recordByteCount: Int
    var fileOffset: Int

    init(in directory: [UInt8], at position: Int, file: TraceFile, fileOffset: Int)
      throws(FormatError)
    {
      func cut(_ expected: Int) -> FormatError {
        FormatError(
          file: file.path, place: "zip directory", byteOffset: fileOffset,
          problem: .truncated(
            expectedByteCount: expected, foundByteCount: directory.count - position))
      }
      guard directory.count - position >= 46 else { throw cut(46) }
      guard directory.littleEndian(UInt32.self, at: position) == 0x0201_4B50 else {
        throw FormatError(
          file: file.path, place: "zip directory", byteOffset: fileOffset,
          problem: .malformed("no entry stands where one is announced"))
      }
      let nameCount = Int(directory.littleEndian(UInt16.self, at: position + 28))
      let extraCount = Int(directory.littleEndian(UInt16.self, at: position + 30))
      let commentCount = Int(directory.littleEndian(UInt16.self, at: position + 32))
      recordByteCount = 46 + nameCount + extraCount + commentCount
      guard directory.count - position >= recordByteCount else { throw cut(recordByteCount) }
      nameBytes = Array(directory[(position + 46)..<(position + 46 + nameCount)])
      name = VisibleText.decode(nameBytes)
      flags = directory.littleEndian(UInt16.self, at: position + 8)
      method = directory.littleEndian(UInt16.self, at: position + 10)
      checksum = directory.littleEndian(UInt32.self, at: position + 16)
      let extra = Array(directory[(position + 46 + nameCount)...].prefix(extraCount))
      let origin = Origin(file: file.path, place: "entry '\(name)'", byteOffset: fileOffset)
      sizes = try Sizes(
        [
          directory.littleEndian(UInt32.self, at: position + 24),
          directory.littleEndian(UInt32.self, at: position + 20),
          directory.littleEndian(UInt32.self, at: position + 42),
        ], extra: extra, origin: origin)
      self.fileOffset = fileOffset
    }

    /// This record as an entry, once its local header says the same.
    func entry(in file: TraceFile, end: ZipEndRecord) throws(FormatError) -> Entry {
      func error(_ what: String, at byteOffset: Int) -> FormatError {
        FormatError(
          file: file.path, place: "entry '\(name)'", byteOffset: byteOffset,
          problem: .malformed(what))
      }
      let (headerOffset, overflows) = sizes.headerOffset.addingReportingOverflow(
        end.prefixByteCount)
      guard !overflows, headerOffset <= end.directoryOffset - 30 else {
        throw error("it starts at byte \(sizes.headerOffset), beyond the data", at: fileOffset)
      }
      let header = try file.bytes(in: headerOffset..<(headerOffset + 30))
      guard header.littleEndian(UInt32.self, at: 0) == 0x0403_4B50 else {
        throw error("no local header stands where the directory says", at: headerOffset)
      }
      let nameCount = Int(header.littleEndian(UInt16.self, at: 26))
      let extraCount = Int(header.littleEndian(UInt16.self, at: 28))
      let dataStart = headerOffset + 30 + nameCount + extraCount
      let (dataEnd, reachesBeyond) = dataStart.addingReportingOverflow(sizes.deflated)
      guard !reachesBeyond, dataEnd <= end.directoryOffset else {
        throw error("its \(sizes.deflated) bytes reach beyond the data", at: headerOffset)
      }
      let rest = try file.bytes(in: (headerOffset + 30)..<dataStart)
      guard Array(rest.prefix(nameCount)) == nameBytes else {
        let local = VisibleText.decode(rest.prefix(nameCount))
        throw error("its local header names it '\(local)'", at: headerOffset)
      }
      let origin = Origin(file: file.path, place: "entry '\(name)'", byteOffset: headerOffset)
      let local = try Sizes(
        [
          header.littleEndian(UInt32.self, at: 22), header.littleEndian(UInt32.self, at: 18), 0,
        ], extra: Array(rest.dropFirst(nameCount)), origin: origin)
      let localFlags = header.littleEndian(UInt16.self, at: 6)
      guard header.littleEndian(UInt16.self, at: 8) == method, localFlags & 0x9 == flags & 0x9
      else { throw error("directory and local header disagree on its method", at: headerOffset) }
      // With flag 3 the sizes were not known when the header was written; the directory has them.
      let isAnnounced = localFlags & 8 == 0
      guard !isAnnounced || local.inflated == sizes.inflated && local.deflated == sizes.deflated
      else { throw error("directory and local header disagree on its size", at: headerOffset) }
      guard !isAnnounced || header.littleEndian(UInt32.self, at: 14) == checksum else {
        throw error("directory and local header disagree on its CRC-32", at: headerOffset)
      }
      if method == 0, sizes.inflated != sizes.deflated {
        throw error("it is stored, but its two sizes differ", at: headerOffset)
      }
      let (most, _) = (sizes.deflated + 1).multipliedReportingOverflow(by: largestRatio)
      if method == 8, sizes.inflated > most {
        throw error(
          "\(sizes.deflated) bytes cannot inflate to \(sizes.inflated)", at: headerOffset)
      }
      return Entry(
        name: name, flags: flags, method: method, checksum: checksum, byteCount: sizes.inflated,
        headerOffset: headerOffset, dataRange: dataStart..<dataEnd)
    }
  }

  /// Sizes and offset of an entry; those that are all ones stand in the zip64 extra field.
  private struct Sizes {
    var inflated: Int
    var deflated: Int
    var headerOffset: Int

    init(_ short: [UInt32], extra: [UInt8], origin: Origin) throws(FormatError) {
      var long = Self.zip64Field(of: extra)[...]
      var values: [Int] = []
      for value in short {
        if value != .max {
          values.append(Int(value))
          continue
        }
        guard long.count >= 8,
          let size = Int(exactly: Array(long.prefix(8)).littleEndian(UInt64.self, at: 0))
        else {
          throw origin.error(.malformed("its zip64 sizes are missing or absurd"))
        }
        values.append(size)
        long = long.dropFirst(8)
      }
      inflated = values[0]
      deflated = values[1]
      headerOffset = values[2]
    }

    /// The content of extra field 0x0001; empty where there is none.
    private static func zip64Field(of extra: [UInt8]) -> ArraySlice<UInt8> {
      var rest = extra[...]
      while rest.count >= 4 {
        let lead = Array(rest.prefix(4))
        let count = Int(lead.littleEndian(UInt16.self, at: 2))
        let field = rest.dropFirst(4).prefix(count)
        if lead.littleEndian(UInt16.self, at: 0) == 0x0001 { return field }
        rest = rest.dropFirst(4 + count)
      }
      return []
    }
  }
}
