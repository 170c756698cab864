import CZlib
import PipelineTrace
import Synchronization

/// The content of a deflated entry, inflated as it is read, in bounded memory.
///
/// Reading forwards inflates every byte once. After the first step back into the middle, states of
/// the inflation are kept at some thirty places spread over the entry (about 45 kB each), so that a
/// later step back inflates no more than a thirtieth of it. Readers on several threads take turns.
///
/// The CRC-32 grows with the furthest byte that was inflated; once that is the last one, a wrong sum
/// or another length than announced is thrown, then and ever after.
package final class InflatedBytes: ByteSource {
  package let byteCount: Int
  package let origin: Origin
  private let prefixByteCount: Int
  private let inflation: Mutex<Inflation>

  /// - Parameters:
  ///   - deflated: The raw deflate stream.
  ///   - inflatedByteCount: What the archive announces.
  ///   - checksum: The CRC-32 of all inflated bytes.
  ///   - prefixByteCount: How many inflated bytes to leave out at the start; they are hashed too.
  package init(
    deflated: FileRegion, inflatedByteCount: Int, checksum: UInt32,
    skipping prefixByteCount: Int = 0
  ) {
    precondition(prefixByteCount <= inflatedByteCount, "\(prefixByteCount) of \(inflatedByteCount)")
    byteCount = inflatedByteCount - prefixByteCount
    self.prefixByteCount = prefixByteCount
    origin = deflated.origin
    inflation = Mutex(
      Inflation(deflated: deflated, byteCount: inflatedByteCount, checksum: checksum))
  }

  package var isRandomAccess: Bool { false }

  package func leave() { inflation.withLock { $0.leave() } }

  package func read(into destination: UnsafeMutableRawBufferPointer, at byteOffset: Int)
    throws(FormatError)
  {
    precondition(byteOffset >= 0 && byteOffset + destination.count <= byteCount)
    guard !destination.isEmpty else { return }
    // The lock asks for parts that may cross threads; the address does so as a number.
    let address = UInt(bitPattern: destination.baseAddress)
    let count = destination.count
    try inflation.withLock { (inflation) throws(FormatError) in
      let destination = UnsafeMutableRawBufferPointer(
        start: UnsafeMutableRawPointer(bitPattern: address), count: count)
      try inflation.read(into: destination, at: prefixByteCount + byteOffset)
    }
  }
}

/// A deflate stream at some point of its inflation, and the points that can be returned to.
private struct Inflation: ~Copyable {
  let deflated: FileRegion
  let byteCount: Int
  let checksum: UInt32
  /// `nil` before the first byte and after the last.
  private var stream: InflateStream?
  /// In increasing order of position.
  private var checkpoints: [InflateStream] = []
  private var hasGoneBack = false
  /// The hash of all bytes from the start to the furthest that was inflated.
  private var check = CyclicRedundancyCheck()
  private var failure: FormatError?
  /// The deflated bytes of `inputRange`.
  private var input: [UInt8] = []
  private var inputRange = 0..<0

  static let checkpointCount = 32
  private static let inputByteCount = 32 << 10
  /// Bytes inflated between two looks at the checkpoints.
  private static let pieceByteCount = 256 << 10

  init(deflated: FileRegion, byteCount: Int, checksum: UInt32) {
    self.deflated = deflated
    self.byteCount = byteCount
    self.checksum = checksum
  }

  /// Gives up the stream, its checkpoints and its input; what was found of the entry stays known.
  mutating func leave() {
    stream = nil
    checkpoints = []
    hasGoneBack = false
    input = []
    inputRange = 0..<0
  }

  private var checkpointSpacing: Int { max(Self.pieceByteCount, byteCount / Self.checkpointCount) }

  mutating func read(into destination: UnsafeMutableRawBufferPointer, at target: Int)
    throws(FormatError)
  {
    if let failure { throw failure }
    let stream = try stream(before: target)
    if stream.position < target {
      var skipped = [UInt8](
        repeating: 0, count: min(Self.pieceByteCount, target - stream.position))
      try skipped.withUnsafeMutableBufferPointer { (buffer) throws(FormatError) in
        let scratch = UnsafeMutableRawBufferPointer(buffer)
        while stream.position < target {
          let count = min(scratch.count, target - stream.position)
          try inflate(stream, into: UnsafeMutableRawBufferPointer(rebasing: scratch[..<count]))
        }
      }
    }
    var rest = destination[...]
    while !rest.isEmpty {
      let piece = UnsafeMutableRawBufferPointer(rebasing: rest.prefix(Self.pieceByteCount))
      try inflate(stream, into: piece)
      rest = rest.dropFirst(piece.count)
    }
    if stream.position == byteCount { try finish(stream) }
  }

