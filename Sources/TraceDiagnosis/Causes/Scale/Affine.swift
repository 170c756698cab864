import Glibc
import PipelineTrace

/// One factor and offset for all elements, or one per channel, row or column.
///
/// Redone on dev with what least squares give, and with the formulas that people write. Groups pay for
/// each that moved, so that one changed column is cheap and a table of two columns is never fitted
/// row by row. Not `not-normalized`, unless dev's groups have mean 0 and deviation 1 and prod's have not:
/// nothing else of unknown statistics can be told from an affine change.
package enum Affine: Cause {
  package static let word = "affine"

  package static func candidates(for evidence: TensorEvidence) throws(FormatError) -> [Candidate] {
    guard evidence.holdsQuantities else { return [] }
    return lines(evidence) + saturated(evidence) + statistics(evidence) + (try groups(evidence))
  }

  /// Formulas that people write: factor, offset, and how they say it.
  private static let formulas: [(line: Line, text: String)] = [
    (Line(factor: 2, offset: -1), "2 * dev - 1"),
    (Line(factor: 0.5, offset: 0.5), "(dev + 1) / 2"),
    (Line(factor: 127.5, offset: 127.5), "127.5 * dev + 127.5"),
    (Line(factor: 1 / 127.5, offset: -1), "dev / 127.5 - 1"),
    (Line(factor: -1, offset: 255), "255 - dev"),
    (Line(factor: -1, offset: 1), "1 - dev"),
    (Line(factor: 1 / 1.8, offset: -32 / 1.8), "dev from Fahrenheit to Celsius"),
    (Line(factor: 1.8, offset: 32), "dev from Celsius to Fahrenheit"),
    (Line(factor: 1, offset: -273.15), "dev - 273.15 (Kelvin to Celsius)"),
    (Line(factor: 1, offset: 273.15), "dev + 273.15 (Celsius to Kelvin)"),
  ]

  private static func lines(_ evidence: TensorEvidence) -> [Candidate] {
    guard let fitted = evidence.spread.line, fitted.factor != 0 else { return [] }
    let whole = Grouping.whole(evidence.dev.shape)
    func candidate(_ line: Line, _ text: String, cost: Double) -> Candidate {
      Candidate(
        word, cost: cost, lines: [line], whole, of: evidence, summary: "prod is \(text)",
        details: [
          Finding.Detail("factor", .number(line.factor)),
          Finding.Detail("offset", .number(line.offset)),
        ])
    }
    var candidates: [Candidate] = []
    let size = evidence.spread.prod.rootMeanSquare
    for (line, text) in formulas
    where (line.factor - fitted.factor).magnitude <= 0.01 * fitted.factor.magnitude
      && (line.offset - fitted.offset).magnitude <= 0.01 * fitted.offset.magnitude + 1e-3 * size
    {
      candidates.append(candidate(line, text, cost: 9))
    }
    let added = Line(factor: 1, offset: fitted.offset)
    if (fitted.factor - 1).magnitude < 0.01, fitted.offset != 0 {
      let offsets = evidence.spread.prod.indices.map {
        evidence.spread.prod[$0] - evidence.spread.dev[$0]
      }
      let middle = offsets.median
      let whole = middle.rounded()
      let isWhole = whole != 0 && (middle - whole).magnitude <= 1e-4 * whole.magnitude
      let offset = isWhole ? whole : middle
      candidates.append(
        candidate(
          Line(factor: 1, offset: offset), "dev \(signed(offset))", cost: isWhole ? 9 : 27))
    }
    if (fitted.factor + 1).magnitude < 0.01 {
      candidates.append(
        candidate(
          Line(factor: -1, offset: added.offset), "\(brief(added.offset)) - dev", cost: 28))
    }
    candidates.append(
      candidate(fitted, "\(brief(fitted.factor)) * dev \(signed(fitted.offset))", cost: 50))
    return candidates
  }

  /// A factor and offset, then a clip at the ends of prod's range: brightness that saturates.
  private static func saturated(_ evidence: TensorEvidence) -> [Candidate] {
    let pairs = evidence.spread
    guard pairs.count >= 64, let low = pairs.prod.min(), let high = pairs.prod.max(), low < high
    else { return [] }
    let margin = 1e-4 * (high - low)
    let inner = pairs.filter { _, prod in prod > low + margin && prod < high - margin }
    guard inner.count >= 32, Double(inner.count) < 0.99 * Double(pairs.count),
      let line = inner.line, line.factor != 0
    else { return [] }
    let redone = evidence.dev.mapped { _, values in
      for i in values.indices where !values[i].isNaN {
        values[i] = min(max(values[i] * line.factor + line.offset, low), high)
      }
    }
    var candidate = Candidate(
      word, cost: 110, dev: redone, prod: evidence.prod,
      summary: "prod is \(brief(line.factor)) * dev \(signed(line.offset)), then clipped to"
        + " \(brief(low))...\(brief(high))",
      details: [
        Finding.Detail("factor", .number(line.factor)),
        Finding.Detail("offset", .number(line.offset)),
        Finding.Detail("low", .number(low)), Finding.Detail("high", .number(high)),
      ], isRedone: true)
    candidate.absoluteFactor = line.factor.magnitude
    return [candidate]
  }

  /// Normalised with the statistics of another model.
  private static func statistics(_ evidence: TensorEvidence) -> [Candidate] {
    ChannelStatistics.channelAxes(of: evidence).flatMap { axis, grouping in
      ChannelStatistics.known.flatMap { dev in
        ChannelStatistics.known.filter { $0.name != dev.name }.map { prod in
          let lines = zip(dev.undone(), prod.done).map {
            Line(factor: $0.factor * $1.factor, offset: $0.offset * $1.factor + $1.offset)
          }
          return Candidate(
            word, cost: 10, lines: lines, grouping, of: evidence,
            summary: "prod is normalised along axis \(axis) with the \(prod.name) statistics, dev"
              + " with those of \(dev.name)",
            details: [
              Finding.Detail("axis", .count(axis)),
              Finding.Detail("dev_statistics", .text(dev.name)),
              Finding.Detail("prod_statistics", .text(prod.name)),
            ])
        }
      }
    }
  }

  private static func groups(_ evidence: TensorEvidence) throws(FormatError) -> [Candidate] {
    let narrow = max(evidence.dev.dtype.narrowRounding, evidence.prod.dtype.narrowRounding)
    let least = max(1e-5, 2 * narrow)
    let size = evidence.devRootMeanSquare
    let affordable =
      Double(evidence.mismatchedCount) * evidence.chanceBits - Judge.leastGain
    return try GroupFit.all(for: evidence).flatMap { fit in
      func candidate(_ lines: [Line], bits: Double, offset: Bool) -> Candidate? {
        let isMoved = lines.map {
          ($0.factor - 1).magnitude > least || $0.offset.magnitude > least * size
        }
        let moved = isMoved.count(where: \.self)
        let cost = 6 + bits * Double(moved)
        guard moved > 0, cost <= affordable else { return nil }
        let used = zip(lines, isMoved).map { $1 ? $0 : Line(factor: 1, offset: 0) }
        return Candidate(
          offset && fit.isDevStandardized ? NotNormalized.word : word, cost: cost, lines: used,
          fit.grouping, of: evidence,
          summary: summary(fit, used, isMoved, offset: offset),
          details: details(fit.grouping, used, moved, offset: offset))
      }
      return [
        candidate(fit.factors, bits: 26, offset: false),
        candidate(fit.lines, bits: 50, offset: true),
      ].compactMap(\.self)
    }
  }

  private static func summary(
    _ fit: GroupFit, _ lines: [Line], _ isMoved: [Bool], offset: Bool
  ) -> String {
    let label = fit.grouping.label
    if offset && fit.isDevStandardized {
      return "dev has mean 0 and deviation 1 per index of \(label), prod has not: one factor and"
        + " offset each bring them together"
    }
    if let only = isMoved.firstIndex(of: true), isMoved.lastIndex(of: true) == only,
      isMoved.count > 1
    {
      let line = lines[only]
      let place = label == "row" ? "row \(only)" : "index \(only) of \(label)"
      return offset
        ? "prod is \(brief(line.factor)) * dev \(signed(line.offset)) at \(place), the same elsewhere"
        : "prod is dev times \(brief(line.factor)) at \(place), the same elsewhere"
    }
    let factors = lines.map(\.factor)
    let range = "\(brief(factors.min() ?? 1)) to \(brief(factors.max() ?? 1))"
    let each = label == "row" ? "row" : "index of \(label)"
    if offset { return "prod is dev times one factor (\(range)) plus one offset per \(each)" }
    return "prod is dev times one factor per \(each) (\(range))"
  }

  private static func details(
    _ grouping: Grouping, _ lines: [Line], _ moved: Int, offset: Bool
  ) -> [Finding.Detail] {
    var details = [
      Finding.Detail("per", .text(grouping.label)), Finding.Detail("moved", .count(moved)),
    ]
    let shown = lines.prefix(8)
    details.append(
      Finding.Detail("factors", .text(shown.map { brief($0.factor) }.joined(separator: ","))))
    if offset {
      details.append(
        Finding.Detail("offsets", .text(shown.map { brief($0.offset) }.joined(separator: ","))))
    }
    return details
  }
}
