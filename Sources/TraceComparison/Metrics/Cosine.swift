import TensorKernels

/// `Σ devᵢ prodᵢ / (‖dev‖ ‖prod‖)` over elements finite on both sides; undefined where one is all zero.
package enum Cosine: Metric {
  package static let key = "cosine"
  package static let title = "cosine"
  package static let meaning =
    "1 where both point the same way; blind to a common factor."

  package static func reading(of statistics: DifferenceStatistics) -> MetricReading {
    MetricReading(statistics.cosine)
  }
}
