import Glibc
import PipelineTrace

/// The entries of an archive whose directory is not there, found from local header to local header.
///
/// A header that announces sizes leads to the next one. Where the sizes follow the data instead
/// (flag 3), the end is where a descriptor says how far it is from the start of the data, and where
/// the archive goes on behind it:
///
/// | part | offset | size | meaning |
/// | --- | --- | --- | --- |
/// | descriptor | 0 | 4 or 0 | `PK\7\8`, which may be left out |
/// | | 4 | 4 | CRC-32 |
/// | | 8 | 4, 4 or 8, 8 | compressed size, size; torch writes 8 bytes from 4 GiB on |
///
/// The walk stops at the first entry that has no end, so every byte is looked at once, entries share
/// none, and each that is kept has its size and CRC-32. It is read in windows; the headers may take
/// as much memory as a directory.
struct ZipRecovery {
  private(set) var entries: [ZipArchive.Entry] = []
  private(set) var cut = ZipArchive.Cut(byteOffset: 0)
  private let file: TraceFile
  private var names: Set<[UInt8]> = []
  private var headerByteCount = 0

  private static let firstWindowByteCount = 1 << 10
  private static let windowByteLimit = 256 << 10
  /// Bytes of a descriptor and of the signature that follows it, at most.
  private static let descriptorReach = 32
  /// What every entry starts with.
  static let localSignature: [UInt8] = [0x50, 0x4B, 3, 4]
  private static let directorySignature: [UInt8] = [0x50, 0x4B, 1, 2]

  /// - Throws: `malformed` where two entries have one name, `tooLarge` for millions of entries.
  init(file: TraceFile) throws(FormatError) {
    self.file = file
    while try takeEntry(at: cut.byteOffset) {}
    let rest = try bytes(from: cut.byteOffset, count: 4)
    cut.isInDirectory = cut.lost == nil && rest == Self.directorySignature
  }

  /// Takes in the entry whose local header starts at `headerOffset`.
  ///
  /// - Returns: False where none does, or where it is not all there.
  private mutating func takeEntry(at headerOffset: Int) throws(FormatError) -> Bool {
    let header = try bytes(from: headerOffset, count: 30)
    guard header.count == 30, header.starts(with: Self.localSignature) else { return false }
    let nameCount = Int(header.littleEndian(UInt16.self, at: 26))
    let extraCount = Int(header.littleEndian(UInt16.self, at: 28))
    let nameBytes = try bytes(from: headerOffset + 30, count: nameCount)
    guard nameBytes.count == nameCount else { return false }
    let dataStart = headerOffset + 30 + nameCount + extraCount
    var entry = ZipArchive.Entry(
      name: VisibleText.decode(nameBytes), flags: header.littleEndian(UInt16.self, at: 6),
      method: header.littleEndian(UInt16.self, at: 8),
      checksum: header.littleEndian(UInt32.self, at: 14), byteCount: 0, headerOffset: headerOffset,
      dataRange: dataStart..<dataStart)
    guard names.insert(nameBytes).inserted else {
      throw FormatError(
        file: file.path, place: entry.place, problem: .malformed("two entries have this name"))
    }
    headerByteCount += 46 + nameCount + extraCount
    guard headerByteCount <= ZipArchive.directoryByteLimit else {
      throw FormatError(
        file: file.path,
        problem: .tooLarge(
          byteCount: headerByteCount, limit: ZipArchive.directoryByteLimit,
          what: "the archive's list of entries"))
    }
    let found = file.byteCount - dataStart
    guard found >= 0 else { return lose(entry, .cutOff(foundByteCount: 0)) }
    guard entry.flags & 8 == 0 else {
      guard let end = try end(of: entry) else {
        return lose(entry, .cutOff(foundByteCount: found))
      }
      entry.checksum = end.checksum
      entry.byteCount = end.byteCount
      entry.dataRange = dataStart..<end.dataEnd
      keep(entry, nextOffset: end.nextOffset)
      return true
    }
    let sizes: ZipSizes
    do throws(FormatError) {
      sizes = try ZipSizes(
        [header.littleEndian(UInt32.self, at: 22), header.littleEndian(UInt32.self, at: 18), 0],
        extra: bytes(from: headerOffset + 30 + nameCount, count: extraCount),
        origin: Origin(file: file.path, place: entry.place, byteOffset: headerOffset))
    } catch {
      return lose(entry, error.problem)
    }
    guard sizes.deflated <= found else {
      return lose(
        entry, .truncated(expectedByteCount: sizes.deflated, foundByteCount: found))
    }
    guard Self.canBe(sizes.inflated, deflatedTo: sizes.deflated, method: entry.method) else {
      return lose(
        entry,
        .malformed("\(sizes.deflated) bytes cannot be those of \(sizes.inflated)"))
    }
    // Sizes are 0 until an entry is finished, by writers that go back to its header then.
    if sizes.deflated == 0, try !continues(at: dataStart) {
      return lose(entry, .cutOff(foundByteCount: found))
    }
    entry.byteCount = sizes.inflated
    entry.dataRange = dataStart..<(dataStart + sizes.deflated)
    keep(entry, nextOffset: dataStart + sizes.deflated)
    return true
  }

  private mutating func keep(_ entry: ZipArchive.Entry, nextOffset: Int) {
    entries.append(entry)
    cut.byteOffset = nextOffset
  }

