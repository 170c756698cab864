import PipelineTrace
import TensorKernels
import Testing

@Suite struct DifferenceStatisticsTests {
  @Test func `blocks merged in order are the whole`() {
    for pair in [DTypePair(.f32, .f32), DTypePair(.f16, .f32), DTypePair(.i64, .u64)] {
      let (dev, prod) = nastyPairs(pair.dev, pair.prod, count: 5_000, seed: 3, isWild: true)
      let whole = statistics(pair.dev, dev, pair.prod, prod)
      for cut in [0, 1, 2_047, 4_999, 5_000] {
        var merged = statistics(
          pair.dev, Array(dev[..<(cut * pair.dev.byteCount)]),
          pair.prod, Array(prod[..<(cut * pair.prod.byteCount)]))
        merged.merge(
          statistics(
            pair.dev, Array(dev[(cut * pair.dev.byteCount)...]),
            pair.prod, Array(prod[(cut * pair.prod.byteCount)...]), firstElement: cut))
        #expect(CountsAndMaxima(merged) == CountsAndMaxima(whole), "\(pair) cut at \(cut)")
        let error = (merged.squareSum - whole.squareSum).magnitude
        #expect(error <= whole.squareSum * 5_000 * 0x1p-53)
      }
    }
  }

  @Test func `the earlier of two equal maxima stays`() {
    var merged = statistics(.f32, bytes([Float(1)]), .f32, bytes([Float(2)]), firstElement: 4)
    merged.merge(
      statistics(.f32, bytes([Float(1)]), .f32, bytes([Float(2)]), firstElement: 5))
    #expect(merged.maxAbsoluteElement == 4)
    #expect(merged.maxRelativeElement == 4)
    #expect(merged.firstMismatch == 4)
    #expect(merged.elementCount == 2)
  }

  @Test func `a run without finite pairs takes over the figures of the next`() {
    var merged = statistics(.f32, bytes([Float.nan]), .f32, bytes([Float.nan]))
    merged.merge(statistics(.f32, bytes([Float(1)]), .f32, bytes([Float(1)]), firstElement: 1))
    #expect(merged.maxAbsolute == 0)
    #expect(merged.maxULP == 0)
    #expect(merged.dev.minimum == 1)
  }

  @Test func `sums keep what large terms would round away`() {
    // 2⁵⁴ + 1 + 1 + … is 2⁵⁴ in plain doubles, where 1 is less than half a step.
    let large = bytes([Double(1 << 27)])
    var merged = statistics(.f64, large, .f64, large)
    for _ in 0..<12 {
      merged.merge(statistics(.f64, bytes([1.0]), .f64, bytes([1.0])))
    }
    #expect(merged.devSquareSum == 0x1p54 + 12)
  }
}
