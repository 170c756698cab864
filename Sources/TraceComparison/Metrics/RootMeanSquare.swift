import TensorKernels

/// `√(Σ (prodᵢ - devᵢ)² / n)` over elements finite on both sides.
package enum RootMeanSquare: Metric {
  package static let key = "rmse"
  package static let title = "RMSE"
  package static let meaning =
    "The root of the mean squared difference: large differences weigh more."

  package static func reading(of statistics: DifferenceStatistics) -> MetricReading {
    MetricReading(statistics.rootMeanSquare)
  }
}
