import PipelineTrace
import TensorKernels

/// How a user wants pairs judged.
package struct ComparisonSettings: Sendable, Equatable {
  /// `GLOB=RTOL,ATOL`: a tolerance for the stages whose names fit.
  package struct StageTolerance: Sendable, Equatable {
    package var glob: Glob
    package var relative: Double
    package var absolute: Double

    package init(glob: Glob, relative: Double, absolute: Double) {
      self.glob = glob
      self.relative = relative
      self.absolute = absolute
    }
  }

  /// For all stages, instead of the default of the dtype; `nil` keeps the default.
  package var relative: Double?
  package var absolute: Double?
  /// The last that fits a stage holds for it.
  package var stageTolerances: [StageTolerance] = []
  package var nanEqualsNaN = true
  /// Whether another float dtype with agreeing values is a divergence.
  package var isStrictAboutDType = false
  /// Whether tensors of the same bits get statistics too: another pass over data that agree.
  package var describesIdentical = false

  package init() {}

  /// The tolerance for a pair of tensors of the stage `stageName` (dev's name, or prod's where dev has none).
  package func tolerance(stageName: String, dev: DType, prod: DType) -> Tolerance {
    var tolerance = Tolerance.standard(dev: dev, prod: prod)
    tolerance.nanEqualsNaN = nanEqualsNaN
    guard dev.isFloat || prod.isFloat else { return tolerance }
    if let relative { tolerance.relative = relative }
    if let absolute { tolerance.absolute = absolute }
    if let own = stageTolerances.last(where: { $0.glob.matches(stageName) }) {
      tolerance.relative = own.relative
      tolerance.absolute = own.absolute
    }
    return tolerance
  }
}
