import Glibc
import PipelineTrace
import TraceComparison
import TraceReport

/// The stages in the order they ran, dev and prod side by side, one row each.
package struct StageList: Sendable, Equatable {
  package private(set) var selection = 0
  private var first = 0
  private var height = 0
  private(set) var measure: Measure

  package init(_ comparison: Comparison) {
    measure = Measure(comparison)
  }

  /// Takes over another arrangement of the stages.
  package mutating func measure(_ comparison: Comparison) {
    measure = Measure(comparison)
  }

  /// Takes over its place on the screen, and keeps the selection on it.
  package mutating func resize(height: Int, count: Int) {
    self.height = height
    follow(count: count)
  }

  /// Selects a row; beyond the ends it selects the first or the last.
  package mutating func select(_ index: Int, count: Int) {
    selection = max(0, min(count - 1, index))
    follow(count: count)
  }

  private mutating func follow(count: Int) {
    let shown = max(1, height)
    if selection < first { first = selection }
    if selection >= first + shown { first = selection - shown + 1 }
    first = max(0, min(first, count - shown))
  }

  /// - Returns: Whether the action is one of this list.
  package mutating func update(_ action: Action, comparison: Comparison) -> PanelReply {
    let count = comparison.pairs.count
    let page = max(1, height - 1)
    switch action {
    case .moveDown: select(selection + 1, count: count)
    case .moveUp: select(selection - 1, count: count)
    case .halfPageDown: select(selection + max(1, height / 2), count: count)
    case .halfPageUp: select(selection - max(1, height / 2), count: count)
    case .pageDown: select(selection + page, count: count)
    case .pageUp: select(selection - page, count: count)
    case .moveToFirst: select(0, count: count)
    case .moveToLast: select(count - 1, count: count)
    default: return .ignored
    }
    return .done
  }

  // MARK: Drawing

  /// How wide the parts of the rows are, drawn up once for a list, as it takes a look at every stage.
  struct Measure: Equatable, Sendable {
    var number = 2
    var name = 8
    var dtype = 0
    var shape = 0

    init(_ comparison: Comparison) {
      number = max(2, String(comparison.pairs.count).count)
      // Most stages look like others: each look is measured once.
      var looks: Set<Look> = []
      for pair in comparison.pairs {
        let devName = pair.dev?.name ?? ""
        let prodName = pair.prod?.name ?? ""
        name = max(name, devName.visible.columnCount)
        if prodName != devName { name = max(name, prodName.visible.columnCount) }
        if let look = pair.leadingValue.flatMap({ Look($0) }), !looks.insert(look).inserted {
          continue
        }
        dtype = max(dtype, pair.shownDTypes.columnCount)
        shape = max(shape, pair.shownShapes.columnCount)
      }
    }

    /// All that the shown dtypes and shapes of two arrays are made of.
    private struct Look: Hashable {
      private var dtypes: [DType]
      private var shapes: [Shape]

      /// - Returns: `nil` where a side is no array.
      init?(_ value: ValueComparison) {
        guard let dev = value.dev?.arrayType, let prod = value.prod?.arrayType else { return nil }
        dtypes = [dev.dtype, prod.dtype]
        shapes = [dev.shape, prod.shape]
      }
    }

    /// Columns in which a row shows everything whole.
    var width: Int { 2 * name + dtype + shape + number + 25 }
  }

  /// Where the columns of a list stand, for a width.
  private struct Columns {
    var number: Int
    var name: Int
    var role: Int
    var dtype: Int
    var shape: Int
    var bar: Int
    /// Whether names are too long to stand twice in a row, so that one both sides share stands once.
    var isCramped: Bool

    /// Gives room to the bar and the dtype, then to both names, the shape and the note as far as they
    /// fit whole; where the names do not, to one name, and to the others what it leaves.
    init(width: Int, _ measure: Measure) {
      number = measure.number
      var left = width - number - 3 - 3
      /// A column of this width where at least so much is left for the others, else none.
      func share(_ wanted: Int, leaving rest: Int) -> Int {
        guard left - wanted - 1 >= rest else { return 0 }
        left -= wanted + 1
        return wanted
      }
      bar = share(4, leaving: 12)
      dtype = share(min(8, measure.dtype), leaving: 14)
      isCramped = 2 * measure.name > left
      let shapes = min(measure.shape, 24)
      if !isCramped, 2 * measure.name + shapes + 1 > left {
        isCramped = measure.name + shapes < left
      }
      let names = isCramped ? min(measure.name, 20) : 2 * measure.name
      let whole = share(shapes, leaving: names)
      shape = whole > 0 ? whole : share(min(shapes, 11), leaving: names)
      role = share(9, leaving: names)
      name = max(1, isCramped ? (left - 1) / 2 : min(left / 2, measure.name))
    }
  }

  package func draw(
    into grid: inout Grid, comparison: Comparison, theme: Theme, isFocused: Bool
  ) {
    let columns = Columns(width: grid.width, measure)
    let firstDivergence = comparison.firstDivergence
    for y in 0..<grid.height {
      let index = first + y
      guard index < comparison.pairs.count else { break }
      draw(
        comparison.pairs[index], index: index, y: y, columns: columns, into: &grid, theme: theme,
        isFirstDivergence: index == firstDivergence, comparison: comparison)
      if index == selection {
        var style = theme.selected
        if index == firstDivergence { style.attributes.insert(.bold) }
        // Without the focus the selection is underlined, so that there is one cursor on the screen.
        if !isFocused { style.attributes = [.underline, .bold] }
        grid.fill(x: 0, y: y, width: grid.width, style: style, clearing: false)
      }
    }
  }

  private func draw(
    _ pair: PairComparison, index: Int, y: Int, columns: Columns, into grid: inout Grid,
    theme: Theme, isFirstDivergence: Bool, comparison: Comparison
  ) {
    let glyphs = theme.glyphs
    let isDiverged = pair.status.isDivergence
    var nameStyle = isDiverged ? theme.bold : theme.plain
    if pair.status == .pending { nameStyle = theme.faint }
    var x = grid.write(
      isFirstDivergence ? glyphs.firstDivergence : " ", x: 0, y: y, style: theme.diverged)
    x = grid.write(
      String(index).leftPadded(toColumns: columns.number) + " ", x: x, y: y, style: theme.faint)
    let signStyle = isDiverged ? theme.diverged : theme.faint
    if columns.isCramped {
      x = grid.write("\(sign(of: pair, glyphs)) ", x: x, y: y, style: signStyle)
    }
    if columns.isCramped, let dev = pair.dev, dev.name == pair.prod?.name {
      x = write(dev, columns: 2 * columns.name + 1, x: x, y: y, into: &grid, nameStyle, theme)
    } else {
      x = write(pair.dev, columns: columns.name, x: x, y: y, into: &grid, nameStyle, theme)
      let between = columns.isCramped ? glyphs.vertical : " \(sign(of: pair, glyphs)) "
      x = grid.write(between, x: x, y: y, style: columns.isCramped ? theme.faint : signStyle)
      x = write(pair.prod, columns: columns.name, x: x, y: y, into: &grid, nameStyle, theme)
    }
    if columns.role > 0 {
      x = grid.write(
        " " + note(on: pair).padded(toColumns: columns.role), x: x, y: y,
        style: pair.role == .origin ? theme.diverged : theme.faint)
    }
    if columns.dtype > 0 {
      x = grid.write(" " + pair.shownDTypes.padded(toColumns: columns.dtype), x: x, y: y)
    }
    if columns.shape > 0 {
      x = grid.write(" " + pair.shownShapes.padded(toColumns: columns.shape), x: x, y: y)
    }
    if columns.bar > 0 {
      grid.write(
        " " + ErrorBar(pair.relativeError, glyphs).text(columns: columns.bar), x: x, y: y,
        style: theme.bar)
    }
  }

  /// A stage's name, or a dashed line where the side has none.
  private func write(
    _ stage: Stage?, columns: Int, x: Int, y: Int, into grid: inout Grid, _ style: Style,
    _ theme: Theme
  ) -> Int {
    guard let stage else {
      return grid.write(
        String(repeating: theme.glyphs.tail, count: columns), x: x, y: y, style: theme.faint)
    }
    let name = stage.name.visible.shortened(toColumns: columns)
    return grid.write(name.padded(toColumns: columns), x: x, y: y, style: style)
  }

  private func sign(of pair: PairComparison, _ glyphs: Glyphs) -> String {
    switch pair.status {
    case .pending: glyphs.pending
    case .identical: glyphs.identical
    case .close: glyphs.close
    case .diverged: glyphs.diverged
    case .onlyDev: glyphs.onlyDev
    case .onlyProd: glyphs.onlyProd
    case .notComparable: glyphs.notComparable
    }
  }

  /// One word on what is special about the pair.
  private func note(on pair: PairComparison) -> String {
    switch pair.status {
    case .onlyDev: return pair.pair.repeats == nil ? "missing" : "repeated"
    case .onlyProd: return pair.pair.repeats == nil ? "extra" : "repeated"
    case .pending where pair.isLost, .notComparable where pair.isLost: return "lost"
    default: break
    }
    if pair.pair.isMoved { return "moved" }
    if pair.role == .origin || pair.role == .amplified || pair.role == .healed {
      return pair.role?.rawValue ?? ""
    }
    if pair.pair.isRenamed { return "renamed" }
    return pair.isSummarized ? "summary" : ""
  }
}

