import PipelineTrace
import TraceComparison
import TraceDiagnosis

/// What the panels beside the list look at: one value of the selected pair, and where in it.
package struct Subject: Sendable {
  package var pairIndex: Int
  package var valueIndex: Int
  package var pair: PairComparison
  /// Where in the tensor a person looks, also where only a summary of it is there; `nil` for texts and
  /// for stages that recorded nothing.
  package var view: TensorView?
  /// Whether the person chose the value, so that news must not choose another.
  package var isValueChosen: Bool
  /// What the readers of the two traces had to say.
  package var remarks: [String]
  /// Why the two sides of the pair differ, as far as it is known.
  package var findings: [Finding] = []
  /// Whether the person moved the cursor, so that news must not move it away.
  package var isPlacedByHand = false

  package init(
    pairIndex: Int, pair: PairComparison, valueIndex: Int? = nil, remarks: [String] = []
  ) {
    self.pairIndex = pairIndex
    self.pair = pair
    self.remarks = remarks
    self.valueIndex = valueIndex ?? pair.leadingValueIndex ?? 0
    isValueChosen = valueIndex != nil
    guard let shape else { return }
    var view = TensorView(of: shape, at: value.worstElement)
    if !hasCommonShape { view.mode = value.dev?.tensor == nil ? .prod : .dev }
    self.view = view
  }

  /// The value that is looked at; an empty one where the stage recorded none.
  package var value: ValueComparison {
    pair.values.indices.contains(valueIndex)
      ? pair.values[valueIndex]
      : ValueComparison(name: "", role: .output, dev: nil, prod: nil)
  }

  /// Whether elements stand across from each other.
  package var hasCommonShape: Bool {
    guard let dev = value.dev?.tensor, let prod = value.prod?.tensor else { return false }
    return dev.shape == prod.shape
  }

  /// Whether elements agree only when equal: integers do, and floats where nothing is tolerated.
  package var isExact: Bool {
    if value.tolerance?.isExact ?? false { return true }
    return [value.dev, value.prod].allSatisfy { !($0?.arrayType?.dtype.isFloat ?? false) }
  }

  /// Whether the elements of at least one side were recorded, so that they can be read.
  package var hasElements: Bool { value.dev?.tensor != nil || value.prod?.tensor != nil }

  /// Of two shapes that of the side that can be read.
  private var shape: Shape? {
    value.dev?.tensor?.shape ?? value.prod?.tensor?.shape ?? value.dev?.arrayType?.shape
      ?? value.prod?.arrayType?.shape
  }

  /// Takes over what became known of the pair since; the view stays, unless nobody has moved it yet.
  package mutating func update(_ pair: PairComparison) {
    let wasPending = value.status == .pending
    self.pair = pair
    guard !isPlacedByHand, wasPending, value.status != .pending else { return }
    let before = view
    self = Subject(
      pairIndex: pairIndex, pair: pair, valueIndex: isValueChosen ? valueIndex : nil,
      remarks: remarks)
    guard let before else { return }
    view?.resize(to: before.area)
    if hasCommonShape { view?.mode = before.mode }
  }
}
