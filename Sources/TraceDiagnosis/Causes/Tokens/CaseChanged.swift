/// Letters in another case, and nothing else: a lowercasing step that ran on one side only.
package enum CaseChanged: Cause {
  package static let word = "case-changed"

  package static func explanation(of evidence: TextEvidence) -> Finding? {
    guard case .forms(let forms) = evidence.change, forms.first == .letterCase else { return nil }
    let (dev, prod) = (evidence.devText, evidence.prodText)
    let summary: String
    if forms.count > 1 {
      summary = "prod is dev but for case and white space"
    } else if prod == dev.lowercased {
      summary = "prod is dev in lower case"
    } else if dev == prod.lowercased {
      summary = "prod keeps the capitals that dev has in lower case"
    } else if prod == dev.uppercased {
      summary = "prod is dev in upper case"
    } else {
      summary = "prod is dev with other letters in upper case"
    }
    let differing = zip(dev.units, prod.units).enumerated().filter { $0.element.0 != $0.element.1 }
    var proof = ""
    if dev.units.count == prod.units.count, let place = differing.first {
      let (one, other) = (TextForm(units: [place.element.0]), TextForm(units: [place.element.1]))
      proof =
        "; \(grouped(differing.count)) of \(grouped(dev.units.count)) characters differ, "
        + "first '\(other.shown())' for '\(one.shown())' at character \(place.offset)"
    }
    return evidence.finding(
      word, 1, summary + proof,
      dev.units.count == prod.units.count
        ? [Finding.Detail("characters", .count(differing.count))] : [])
  }
}
