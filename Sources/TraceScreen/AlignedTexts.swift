import PipelineTrace
import TensorKernels
import TraceAlignment
import TraceComparison

/// Texts, lists of texts or token ids of both sides, laid across from each other row by row.
package struct AlignedTexts: Sendable, Equatable {
  /// A part of a text, and whether the other side lacks it.
  package struct Segment: Sendable, Equatable {
    package var text: String
    package var isDifferent: Bool

    package init(_ text: String, isDifferent: Bool) {
      self.text = text
      self.isDifferent = isDifferent
    }
  }

  /// What stands across from each other; a side is `nil` where it has nothing there.
  package struct Row: Sendable, Equatable {
    /// Which text of dev's and of prod's list; `nil` for single texts.
    package var devIndex: Int?
    package var prodIndex: Int?
    package var dev: [Segment]?
    package var prod: [Segment]?

    package var isDifferent: Bool {
      dev == nil || prod == nil || (dev ?? []).contains(where: \.isDifferent)
        || (prod ?? []).contains(where: \.isDifferent)
    }
  }

  package var rows: [Row]
  /// Whether the texts are single, and are to be read as running text.
  package var isSingle: Bool

  /// Lists are read up to this many texts; what lies behind is left out.
  private static let rowLimit = 100_000
  /// Texts up to this many bytes are held against each other character by character.
  private static let characterEditLimit = 64 << 10

  package init(rows: [Row], isSingle: Bool) {
    self.rows = rows
    self.isSingle = isSingle
  }

  /// Reads both sides of a value.
  package init(_ value: ValueComparison) throws(FormatError) {
    let dev = try Self.texts(of: value.dev)
    let prod = try Self.texts(of: value.prod)
    isSingle = Self.isSingle(value.dev) && Self.isSingle(value.prod)
    rows = []
    guard !isSingle else {
      rows = [Self.row(dev: dev.first, prod: prod.first, devIndex: nil, prodIndex: nil)]
      return
    }
    for run in editScript(dev: dev, prod: prod).runs {
      for i in 0..<max(run.dev.count, run.prod.count) {
        let devIndex = i < run.dev.count ? run.dev.lowerBound + i : nil
        let prodIndex = i < run.prod.count ? run.prod.lowerBound + i : nil
        rows.append(
          Self.row(
            dev: devIndex.map { dev[$0] }, prod: prodIndex.map { prod[$0] }, devIndex: devIndex,
            prodIndex: prodIndex))
      }
    }
  }

  private static func isSingle(_ value: Value?) -> Bool {
    guard case .text(let texts) = value?.content else { return value == nil }
    return texts.shape.rank == 0
  }

  private static func texts(of value: Value?) throws(FormatError) -> [[UInt8]] {
    switch value?.content {
    case .text(let texts):
      return try texts.elements(0..<min(rowLimit, texts.shape.elementCount))
    case .tokens(let tensor, let pieces):
      guard tensor.shape.elementCount <= rowLimit else { return [] }
      return try TokenEdits.ids(of: tensor).enumerated().map { i, id in
        guard let pieces, i < pieces.count else { return Array(String(id).utf8) }
        return Array("\(id) ".utf8) + pieces[i]
      }
    default:
      return []
    }
  }

  private static func row(dev: [UInt8]?, prod: [UInt8]?, devIndex: Int?, prodIndex: Int?) -> Row {
    var row = Row(devIndex: devIndex, prodIndex: prodIndex, dev: nil, prod: nil)
    guard let dev, let prod else {
      row.dev = dev.map { [Segment(VisibleText.decode($0), isDifferent: true)] }
      row.prod = prod.map { [Segment(VisibleText.decode($0), isDifferent: true)] }
      return row
    }
    guard dev != prod else {
      row.dev = [Segment(VisibleText.decode(dev), isDifferent: false)]
      row.prod = row.dev
      return row
    }
    guard max(dev.count, prod.count) <= characterEditLimit else {
      row.dev = [Segment(VisibleText.decode(dev), isDifferent: true)]
      row.prod = [Segment(VisibleText.decode(prod), isDifferent: true)]
      return row
    }
    row.dev = []
    row.prod = []
    for run in characterEdits(dev: dev, prod: prod).byteRuns {
      let isDifferent = run.kind != .equal
      if !run.dev.isEmpty {
        row.dev?.append(Segment(VisibleText.decode(dev[run.dev]), isDifferent: isDifferent))
      }
      if !run.prod.isEmpty {
        row.prod?.append(Segment(VisibleText.decode(prod[run.prod]), isDifferent: isDifferent))
      }
    }
    return row
  }
}
