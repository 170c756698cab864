import Glibc

/// A file that stays open for reading as long as anything refers to it.
///
/// It is read by position and never mapped: a file that another program cuts short gives an error,
/// where a mapping would kill the process.
package final class TraceFile: Sendable {
  /// The path as it was given, for messages.
  package let path: String
  /// Bytes in it when it was opened.
  package let byteCount: Int
  private let storage: Storage

  private enum Storage {
    case descriptor(Int32)
    case memory([UInt8])
  }

  /// - Throws: `cannotRead` where it is absent, forbidden, a folder, or anything but a plain file.
  package convenience init(path: String) throws(FormatError) {
    let opened = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
    guard opened >= 0 else {
      throw FormatError(file: path, problem: .cannotRead(String(cString: strerror(errno))))
    }
    try self.init(descriptor: opened, path: path)
  }

  /// Takes over a descriptor that is open for reading, and closes it in the end.
  ///
  /// - Throws: `cannotRead` where it is anything but a plain file.
  package init(descriptor: Int32, path: String) throws(FormatError) {
    var status = stat()
    guard fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFREG else {
      close(descriptor)
      throw FormatError(file: path, problem: .cannotRead("not a plain file"))
    }
    self.path = path
    byteCount = Int(status.st_size)
    storage = .descriptor(descriptor)
  }

  /// A file of `bytes` that lies in memory alone, under the `path` of the file that they were taken from.
  ///
  /// For archives that stand inside of other files, encoded.
  package init(holding bytes: [UInt8], path: String) {
    self.path = path
    byteCount = bytes.count
    storage = .memory(bytes)
  }

  deinit { if case .descriptor(let descriptor) = storage { close(descriptor) } }

  /// Fills `destination` with the bytes from `byteOffset` on.
  ///
  /// - Throws: `changedWhileOpen` where the file ends before, `cannotRead` where the system says so.
  package func read(into destination: UnsafeMutableRawBufferPointer, at byteOffset: Int)
    throws(FormatError)
  {
    guard case .descriptor(let descriptor) = storage else {
      if case .memory(let bytes) = storage {
        LiteralBytes(bytes).read(into: destination, at: byteOffset)
      }
      return
    }
    var done = 0
    while done < destination.count {
      let count = pread(
        descriptor, destination.baseAddress.map { $0 + done }, destination.count - done,
        off_t(byteOffset + done))
      if count > 0 {
        done += count
      } else if count == 0 {
        throw FormatError(file: path, byteOffset: byteOffset + done, problem: .changedWhileOpen)
      } else if errno != EINTR {
        throw FormatError(
          file: path, byteOffset: byteOffset + done,
          problem: .cannotRead(String(cString: strerror(errno))))
      }
    }
  }

  /// Has the system read bytes into its cache that are about to be asked for.
  package func prefetch(_ range: Range<Int>) {
    guard case .descriptor(let descriptor) = storage else { return }
    posix_fadvise(
      descriptor, off_t(range.lowerBound), off_t(range.count), POSIX_FADV_WILLNEED)
  }

  /// The bytes of `range` as an array.
  ///
  /// - Throws: `truncated` where the range reaches beyond the end, before anything is allocated.
  package func bytes(in range: Range<Int>) throws(FormatError) -> [UInt8] {
    guard range.lowerBound >= 0, range.upperBound <= byteCount else {
      throw FormatError(
        file: path, byteOffset: range.lowerBound,
        problem: .truncated(
          expectedByteCount: range.count, foundByteCount: max(0, byteCount - range.lowerBound)))
    }
    return try FileRegion(file: self, range: range).bytes(in: 0..<range.count)
  }
}

/// A run of a file's bytes, read in place.
package struct FileRegion: ByteSource {
  package let file: TraceFile
  package let range: Range<Int>
  package let checksum: Checksum?
  /// What the region is, and by which name: `tensor` and the tensor's own.
  private let place: (kind: StaticString, name: String)?

  /// - Precondition: `range` lies within the file.
  package init(file: TraceFile, range: Range<Int>, place: String? = nil, checksum: Checksum? = nil)
  {
    self.init(file, range, place.map { ("", $0) }, checksum)
  }

  /// The region of the `kind` (`tensor`) that has a `name` in the file.
  ///
  /// Cheaper than to put both into one text, for regions by the ten thousand.
  ///
  /// - Precondition: `range` lies within the file.
  package init(
    file: TraceFile, range: Range<Int>, kind: StaticString, name: String, checksum: Checksum? = nil
  ) {
    self.init(file, range, (kind, name), checksum)
  }

  private init(
    _ file: TraceFile, _ range: Range<Int>, _ place: (StaticString, String)?, _ checksum: Checksum?
  ) {
    precondition(range.lowerBound >= 0 && range.upperBound <= file.byteCount, "\(range) of a file")
    self.file = file
    self.range = range
    self.checksum = checksum
    self.place = place
  }

  package var origin: Origin {
    let words = place.map { $0.kind.utf8CodeUnitCount == 0 ? $0.name : "\($0.kind) '\($0.name)'" }
    return Origin(file: file.path, place: words, byteOffset: range.lowerBound)
  }

  package var byteCount: Int { range.count }

  package func prefetch(_ range: Range<Int>) {
    let start = self.range.lowerBound
    file.prefetch((start + range.lowerBound)..<(start + range.upperBound))
  }

  package func read(into destination: UnsafeMutableRawBufferPointer, at byteOffset: Int)
    throws(FormatError)
  {
    precondition(byteOffset >= 0 && byteOffset + destination.count <= range.count)
    try file.read(into: destination, at: range.lowerBound + byteOffset)
  }
}
