import PipelineTrace
import TensorKernels
import Testing

/// The rules of agreement, one example each.
@Suite struct DifferenceKernelTests {
  private let half = Tolerance(relative: 0.5, absolute: 1)

  @Test func `dev is the reference of the tolerance`() {
    // |4 − 7| = 3 = 1 + 0.5 · 4, but 3 > 1 + 0.5 · 3
    #expect(compared([Float(4)], [Float(7)], half).mismatchedCount == 0)
    #expect(compared([Float(3)], [Float(6)], half).mismatchedCount == 1)
  }

  @Test func `differences are counted, measured and located`() {
    let dev: [Float] = [1, 2, 0, -4, 10]
    let prod: [Float] = [1, 3, 0, -1, 13]
    let run = compared(dev, prod, half, firstElement: 100)
    #expect(run.elementCount == 5)
    #expect(run.finitePairCount == 5)
    #expect(run.differingCount == 3)
    #expect(run.mismatchedCount == 0)
    #expect(run.firstMismatch == nil)
    #expect(run.maxAbsolute == 3)
    #expect(run.maxAbsoluteElement == 103)
    #expect(run.maxRelative == 0.75)
    #expect(run.maxRelativeElement == 103)
    #expect(run.absoluteSum == 7)
    #expect(run.squareSum == 19)
    #expect(run.devSquareSum == 121)
    #expect(run.prodSquareSum == 180)
    #expect(run.productSum == 141)
    #expect(run.meanAbsolute == 1.4)
    #expect(run.rootMeanSquare == 3.8.squareRoot())
    #expect(run.relativeError == (19.0 / 121).squareRoot())
    #expect(run.dev == side(-4, 10))
    #expect(run.prod == side(-1, 13))
  }

  @Test func `of equal maxima the first element counts`() {
    let run = compared([Float(2), 2, 2, 2], [Float(2), 4, 0, 4], .exact)
    #expect(run.firstMismatch == 1)
    #expect(run.maxAbsoluteElement == 1)
    #expect(run.maxRelativeElement == 1)
  }

  @Test func `both zeros are one value`() {
    let run = compared([Float(0), -0.0], [-0.0, Float(0)], .exact)
    #expect(run.differingCount == 0)
    #expect(run.mismatchedCount == 0)
    #expect(run.maxAbsolute == 0)
    #expect(run.maxAbsoluteElement == nil)
    #expect(run.maxRelative == 0)
    #expect(run.maxRelativeElement == nil)
    #expect(run.maxULP == 0)
    #expect(run.cosine == nil)
    #expect(run.relativeError == 0)
    #expect(run.dev.minimum?.sign == .plus)
  }

  @Test func `a relative difference from zero is infinite`() {
    let run = compared([Float(1), 0, 0], [Float(2), 0, 1e-30], half)
    #expect(run.maxRelative == .infinity)
    #expect(run.maxRelativeElement == 2)
    #expect(run.maxAbsoluteElement == 0)
    #expect(run.mismatchedCount == 0)
  }

  @Test func `two NaN agree unless the tolerance says otherwise`() {
    let nan: [UInt32] = [0x7fc0_0000, 0xff80_0001]
    let agreeing = compared(nan, Array(nan.reversed()), .f32, .exact)
    #expect(agreeing.mismatchedCount == 0)
    #expect(agreeing.differingCount == 0)
    #expect(agreeing.finitePairCount == 0)
    #expect(agreeing.maxAbsolute == nil)
    #expect(agreeing.maxRelative == nil)
    #expect(agreeing.maxULP == nil)
    #expect(agreeing.meanAbsolute == nil)
    #expect(agreeing.rootMeanSquare == nil)
    #expect(agreeing.dev.nanCount == 2)
    let strict = Tolerance(relative: 0, absolute: 0, nanEqualsNaN: false)
    let differing = compared(nan, nan, .f32, strict)
    #expect(differing.mismatchedCount == 2)
    #expect(differing.differingCount == 2)
    #expect(differing.firstMismatch == 0)
    #expect(differing.firstSpecialMismatch == 0)
  }

  @Test func `NaN agrees with nothing else`() {
    let run = compared([Float.nan, 1, .nan], [Float(1), .nan, .infinity], half)
    #expect(run.mismatchedCount == 3)
    #expect(run.differingCount == 3)
    #expect(run.finitePairCount == 0)
  }

