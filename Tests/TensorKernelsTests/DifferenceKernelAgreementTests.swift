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

  @Test(arguments: pairs)
  func `every length and every start gives what the definition gives`(_ pair: DTypePair) {
    for count in [0, 1, 3, 4, 7, 8, 9, 1_003, 1_023, 1_024, 1_025] {
      for isWild in [true, false] {
        expectAgreement(pair, count: count, isWild: isWild, offset: count % 2)
      }
    }
  }

  @Test(arguments: [DTypePair(.f32, .f32), DTypePair(.bf16, .bf16), DTypePair(.i64, .i64)])
  func `whole blocks give what the definition gives`(_ pair: DTypePair) {
    expectAgreement(pair, count: 65_535, isWild: false, offset: 1)
    expectAgreement(pair, count: 65_536, isWild: false, offset: 3)
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
    let kernel = DifferenceKernel(
      dev: pair.dev, prod: pair.prod,
      tolerance: tolerance ?? .standard(dev: pair.dev, prod: pair.prod))
    let (fast, defined) = dev.withUnsafeBytes { dev in
      prod.withUnsafeBytes { prod in
        let devElements = UnsafeRawBufferPointer(rebasing: dev[offset...])
        let prodElements = UnsafeRawBufferPointer(rebasing: prod[offset...])
        return (
          kernel.statistics(dev: devElements, prod: prodElements, firstElement: 7_000),
          kernel.statisticsByDefinition(
            dev: devElements, prod: prodElements, firstElement: 7_000)
        )
      }
    }
    let comment: Comment = "\(pair), \(count) pairs, \(isWild ? "wild" : "tame")"
    #expect(CountsAndMaxima(fast) == CountsAndMaxima(defined), comment)
    if isWild && (pair.dev == .f64 || pair.prod == .f64) { return }  // their squares overflow
    // Each addition rounds by 2⁻⁵³ of the sum so far, which is at most the sum of magnitudes.
    let unit = Double(count + 1) * 0x1p-53
    let products = (defined.devSquareSum * defined.prodSquareSum).squareRoot()
    expect(fast.absoluteSum, defined.absoluteSum, within: unit * defined.absoluteSum, comment)
    expect(fast.squareSum, defined.squareSum, within: unit * defined.squareSum, comment)
    expect(fast.devSquareSum, defined.devSquareSum, within: unit * defined.devSquareSum, comment)
    expect(fast.prodSquareSum, defined.prodSquareSum, within: unit * defined.prodSquareSum, comment)
    expect(fast.productSum, defined.productSum, within: unit * products, comment)
  }

  private func expect(
    _ fast: Double, _ defined: Double, within bound: Double, _ comment: Comment
  ) {
    #expect((fast - defined).magnitude <= bound, comment)
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
