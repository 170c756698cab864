import PipelineTrace
import TensorKernels

/// The bytes of elements, as they lie in a file on this machine.
func bytes<Bits: BitwiseCopyable>(_ elements: [Bits]) -> [UInt8] {
  elements.withUnsafeBytes { Array($0) }
}

/// Compares two runs of bytes as one block, in the fast way.
func statistics(
  _ devType: DType, _ dev: [UInt8], _ prodType: DType, _ prod: [UInt8],
  tolerance: Tolerance? = nil, firstElement: Int = 0
) -> DifferenceStatistics {
  let kernel = DifferenceKernel(
    dev: devType, prod: prodType,
    tolerance: tolerance ?? .standard(dev: devType, prod: prodType))
  return dev.withUnsafeBytes { dev in
    prod.withUnsafeBytes { prod in
      kernel.statistics(dev: dev, prod: prod, firstElement: firstElement)
    }
  }
}

/// Random numbers that are the same in every run.
///
/// - Source: S. Vigna, splitmix64.c, public domain.
struct SeededGenerator: RandomNumberGenerator {
  var state: UInt64

  mutating func next() -> UInt64 {
    state &+= 0x9e37_79b9_7f4a_7c15
    var z = state
    z = (z ^ (z >> 30)) &* 0xbf58_476d_1ce4_e5b9
    z = (z ^ (z >> 27)) &* 0x94d0_49bb_1331_11eb
    return z ^ (z >> 31)
  }
}

/// Elements that give kernels trouble: specials, both zeros, subnormals, extremes, ties, neighbours.
struct NastyElements {
  var generator: SeededGenerator
  /// Whether any bits may turn up, or mostly small numbers whose squares cannot overflow.
  var isWild: Bool

  /// Bits of a pair of elements.
  mutating func pair(_ dev: DType, _ prod: DType) -> (dev: UInt64, prod: UInt64) {
    let devBits = element(dev)
    if dev == prod {
      switch generator.next() % 4 {
      case 0: return (devBits, devBits)
      case 1: return (devBits, devBits &+ generator.next() % 5 &- 2)
      default: break
      }
    }
    return (devBits, element(prod))
  }

  private mutating func element(_ dtype: DType) -> UInt64 {
    let random = generator.next()
    switch generator.next() % 8 {
    case 0: return extremes(dtype)[Int(random % UInt64(extremes(dtype).count))]
    case 1, 2, 3: return smallNumber(dtype, Int(random % 9) - 4)
    default: return isWild ? random : smallNumber(dtype, Int(random % 4001) - 2000)
    }
  }

  /// A quarter of a small integer in a float dtype, the integer itself in another.
  private func smallNumber(_ dtype: DType, _ integer: Int) -> UInt64 {
    let quarter = Double(integer) / 4
    switch dtype {
    case .f64: return quarter.bitPattern
    case .f32: return UInt64(Float(quarter).bitPattern)
    case .bf16: return UInt64(Float(quarter).bitPattern >> 16)
    case .f16: return UInt64(Float16(quarter).bitPattern)
    case .f8e5m2: return UInt64(Float16(quarter).bitPattern >> 8)
    default: return UInt64(bitPattern: Int64(integer))
    }
  }

  private func extremes(_ dtype: DType) -> [UInt64] {
    let sign: UInt64 = 1 << (dtype.byteCount * 8 - 1)
    guard dtype.isFloat else { return [0, 1, sign - 1, sign, sign + 1, 2 * (sign - 1) + 1] }
    let leastNormal: UInt64 = 1 << dtype.mantissaBitCount
    let infinity = dtype == .f8e4m3 ? 0x7f : sign - leastNormal
    var magnitudes = [0, 1, leastNormal - 1, leastNormal, sign - 1]
    if isWild || dtype != .f64 { magnitudes += [infinity - 1, infinity] }
    return magnitudes + magnitudes.map { $0 | sign }
  }
}

/// Runs of nasty elements for both sides, each behind `offset` bytes that do not count.
func nastyPairs(
  _ dev: DType, _ prod: DType, count: Int, seed: UInt64, isWild: Bool, offset: Int = 0
) -> (dev: [UInt8], prod: [UInt8]) {
  var elements = NastyElements(generator: SeededGenerator(state: seed), isWild: isWild)
  var devBytes = [UInt8](repeating: 0xee, count: offset)
  var prodBytes = devBytes
  for _ in 0..<count {
    let pair = elements.pair(dev, prod)
    withUnsafeBytes(of: pair.dev.littleEndian) { devBytes += $0.prefix(dev.byteCount) }
    withUnsafeBytes(of: pair.prod.littleEndian) { prodBytes += $0.prefix(prod.byteCount) }
  }
  return (devBytes, prodBytes)
}
