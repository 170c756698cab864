import PipelineTrace

/// A summary of a tensor with these statistics, printed elements by their numbers, and digest.
///
/// `halfUnit` is that of all figures.
package func summary(
  _ dtype: DType, _ extents: [Int], _ statistics: [TensorSummary.Statistic: Double] = [:],
  printed: [Int: Double] = [:], digest: String? = nil, halfUnit: Double = 0
) -> Value.Content {
  .summary(
    TensorSummary(
      dtype: dtype, shape: Shape(extents)!,
      statistics: statistics.mapValues { TensorSummary.Figure($0, halfUnit: halfUnit) },
      printed: printed.sorted { $0.key < $1.key }.map {
        TensorSummary.PrintedElement(
          element: $0.key, figure: TensorSummary.Figure($0.value, halfUnit: halfUnit))
      }, digest: digest, origin: Origin(file: "tree.json", place: "node 'x'")))
}
