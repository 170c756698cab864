import PipelineTrace
import TensorKernels

/// A cause that may explain a pair of tensors: what is left to compare once it is undone, or redone.
///
/// Undone: `dev` beside a view of `prod`. Redone on dev: dev after a function, beside `prod`.
package struct Candidate: Sendable {
  /// The word of the cause.
  package var cause: String
  /// What it takes to say the cause, in bits: the more freely it was fitted, the more it costs.
  package var cost: Double
  package var dev: Tensor
  package var prod: Tensor
  /// What redoing it multiplies the size of dev with: the absolute tolerance is multiplied with it where
  /// it is below 1, since a small factor makes everything small, and so is what float noise leaves.
  package var absoluteFactor = 1.0
  /// What a side that is stored in few bits leaves after the redoing, beyond a share of the element: a
  /// stored x comes out of (x − mean) / deviation with the error of x, not with that of the result.
  package var absoluteSlack = 0.0
  /// Whether elements agree only where they are equal: for roundings, which leave nothing to chance.
  package var isBitForBit = false
  /// The sentence up to its proof: `prod is dev with axis 0 reversed (RGB/BGR)`.
  package var summary: String
  package var details: [Finding.Detail]
  /// Whether it was redone on dev, so that the proof says "redone".
  package var isRedone: Bool
  /// How much the undoing stretches an error of prod; widens the tolerance by as much.
  package var slope = 1.0
  /// What is counted besides ``dev`` and ``prod``, where the undoing cuts a tensor into parts.
  package var otherParts: [Part] = []
  /// Elements that were mismatched before where the candidate speaks of a part of the tensors only, or
  /// of tensors of other shapes; `nil` for all of the pair.
  package var mismatchedBefore: Int?

  /// Two views that should hold the same elements.
  package struct Part: Sendable {
    package var dev: Tensor
    package var prod: Tensor
  }

  /// Elements of all parts together.
  package var elementCount: Int {
    otherParts.reduce(dev.shape.elementCount) { $0 + $1.dev.shape.elementCount }
  }

  package init(
    _ cause: String, cost: Double, dev: Tensor, prod: Tensor, summary: String,
    details: [Finding.Detail] = [], isRedone: Bool = false
  ) {
    self.cause = cause
    self.cost = cost
    self.dev = dev
    self.prod = prod
    self.summary = summary
    self.details = details
    self.isRedone = isRedone
  }
}
