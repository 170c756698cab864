import TensorKernels

extension Tolerance {
  /// Whether two elements agree that are at hand as doubles.
  ///
  /// NaN agrees with NaN where the tolerance says so, an infinity with that of its sign; a reference that
  /// is infinite accepts nothing else, whatever the relative part.
  package func agrees(dev: Double, prod: Double) -> Bool {
    guard dev.isFinite, prod.isFinite else {
      return dev == prod || nanEqualsNaN && dev.isNaN && prod.isNaN
    }
    return (dev - prod).magnitude <= bound(dev: dev)
  }
}