  @Test func `only the same infinities agree`() {
    let dev: [Float] = [.infinity, -.infinity, .infinity, .infinity, 3]
    let prod: [Float] = [.infinity, -.infinity, -.infinity, 3, -.infinity]
    let run = compared(dev, prod, half)
    #expect(run.mismatchedCount == 3)
    #expect(run.differingCount == 3)
    #expect(run.firstSpecialMismatch == 2)
    #expect(run.finitePairCount == 0)
    #expect(run.absoluteSum == 0)
    #expect(run.dev.infinityCount == 4)
    #expect(run.prod.maximum == .infinity)
  }

  @Test func `the first mismatch may lie before the first special one`() {
    let dev: [Float] = [1, 1, 1, .nan, 1]
    let prod: [Float] = [1, 9, 1, 1, 9]
    let run = compared(dev, prod, half)
    #expect(run.mismatchedCount == 3)
    #expect(run.firstMismatch == 1)
    #expect(run.firstSpecialMismatch == 3)
    #expect(run.finitePairCount == 4)
    #expect(run.maxAbsoluteElement == 1)
    #expect(run.devSquareSum == 4)
  }

  @Test func `a first special mismatch does not move an earlier mismatch`() {
    var dev = [Float](repeating: 1, count: 1_100)
    var prod = dev
    prod[3] = 9
    dev[1_099] = .nan
    let run = compared(dev, prod, half)
    #expect(run.firstMismatch == 3)
    #expect(run.firstSpecialMismatch == 1_099)
  }

  @Test func `a relative difference larger by one rounding is found`() {
    // d / |x| is one step above r, though r · |x| rounds to d.
    let x = Double(bitPattern: 4_602_948_213_838_544_933)
    let d = Double(bitPattern: 4_607_327_758_052_632_105)
    let r = Double(bitPattern: 4_611_451_911_332_885_815)
    var dev = [Double](repeating: 0, count: 1_025)
    var prod = dev
    (dev[0], prod[0]) = (-1, r - 1)
    (dev[1_024], prod[1_024]) = (-x, d - x)
    let run = compared(dev, prod, half)
    #expect(run.maxRelative == r.nextUp)
    #expect(run.maxRelativeElement == 1_024)
  }

  @Test func `a difference beyond the range of doubles is infinite and a mismatch`() {
    let run = compared([Double.greatestFiniteMagnitude], [-.greatestFiniteMagnitude], half)
    #expect(run.mismatchedCount == 1)
    #expect(run.firstSpecialMismatch == nil)
    #expect(run.finitePairCount == 1)
    #expect(run.maxAbsolute == .infinity)
    #expect(run.maxAbsoluteElement == 0)
    #expect(run.absoluteSum == .infinity)
    #expect(run.relativeError == .infinity)
    #expect(run.cosine == nil)
  }

  @Test func `subnormals are not lost`() {
    let tiny = Float.leastNonzeroMagnitude
    let run = compared([tiny], [-2 * tiny], .exact)
    #expect(run.maxAbsolute == 0x1.8p-148)
    #expect(run.maxRelative == 3)
    #expect(run.maxULP == 3)
  }

  @Test func `a distance in ULP is counted in the dtype's own steps`() {
    #expect(compared([Float(1)], [Float(1).nextUp], half).maxULP == 1)
    #expect(compared([Double(1)], [Double(1).nextDown.nextDown], half).maxULP == 2)
    #expect(compared([UInt16(0x3c00)], [0x3c05], .f16, half).maxULP == 5)
    #expect(compared([UInt16(0x3f80)], [0x3f81], .bf16, half).maxULP == 1)
    #expect(compared([UInt8(0x38)], [0x3a], .f8e4m3, half).maxULP == 2)
    #expect(compared([UInt8(0x7b)], [0xfb], .f8e5m2, half).maxULP == 246)
    let ends = compared(
      [-Double.greatestFiniteMagnitude], [Double.greatestFiniteMagnitude], half)
    #expect(ends.maxULP == 0xffdf_ffff_ffff_fffe)
  }

  @Test func `two dtypes have no common ULP`() {
    let run = statistics(.f32, bytes([Float(1)]), .f64, bytes([1.0]))
    #expect(run.maxULP == nil)
    #expect(run.differingCount == 0)
    #expect(compared([Int32(1)], [Int32(2)], .exact).maxULP == nil)
  }

