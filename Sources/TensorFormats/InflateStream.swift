import CZlib

/// zlib's state of one inflation, and how far it is.
///
/// `@unchecked Sendable`: it is only ever reached through the lock of the ``InflatedBytes`` that
/// made it.
final class InflateStream: @unchecked Sendable {
  /// Inflated bytes given out.
  private(set) var position = 0
  /// Deflated bytes taken in.
  private(set) var consumed = 0
  private(set) var hasEnded = false
  private let zlib: UnsafeMutablePointer<z_stream>

  /// - Returns: `nil` where there is no memory.
  init?() {
    zlib = .allocate(capacity: 1)
    zlib.initialize(to: z_stream())
    // Minus: a raw stream, without the header and trailer of zlib's own format.
    let status = inflateInit2_(
      zlib, -MAX_WBITS, ZLIB_VERSION, Int32(MemoryLayout<z_stream>.size))
    guard status == Z_OK else { return nil }
  }

  private init?(copying original: InflateStream) {
    zlib = .allocate(capacity: 1)
    zlib.initialize(to: z_stream())
    guard inflateCopy(zlib, original.zlib) == Z_OK else { return nil }
    position = original.position
    consumed = original.consumed
    hasEnded = original.hasEnded
  }

  deinit {
    inflateEnd(zlib)
    zlib.deallocate()
  }

  func copy() -> InflateStream? { InflateStream(copying: self) }

  /// What zlib has to say about damaged data.
  var complaint: String { zlib.pointee.msg.map { String(cString: $0) } ?? "no reason given" }

  /// Takes in some of `input`, gives out some of the bytes that follow.
  func inflate(_ input: UnsafeBufferPointer<UInt8>, into output: UnsafeMutableRawBufferPointer)
    -> (byteCount: Int, status: Int32)
  {
    zlib.pointee.next_in = UnsafeMutablePointer(mutating: input.baseAddress)
    zlib.pointee.avail_in = UInt32(input.count)
    zlib.pointee.next_out = output.baseAddress?.assumingMemoryBound(to: UInt8.self)
    zlib.pointee.avail_out = UInt32(output.count)
    let status = CZlib.inflate(zlib, Z_NO_FLUSH)
    let made = output.count - Int(zlib.pointee.avail_out)
    position += made
    consumed += input.count - Int(zlib.pointee.avail_in)
    hasEnded = hasEnded || status == Z_STREAM_END
    return (made, status)
  }
}