extension PairComparison {
  fileprivate var shownDTypes: String { leadingValue.map { DivergenceText.dtypes(of: $0) } ?? "" }

  fileprivate var shownShapes: String { leadingValue.map { DivergenceText.shapes(of: $0) } ?? "" }
}

/// A relative error as a bar: each column two decades, from 1e-8 to 1 and beyond.
package struct ErrorBar: Sendable, Equatable {
  private let error: Double?
  private let glyphs: Glyphs

  package init(_ error: Double?, _ glyphs: Glyphs) {
    self.error = error
    self.glyphs = glyphs
  }

  package func text(columns: Int) -> String {
    guard let error, error > 0 else { return "" }
    guard error.isFinite, error < 1 else { return full(columns) }
    let decades = max(0, 8 + log10(error))
    let steps = glyphs.barSteps.count
    let eighths = max(1, Int((decades / 8 * Double(columns * steps)).rounded()))
    let rest = eighths % steps
    let whole = String(repeating: glyphs.barSteps[steps - 1], count: min(columns, eighths / steps))
    return rest > 0 && eighths / steps < columns ? whole + glyphs.barSteps[rest - 1] : whole
  }

  private func full(_ columns: Int) -> String {
    String(repeating: glyphs.barSteps[glyphs.barSteps.count - 1], count: columns)
  }
}
