import PipelineTrace
import TensorKernels
import Testing

@Suite struct SideKernelTests {
  @Test func `a range takes in infinities and leaves out NaN`() {
    let side = statistics([Float.nan, 2, -.infinity, -1, .nan], .f32)
    #expect(side.minimum == -.infinity)
    #expect(side.maximum == 2)
    #expect(side.nanCount == 2)
    #expect(side.infinityCount == 1)
  }

  @Test func `nothing but NaN has no range`() {
    let side = statistics([UInt8(0x7f), 0xff], .f8e4m3)
    #expect(side.minimum == nil)
    #expect(side.maximum == nil)
    #expect(side.nanCount == 2)
  }

  @Test func `no element has no range`() {
    #expect(statistics([Float](), .f32) == SideStatistics())
  }

  @Test func `unsigned integers beyond the signed ones are large`() {
    let side = statistics([UInt16(0x8000), 1, 0xffff], .u16)
    #expect(side.minimum == 1)
    #expect(side.maximum == 65_535)
  }

  @Test func `any byte but 0 is true`() {
    let side = statistics([UInt8(2), 0, 0x80], .bool)
    #expect(side.minimum == 0)
    #expect(side.maximum == 1)
  }

  @Test func `subnormals are kept apart from zero`() {
    let side = statistics([Float(bitPattern: 1), Float(bitPattern: 0x8000_0003)], .f32)
    #expect(side.minimum == -0x1.8p-148)
    #expect(side.maximum == 0x1p-149)
  }

  @Test(arguments: DType.allCases)
  func `many elements give what the definition gives`(_ dtype: DType) {
    for count in [0, 1, 7, 9, 1_003, 1_024, 1_025, 3_001] {
      let run = nastyPairs(
        dtype, dtype, count: count, seed: 9, isWild: count % 2 == 1, offset: 1)
      run.dev.withUnsafeBytes { bytes in
        let elements = UnsafeRawBufferPointer(rebasing: bytes[1...])
        #expect(
          SideKernel.statistics(of: elements, dtype: dtype)
            == SideKernel.statisticsByDefinition(of: elements, dtype: dtype), "\(count)")
      }
    }
  }

  private func statistics<Bits: BitwiseCopyable>(_ elements: [Bits], _ dtype: DType)
    -> SideStatistics
  {
    elements.withUnsafeBytes { SideKernel.statistics(of: $0, dtype: dtype) }
  }
}