  /// - Returns: False, as the walk ends here.
  private mutating func lose(_ entry: ZipArchive.Entry, _ problem: FormatError.Problem) -> Bool {
    cut.lost = ZipArchive.Cut.Lost(
      name: entry.name,
      error: FormatError(
        file: file.path, place: entry.place, byteOffset: entry.headerOffset, problem: problem))
    return false
  }

  // MARK: Entries without announced sizes

  /// Where an entry ends, and what is written there of it.
  private struct End {
    var checksum: UInt32
    var byteCount: Int
    var dataEnd: Int
    /// Where the descriptor ends.
    var nextOffset: Int
  }

  /// Searches the descriptor of an entry; an empty one may have none.
  private func end(of entry: ZipArchive.Entry) throws(FormatError) -> End? {
    let dataStart = entry.dataRange.lowerBound
    let first = try bytes(from: dataStart, count: 4)
    if entry.method == 0, first == Self.localSignature || first == Self.directorySignature {
      return End(checksum: 0, byteCount: 0, dataEnd: dataStart, nextOffset: dataStart)
    }
    var start = dataStart
    // Windows grow, so that a small entry costs little more than its own bytes.
    var windowByteCount = Self.firstWindowByteCount
    while start < file.byteCount {
      // What stands before and behind belongs to descriptors that cross the window's border.
      let lower = max(dataStart, start - Self.descriptorReach)
      let window = try bytes(
        from: lower, count: start - lower + windowByteCount + Self.descriptorReach)
      let limit = min(window.count, start - lower + windowByteCount)
      if let end = end(of: entry, in: window, at: lower, positions: (start - lower)..<limit) {
        return end
      }
      start += windowByteCount
      windowByteCount = min(2 * windowByteCount, Self.windowByteLimit)
    }
    return nil
  }

  /// The first descriptor that fits among those that a signature at one of `positions` leads to.
  private func end(
    of entry: ZipArchive.Entry, in window: [UInt8], at windowOffset: Int, positions: Range<Int>
  ) -> End? {
    var rest = positions
    while let position = Self.position(of: 0x50, in: window, within: rest),
      position + 4 <= window.count
    {
      rest = (position + 1)..<rest.upperBound
      switch window.littleEndian(UInt32.self, at: position) {
      case 0x0807_4B50:
        for width in [4, 8] {
          if let end = descriptor(
            of: entry, in: window, at: windowOffset, dataEnd: position, start: position + 4,
            width: width)
          {
            return end
          }
        }
      case 0x0403_4B50, 0x0201_4B50:
        for width in [4, 8] {
          let start = position - 4 - 2 * width
          if let end = descriptor(
            of: entry, in: window, at: windowOffset, dataEnd: start, start: start, width: width)
          {
            return end
          }
        }
      default: break
      }
    }
    return nil
  }

  /// The first of `range` where `byte` stands.
  private static func position(of byte: UInt8, in bytes: [UInt8], within range: Range<Int>) -> Int?
  {
    bytes.withUnsafeBytes { buffer in
      guard let base = buffer.baseAddress,
        let found = memchr(base + range.lowerBound, Int32(byte), range.count)
      else { return nil }
      return UnsafeRawPointer(found) - base
    }
  }

  /// The descriptor whose CRC-32 is at `start`, if it says that the entry ends at `dataEnd`.
  private func descriptor(
    of entry: ZipArchive.Entry, in window: [UInt8], at windowOffset: Int, dataEnd: Int, start: Int,
    width: Int
  ) -> End? {
    let next = start + 4 + 2 * width
    let distance = windowOffset + dataEnd - entry.dataRange.lowerBound
    guard start >= 0, distance >= 0, next <= window.count else { return nil }
    func size(at position: Int) -> Int? {
      width == 4
        ? Int(window.littleEndian(UInt32.self, at: position))
        : Int(exactly: window.littleEndian(UInt64.self, at: position))
    }
    guard size(at: start + 4) == distance, let byteCount = size(at: start + 4 + width),
      Self.canBe(byteCount, deflatedTo: distance, method: entry.method),
      Self.continues(window[next...])
    else { return nil }
    return End(
      checksum: window.littleEndian(UInt32.self, at: start), byteCount: byteCount,
      dataEnd: windowOffset + dataEnd, nextOffset: windowOffset + next)
  }

  // MARK: Marks

  /// Whether a content of `byteCount` can take so many bytes in the archive.
  private static func canBe(_ byteCount: Int, deflatedTo deflated: Int, method: UInt16) -> Bool {
    switch method {
    case 0: return byteCount == deflated
    case 8:
      let (most, overflows) = (deflated + 1).multipliedReportingOverflow(
        by: ZipDirectoryRecord.largestRatio)
      return (byteCount > 0 || deflated <= 2) && (overflows || byteCount <= most)
    default: return true
    }
  }

  /// Whether these bytes, or as many as there are, start another entry or the directory.
  private static func continues(_ rest: ArraySlice<UInt8>) -> Bool {
    let first = rest.prefix(4)
    return localSignature.starts(with: first) || directorySignature.starts(with: first)
  }

  private func continues(at byteOffset: Int) throws(FormatError) -> Bool {
    Self.continues(try bytes(from: byteOffset, count: 4)[...])
  }

  /// So many bytes, or as many as there are.
  private func bytes(from byteOffset: Int, count: Int) throws(FormatError) -> [UInt8] {
    let start = min(byteOffset, file.byteCount)
    return try file.bytes(in: start..<min(start + count, file.byteCount))
  }
}
