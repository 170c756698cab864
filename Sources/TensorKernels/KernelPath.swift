import CTensorKernels
import PipelineTrace

/// Loops that do the same work, to the last bit, with other instructions; the fastest comes last.
package enum KernelPath: Sendable, CaseIterable {
  /// Swift: every pair of dtypes, on every CPU.
  case portable
  /// C, with what every CPU of the architecture has.
  case baseline
  /// C, with AVX2 and F16C.
  case avx2
  /// C, with AVX-512 F, BW, DQ and VL.
  case avx512

  /// The fastest that this CPU has.
  package static let widest = allCases.last(where: \.isAvailable) ?? .portable

  /// Whether this CPU, and the system on it, can run it.
  package var isAvailable: Bool { code.map(ctk_can_run) ?? true }

  /// What reports call it, like `AVX-512`.
  package var instructionSet: String {
    code.map { String(cString: ctk_instruction_set($0)) } ?? "portable"
  }

  /// Its number in C.
  var code: ctk_path? {
    switch self {
    case .portable: nil
    case .baseline: ctk_path_baseline
    case .avx2: ctk_path_avx2
    case .avx512: ctk_path_avx512
    }
  }

  /// Whether it has loops for this pair of dtypes.
  func takes(dev: DType, prod: DType) -> Bool {
    guard self != .portable, let dev = dev.kernelCode, let prod = prod.kernelCode else {
      return self == .portable
    }
    return ctk_can_compare(dev, prod)
  }
}

extension DType {
  /// Its number in C; `nil` for the 8-bit floats.
  var kernelCode: ctk_dtype? {
    switch self {
    case .bool: ctk_bool
    case .u8: ctk_u8
    case .u16: ctk_u16
    case .u32: ctk_u32
    case .u64: ctk_u64
    case .i8: ctk_i8
    case .i16: ctk_i16
    case .i32: ctk_i32
    case .i64: ctk_i64
    case .f16: ctk_f16
    case .bf16: ctk_bf16
    case .f32: ctk_f32
    case .f64: ctk_f64
    case .f8e4m3, .f8e5m2: nil
    }
  }
}
