import TensorKernels

/// `‖prod - dev‖₂ / ‖dev‖₂` over elements finite on both sides; infinity where dev is all zero.
package enum RelativeNorm: Metric {
  package static let key = "rel_norm"
  package static let title = "‖Δ‖/‖dev‖"
  package static let meaning =
    "The length of the difference over the length of dev; comparable from stage to stage."

  package static func reading(of statistics: DifferenceStatistics) -> MetricReading {
    MetricReading(statistics.relativeError)
  }
}
