import TensorKernels

/// `max |prodᵢ - devᵢ|` over elements finite on both sides; undefined where there are none.
package enum MaximumAbsolute: Metric {
  package static let key = "max_abs"
  package static let title = "largest |Δ|"
  package static let meaning =
    "The largest absolute difference among elements that are finite on both sides."

  package static let hasElement = true

  package static func reading(of statistics: DifferenceStatistics) -> MetricReading {
    MetricReading(statistics.maxAbsolute, element: statistics.maxAbsoluteElement)
  }
}
