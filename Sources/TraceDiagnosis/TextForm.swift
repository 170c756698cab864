import PipelineTrace
import TraceAlignment

/// A text as Unicode scalars, and the forms of it that differ in nothing a reader would call another word.
///
/// Bytes that are no UTF-8 are units of their own and stay what they are in every form.
struct TextForm: Hashable {
  var units: [UInt32]

  init(_ bytes: [UInt8]) { units = TextUnits(bytes).values }

  init(units: [UInt32]) { self.units = units }

  /// Without case: upper case, then lower case, scalar by scalar, so that `ß` is `ss`; ligatures stay.
  var caseFolded: TextForm {
    var folded: [UInt32] = []
    folded.reserveCapacity(units.count)
    for unit in units {
      if unit < 0x80 {
        folded.append((0x41...0x5A).contains(unit) ? unit + 32 : unit)
      } else if let scalar = Unicode.Scalar(unit) {
        let upper = scalar.properties.uppercaseMapping.unicodeScalars
        // A ligature in upper case is two letters: that is another form, not another case.
        if upper.count == 1 || unit == 0xDF {
          for scalar in upper {
            folded += scalar.properties.lowercaseMapping.unicodeScalars.map(\.value)
          }
        } else {
          folded.append(unit)
        }
      } else {
        folded.append(unit)
      }
    }
    return TextForm(units: folded)
  }

  var lowercased: TextForm { mapped(\.lowercaseMapping) }

  var uppercased: TextForm { mapped(\.uppercaseMapping) }

  private func mapped(_ mapping: KeyPath<Unicode.Scalar.Properties, String>) -> TextForm {
    TextForm(
      units: units.flatMap { unit in
        Unicode.Scalar(unit).map { $0.properties[keyPath: mapping].unicodeScalars.map(\.value) }
          ?? [unit]
      })
  }

  /// Without white space, that of no width included.
  var withoutSpaces: TextForm { TextForm(units: units.filter { !Self.isSpace($0) }) }

  /// With wide letters, ligatures, raised digits and the like as the plain ones they stand for: the part of
  /// NFKC that texts on the way to a model are known to contain.
  var plain: TextForm { TextForm(units: units.flatMap { Self.plainUnits(of: $0) }) }

  static func isSpace(_ unit: UInt32) -> Bool {
    switch unit {
    case 0x200B, 0x2060, 0xFEFF: true
    default: Unicode.Scalar(unit)?.properties.isWhitespace ?? false
    }
  }

  static func isWordUnit(_ unit: UInt32) -> Bool {
    guard let scalar = Unicode.Scalar(unit) else { return true }
    let properties = scalar.properties
    switch properties.generalCategory {
    case .nonspacingMark, .spacingMark, .decimalNumber, .letterNumber, .otherNumber: return true
    default: return properties.isAlphabetic || unit == 0x5F
    }
  }

  /// Whether both are the same text to Unicode: `é` in one scalar and in two. False for bytes that are no text.
  func isCanonicallyEqual(_ other: TextForm) -> Bool {
    guard let one = string, let two = other.string else { return false }
    return one == two
  }

  /// As a string; `nil` where a unit is no scalar.
  private var string: String? {
    var text = ""
    text.unicodeScalars.reserveCapacity(units.count)
    for unit in units {
      guard let scalar = Unicode.Scalar(unit) else { return nil }
      text.unicodeScalars.append(scalar)
    }
    return text
  }

  /// Words, runs of letters and digits, and every other mark that is no white space by itself.
  var words: [TextForm] {
    var words: [TextForm] = []
    var word: [UInt32] = []
    for unit in units {
      if Self.isWordUnit(unit) {
        word.append(unit)
        continue
      }
      if !word.isEmpty { words.append(TextForm(units: word)) }
      word = []
      if !Self.isSpace(unit) { words.append(TextForm(units: [unit])) }
    }
    if !word.isEmpty { words.append(TextForm(units: word)) }
    return words
  }

  /// Safe to print, at most `limit` scalars of it.
  func shown(_ limit: Int = 40) -> String {
    var text = ""
    for unit in units.prefix(limit) {
      if let scalar = Unicode.Scalar(unit) {
        text.unicodeScalars.append(scalar)
      } else {
        text.unicodeScalars.append("\u{FFFD}")
      }
    }
    return text.visible + (units.count > limit ? "…" : "")
  }

  private static let plainForms: [UInt32: String] = [
    0x00A0: " ", 0x00B2: "2", 0x00B3: "3", 0x00B9: "1", 0x00BC: "1⁄4", 0x00BD: "1⁄2",
    0x00BE: "3⁄4", 0x00AA: "a", 0x00BA: "o", 0x00B5: "μ", 0x2026: "...", 0x2122: "TM",
    0x2103: "°C", 0x2109: "°F", 0x2116: "No", 0x2070: "0", 0x2071: "i", 0x207A: "+",
    0x207B: "−", 0x207F: "n", 0x2024: ".", 0x2025: "..", 0x3000: " ", 0x017F: "s",
    0xFB00: "ff", 0xFB01: "fi", 0xFB02: "fl", 0xFB03: "ffi", 0xFB04: "ffl", 0xFB05: "st",
    0xFB06: "st", 0x0132: "IJ", 0x0133: "ij", 0x2160: "I", 0x2161: "II", 0x2162: "III",
    0x2163: "IV", 0x2164: "V", 0x2165: "VI", 0x2166: "VII", 0x2167: "VIII", 0x2168: "IX",
    0x2169: "X", 0x2011: "‐",
  ]

  private static func plainUnits(of unit: UInt32) -> [UInt32] {
    switch unit {
    case ..<0x80: [unit]
    case 0xFF01...0xFF5E: [unit - 0xFEE0]
    case 0x2000...0x200A, 0x202F, 0x205F: [0x20]
    case 0x2074...0x2079: [unit - 0x2070 + 0x30]
    case 0x2080...0x2089: [unit - 0x2080 + 0x30]
    case 0x2460...0x2468: [unit - 0x2460 + 0x31]
    default: plainForms[unit]?.unicodeScalars.map(\.value) ?? [unit]
    }
  }
}
