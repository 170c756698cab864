import PipelineTrace
import TensorKernels
import Testing

/// The fast kernel beside its definition, on elements that give trouble.
@Suite struct DifferenceKernelAgreementTests {
  static let pairs: [DTypePair] =
    DType.allCases.map { DTypePair($0, $0) } + [
      DTypePair(.f32, .bf16), DTypePair(.f16, .f32), DTypePair(.f64, .f32),
      DTypePair(.f8e4m3, .f16), DTypePair(.f8e5m2, .f8e4m3),
      DTypePair(.f32, .u8), DTypePair(.i64, .f64), DTypePair(.f16, .u64),
      DTypePair(.i32, .i64), DTypePair(.i64, .u64), DTypePair(.u64, .i8),
      DTypePair(.bool, .u8), DTypePair(.u64, .bool), DTypePair(.u32, .i32), DTypePair(.i16, .u8),
    ]

  /// What the CPU at hand has, the portable one first.
  static let paths = KernelPath.allCases.filter(\.isAvailable)

  @Test(arguments: pairs)
  func `every length and every start gives what the definition gives`(_ pair: DTypePair) {
    for count in [0, 1, 3, 4, 7, 8, 9, 1_003, 1_023, 1_024, 1_025, 2_047, 2_048, 2_049] {
      for isWild in [true, false] {
        expectAgreement(pair, count: count, isWild: isWild, offset: count % 2)
      }
    }
  }

  @Test(arguments: [DTypePair(.f32, .f32), DTypePair(.i8, .i8), DTypePair(.bf16, .f32)])
  func `every length of a few vectors gives what the definition gives`(_ pair: DTypePair) {
    for count in 0...300 {
      expectAgreement(pair, count: count, isWild: count % 3 == 0, offset: count % 67)
    }
  }

  @Test(arguments: [DTypePair(.f32, .f32), DTypePair(.bf16, .bf16), DTypePair(.i64, .i64)])
  func `whole blocks give what the definition gives`(_ pair: DTypePair) {
    expectAgreement(pair, count: 65_535, isWild: false, offset: 1)
    expectAgreement(pair, count: 65_536, isWild: false, offset: 3)
  }

  @Test(arguments: [DType.f16, .bf16, .f32, .f64])
  func `a special on either side is set aside in every lane`(_ dtype: DType) {
    let infinity: UInt64 = 1 << (dtype.byteCount * 8 - 1) - 1 << dtype.mantissaBitCount
    let sign: UInt64 = 1 << (dtype.byteCount * 8 - 1)
    let specials = [infinity, infinity | sign, infinity + 1, sign - 1, infinity + 1 | sign]
    for lane in 0..<64 {
      let special = specials[lane % specials.count]
      let facing = [special, 0, specials[(lane + 1) % specials.count]][lane % 3]
      // In a chunk of its own behind one without specials, and in one that is short.
      for (count, at) in [(4_096, 2_048 + lane), (100, lane)] {
        var (dev, prod) = nastyPairs(dtype, dtype, count: count, seed: 5, isWild: false)
        for k in 0..<count { clearSpecial(&dev, k, dtype, infinity) }
        for k in 0..<count { clearSpecial(&prod, k, dtype, infinity) }
        store(special, in: &dev, at, dtype)
        store(facing, in: &prod, at, dtype)
        if lane % 2 == 1 { swap(&dev, &prod) }
        for nanEqualsNaN in [true, false] {
          let tolerance = Tolerance(relative: 0.1, absolute: 0, nanEqualsNaN: nanEqualsNaN)
          let kernel = { DifferenceKernel(dev: dtype, prod: dtype, tolerance: tolerance, path: $0) }
          let portable = Figures(kernel(.portable).statistics(dev, prod))
          for path in Self.paths.dropFirst() {
            #expect(Figures(kernel(path).statistics(dev, prod)) == portable, "\(path) \(at)")
          }
        }
      }
    }
  }

  @Test(arguments: DType.allCases)
  func `equal runs differ nowhere by any path`(_ dtype: DType) {
    let (run, _) = nastyPairs(dtype, dtype, count: 3_000, seed: 8, isWild: true)
    for path in Self.paths {
      let kernel = DifferenceKernel(
        dev: dtype, prod: dtype, tolerance: .standard(dev: dtype, prod: dtype), path: path)
      let found = kernel.statistics(run, run)
      #expect(found.differingCount == 0, "\(path)")
      #expect(found.mismatchedCount == 0, "\(path)")
      #expect(found.maxAbsolute == 0, "\(path)")
      #expect(found.maxAbsoluteElement == nil, "\(path)")
      #expect(found.histogram == LogHistogram(), "\(path)")
    }
  }

  @Test(arguments: [0.25, 1e-3, 0x1p-1022])
  func `differences that grow or shrink throughout keep the first maximum`(_ scale: Double) {
    let dev = (0..<5_000).map { 1 + Double($0) }
    for prod in [dev.map { $0 + $0 * $0 * scale }, dev.map { $0 + scale / $0 }, dev.map { $0 * 2 }]
    {
      expectAgreement(DTypePair(.f64, .f64), bytes(dev), bytes(prod))
      expectAgreement(
        DTypePair(.f32, .f32), bytes(dev.map { Float($0) }), bytes(prod.map { Float($0) }))
      expectAgreement(
        DTypePair(.f64, .f64), bytes(dev.map { $0 * scale }), bytes(prod.map { $0 * scale }))
    }
  }

