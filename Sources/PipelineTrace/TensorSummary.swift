/// What a tool kept of a tensor in place of its elements: statistics, perhaps a few printed elements.
///
/// Two such summaries can disagree, which proves a difference; that they agree proves nothing about
/// the elements they leave out, nor about the order of any.
package struct TensorSummary: Sendable, Equatable {
  /// A number as it was written down, and how far the number itself may lie from it.
  package struct Figure: Sendable, Equatable {
    /// As written; NaN and infinities included.
    package var value: Double
    /// Half a unit of the last digit written: 0.00005 for `1.2917`; 0 where all digits were kept.
    package var halfUnit: Double

    package init(_ value: Double, halfUnit: Double = 0) {
      self.value = value
      self.halfUnit = halfUnit
    }
  }

  /// What a statistic says of the elements; none of them depends on their order.
  package enum Statistic: String, Sendable, CaseIterable {
    case minimum = "min"
    case maximum = "max"
    case mean
    /// Standard deviation with n - 1 in the denominator, as `torch.std` has it.
    case deviation = "std"
    /// Square root of the sum of squares.
    case norm
  }

  /// An element that was printed, by its number in row-major order.
  package struct PrintedElement: Sendable, Equatable {
    package var element: Int
    package var figure: Figure

    package init(element: Int, figure: Figure) {
      self.element = element
      self.figure = figure
    }
  }

  package var dtype: DType
  package var shape: Shape
  package var statistics: [Statistic: Figure]
  /// In increasing order of their numbers.
  package var printed: [PrintedElement]
  /// A hash of the bytes as the tool wrote it, say a CRC-32; the same only for the same bytes.
  package var digest: String?
  package var origin: Origin

  package init(
    dtype: DType, shape: Shape, statistics: [Statistic: Figure] = [:],
    printed: [PrintedElement] = [], digest: String? = nil, origin: Origin
  ) {
    self.dtype = dtype
    self.shape = shape
    self.statistics = statistics
    self.printed = printed
    self.digest = digest
    self.origin = origin
  }
}
