import TensorKernels
import Testing

@Suite struct FirstDifferingByteTests {
  @Test func `equal bytes have none`() {
    #expect(
      first([UInt8](repeating: 7, count: 200_001), [UInt8](repeating: 7, count: 200_001)) == nil)
    #expect(first([], []) == nil)
  }

  @Test func `the first of several is found wherever it lies`() {
    for offset in [0, 1, 15, 16, 1_023, 1_024, 65_535, 65_536, 150_000, 200_000] {
      let dev = [UInt8](repeating: 7, count: 200_001)
      var prod = dev
      prod[offset] = 8
      prod[200_000] = 9
      #expect(first(dev, prod) == offset)
    }
  }

  @Test func `a longer side differs at the end of the shorter`() {
    #expect(first([1, 2], [1, 2, 3]) == 2)
    #expect(first([], [1]) == 0)
    #expect(first([1, 9], [1, 2, 3]) == 1)
  }

  private func first(_ dev: [UInt8], _ prod: [UInt8]) -> Int? {
    dev.withUnsafeBytes { dev in prod.withUnsafeBytes { firstDifferingByte(dev, $0) } }
  }
}
