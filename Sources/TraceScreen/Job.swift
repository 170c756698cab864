import PipelineTrace
import TensorKernels
import TraceAlignment
import TraceComparison

/// Work that reads elements or texts, and so is done beside the screen.
package struct Job: Sendable, Equatable {
  package enum Work: Sendable, Equatable {
    case heatmap(HeatmapRequest)
    /// A side of another shape is left out: it has other elements at these places. Of a side that is
    /// there as a summary come the elements that were printed.
    case elements(places: [Int], columnCount: Int, shape: Shape)
    case texts
  }

  /// The value by its place in the comparison.
  package var pairIndex: Int
  package var valueIndex: Int
  package var work: Work

  package init(pairIndex: Int, valueIndex: Int, work: Work) {
    self.pairIndex = pairIndex
    self.valueIndex = valueIndex
    self.work = work
  }

  package enum Output: Sendable {
    case heatmap(Heatmap)
    case elements(ElementWindow)
    case texts(AlignedTexts)
    case failed(FormatError)
  }

  /// The tolerance that a picture of the value goes by: its own, or the usual one while it is not compared.
  package static func tolerance(of value: ValueComparison) -> Tolerance? {
    if let tolerance = value.tolerance { return tolerance }
    guard let dev = value.dev?.tensor ?? value.prod?.tensor,
      let prod = value.prod?.tensor ?? value.dev?.tensor
    else { return nil }
    return .standard(dev: dev.dtype, prod: prod.dtype)
  }

  /// Does the work on one thread.
  ///
  /// - Returns: `nil` where it was cancelled, or where the value has nothing of the kind.
  package func run(on value: ValueComparison, isCancelled: () -> Bool) -> Output? {
    do throws(FormatError) {
      switch work {
      case .heatmap(let request):
        guard let dev = value.dev?.tensor ?? value.prod?.tensor,
          let prod = value.prod?.tensor ?? value.dev?.tensor
        else { return nil }
        let tolerance = Self.tolerance(of: value) ?? .exact
        // A side that has another shape is not seen; the mode then shows one side alone.
        let (left, right): (Tensor, Tensor) =
          dev.shape == prod.shape
          ? (dev, prod) : request.mode == .prod ? (prod, prod) : (dev, dev)
        return try Heatmap.pool(
          dev: left, prod: right, tolerance: tolerance, request: request, isCancelled: isCancelled
        ).map { .heatmap($0) }
      case .elements(let places, let columnCount, let shape):
        let sides = [value.dev?.tensor, value.prod?.tensor].map { $0?.shape == shape ? $0 : nil }
        guard
          var window = try ElementWindow.read(
            dev: sides[0], prod: sides[1], places: places,
            columnCount: columnCount, isCancelled: isCancelled)
        else { return nil }
        if let summary = value.dev?.summary, summary.shape == shape {
          window.dev = summary.elements(at: places)
        }
        if let summary = value.prod?.summary, summary.shape == shape {
          window.prod = summary.elements(at: places)
        }
        return .elements(window)
      case .texts:
        return .texts(try AlignedTexts(value))
      }
    } catch {
      return .failed(error)
    }
  }

  /// Bytes that the work may have to read; small work is best done at once.
  package func byteCount(on value: ValueComparison) -> Int {
    let tensors = [value.dev?.tensor, value.prod?.tensor].compactMap(\.self)
    switch work {
    case .elements(let places, _, _):
      guard tensors.allSatisfy({ $0.bytes.isRandomAccess }) else { break }
      return places.count * 16
    case .heatmap, .texts: break
    }
    return tensors.reduce(0) { $0 + $1.byteCount }
  }
}
