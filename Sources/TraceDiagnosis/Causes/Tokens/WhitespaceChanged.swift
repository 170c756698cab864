import TraceAlignment

/// Blanks, line ends or spaces of no width that differ, and nothing else.
package enum WhitespaceChanged: Cause {
  package static let word = "whitespace-changed"

  package static func explanation(of evidence: TextEvidence) -> Finding? {
    guard case .forms([.spaces]) = evidence.change else { return nil }
    let edits = evidence.edits
    let runs = edits.script.runs.filter { $0.kind != .equal }
    guard let run = runs.first else { return nil }
    let dev = named(evidence.devText.units[run.dev])
    let prod = named(evidence.prodText.units[run.prod])
    let what: String
    switch run.kind {
    case .inserted: what = "\(prod) more"
    case .removed: what = "\(dev) less"
    case .replaced, .equal: what = "\(prod) for \(dev)"
    }
    let places = runs.count == 1 ? "in one place" : "in \(grouped(runs.count)) places"
    return evidence.finding(
      word, 1,
      "prod is dev but for white space \(places): \(what) at character \(run.dev.lowerBound)",
      [Finding.Detail("places", .count(runs.count))])
  }

  private static func named(_ units: ArraySlice<UInt32>) -> String {
    let spaces = units.filter(TextForm.isSpace)
    guard let first = spaces.first, spaces.allSatisfy({ $0 == first }), spaces.count == units.count
    else { return "'\(TextForm(units: Array(units)).shown())'" }
    let name: String
    switch first {
    case 0x20: name = "blank"
    case 0x09: name = "tab"
    case 0x0A: name = "line feed"
    case 0x0D: name = "carriage return"
    case 0xA0: name = "no-break space (U+00A0)"
    case 0x200B: name = "zero-width space (U+200B)"
    case 0xFEFF: name = "byte order mark (U+FEFF)"
    default: name = "space U+\(String(first, radix: 16, uppercase: true))"
    }
    return spaces.count == 1 ? "a \(name)" : "\(spaces.count) times a \(name)"
  }
}
