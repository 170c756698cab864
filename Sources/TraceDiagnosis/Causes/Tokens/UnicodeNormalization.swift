import TraceAlignment

/// The same letters in other scalars: `é` composed or as `e` and an accent, `ﬁ` or `fi`.
///
/// Strings of Swift hide the first kind, so scalars are compared. Not a no-break space for a blank, which is
/// white space.
package enum UnicodeNormalization: Cause {
  package static let word = "unicode-normalization"

  package static func explanation(of evidence: TextEvidence) -> Finding? {
    guard case .forms(let forms) = evidence.change, forms.first == .unicode else { return nil }
    let (dev, prod) = (evidence.devText, evidence.prodText)
    let runs = editScript(dev: dev.units, prod: prod.units).runs.filter { $0.kind != .equal }
    var summary: String
    if dev.isCanonicallyEqual(prod) {
      summary =
        prod.units.count > dev.units.count
        ? "prod has letters and their accents apart (as NFD does), dev has them as one"
        : prod.units.count < dev.units.count
          ? "prod has letters and their accents as one (as NFC does), dev has them apart"
          : "prod is dev in another Unicode form"
    } else {
      let isPlain = prod.plain == prod
      summary =
        isPlain
        ? "prod has plain characters for ligatures, wide or raised ones (as NFKC does)"
        : "dev has plain characters for prod's ligatures, wide or raised ones (as NFKC does)"
      let others = forms.dropFirst().map(\.rawValue)
      if !others.isEmpty {
        summary = "prod is dev but for its Unicode form and \(others.joined(separator: " and "))"
      }
    }
    if let run = runs.first {
      summary +=
        "; \(grouped(runs.count)) \(runs.count == 1 ? "place differs" : "places differ"), first "
        + "\(codes(prod.units[run.prod])) for \(codes(dev.units[run.dev]))"
        + " at character \(run.dev.lowerBound)"
    }
    return evidence.finding(word, 1, summary, [Finding.Detail("places", .count(runs.count))])
  }

  /// `U+0065 U+0301`, of at most four scalars.
  private static func codes(_ units: ArraySlice<UInt32>) -> String {
    let shown = units.prefix(4).map { unit in
      let digits = String(unit, radix: 16, uppercase: true)
      return "U+" + String(repeating: "0", count: max(0, 4 - digits.count)) + digits
    }
    return shown.isEmpty ? "nothing" : shown.joined(separator: " ") + (units.count > 4 ? " …" : "")
  }
}
