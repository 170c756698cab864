import TensorKernels

/// Elements that disagree under the tolerance: `|dev - prod| > atol + rtol * |dev|`, or a NaN or infinity on one side.
package enum MismatchedCount: Metric {
  package static let key = "mismatched"
  package static let title = "mismatched"
  package static let meaning =
    "How many elements lie further apart than the tolerance."

  package static func reading(of statistics: DifferenceStatistics) -> MetricReading {
    MetricReading(.count(UInt64(statistics.mismatchedCount)), element: statistics.firstMismatch)
  }
}
