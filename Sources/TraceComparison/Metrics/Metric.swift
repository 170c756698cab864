import TensorKernels

/// One number that says how far two tensors of the same shape lie apart.
///
/// All of them are drawn from the same statistics, so that one more costs no further pass.
package protocol Metric: Sendable {
  /// The key in the JSON report.
  static var key: String { get }
  /// A few words for the screen.
  static var title: String { get }
  /// What the number says and what it does not, in one sentence.
  static var meaning: String { get }
  /// Whether the number is that of one element, so that its index can be told.
  static var hasElement: Bool { get }
  static func reading(of statistics: DifferenceStatistics) -> MetricReading
}

extension Metric {
  package static var hasElement: Bool { false }
}

/// What a metric gave.
package struct MetricReading: Sendable, Equatable {
  package enum Quantity: Sendable, Equatable {
    case count(UInt64)
    case number(Double)
    /// Not defined for these dtypes or these elements.
    case undefined
  }

  package var quantity: Quantity
  /// The first element that gave it, where it is that of one element.
  package var element: Int?

  package init(_ quantity: Quantity, element: Int? = nil) {
    self.quantity = quantity
    self.element = element
  }

  package init(_ number: Double?, element: Int? = nil) {
    self.init(number.map { .number($0) } ?? .undefined, element: element)
  }
}

/// Every metric, in the order in which reports and the screen show them.
package let allMetrics: [any Metric.Type] = [
  MismatchedCount.self,
  MaximumAbsolute.self,
  MaximumRelative.self,
  MeanAbsolute.self,
  RootMeanSquare.self,
  RelativeNorm.self,
  Cosine.self,
  MaximumULP.self,
]
