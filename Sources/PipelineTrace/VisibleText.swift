/// How text that stems from a file may be shown: nothing in it can move a cursor, turn the writing
/// direction, join neighbours or hide.
///
/// Stands for text as it is: letters, digits, marks of punctuation, CJK, emoji. Shown as an escape in
/// Python's form (`\x1b`, `\n`, `\u202e`): controls, format and bidirectional characters, separators
/// of lines, combining marks, variation selectors, private use and unassigned code points.
package enum VisibleText {
  /// Whether `scalar` may reach a terminal as it is.
  package static func isPlain(_ scalar: Unicode.Scalar) -> Bool {
    if scalar.value < 0x7F { return scalar.value >= 0x20 }
    if scalar.value < 0xA0 { return false }
    switch scalar.properties.generalCategory {
    case .control, .format, .surrogate, .privateUse, .unassigned, .lineSeparator,
      .paragraphSeparator, .nonspacingMark, .enclosingMark, .spacingMark:
      return false
    case .spaceSeparator:
      return scalar.value == 0x3000  // others look like a blank and are none
    default:
      // Hangul vowels and finals join the syllable before them; a filler shows nothing at all.
      let joins = 0x1160...0x11FF
      return !joins.contains(Int(scalar.value)) && scalar.value != 0x115F
        && scalar.value != 0x3164 && scalar.value != 0xFFA0
    }
  }

  /// The escape of a scalar that is not plain: `\n`, `\t`, `\r`, `\x1b`, `\u200b`, `\U000e0001`.
  package static func escape(_ scalar: Unicode.Scalar) -> String {
    switch scalar {
    case "\n": return "\\n"
    case "\t": return "\\t"
    case "\r": return "\\r"
    default:
      let digits = String(scalar.value, radix: 16)
      let (mark, width) =
        scalar.value < 0x100 ? ("\\x", 2) : scalar.value < 0x1_0000 ? ("\\u", 4) : ("\\U", 8)
      return mark + String(repeating: "0", count: width - digits.count) + digits
    }
  }

  /// Text of bytes that should be UTF-8; each byte that is not becomes `\xNN`.
  package static func decode(_ bytes: some Collection<UInt8>) -> String {
    var text = ""
    var rest = Array(bytes)[...]
    while !rest.isEmpty {
      let valid = validPrefixLength(of: rest)
      text += String(decoding: rest.prefix(valid), as: UTF8.self)
      rest = rest.dropFirst(valid)
      if let byte = rest.popFirst() {
        text += "\\x" + (byte < 16 ? "0" : "") + String(byte, radix: 16)
      }
    }
    return text
  }

  /// How many bytes from the start are whole, valid UTF-8 sequences (RFC 3629).
  private static func validPrefixLength(of bytes: ArraySlice<UInt8>) -> Int {
    var parser = Unicode.UTF8.ForwardParser()
    var iterator = bytes.makeIterator()
    var length = 0
    while case .valid(let encoded) = parser.parseScalar(from: &iterator) {
      length += encoded.count
    }
    return length
  }
}

extension String {
  /// This text as it may be printed on one line of a terminal or a report; see ``VisibleText``.
  package var visible: String {
    if unicodeScalars.allSatisfy(VisibleText.isPlain) { return self }
    var shown = ""
    for scalar in unicodeScalars {
      if VisibleText.isPlain(scalar) {
        shown.unicodeScalars.append(scalar)
      } else {
        shown += VisibleText.escape(scalar)
      }
    }
    return shown
  }

  /// Columns of a terminal that this text takes, each scalar by ``Swift/Unicode/Scalar/columnCount``.
  package var columnCount: Int {
    unicodeScalars.reduce(0) { $0 + $1.columnCount }
  }

  /// This text cut to at most `columns` columns; where something is lost its last column is `…`.
  package func truncated(toColumns columns: Int) -> String {
    guard columnCount > columns else { return self }
    var kept = ""
    var used = 0
    for scalar in unicodeScalars {
      guard used + scalar.columnCount < columns else { break }
      kept.unicodeScalars.append(scalar)
      used += scalar.columnCount
    }
    return columns > 0 ? kept + "…" : ""
  }

