import Glibc

/// Offset of the first byte that differs, `nil` if none; at the speed of `memcmp`.
///
/// Where one side is longer and begins with the other, it differs at the end of the shorter.
package func firstDifferingByte(_ dev: UnsafeRawBufferPointer, _ prod: UnsafeRawBufferPointer)
  -> Int?
{
  let count = min(dev.count, prod.count)
  let atEnd = dev.count == prod.count ? nil : count
  guard count > 0, let devStart = dev.baseAddress, let prodStart = prod.baseAddress else {
    return atEnd
  }
  // memcmp tells which side is greater, not where: narrow down from large pieces to single bytes.
  var offset = 0
  for pieceByteCount in [65_536, 1_024, 16, 1] {
    while offset < count {
      let byteCount = min(pieceByteCount, count - offset)
      if memcmp(devStart + offset, prodStart + offset, byteCount) != 0 { break }
      offset += byteCount
    }
    if offset == count { return atEnd }
  }
  return offset
}
