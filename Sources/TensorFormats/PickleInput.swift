import PipelineTrace

/// The bytes of a pickle, taken from front to back, and the place that errors point to.
struct PickleInput {
  let bytes: [UInt8]
  /// What errors name; where it has a byte offset, theirs are counted from it.
  let origin: Origin
  private(set) var position = 0
  /// Where the instruction that is followed starts.
  private var start = 0

  init(_ bytes: [UInt8], origin: Origin) {
    self.bytes = bytes
    self.origin = origin
  }

  /// The byte of the next instruction; errors point to it from now on.
  mutating func instruction() throws(FormatError) -> UInt8 {
    start = position
    return bytes[try take(1).lowerBound]
  }

  /// The next `count` bytes.
  ///
  /// - Throws: `truncated` where there are fewer, before anything is allocated.
  mutating func take(_ count: Int) throws(FormatError) -> Range<Int> {
    try require(count)
    position += count
    return (position - count)..<position
  }

  func require(_ count: Int) throws(FormatError) {
    guard count <= bytes.count - position else {
      throw error(
        .truncated(expectedByteCount: count, foundByteCount: bytes.count - position))
    }
  }

  mutating func number<T: FixedWidthInteger & UnsignedInteger>(_ type: T.Type)
    throws(FormatError) -> T
  {
    bytes.littleEndian(type, at: try take(T.bitWidth / 8).lowerBound)
  }

  /// A number of bytes; one beyond 63 bits is more than there can be.
  mutating func length<T: FixedWidthInteger & UnsignedInteger>(_ type: T.Type)
    throws(FormatError) -> Int
  {
    Int(clamping: try number(type))
  }

  /// Two's complement, low byte first, of any length.
  func integer(in range: Range<Int>) -> PickleValue {
    let isNegative = bytes[range].last.map { $0 >= 0x80 } ?? false
    let filler: UInt8 = isNegative ? 0xFF : 0
    let low = Array(bytes[range.prefix(8)])
    let word = (low + [UInt8](repeating: filler, count: 8 - low.count))
      .littleEndian(UInt64.self, at: 0)
    let value = Int(bitPattern: UInt(word))
    let fits = range.dropFirst(8).allSatisfy { bytes[$0] == filler } && (value < 0) == isNegative
    return fits ? .integer(value) : .wideInteger
  }

  /// Up to the next line feed, which is left out.
  mutating func line() throws(FormatError) -> Range<Int> {
    let rest = bytes[position...].prefix(PickleReader.nameByteLimit + 1)
    guard let end = rest.firstIndex(of: 0x0A) else {
      if rest.count > PickleReader.nameByteLimit { throw malformed("a name in it has no end") }
      throw error(
        .truncated(expectedByteCount: rest.count + 1, foundByteCount: rest.count))
    }
    let range = position..<end
    position = end + 1
    return range
  }

  func malformed(_ what: String) -> FormatError { error(.malformed(what)) }

  /// The error at the instruction that is followed.
  func error(_ problem: FormatError.Problem) -> FormatError {
    FormatError(
      file: origin.file, place: origin.place, byteOffset: origin.byteOffset.map { $0 + start },
      problem: problem)
  }
}
