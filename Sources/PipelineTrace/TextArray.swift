/// Recorded text: one string or an array of them, each as UTF-8 bytes.
///
/// Strings are compared and kept as bytes: Swift's `String` takes `é` in one and in two scalars for
/// equal, which is the very difference that is looked for here.
package struct TextArray: Sendable {
  package enum Encoding: Sendable, Equatable {
    /// UCS-4 units, `unitCount` to an element, NUL-padded: numpy's `<U` and `>U`.
    case utf32(unitCount: Int, byteOrder: Tensor.ByteOrder)
    /// Bytes, `byteCount` to an element, NUL-padded: numpy's `|S`.
    case bytes(byteCount: Int)
    /// Elements at these ranges of the source, of any length: texts from JSON.
    case ranges([Range<Int>])
  }

  package var shape: Shape
  package var encoding: Encoding
  package var bytes: any ByteSource

  /// - Precondition: all elements lie within `bytes`; a reader has to have checked it.
  package init(shape: Shape, encoding: Encoding, bytes: any ByteSource) {
    self.shape = shape
    self.encoding = encoding
    self.bytes = bytes
  }

  /// Texts that are in memory already.
  package init(_ texts: [[UInt8]], shape: Shape, origin: Origin = Origin(file: "memory")) {
    var ranges: [Range<Int>] = []
    var joined: [UInt8] = []
    for text in texts {
      ranges.append(joined.count..<(joined.count + text.count))
      joined += text
    }
    self.init(
      shape: shape, encoding: .ranges(ranges), bytes: LiteralBytes(joined, origin: origin))
  }

  /// One text.
  package init(_ text: String) {
    self.init([Array(text.utf8)], shape: .scalar)
  }

  /// Bytes of one element that are read at most; a longer one is an error, not a crash.
  package static let elementByteLimit = 16 << 20

  /// The elements of `range`, in row-major order, as UTF-8.
  ///
  /// Code units that are no scalar values (lone surrogates) are kept apart from each other in
  /// generalised UTF-8. Cost: the bytes of the range, which should be short.
  ///
  /// - Throws: `malformed` for a code unit above U+10FFFF, `tooLarge` for an element over the limit.
  package func elements(_ range: Range<Int>) throws(FormatError) -> [[UInt8]] {
    var texts: [[UInt8]] = []
    for element in range {
      let stored = try storedBytes(ofElement: element)
      switch encoding {
      case .ranges: texts.append(stored)
      case .bytes: texts.append(stored.trimmingTrailing(0))
      case .utf32(_, let byteOrder):
        texts.append(try transcode(stored, byteOrder: byteOrder, element: element))
      }
    }
    return texts
  }

  private func storedBytes(ofElement element: Int) throws(FormatError) -> [UInt8] {
    let range: Range<Int>
    switch encoding {
    case .ranges(let ranges): range = ranges[element]
    case .bytes(let count): range = (element * count)..<((element + 1) * count)
    case .utf32(let count, _): range = (element * count * 4)..<((element + 1) * count * 4)
    }
    guard range.count <= Self.elementByteLimit else {
      throw bytes.origin.error(
        .tooLarge(
          byteCount: range.count, limit: Self.elementByteLimit, what: "text number \(element)"))
    }
    return try bytes.bytes(in: range)
  }

  private func transcode(_ stored: [UInt8], byteOrder: Tensor.ByteOrder, element: Int)
    throws(FormatError) -> [UInt8]
  {
    var units: [UInt32] = []
    units.reserveCapacity(stored.count / 4)
    for start in stride(from: 0, to: stored.count - 3, by: 4) {
      let quad = stored[start..<(start + 4)]
      let ordered = byteOrder == .big ? Array(quad) : quad.reversed()
      units.append(ordered.reduce(0) { $0 << 8 | UInt32($1) })
    }
    var text: [UInt8] = []
    for unit in units.trimmingTrailing(0) {
      switch unit {
      case ..<0x80:
        text.append(UInt8(unit))
      case ..<0x800:
        text += [UInt8(0xC0 | unit >> 6), UInt8(0x80 | unit & 0x3F)]
      case ..<0x1_0000:
        text += [
          UInt8(0xE0 | unit >> 12), UInt8(0x80 | unit >> 6 & 0x3F), UInt8(0x80 | unit & 0x3F),
        ]
      case ...0x10_FFFF:
        text += [
          UInt8(0xF0 | unit >> 18), UInt8(0x80 | unit >> 12 & 0x3F),
          UInt8(0x80 | unit >> 6 & 0x3F), UInt8(0x80 | unit & 0x3F),
        ]
      default:
        throw bytes.origin.error(
          .malformed("text number \(element) holds a unit that is no Unicode code point"))
      }
    }
    return text
  }
}

extension Array where Element: Equatable {
  /// Without the run of `padding` at its end, which numpy's fixed-width texts cannot keep apart.
  fileprivate func trimmingTrailing(_ padding: Element) -> [Element] {
    var end = count
    while end > 0, self[end - 1] == padding { end -= 1 }
    return Array(self[..<end])
  }
}
