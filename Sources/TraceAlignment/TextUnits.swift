/// A text as Unicode scalars, with the place of each in its bytes.
///
/// A byte that belongs to no valid UTF-8 sequence (RFC 3629) is a unit of its own, so any bytes can
/// be taken apart and put together again. Nothing is normalised: `é` is one unit or two, as stored.
package struct TextUnits: Sendable, Equatable {
  /// The scalar values; an invalid byte is ``invalidBase`` and its value.
  package let values: [UInt32]
  /// Where each unit starts, and, as one more, where the last one ends.
  private let byteOffsets: [Int32]

  /// Above all scalar values.
  package static let invalidBase: UInt32 = 0x11_0000

  /// - Precondition: there are less than 2 GiB of them.
  package init(_ bytes: [UInt8]) {
    var values: [UInt32] = []
    var byteOffsets: [Int32] = [0]
    values.reserveCapacity(bytes.count)
    byteOffsets.reserveCapacity(bytes.count + 1)
    bytes.withUnsafeBufferPointer { bytes in
      var offset = 0
      while offset < bytes.count {
        let unit = textUnit(of: bytes, at: offset)
        values.append(unit.value)
        offset += unit.byteCount
        byteOffsets.append(Int32(offset))
      }
    }
    self.values = values
    self.byteOffsets = byteOffsets
  }

  package var count: Int { values.count }

  /// The bytes of some units.
  package func byteRange(of units: Range<Int>) -> Range<Int> {
    Int(byteOffsets[units.lowerBound])..<Int(byteOffsets[units.upperBound])
  }
}

/// The scalar that starts at `offset`, or the invalid byte that stands there.
func textUnit(of bytes: UnsafeBufferPointer<UInt8>, at offset: Int)
  -> (value: UInt32, byteCount: Int)
{
  let lead = bytes[offset]
  if lead < 0x80 { return (UInt32(lead), 1) }
  let invalid = (TextUnits.invalidBase + UInt32(lead), 1)
  // The range of the second byte excludes overlong forms, surrogates and what is above U+10FFFF.
  let (byteCount, second): (Int, ClosedRange<UInt8>)
  switch lead {
  case 0xC2...0xDF: (byteCount, second) = (2, 0x80...0xBF)
  case 0xE0: (byteCount, second) = (3, 0xA0...0xBF)
  case 0xED: (byteCount, second) = (3, 0x80...0x9F)
  case 0xE1...0xEF: (byteCount, second) = (3, 0x80...0xBF)
  case 0xF0: (byteCount, second) = (4, 0x90...0xBF)
  case 0xF1...0xF3: (byteCount, second) = (4, 0x80...0xBF)
  case 0xF4: (byteCount, second) = (4, 0x80...0x8F)
  default: return invalid
  }
  guard offset + byteCount <= bytes.count, second.contains(bytes[offset + 1]) else {
    return invalid
  }
  var value = UInt32(lead) & (0x7F >> UInt32(byteCount))
  for byte in bytes[(offset + 1)..<(offset + byteCount)] {
    guard byte & 0xC0 == 0x80 else { return invalid }
    value = value << 6 | UInt32(byte & 0x3F)
  }
  return (value, byteCount)
}
