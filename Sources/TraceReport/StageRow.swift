import PipelineTrace
import TraceComparison

/// What a table of stages says of one pair, column by column; a column with nothing to say is empty.
struct StageRow {
  /// One character: `=`, `≈`, `≠`, `<`, `>`, `?`.
  var sign: String
  /// The sign in words.
  var meaning: String
  /// Visible: one where dev and prod agree or one of them lacks the stage, else dev's and prod's.
  var names: [String]
  /// Its role, or what is special about how it was paired.
  var note: String
  /// Those of the value that decides the status.
  var dtypes: String
  var shapes: String
  /// How much of that value differs.
  var share: String
  /// The norm of the difference over that of dev; `≥` and what it is not below, of summaries.
  var error: String

  init(_ pair: PairComparison) {
    let value = pair.leadingValue
    (sign, meaning) = Self.sign(of: pair.status)
    if pair.status == .close, pair.isSummarized { meaning = "summaries agree" }
    names = [pair.name.visible]
    if let dev = pair.dev?.name, let prod = pair.prod?.name, dev != prod {
      names = [dev.visible, prod.visible]
    }
    note = Self.note(on: pair)
    dtypes = value.map { DivergenceText.dtypes(of: $0) } ?? ""
    shapes = value.map { DivergenceText.shapes(of: $0) } ?? ""
    share = Self.share(of: value)
    error = ""
    guard let relative = pair.relativeError, relative > 0 else { return }
    switch value?.detail {
    case .difference: error = NumberText.brief(relative, digits: 2)
    case .summary: error = (relative.isFinite ? "≥" : "") + NumberText.brief(relative, digits: 2)
    default: break
    }
  }

  private static func sign(of status: Status) -> (String, String) {
    switch status {
    case .pending: ("·", "not compared yet")
    case .identical: ("=", "same bits")
    case .close: ("≈", "within tolerance")
    case .diverged: ("≠", "differs")
    case .onlyDev: ("<", "missing in prod")
    case .onlyProd: (">", "only in prod")
    case .notComparable: ("?", "not comparable")
    }
  }

  private static func note(on pair: PairComparison) -> String {
    switch pair.status {
    case .onlyDev: return pair.pair.repeats == nil ? "missing" : "repeated"
    case .onlyProd: return pair.pair.repeats == nil ? "extra" : "repeated"
    case .notComparable where pair.isLost: return "lost"
    default: break
    }
    if pair.pair.isMoved { return "moved" }
    if let role = pair.role, role != .inherited { return role.rawValue }
    if pair.pair.isRenamed { return "renamed" }
    return pair.isSummarized ? "summary" : ""
  }

  private static func share(of value: ValueComparison?) -> String {
    switch value?.detail {
    case .difference(let statistics) where statistics.mismatchedCount > 0:
      NumberText.percent(statistics.mismatchedCount, of: statistics.elementCount)
    case .text(let text) where text.differingCount > 0:
      NumberText.percent(text.differingCount, of: max(text.devCount, text.prodCount))
    case .summary(let summary): FigureText.share(summary)
    default:
      value?.kind == .shape ? "shape" : ""
    }
  }
}
