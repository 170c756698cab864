import PipelineTrace

/// One record of the central directory, before it is held against the local header.
struct ZipDirectoryRecord {
  var nameBytes: [UInt8]
  var name: String
  var flags: UInt16
  var method: UInt16
  var checksum: UInt32
  var sizes: ZipSizes
  var recordByteCount: Int
  var fileOffset: Int

  /// Deflate cannot shrink by more: 258 bytes take at least two bits.
  static let largestRatio = 1032

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
    sizes = try ZipSizes(
      [
        directory.littleEndian(UInt32.self, at: position + 24),
        directory.littleEndian(UInt32.self, at: position + 20),
        directory.littleEndian(UInt32.self, at: position + 42),
      ], extra: extra, origin: origin)
    self.fileOffset = fileOffset
  }

  /// This record as an entry, once its local header says the same.
  func entry(in file: TraceFile, end: ZipEndRecord) throws(FormatError) -> ZipArchive.Entry {
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
    let local = try ZipSizes(
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
    let (most, _) = (sizes.deflated + 1).multipliedReportingOverflow(by: Self.largestRatio)
    if method == 8, sizes.inflated > most {
      throw error(
        "\(sizes.deflated) bytes cannot inflate to \(sizes.inflated)", at: headerOffset)
    }
    return ZipArchive.Entry(
      name: name, flags: flags, method: method, checksum: checksum, byteCount: sizes.inflated,
      headerOffset: headerOffset, dataRange: dataStart..<dataEnd)
  }
}

/// ZipSizes and offset of an entry; those that are all ones stand in the zip64 extra field.
struct ZipSizes {
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