  /// This text in at most `columns` columns; where something is lost, `…` stands for it a third of the
  /// way, as the ends of names of modules and files tell them apart.
  package func shortened(toColumns columns: Int) -> String {
    guard columnCount > columns else { return self }
    let start = truncated(toColumns: max(1, columns / 3))
    var end = String.UnicodeScalarView()
    var used = start.columnCount
    for scalar in unicodeScalars.reversed() {
      used += scalar.columnCount
      guard used <= columns else { break }
      end.insert(scalar, at: end.startIndex)
    }
    return columns > 0 ? start + String(end) : ""
  }

  /// This text with blanks behind it up to `columns`, or cut to them.
  package func padded(toColumns columns: Int) -> String {
    let cut = truncated(toColumns: columns)
    return cut + String(repeating: " ", count: max(0, columns - cut.columnCount))
  }

  /// This text with blanks before it up to `columns`, or cut to them.
  package func leftPadded(toColumns columns: Int) -> String {
    let cut = truncated(toColumns: columns)
    return String(repeating: " ", count: max(0, columns - cut.columnCount)) + cut
  }
}

extension Unicode.Scalar {
  /// Columns of a terminal that this plain scalar takes: 2 for wide East Asian characters and emoji, else 1.
  ///
  /// - Source: Unicode 15, EastAsianWidth.txt, classes W and F, as ranges of whole blocks.
  package var columnCount: Int {
    guard value >= 0x1100 else { return 1 }
    switch value {
    case 0x1100...0x115F, 0x231A...0x231B, 0x2329...0x232A, 0x23E9...0x23EC, 0x23F0, 0x23F3,
      0x25FD...0x25FE, 0x2614...0x2615, 0x2648...0x2653, 0x267F, 0x2693, 0x26A1, 0x26AA...0x26AB,
      0x26BD...0x26BE, 0x26C4...0x26C5, 0x26CE, 0x26D4, 0x26EA, 0x26F2...0x26F3, 0x26F5, 0x26FA,
      0x26FD, 0x2705, 0x270A...0x270B, 0x2728, 0x274C, 0x274E, 0x2753...0x2755, 0x2757,
      0x2795...0x2797, 0x27B0, 0x27BF, 0x2B1B...0x2B1C, 0x2B50, 0x2B55, 0x2E80...0x303E,
      0x3041...0x3247, 0x3250...0x4DBF, 0x4E00...0xA4CF, 0xA960...0xA97F, 0xAC00...0xD7A3,
      0xF900...0xFAFF, 0xFE10...0xFE19, 0xFE30...0xFE6B, 0xFF01...0xFF60, 0xFFE0...0xFFE6,
      0x16FE0...0x18CFF, 0x1AFF0...0x1B2FF, 0x1F004, 0x1F0CF, 0x1F18E, 0x1F191...0x1F19A,
      0x1F200...0x1F265, 0x1F300...0x1F320, 0x1F32D...0x1F335, 0x1F337...0x1F37C,
      0x1F37E...0x1F393, 0x1F3A0...0x1F3CA, 0x1F3CF...0x1F3D3, 0x1F3E0...0x1F3F0, 0x1F3F4,
      0x1F3F8...0x1F43E, 0x1F440, 0x1F442...0x1F4FC, 0x1F4FF...0x1F53D, 0x1F54B...0x1F54E,
      0x1F550...0x1F567, 0x1F57A, 0x1F595...0x1F596, 0x1F5A4, 0x1F5FB...0x1F64F,
      0x1F680...0x1F6C5, 0x1F6CC, 0x1F6D0...0x1F6D2, 0x1F6D5...0x1F6D7, 0x1F6DC...0x1F6DF,
      0x1F6EB...0x1F6EC, 0x1F6F4...0x1F6FC, 0x1F7E0...0x1F7EB, 0x1F7F0, 0x1F90C...0x1F93A,
      0x1F93C...0x1F945, 0x1F947...0x1F9FF, 0x1FA70...0x1FAFF, 0x20000...0x3FFFD:
      return 2
    default:
      return 1
    }
  }
}
