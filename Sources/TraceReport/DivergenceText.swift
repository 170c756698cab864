import PipelineTrace
import TensorKernels
import TraceComparison

/// In words: what differs at a pair, how much, and where. Reports and the screen say it alike.
package enum DivergenceText {
  /// One word for a status, as lists show it.
  package static func word(for pair: PairComparison) -> String {
    switch pair.status {
    case .pending: "comparing"
    case .identical: pair.role == .healed ? "healed" : "same bits"
    case .close:
      pair.role == .healed
        ? "healed" : pair.isSummarized ? "summaries agree" : "within tolerance"
    case .diverged: pair.role?.rawValue ?? "diverged"
    case .onlyDev: "missing in prod"
    case .onlyProd: "only in prod"
    case .notComparable: "not comparable"
    }
  }

  /// How much differs, in one clause: `17,825 of 37,632 elements differ (47.4 %)`.
  package static func amount(of pair: PairComparison) -> String {
    switch pair.status {
    case .pending: return "not compared yet"
    case .identical: return "the same bits"
    case .onlyDev:
      return pair.pair.repeats != nil
        ? "dev repeats this step, prod does not"
        : "prod does not have this stage"
    case .onlyProd:
      return pair.pair.repeats != nil
        ? "prod repeats this step, dev does not"
        : "dev does not have this stage"
    case .notComparable, .close, .diverged: break
    }
    guard let value = pair.leadingValue else { return "nothing was recorded" }
    let source = value.role == .input ? "input '\(value.name.visible)': " : ""
    return source + amount(of: value)
  }

  /// How much of a value differs.
  package static func amount(of value: ValueComparison) -> String {
    switch value.status {
    case .pending: return "not compared yet"
    case .identical: return "the same bits"
    case .onlyDev: return "prod did not record '\(value.name.visible)'"
    case .onlyProd: return "dev did not record '\(value.name.visible)'"
    case .notComparable: return "cannot be compared"
    case .close, .diverged: break
    }
    switch value.detail {
    case .difference(let statistics):
      let count = NumberText.grouped(statistics.elementCount)
      if value.kind == .dtype { return "\(dtypes(of: value)): another kind of number" }
      if value.status == .close {
        guard statistics.differingCount > 0 else { return "equal numbers, not the same bits" }
        return "\(NumberText.grouped(statistics.differingCount)) of \(count) elements differ,"
          + " all within tolerance"
      }
      return "\(NumberText.grouped(statistics.mismatchedCount)) of \(count) elements differ"
        + " (\(NumberText.percent(statistics.mismatchedCount, of: statistics.elementCount)))"
    case .text(let text):
      if value.kind == .shape { return "the shapes differ: \(shapes(of: value))" }
      guard max(text.devCount, text.prodCount) > 1 else { return "the text differs" }
      let counts =
        text.devCount == text.prodCount
        ? "\(NumberText.grouped(text.devCount)) texts"
        : "\(NumberText.grouped(text.devCount)) against \(NumberText.grouped(text.prodCount)) texts"
      return "\(NumberText.grouped(text.differingCount)) of \(counts) differ"
    case .summary(let summary):
      if value.kind == .dtype { return "\(dtypes(of: value)): another kind of number" }
      return FigureText.amount(summary)
    case .sides, .none:
      if value.kind == .shape { return "the shapes differ: \(shapes(of: value))" }
      if value.kind == .dtype { return "\(dtypes(of: value)): another kind of value" }
      return value.status == .close ? "within tolerance" : "they differ"
    }
  }

  /// Where it is worst: `largest |Δ| 31 at [104, 30, 2]: dev 187, prod 156`; `nil` where no place stands out.
  ///
  /// The elements have all their digits, but fewer where the clause would not fit `columns`.
  package static func place(of value: ValueComparison, columns: Int = .max) -> String? {
    if case .text(let text) = value.detail, let first = text.first {
      let list = max(text.devCount, text.prodCount) > 1
      let element = list ? "text \(text.first?.element ?? 0), " : ""
      return "first differs at \(element)character \(first.characterOffset)"
    }
    if let summary = value.summary, let shape = value.dev?.arrayType?.shape {
      return FigureText.place(summary, shape: shape)
    }
    guard let difference = value.difference, let tensor = value.dev?.tensor,
      let element = value.worstElement
    else { return nil }
    let index = NumberText.index(tensor.shape.index(ofElement: element))
    let start =
      difference.firstSpecialMismatch != nil
      ? "not a finite number on one side at \(index)"
      : "largest |Δ| \(NumberText.brief(difference.maxAbsolute ?? 0)) at \(index)"
    guard let sides = value.worstSides else { return start }
    let clause = "\(start): dev \(sides.dev), prod \(sides.prod)"
    guard clause.columnCount > columns else { return clause }
    let (dev, prod) = (sides.dev.formatted(columns: 12), sides.prod.formatted(columns: 12))
    return "\(start): dev \(dev), prod \(prod)"
  }

  /// `f32`, or `f32→bf16` where the sides differ.
  package static func dtypes(of value: ValueComparison) -> String {
    joined(value.dev.map(dtype), value.prod.map(dtype))
  }

  /// `3×64×64`, or `3×64×64→64×64×3`.
  package static func shapes(of value: ValueComparison) -> String {
    joined(value.dev.map(shape), value.prod.map(shape))
  }

  /// The dtype of a value as lists show it.
  package static func dtype(of value: Value) -> String {
    switch value.content {
    case .tensor(let tensor): tensor.dtype.rawValue
    case .tokens(let tensor, _): tensor.dtype.rawValue
    case .summary(let summary): summary.dtype.rawValue
    case .text: "text"
    case .unreadable: "?"
    }
  }

  /// The shape of a value as lists show it.
  package static func shape(of value: Value) -> String {
    switch value.content {
    case .tensor(let tensor), .tokens(let tensor, _): tensor.shape.description
    case .summary(let summary): summary.shape.description
    case .text(let texts):
      texts.shape.rank == 0 ? "one text" : "\(texts.shape) texts"
    case .unreadable: "?"
    }
  }

  private static func joined(_ dev: String?, _ prod: String?) -> String {
    guard let dev, let prod, dev != prod else { return dev ?? prod ?? "" }
    return "\(dev)→\(prod)"
  }
}
