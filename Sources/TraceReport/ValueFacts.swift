import TensorKernels
import TraceComparison

/// A diverged value seen closer: its numbers, or its texts around the first difference.
struct ValueFacts {
  /// A measure and what it gave: `mean |Δ|`, `0.332709`.
  var numbers: [(title: String, text: String)] = []
  /// Lines of text, of which the last points at the difference.
  var excerpt: [String] = []

  var isEmpty: Bool { numbers.isEmpty && excerpt.isEmpty }

  /// All metrics, or the texts in lines of at most `columns`; empty where nothing was measured.
  init(_ value: ValueComparison, columns: Int) {
    switch value.detail {
    case .difference(let statistics):
      addTolerance(of: value)
      for metric in allMetrics {
        let reading = metric.reading(of: statistics)
        var text = reading.quantity.text
        if let element = reading.element, let shape = value.dev?.tensor?.shape {
          text += " at \(NumberText.index(shape.index(ofElement: element)))"
        }
        numbers.append((metric.title, text))
      }
      numbers.append(("dev", Self.text(of: statistics.dev)))
      numbers.append(("prod", Self.text(of: statistics.prod)))
    case .sides(let dev, let prod):
      addTolerance(of: value)
      if let dev { numbers.append(("dev", Self.text(of: dev))) }
      if let prod { numbers.append(("prod", Self.text(of: prod))) }
    case .summary(let summary):
      addTolerance(of: value)
      for row in summary.rows {
        let sides = "dev \(FigureText.figure(row.dev)), prod \(FigureText.figure(row.prod))"
        numbers.append((row.statistic.rawValue, "\(sides), \(FigureText.outcome(of: row))"))
      }
      let shape = value.dev?.arrayType?.shape ?? .scalar
      numbers += FigureText.facts(of: summary, shape: shape)
    case .text(let text):
      excerpt = TextExcerpt.lines(of: value, text, columns: columns)
    case .none: break
    }
  }

  private mutating func addTolerance(of value: ValueComparison) {
    guard let tolerance = value.tolerance else { return }
    let relative = NumberText.brief(tolerance.relative)
    numbers.append(("tolerance", "rtol \(relative), atol \(NumberText.brief(tolerance.absolute))"))
  }

  private static func text(of side: SideStatistics) -> String {
    "\(side.rangeText), NaN \(NumberText.grouped(side.nanCount)),"
      + " infinite \(NumberText.grouped(side.infinityCount))"
  }
}
