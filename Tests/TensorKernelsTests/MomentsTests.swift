import PipelineTrace
import TensorKernels
import Testing

@Suite struct MomentsTests {
  @Test func `mean, deviation and norm of a few numbers`() {
    let moments = moments([Float(2), 4, 4, 4, 5, 5, 7, 9], .f32)
    #expect(moments.finiteCount == 8)
    #expect(moments.mean == 5)
    #expect(moments.squaredDeviations == 32)
    #expect(moments.deviation == 2.138089935299395)  // √(32 / 7)
    #expect(moments.norm == 15.231546211727817)  // √232
  }

  @Test func `NaN and infinities have no part`() {
    let moments = moments([Float.nan, 1, .infinity, 3, -.infinity], .f32)
    #expect(moments.finiteCount == 2)
    #expect(moments.mean == 2)
    #expect(moments.squaredDeviations == 2)
  }

  @Test func `one element has no deviation, none has no norm either`() {
    #expect(moments([Float(3)], .f32).deviation.isNaN)
    #expect(moments([Float(3)], .f32).norm == 3)
    #expect(moments([Float](), .f32) == Moments())
    #expect(moments([Float.nan], .f32).norm == 0)
  }

  @Test func `equal elements have no spread, however many`() {
    let moments = moments([Float](repeating: 0.1, count: 5_000), .f32)
    #expect(moments.deviation == 0)
    #expect(moments.mean == 0.10000000149011612)
  }

  @Test func `a small spread far from zero keeps its digits`() {
    let moments = moments([Float(16_777_214), 16_777_215, 16_777_216], .f32)
    #expect(moments.mean == 16_777_215)
    #expect(moments.deviation == 1)
  }

  @Test func `integers count as their numbers`() {
    let moments = moments([UInt8(255), 1, 2], .u8)
    #expect(moments.mean == 86)
    #expect(moments.squaredDeviations == 42_842)
  }

  @Test(arguments: DType.allCases)
  func `many elements give what the definition gives`(_ dtype: DType) {
    for count in [0, 1, 7, 9, 1_003, 1_024, 1_025, 3_001] {
      let run = nastyPairs(dtype, dtype, count: count, seed: 9, isWild: false, offset: 1)
      run.dev.withUnsafeBytes { bytes in
        let elements = UnsafeRawBufferPointer(rebasing: bytes[1...])
        let fast = SideKernel.moments(of: elements, dtype: dtype)
        let definition = SideKernel.momentsByDefinition(of: elements, dtype: dtype)
        #expect(fast.finiteCount == definition.finiteCount)
        // Rounding of at most 3,001 terms of the size of the norm.
        let size = definition.norm * 3_001 * 0x1p-52
        #expect(abs(fast.mean - definition.mean) <= size, "\(count)")
        #expect(
          abs(fast.squaredDeviations - definition.squaredDeviations) <= size * definition.norm,
          "\(count)")
      }
    }
  }

  private func moments<Bits: BitwiseCopyable>(_ elements: [Bits], _ dtype: DType) -> Moments {
    elements.withUnsafeBytes { SideKernel.moments(of: $0, dtype: dtype) }
  }
}
