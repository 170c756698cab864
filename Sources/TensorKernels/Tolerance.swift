import PipelineTrace

/// How far an element of prod may lie from its element of dev: |dev − prod| ≤ absolute + relative · |dev|.
///
/// Dev is the reference: its magnitude scales the bound, prod's does not. Where both sides hold
/// integers or booleans the bound is not asked: these agree only when equal.
package struct Tolerance: Sendable, Equatable {
  /// The part that grows with |dev|: rtol. Finite, not negative.
  package var relative: Double
  /// The part that is always there: atol. Not negative; infinity lets every finite pair agree.
  package var absolute: Double
  /// Whether two NaN agree, whatever their payloads.
  package var nanEqualsNaN: Bool

  package init(relative: Double, absolute: Double, nanEqualsNaN: Bool = true) {
    self.relative = relative
    self.absolute = absolute
    self.nanEqualsNaN = nanEqualsNaN
  }

  /// Nothing but equal elements, and two NaN.
  package static let exact = Tolerance(relative: 0, absolute: 0)

  /// What is usual for a pair of dtypes; the looser of the two where both are floats.
  ///
  /// A float beside an integer dtype is held to the float's bound.
  ///
  /// - Source: `torch.testing.assert_close`, default tolerances; for the 8-bit floats one step of
  ///   their mantissa.
  package static func standard(dev: DType, prod: DType) -> Tolerance {
    let devBounds = standardBounds(dev)
    let prodBounds = standardBounds(prod)
    return Tolerance(
      relative: max(devBounds.relative, prodBounds.relative),
      absolute: max(devBounds.absolute, prodBounds.absolute))
  }

  private static func standardBounds(_ dtype: DType) -> (relative: Double, absolute: Double) {
    switch dtype {
    case .f64: (1e-7, 1e-7)
    case .f32: (1.3e-6, 1e-5)
    case .f16: (1e-3, 1e-5)
    case .bf16: (1.6e-2, 1e-5)
    case .f8e4m3: (0x1p-3, 1e-5)
    case .f8e5m2: (0x1p-2, 1e-5)
    case .bool, .u8, .u16, .u32, .u64, .i8, .i16, .i32, .i64: (0, 0)
    }
  }

  /// Whether floats too agree only when equal.
  package var isExact: Bool { relative == 0 && absolute == 0 }

  /// The largest |dev − prod| at which a finite pair with this dev still agrees.
  @inline(__always)
  package func bound(dev: Double) -> Double { absolute + relative * dev.magnitude }
}