  @Test func `without a tolerance every unequal pair is a mismatch`() {
    let exact = Tolerance(relative: 0, absolute: 0, nanEqualsNaN: false)
    for pair in [DTypePair(.f32, .f32), DTypePair(.f64, .f64), DTypePair(.f16, .bf16)] {
      expectAgreement(pair, count: 3_001, isWild: true, offset: 1, tolerance: exact)
    }
  }

  @Test func `an infinite tolerance lets all finite pairs agree`() {
    let loose = Tolerance(relative: 2, absolute: .infinity)
    expectAgreement(DTypePair(.f64, .f64), count: 3_001, isWild: true, offset: 0, tolerance: loose)
  }

  private func expectAgreement(
    _ pair: DTypePair, count: Int, isWild: Bool, offset: Int, tolerance: Tolerance? = nil
  ) {
    let (dev, prod) = nastyPairs(
      pair.dev, pair.prod, count: count, seed: UInt64(count), isWild: isWild, offset: offset)
    expectAgreement(pair, dev, prod, offset: offset, tolerance: tolerance)
  }

  /// Holds every path to the definition, to the last bit.
  private func expectAgreement(
    _ pair: DTypePair, _ dev: [UInt8], _ prod: [UInt8], offset: Int = 0,
    tolerance: Tolerance? = nil
  ) {
    let bound = tolerance ?? .standard(dev: pair.dev, prod: pair.prod)
    dev.withUnsafeBytes { dev in
      prod.withUnsafeBytes { prod in
        let devElements = UnsafeRawBufferPointer(rebasing: dev[offset...])
        let prodElements = UnsafeRawBufferPointer(rebasing: prod[offset...])
        let defined = DifferenceKernel(dev: pair.dev, prod: pair.prod, tolerance: bound)
          .statisticsByDefinition(dev: devElements, prod: prodElements, firstElement: 7_000)
        for path in Self.paths {
          let kernel = DifferenceKernel(
            dev: pair.dev, prod: pair.prod, tolerance: bound, path: path)
          let fast = kernel.statistics(
            dev: devElements, prod: prodElements, firstElement: 7_000)
          #expect(
            Figures(fast) == Figures(defined), "\(pair), \(devElements.count) bytes, \(path)")
        }
      }
    }
  }

  /// Puts 1 in place of what is not finite.
  private func clearSpecial(_ bytes: inout [UInt8], _ k: Int, _ dtype: DType, _ infinity: UInt64) {
    let bits = bytes.withUnsafeBytes { Element(at: k, of: $0, dtype: dtype) }.number
    if !bits.isFinite { store(1, in: &bytes, k, dtype) }
  }

  private func store(_ bits: UInt64, in bytes: inout [UInt8], _ k: Int, _ dtype: DType) {
    withUnsafeBytes(of: bits.littleEndian) {
      bytes.replaceSubrange(
        k * dtype.byteCount..<(k + 1) * dtype.byteCount, with: $0.prefix(dtype.byteCount))
    }
  }
}

extension DifferenceKernel {
  fileprivate func statistics(_ dev: [UInt8], _ prod: [UInt8]) -> DifferenceStatistics {
    dev.withUnsafeBytes { dev in
      prod.withUnsafeBytes { statistics(dev: dev, prod: $0, firstElement: 0) }
    }
  }
}

/// All figures of a comparison; of NaN, which a sum may become, there is one alone.
struct Figures: Equatable {
  let exact: CountsAndMaxima
  let histogram: [Int]
  let sums: [UInt64]

  init(_ statistics: DifferenceStatistics) {
    exact = CountsAndMaxima(statistics)
    histogram = statistics.histogram.counts
    let sums = [
      statistics.absoluteSum, statistics.squareSum, statistics.devSquareSum,
      statistics.prodSquareSum, statistics.productSum,
    ]
    self.sums = sums.map { $0.isNaN ? Double.nan.bitPattern : $0.bitPattern }
  }
}

struct DTypePair: CustomTestStringConvertible, Sendable {
  let dev: DType
  let prod: DType
  init(_ dev: DType, _ prod: DType) {
    self.dev = dev
    self.prod = prod
  }
  var testDescription: String { "\(dev) beside \(prod)" }
}

/// All that does not depend on the order of additions.
struct CountsAndMaxima: Equatable {
  let counts: [Int]
  let elements: [Int?]
  let maxima: [Double?]
  let maxULP: UInt64?
  let dev: SideStatistics
  let prod: SideStatistics

  init(_ statistics: DifferenceStatistics) {
    counts = [
      statistics.elementCount, statistics.mismatchedCount, statistics.differingCount,
      statistics.finitePairCount,
    ]
    elements = [
      statistics.firstMismatch, statistics.firstSpecialMismatch, statistics.maxAbsoluteElement,
      statistics.maxRelativeElement,
    ]
    maxima = [statistics.maxAbsolute, statistics.maxRelative]
    maxULP = statistics.maxULP
    dev = statistics.dev
    prod = statistics.prod
  }
}
