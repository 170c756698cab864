import TraceAlignment

/// What became of one text, by the first of these that holds; each cause of texts speaks of one.
enum TextChange: Equatable {
  /// Something that a text can differ in and still be the same words.
  enum Form: String, CaseIterable {
    case unicode = "its Unicode form"
    case letterCase = "case"
    case spaces = "white space"
  }

  /// The same but for these, of which none can be left out.
  case forms([Form])
  /// Prod is the start of dev, or its end, and lacks more than some words.
  case cut(Cut)
  /// Words that only one side has; `isSure` where nothing else differs.
  case words(removed: [TextForm], added: [TextForm], isSure: Bool)
  /// Prod is dev's UTF-8, taken for Latin-1.
  case misread
  /// Dev's words in another order.
  case wordsReordered
  /// None of these.
  case other

  struct Cut: Equatable {
    var keptCount: Int
    var totalCount: Int
    var isAtEnd: Bool
    /// Whether the cut goes through a word.
    var isWithinWord: Bool
  }

  /// Texts with more scalars than this are not looked into.
  static let unitLimit = 1 << 20

  /// - Precondition: the bytes differ.
  static func between(dev: [UInt8], prod: [UInt8]) -> TextChange {
    let (dev, prod) = (TextForm(dev), TextForm(prod))
    guard max(dev.units.count, prod.units.count) <= unitLimit else { return .other }
    if let forms = forms(dev: dev, prod: prod) { return .forms(forms) }
    if isMisread(dev: dev, prod: prod) { return .misread }
    if let cut = cut(dev: dev, prod: prod) { return .cut(cut) }
    return words(dev: dev, prod: prod)
  }

  /// The fewest forms that have to be undone to make the texts alike; `nil` where none do.
  private static func forms(dev: TextForm, prod: TextForm) -> [Form]? {
    let sets: [[Form]] = [
      [.unicode], [.letterCase], [.spaces], [.unicode, .letterCase], [.unicode, .spaces],
      [.letterCase, .spaces], [.unicode, .letterCase, .spaces],
    ]
    if dev.isCanonicallyEqual(prod) { return [.unicode] }
    // White space before compatibility, which would take a no-break space for its own.
    let order = [1, 2, 0, 5, 3, 4, 6]
    for set in order.map({ sets[$0] }) {
      let (one, two) = (undone(dev, set), undone(prod, set))
      if one.units.isEmpty != dev.units.isEmpty || two.units.isEmpty != prod.units.isEmpty {
        continue
      }
      if one == two || set.contains(.unicode) && one.isCanonicallyEqual(two) { return set }
    }
    return nil
  }

  private static func undone(_ text: TextForm, _ forms: [Form]) -> TextForm {
    var text = text
    if forms.contains(.unicode) { text = text.plain }
    if forms.contains(.letterCase) { text = text.caseFolded }
    if forms.contains(.spaces) { text = text.withoutSpaces }
    return text
  }

  private static func isMisread(dev: TextForm, prod: TextForm) -> Bool {
    guard prod.units.contains(where: { $0 >= 0x80 }), prod.units.allSatisfy({ $0 < 0x100 })
    else { return false }
    return TextForm(prod.units.map { UInt8($0) }) == dev
  }

  private static func cut(dev: TextForm, prod: TextForm) -> Cut? {
    // A cut through the bytes of a scalar leaves some that are no text, or marks in their place.
    var kept = prod.units[...]
    while let last = kept.last, last == 0xFFFD || last >= TextUnits.invalidBase {
      kept.removeLast()
    }
    let isWithinScalar = kept.count < prod.units.count && kept.count + 3 >= prod.units.count
    guard kept.count < dev.units.count, !kept.isEmpty else { return nil }
    let isAtEnd = dev.units.starts(with: kept)
    guard isAtEnd || dev.units.suffix(kept.count).elementsEqual(kept) else { return nil }
    guard kept.count == prod.units.count || isAtEnd && isWithinScalar else { return nil }
    let border = isAtEnd ? kept.count : dev.units.count - kept.count
    let isWithinWord =
      isWithinScalar
      || TextForm.isWordUnit(dev.units[border - 1]) && TextForm.isWordUnit(dev.units[border])
    let rest = isAtEnd ? dev.units[border...] : dev.units[..<border]
    let lost = TextForm(units: Array(rest)).words
    // A template's marks or a few words are taken off, not cut off.
    let isMarkup = rest.contains { "<[|{".unicodeScalars.map(\.value).contains($0) }
    guard isWithinWord || !isMarkup && (lost.count > 3 || rest.count * 10 > dev.units.count * 3)
    else { return nil }
    return Cut(
      keptCount: kept.count, totalCount: dev.units.count, isAtEnd: isAtEnd,
      isWithinWord: isWithinWord)
  }

  private static func words(dev: TextForm, prod: TextForm) -> TextChange {
    let (devWords, prodWords) = (dev.words, prod.words)
    let direct = wordEdits(devWords, prodWords, keys: (devWords, prodWords))
    if direct.removed.isEmpty != direct.added.isEmpty {
      return .words(removed: direct.removed, added: direct.added, isSure: true)
    }
    let folded = (devWords.map { $0.plain.caseFolded }, prodWords.map { $0.plain.caseFolded })
    let edits = wordEdits(devWords, prodWords, keys: folded)
    if edits.removed.isEmpty != edits.added.isEmpty {
      return .words(removed: edits.removed, added: edits.added, isSure: true)
    }
    if devWords.count == prodWords.count, !direct.removed.isEmpty,
      counted(folded.0) == counted(folded.1)
    {
      return .wordsReordered
    }
    let keptCount = devWords.count - edits.removed.count
    guard 10 * keptCount >= 3 * devWords.count, keptCount > 0 else { return .other }
    return .words(removed: edits.removed, added: edits.added, isSure: false)
  }

  private static func counted(_ words: [TextForm]) -> [TextForm: Int] {
    words.reduce(into: [:]) { $0[$1, default: 0] += 1 }
  }

  private static func wordEdits(
    _ dev: [TextForm], _ prod: [TextForm], keys: (dev: [TextForm], prod: [TextForm])
  ) -> (removed: [TextForm], added: [TextForm]) {
    let script = editScript(dev: keys.dev, prod: keys.prod)
    var removed: [TextForm] = []
    var added: [TextForm] = []
    for run in script.runs where run.kind != .equal {
      removed += dev[run.dev]
      added += prod[run.prod]
    }
    return (removed, added)
  }
}