  /// A stream at or before `target`: the one in use, a copy of a checkpoint, or a new one.
  private mutating func stream(before target: Int) throws(FormatError) -> InflateStream {
    let checkpoint = checkpoints.last { $0.position <= target }
    if let stream, stream.position <= target, stream.position >= checkpoint?.position ?? 0 {
      return stream
    }
    // Another pass from the start is no reason to spend memory; a look into the middle is.
    if check.byteCount > 0, target > Self.pieceByteCount { hasGoneBack = true }
    let fresh = checkpoint?.copy() ?? InflateStream()
    guard let fresh else {
      throw deflated.origin.error(.cannotRead("not enough memory to inflate it"))
    }
    stream = fresh
    return fresh
  }

  /// Inflates just as many bytes as `destination` takes.
  private mutating func inflate(
    _ stream: InflateStream, into destination: UnsafeMutableRawBufferPointer
  ) throws(FormatError) {
    var made = 0
    while made < destination.count {
      try fillInput(at: stream.consumed)
      let start = stream.consumed - inputRange.lowerBound
      let piece = UnsafeMutableRawBufferPointer(rebasing: destination[made...])
      let (count, status) = input.withUnsafeBufferPointer {
        stream.inflate(UnsafeBufferPointer(rebasing: $0[start..<inputRange.count]), into: piece)
      }
      hash(piece, count: count, endingAt: stream.position)
      made += count
      switch status {
      case Z_OK: break
      case Z_STREAM_END where made < destination.count,
        Z_BUF_ERROR where count == 0 && stream.consumed == deflated.byteCount:
        throw fail(
          .truncated(expectedByteCount: byteCount, foundByteCount: stream.position))
      case Z_STREAM_END, Z_BUF_ERROR: break
      default:
        throw fail(.malformed("its deflated bytes are damaged (\(stream.complaint))"))
      }
    }
    let last = checkpoints.last?.position ?? 0
    if hasGoneBack, stream.position >= last + checkpointSpacing, let checkpoint = stream.copy() {
      checkpoints.append(checkpoint)
    }
  }

  /// Reads deflated bytes so that those at `offset` are in memory, unless all were consumed.
  private mutating func fillInput(at offset: Int) throws(FormatError) {
    guard !inputRange.contains(offset) else { return }
    let count = min(Self.inputByteCount, deflated.byteCount - offset)
    inputRange = offset..<offset
    input = try deflated.bytes(in: offset..<(offset + count))
    inputRange = offset..<(offset + count)
  }

  private mutating func hash(_ bytes: UnsafeMutableRawBufferPointer, count: Int, endingAt end: Int)
  {
    guard end > check.byteCount else { return }
    let known = check.byteCount - (end - count)
    check.update(UnsafeRawBufferPointer(rebasing: bytes[known..<count]))
  }

  /// Holds the end of the stream against what was announced.
  private mutating func finish(_ stream: InflateStream) throws(FormatError) {
    self.stream = nil
    var surplus: UInt8 = 0
    while !stream.hasEnded {
      try fillInput(at: stream.consumed)
      let start = stream.consumed - inputRange.lowerBound
      let (count, status) = withUnsafeMutableBytes(of: &surplus) { surplus in
        input.withUnsafeBufferPointer {
          stream.inflate(
            UnsafeBufferPointer(rebasing: $0[start..<inputRange.count]), into: surplus)
        }
      }
      guard count == 0 else {
        throw fail(.malformed("it inflates to more than the \(byteCount) bytes announced"))
      }
      switch status {
      case Z_OK, Z_STREAM_END: break
      case Z_BUF_ERROR where stream.consumed < deflated.byteCount: break
      default: throw fail(.malformed("its deflated bytes have no end"))
      }
    }
    guard stream.consumed == deflated.byteCount else {
      throw fail(
        .malformed(
          "\(deflated.byteCount - stream.consumed) bytes follow the end of its deflated bytes"))
    }
    guard check.value == checksum else {
      throw fail(.wrongChecksum(expected: checksum, found: check.value))
    }
    input = []
    inputRange = 0..<0
  }

  private mutating func fail(_ problem: FormatError.Problem) -> FormatError {
    let error = deflated.origin.error(problem)
    failure = error
    stream = nil
    checkpoints = []
    return error
  }
}
