import PipelineTrace
import TensorKernels

/// Which part of a pair of tensors is pooled into which cells of a picture.
///
/// Two axes lie on the screen, the others stand at an index or are pooled whole. A tensor with one
/// axis is wrapped into rows. Each element of the part belongs to exactly one cell.
package struct HeatmapRequest: Sendable, Equatable {
  /// What a cell shows, and by what the element that stands for it is chosen.
  package enum Mode: String, Sendable, CaseIterable {
    /// |Δ| in units of the tolerance.
    case tolerance
    /// prod − dev; by its magnitude.
    case signed
    case absolute
    /// |Δ| over |dev|.
    case relative
    case dev
    case prod
  }

  /// What becomes of one axis.
  package enum Axis: Sendable, Equatable {
    case rows
    case columns
    case index(Int)
    case pooled
  }

  package var mode: Mode
  /// One for each axis of the tensors; at most one is `rows`, just one is `columns` (but for scalars).
  package var axes: [Axis]
  /// For a tensor with one axis on screen: elements in a row of the picture; `nil` otherwise.
  package var wrap: Int?
  /// The rows and columns, in elements, that the picture shows.
  package var rows: Range<Int>
  package var columns: Range<Int>
  /// Cells of the picture; neither exceeds the elements it shows.
  package var height: Int
  package var width: Int

  package init(
    mode: Mode, axes: [Axis], wrap: Int? = nil, rows: Range<Int>, columns: Range<Int>,
    height: Int, width: Int
  ) {
    self.mode = mode
    self.axes = axes
    self.wrap = wrap
    self.rows = rows
    self.columns = columns
    self.height = height
    self.width = width
  }
}

/// Differences pooled into cells: each cell is the element of it that differs most.
package struct Heatmap: Sendable, Equatable {
  package struct Cell: Sendable, Equatable {
    package enum Kind: UInt8, Sendable {
      /// No element, or none that differs.
      case empty
      case number
      case negativeInfinity
      case positiveInfinity
      case nan
    }

    package var kind = Kind.empty
    /// What the mode shows: signed for `signed`, `dev` and `prod`.
    package var value = 0.0
    /// How strong it is, in what the mode shows: never negative, and infinite where it has no bound.
    package var score = 0.0
    /// Whether the element disagrees; always true for what is no number.
    package var isBeyondTolerance = false
    /// The element that stands for the cell; −1 where it has none.
    package var element = -1
    /// Its two sides, as far as a `Double` can hold them.
    package var dev = 0.0
    package var prod = 0.0
  }

  package var request: HeatmapRequest
  /// Row by row.
  package var cells: [Cell]

  package init(request: HeatmapRequest, cells: [Cell]) {
    self.request = request
    self.cells = cells
  }

  package subscript(row: Int, column: Int) -> Cell { cells[row * request.width + column] }

  /// Pools the requested part of two tensors of the same shape.
  ///
  /// A NaN or an infinity that only one side has wins over every number, what disagrees over what is
  /// tolerated, then the strongest over the others, the first over its equals. Cost: reads the requested part once, a few
  /// nanoseconds an element; memory: two blocks.
  ///
  /// - Returns: `nil` where `isCancelled` said so.
  package static func pool(
    dev: Tensor, prod: Tensor, tolerance: Tolerance, request: HeatmapRequest,
    isCancelled: () -> Bool
  ) throws(FormatError) -> Heatmap? {
    precondition(dev.shape == prod.shape && request.axes.count == dev.shape.rank)
    var pooling = HeatmapPooling(dev: dev, prod: prod, tolerance: tolerance, request: request)
    guard try pooling.run(isCancelled: isCancelled) else { return nil }
    return Heatmap(request: request, cells: pooling.cells)
  }
}
