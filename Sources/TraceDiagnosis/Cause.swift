import PipelineTrace
import TraceComparison

/// Something that makes two runs part, and that can be told from what they recorded.
///
/// A new cause is one file under `Causes`, and one line in ``allCauses``. It speaks of the comparison as
/// a whole, or of one pair of tensors that diverged; what it does not speak of it leaves to the default.
package protocol Cause: Sendable {
  /// The contract's word for it: `trace-truncated`.
  static var word: String { get }

  /// Whether it may be named where the whole difference is as small as rounding makes it.
  static var explainsRounding: Bool { get }

  /// The pairs that show this cause; reads no tensor.
  ///
  /// Pairs that are not settled yet are no evidence.
  static func findings(in comparison: Comparison) -> [Finding]

  /// What became of a text; the first cause that speaks of it is the one that is named.
  static func explanation(of evidence: TextEvidence) -> Finding?

  /// What became of a sequence of tokens; as for texts.
  static func explanation(of evidence: TokenEvidence) -> Finding?

  /// Faults that break arithmetic, and would mislead what is fitted: asked before all candidates. One that
  /// explains all is the answer.
  static func faults(in evidence: TensorEvidence) throws(FormatError) -> [Finding]

  /// What may be undone, or redone on dev, to make the sides agree; each is counted by ``Judge``.
  ///
  /// Cheap: views, fits on the sample. Guards against chance are left to the count, but for those that
  /// a count cannot know.
  static func candidates(for evidence: TensorEvidence) throws(FormatError) -> [Candidate]

  /// What shows without undoing anything: errors of a kind, places of the differences. Asked only where no
  /// candidate holds.
  static func descriptions(of evidence: TensorEvidence) throws(FormatError) -> [Finding]
}

extension Cause {
  package static var explainsRounding: Bool { false }
  package static func findings(in comparison: Comparison) -> [Finding] { [] }
  package static func explanation(of evidence: TextEvidence) -> Finding? { nil }
  package static func explanation(of evidence: TokenEvidence) -> Finding? { nil }
  package static func faults(in evidence: TensorEvidence) throws(FormatError) -> [Finding] { [] }
  package static func candidates(for evidence: TensorEvidence) throws(FormatError) -> [Candidate] {
    []
  }
  package static func descriptions(of evidence: TensorEvidence) throws(FormatError) -> [Finding] {
    []
  }
}

/// Every cause, the most specific first.
package let allCauses: [any Cause.Type] = [
  TraceTruncated.self,
  StagesReordered.self,
  StageRepeated.self,
  StageMissing.self,
  StageExtra.self,
  StageRenamed.self,
  ChannelReversed.self,
  AxisFlipped.self,
  AxesPermuted.self,
  MemoryOrder.self,
  PaddingSide.self,
  PaddingLength.self,
  Shifted.self,
  Cropped.self,
  ItemsPermuted.self,
  Wrapped.self,
  NotNormalized.self,
  NormalizedTwice.self,
  Scaled.self,
  Clipped.self,
  Nonlinearity.self,
  Affine.self,
  Quantized.self,
  FloatNoise.self,
  Rounding.self,
  UnicodeNormalization.self,
  CaseChanged.self,
  WhitespaceChanged.self,
  VocabularyChanged.self,
  Truncated.self,
  TokenInserted.self,
  TokenDeleted.self,
  TokenSubstituted.self,
  WordsRemoved.self,
  WordsAdded.self,
  BitFlip.self,
  NaNBorn.self,
  InfBorn.self,
  MaskIgnored.self,
  PoolingChanged.self,
  ConstantOutput.self,
  StaleOutput.self,
  DropoutActive.self,
  SparseCorruption.self,
  DecisionFlipped.self,
  WeightsDiffer.self,
  Unknown.self,
]
