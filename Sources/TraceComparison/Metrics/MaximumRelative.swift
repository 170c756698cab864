import TensorKernels

/// `max |prodᵢ - devᵢ| / |devᵢ|` over elements finite on both sides; infinity where dev is 0.
package enum MaximumRelative: Metric {
  package static let key = "max_rel"
  package static let title = "largest |Δ|/|dev|"
  package static let meaning =
    "The largest difference relative to dev; infinite where dev is 0 and prod is not."

  package static let hasElement = true

  package static func reading(of statistics: DifferenceStatistics) -> MetricReading {
    MetricReading(statistics.maxRelative, element: statistics.maxRelativeElement)
  }
}
