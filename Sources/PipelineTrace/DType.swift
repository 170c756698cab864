/// The type of a tensor's elements, by the short names that PyTorch and JAX users write.
///
/// Complex arrays have no case of their own: a reader gives them as floats with a last axis of
/// extent 2 (real, imaginary), as `torch.view_as_real` does.
package enum DType: String, Sendable, CaseIterable {
  case bool
  case u8
  case u16
  case u32
  case u64
  case i8
  case i16
  case i32
  case i64
  /// IEEE 754 binary16.
  case f16
  /// The upper half of a binary32: 8 bits of exponent, 7 of mantissa.
  case bf16
  case f32
  case f64
  /// OCP FP8 E4M3 (`float8_e4m3fn`): no infinity, NaN is `S.1111.111`, the largest value 448.
  case f8e4m3 = "f8_e4m3"
  /// OCP FP8 E5M2: infinities and NaN as in binary16, of which it is the upper byte.
  case f8e5m2 = "f8_e5m2"

  /// Bytes an element takes on disk and in memory.
  package var byteCount: Int {
    switch self {
    case .bool, .u8, .i8, .f8e4m3, .f8e5m2: 1
    case .u16, .i16, .f16, .bf16: 2
    case .u32, .i32, .f32: 4
    case .u64, .i64, .f64: 8
    }
  }

  /// Whether elements can be fractions, NaN or (but for `f8_e4m3`) infinite.
  package var isFloat: Bool {
    switch self {
    case .f16, .bf16, .f32, .f64, .f8e4m3, .f8e5m2: true
    default: false
    }
  }

  /// Stored bits of the mantissa, without the implied one; 0 where there is no mantissa.
  package var mantissaBitCount: Int {
    switch self {
    case .f64: 52
    case .f32: 23
    case .f16: 10
    case .bf16: 7
    case .f8e4m3: 3
    case .f8e5m2: 2
    default: 0
    }
  }
}
