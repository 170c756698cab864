/// A run of bytes that is read on demand: a region of a file, an entry that inflates, a literal.
package protocol ByteSource: Sendable {
  var byteCount: Int { get }

  /// Whether reading backwards, or from several threads, costs no more than reading forwards.
  ///
  /// Where it is false (a deflated entry) each step back may inflate anew, so one thread should go
  /// from the start to the end.
  var isRandomAccess: Bool { get }

  /// What the bytes have to hash to, for sources that do not check themselves while they are read.
  var checksum: Checksum? { get }

  /// Has the system fetch bytes that are about to be read; a hint, which nothing waits for.
  func prefetch(_ range: Range<Int>)

  /// Gives back what is kept in memory to go on reading from where a read ended; a later read starts
  /// anew.
  func leave()

  /// What the errors of this source name as their place.
  var origin: Origin { get }

  /// Fills `destination` with the bytes from `byteOffset` on; may be called from any thread.
  ///
  /// - Precondition: `byteOffset` and the size of `destination` lie within `byteCount`.
  func read(into destination: UnsafeMutableRawBufferPointer, at byteOffset: Int)
    throws(FormatError)
}

extension ByteSource {
  package var isRandomAccess: Bool { true }
  package var checksum: Checksum? { nil }
  package func prefetch(_ range: Range<Int>) {}
  package func leave() {}

  /// The bytes of `range` as an array.
  ///
  /// - Precondition: `range` lies within `byteCount`; it is short enough to be held in memory.
  package func bytes(in range: Range<Int>) throws(FormatError) -> [UInt8] {
    var bytes = [UInt8](repeating: 0, count: range.count)
    try bytes.withUnsafeMutableBufferPointer { (buffer) throws(FormatError) in
      try read(into: UnsafeMutableRawBufferPointer(buffer), at: range.lowerBound)
    }
    return bytes
  }
}

/// The file, and the part of it, that bytes come from.
package struct Origin: Sendable, Equatable {
  package var file: String
  package var place: String?
  package var byteOffset: Int?

  package init(file: String, place: String? = nil, byteOffset: Int? = nil) {
    self.file = file
    self.place = place
    self.byteOffset = byteOffset
  }

  package func error(_ problem: FormatError.Problem) -> FormatError {
    FormatError(file: file, place: place, byteOffset: byteOffset, problem: problem)
  }
}

/// Bytes that are in memory already: a text from a header, a tensor made in a test.
package struct LiteralBytes: ByteSource {
  package var bytes: [UInt8]
  package var origin: Origin

  package init(_ bytes: [UInt8], origin: Origin = Origin(file: "memory")) {
    self.bytes = bytes
    self.origin = origin
  }

  package var byteCount: Int { bytes.count }

  package func read(into destination: UnsafeMutableRawBufferPointer, at byteOffset: Int) {
    precondition(byteOffset >= 0 && byteOffset + destination.count <= bytes.count)
    bytes.withUnsafeBytes { source in
      let part = source[byteOffset..<(byteOffset + destination.count)]
      destination.copyMemory(from: UnsafeRawBufferPointer(rebasing: part))
    }
  }
}

/// A run of the bytes of another source.
package struct SourceRegion: ByteSource {
  private let whole: any ByteSource
  private let range: Range<Int>

  /// - Precondition: `range` lies within `whole`.
  package init(of whole: any ByteSource, range: Range<Int>) {
    precondition(
      range.lowerBound >= 0 && range.upperBound <= whole.byteCount, "\(range) of a source")
    self.whole = whole
    self.range = range
  }

  package var byteCount: Int { range.count }
  package var isRandomAccess: Bool { whole.isRandomAccess }
  package var origin: Origin { whole.origin }

  package func prefetch(_ range: Range<Int>) {
    whole.prefetch(
      (self.range.lowerBound + range.lowerBound)..<(self.range.lowerBound + range.upperBound))
  }

  package func leave() { whole.leave() }

  package func read(into destination: UnsafeMutableRawBufferPointer, at byteOffset: Int)
    throws(FormatError)
  {
    precondition(byteOffset >= 0 && byteOffset + destination.count <= range.count)
    try whole.read(into: destination, at: range.lowerBound + byteOffset)
  }
}