  @Test func `integers agree only when equal whatever the tolerance`() {
    let run = statistics(.i32, bytes([Int32(7), 8]), .i64, bytes([Int64(7), 9]), tolerance: half)
    #expect(run.mismatchedCount == 1)
    #expect(run.firstMismatch == 1)
    #expect(run.maxAbsolute == 1)
    #expect(run.maxRelative == 0.125)
  }

  @Test func `64-bit integers are told apart beyond the doubles`() {
    let large: Int64 = 1 << 60
    let run = statistics(.i64, bytes([large]), .i64, bytes([large + 1]))
    #expect(run.differingCount == 1)
    #expect(run.mismatchedCount == 1)
    #expect(run.maxAbsolute == 1)
  }

  @Test func `signed and unsigned 64-bit integers compare by value`() {
    let dev: [Int64] = [-1, .min, 5]
    let prod: [UInt64] = [.max, .max, 5]
    let run = statistics(.i64, bytes(dev), .u64, bytes(prod))
    #expect(run.differingCount == 2)
    #expect(run.maxAbsolute == 0x1.8p64)
    #expect(run.maxAbsoluteElement == 1)
    #expect(run.prod.maximum == 0x1p64)
  }

  @Test func `every byte but 0 is true`() {
    let run = statistics(.bool, [0, 1, 2, 255, 1], .u8, [0, 1, 1, 1, 0])
    #expect(run.differingCount == 1)
    #expect(run.firstMismatch == 4)
  }

  @Test func `a float beside an integer is compared as a double with tolerance`() {
    let run = statistics(.f32, bytes([Float(0.5), 2]), .u8, [1, 4], tolerance: half)
    #expect(run.mismatchedCount == 0)
    #expect(run.differingCount == 2)
    #expect(run.maxAbsolute == 2)
  }

  @Test func `equal vectors have a cosine of exactly 1 and opposite ones of −1`() {
    let dev: [Float] = [0.1, 0.7, -0.3]
    #expect(compared(dev, dev, half).cosine == 1)
    #expect(compared([Float(3), 4], [Float(-3), -4], half).cosine == -1)
    #expect(compared([Float(1), 0], [Float(0), 1], half).cosine == 0)
    #expect(compared([Float(0)], [Float(1)], half).cosine == nil)
    #expect(compared([Float(0)], [Float(1)], half).relativeError == .infinity)
  }

  @Test func `no pairs have no figures`() {
    let run = compared([Float](), [Float](), half)
    #expect(run == DifferenceStatistics())
    #expect(run.maxAbsolute == nil)
    #expect(run.meanAbsolute == nil)
    #expect(run.cosine == nil)
    #expect(run.relativeError == 0)
  }

  private func side(_ minimum: Float, _ maximum: Float) -> SideStatistics {
    [minimum, maximum].withUnsafeBytes { SideKernel.statistics(of: $0, dtype: .f32) }
  }

  private func compared(
    _ dev: [Float], _ prod: [Float], _ tolerance: Tolerance, firstElement: Int = 0
  ) -> DifferenceStatistics {
    checked(.f32, bytes(dev), bytes(prod), tolerance, firstElement)
  }
  private func compared(_ dev: [Double], _ prod: [Double], _ tolerance: Tolerance)
    -> DifferenceStatistics
  { checked(.f64, bytes(dev), bytes(prod), tolerance, 0) }
  private func compared(_ dev: [Int32], _ prod: [Int32], _ tolerance: Tolerance)
    -> DifferenceStatistics
  { checked(.i32, bytes(dev), bytes(prod), tolerance, 0) }
  private func compared<Bits: BitwiseCopyable>(
    _ dev: [Bits], _ prod: [Bits], _ dtype: DType, _ tolerance: Tolerance
  ) -> DifferenceStatistics {
    checked(dtype, bytes(dev), bytes(prod), tolerance, 0)
  }

  /// The fast statistics, once the definition says the same.
  private func checked(
    _ dtype: DType, _ dev: [UInt8], _ prod: [UInt8], _ tolerance: Tolerance, _ firstElement: Int
  ) -> DifferenceStatistics {
    let fast = statistics(
      dtype, dev, dtype, prod, tolerance: tolerance, firstElement: firstElement)
    let kernel = DifferenceKernel(dev: dtype, prod: dtype, tolerance: tolerance)
    dev.withUnsafeBytes { dev in
      prod.withUnsafeBytes { prod in
        let defined = kernel.statisticsByDefinition(
          dev: dev, prod: prod, firstElement: firstElement)
        #expect(CountsAndMaxima(defined) == CountsAndMaxima(fast))
      }
    }
    return fast
  }
}
