import TensorKernels

/// `Σ |prodᵢ - devᵢ| / n` over elements finite on both sides.
package enum MeanAbsolute: Metric {
  package static let key = "mean_abs"
  package static let title = "mean |Δ|"
  package static let meaning =
    "The average absolute difference of elements that are finite on both sides."

  package static func reading(of statistics: DifferenceStatistics) -> MetricReading {
    MetricReading(statistics.meanAbsolute)
  }
}
