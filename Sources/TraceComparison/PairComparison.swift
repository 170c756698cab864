import PipelineTrace
import TraceAlignment

/// Two stages that stand across from each other, or one that stands alone, and what is known of them.
package struct PairComparison: Sendable {
  package var pair: StagePair
  /// Apart, so that a copy of a pair retains one object and not every text of two stages.
  private let stages: Stages
  /// Outputs first; those of a stage that stands alone have one side.
  package var values: [ValueComparison]
  package var status: Status
  package var role: Role?
  /// Whether a difference came in with an input that no stage is known to have given out, so that the
  /// inputs decide the status as well.
  private(set) var isJudgedByInputs = false

  /// Dev's and prod's stage; at least one is there.
  package var dev: Stage? { stages.dev }
  package var prod: Stage? { stages.prod }

  /// The name to call the pair by: dev's, or prod's where dev has none.
  package var name: String { stages.name }

  private final class Stages: Sendable {
    let dev: Stage?
    let prod: Stage?
    let name: String

    init(dev: Stage?, prod: Stage?) {
      self.dev = dev
      self.prod = prod
      name = dev?.name ?? prod?.name ?? ""
    }
  }

  /// In what the sides differ, where they do: by the first value that diverged.
  package var kind: DivergenceKind? {
    switch status {
    case .onlyDev: .missing
    case .onlyProd: .extra
    case .diverged: leadingValue?.kind
    default: nil
    }
  }

  /// The value a person wants to see first: the first that decides the status, else the first of all.
  package var leadingValue: ValueComparison? { leadingValueIndex.map { values[$0] } }

  package var leadingValueIndex: Int? {
    judgedIndices.first { values[$0].status.isDivergence }
      ?? judgedIndices.first { values[$0].status == .notComparable }
      ?? judgedIndices.first { values[$0].status == .close }
      ?? judgedIndices.first ?? values.indices.first
  }

  /// The worst relative error of the values that decide the status; `nil` while none is known.
  package var relativeError: Double? {
    judgedIndices.compactMap { values[$0].relativeError }.max()
  }

  /// The values that decide the status: outputs and state, or the inputs where there is nothing else.
  private var judgedIndices: [Int] {
    guard !isJudgedByInputs else { return Array(values.indices) }
    let own = values.indices.filter { values[$0].role != .input }
    return own.isEmpty ? Array(values.indices) : own
  }

  /// The worst status of the inputs that were recorded with the stage; `nil` where none was.
  var recordedInputStatus: Status? {
    var worst: Status?
    for i in values.indices
    where values[i].role == .input && values[i].dev != nil && values[i].prod != nil {
      worst = worst?.worse(values[i].status) ?? values[i].status
    }
    return worst
  }

  /// The worst relative error of the inputs that were recorded; `nil` where none is known.
  var recordedInputError: Double? {
    values.filter { $0.role == .input }.compactMap(\.relativeError).max()
  }

  /// Whether no value is open, be it an input that does not decide the status.
  var isEveryValueCompared: Bool {
    values.indices.allSatisfy {
      values[$0].status != .notComparable && values[$0].status != .pending
    }
  }

  /// Whether a value was compared, or is to be, by what a tool kept of it in place of its elements.
  package var isSummarized: Bool { values.indices.contains { values[$0].isSummarized } }

  /// A pair with its values laid across from each other and nothing compared.
  package init(_ pair: StagePair, dev: Trace, prod: Trace) {
    self.pair = pair
    stages = Stages(
      dev: pair.dev.map { dev.stages[$0] }, prod: pair.prod.map { prod.stages[$0] })
    status = .pending
    values = Self.pairedValues(dev: stages.dev?.values ?? [], prod: stages.prod?.values ?? [])
  }

  /// Values across from each other: of one role by name, then what is left of a role in order.
  private static func pairedValues(dev: [Value], prod: [Value]) -> [ValueComparison] {
    var paired: [ValueComparison] = []
    for role in [Value.Role.output, .state, .input] {
      let devValues = dev.filter { $0.role == role }
      var prodValues = prod.filter { $0.role == role }
      var alone: [Int] = []
      for value in devValues {
        var comparison = ValueComparison(name: value.name, role: role, dev: value, prod: nil)
        if let match = prodValues.firstIndex(where: { $0.name == value.name }) {
          comparison.prod = prodValues.remove(at: match)
        } else {
          alone.append(paired.count)
        }
        paired.append(comparison)
      }
      for index in alone where !prodValues.isEmpty { paired[index].prod = prodValues.removeFirst() }
      for value in prodValues {
        paired.append(ValueComparison(name: value.name, role: role, dev: nil, prod: value))
      }
    }
    return paired
  }

  /// Draws the status of the pair from those of its values.
  ///
  /// - Parameter isFirst: Whether no pair before this one diverged. A recorded input that differs has
  ///   then come from outside, and agreement of what the stage made of it is no match of the runs.
  mutating func settle(isFirst: Bool) {
    isJudgedByInputs = isFirst && recordedInputStatus?.isDivergence ?? false
    guard pair.dev != nil, pair.prod != nil else {
      status = pair.dev != nil ? .onlyDev : .onlyProd
      return
    }
    guard !values.isEmpty else {
      status = .notComparable  // nothing compared is never a match
      return
    }
    let worst = judgedIndices.map { values[$0].status }.reduce(Status.identical) { $0.worse($1) }
    status = worst.isDivergence ? .diverged : worst
  }
}

extension PairComparison {
  /// Bytes of the tensors that stand across from each other, or from a summary.
  var byteCount: Int {
    values.reduce(0) { sum, value in
      guard value.dev?.arrayType != nil, value.prod?.arrayType != nil else { return sum }
      return sum + (value.dev?.tensor?.byteCount ?? 0) + (value.prod?.tensor?.byteCount ?? 0)
    }
  }
}
