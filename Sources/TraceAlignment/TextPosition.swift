/// A place in a text, always the start of a Unicode scalar (or of a byte that is part of none).
package struct TextPosition: Sendable, Equatable {
  /// Bytes before it.
  package var byteOffset: Int
  /// Unicode scalars before it, each invalid byte counted as one.
  package var characterOffset: Int
  /// From 1 on; lines end with a line feed.
  package var line: Int

  package init(byteOffset: Int, characterOffset: Int, line: Int) {
    self.byteOffset = byteOffset
    self.characterOffset = characterOffset
    self.line = line
  }
}

/// The first place where two texts differ; the end of the shorter one where it begins the longer one.
///
/// The place has the same offsets on both sides. Texts that only look alike (`é` in one and in two
/// scalars) differ.
///
/// - Returns: `nil` where the bytes are equal.
package func firstDifference(dev: [UInt8], prod: [UInt8]) -> TextPosition? {
  dev.withUnsafeBufferPointer { dev in
    prod.withUnsafeBufferPointer { prod in
      let shorter = min(dev.count, prod.count)
      var difference = 0
      while difference < shorter, dev[difference] == prod[difference] { difference += 1 }
      if difference == dev.count, difference == prod.count { return nil }
      var position = TextPosition(byteOffset: 0, characterOffset: 0, line: 1)
      while position.byteOffset < difference {
        let unit = textUnit(of: dev, at: position.byteOffset)
        // Near the difference a unit of either side may reach across it.
        guard unit == textUnit(of: prod, at: position.byteOffset) else { break }
        position.byteOffset += unit.byteCount
        position.characterOffset += 1
        if unit.value == 0x0A { position.line += 1 }
      }
      return position
    }
  }
}
