import TensorKernels

/// The largest distance in units in the last place; undefined for integers and for two dtypes.
package enum MaximumULP: Metric {
  package static let key = "max_ulp"
  package static let title = "largest ULP"
  package static let meaning =
    "How many floats lie between the two, at most; for the same float dtype only."

  package static func reading(of statistics: DifferenceStatistics) -> MetricReading {
    MetricReading(statistics.maxULP.map { .count($0) } ?? .undefined)
  }
}
