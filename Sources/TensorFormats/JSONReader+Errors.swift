import PipelineTrace

/// What is wrong, and where.
extension JSONReader {
  /// The error that something else was expected at the current place.
  func mistake(_ expected: String) -> FormatError {
    let isInside = byteOffset < source.byteCount
    return error(
      isInside ? "expected \(expected)" : "it ends where \(expected) should be", at: byteOffset)
  }

  /// The error that `what` is wrong at a byte of the source.
  func error(_ what: String, at byteOffset: Int) -> FormatError {
    if let start = origin.byteOffset {
      return FormatError(
        file: origin.file, place: origin.place, byteOffset: start + byteOffset,
        problem: .malformed(what))
    }
    let place = lineAndColumn(ofByte: byteOffset)
    return FormatError(
      file: origin.file,
      place: [origin.place, place].compactMap(\.self).joined(separator: ", "),
      problem: .malformed(what))
  }

  /// `line 3, column 14`, both counted from 1, columns in Unicode scalars; reads the source once more.
  func lineAndColumn(ofByte byteOffset: Int) -> String? {
    var line = 1
    var column = 1
    var offset = 0
    while offset < byteOffset {
      let end = min(byteOffset, offset + Self.windowByteCount)
      guard let bytes = try? source.bytes(in: offset..<end) else { return nil }
      for byte in bytes {
        if byte == 0x0A {
          line += 1
          column = 1
        } else if byte & 0xC0 != 0x80 {
          column += 1
        }
      }
      offset = end
    }
    return "line \(line), column \(column)"
  }
}
