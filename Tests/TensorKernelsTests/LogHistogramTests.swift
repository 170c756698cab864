import PipelineTrace
import TensorKernels
import Testing

@Suite struct LogHistogramTests {
  @Test func `a bin is a power of two`() {
    let dev = [Float](repeating: 0, count: 7)
    let prod: [Float] = [1, 1.5, -1.9, 2, 0.5, 0, 0x1p-40]
    let counts = histogram(dev, prod)
    #expect(counts[48] == 3)
    #expect(counts[49] == 1)
    #expect(counts[47] == 1)
    #expect(counts[8] == 1)
    #expect(counts.reduce(0, +) == 6)
  }

  @Test func `what is too small or too large goes to the outermost bins`() {
    let prod: [Double] = [
      0x1p-48, 0x1.fp-49, 0x1p-200, .leastNonzeroMagnitude, 0x1p15, 0x1.8p16, 0x1p900,
    ]
    let counts = histogram([Double](repeating: 0, count: 7), prod)
    #expect(counts[0] == 4)
    #expect(counts[63] == 3)
  }

  @Test func `a difference that overflows is a large one`() {
    let counts = histogram([-Double.greatestFiniteMagnitude], [Double.greatestFiniteMagnitude])
    #expect(counts[63] == 1)
  }

  @Test func `pairs that are not finite have no bin`() {
    let counts = histogram([Float.nan, .infinity, 1], [Float(1), 2, 1])
    #expect(counts.allSatisfy { $0 == 0 })
  }

  @Test func `integers have the bin of their distance`() {
    let counts = statistics(.i8, [1, 2, 0x80], .i8, [2, 4, 0x7f]).histogram.counts
    #expect(counts[48] == 1)
    #expect(counts[49] == 1)
    #expect(counts[55] == 1)
  }

  @Test func `histograms of blocks add up`() {
    var merged = statistics(.f32, bytes([Float(0)]), .f32, bytes([Float(0)]))
    merged.merge(statistics(.f32, bytes([Float(0)]), .f32, bytes([Float(1)])))
    merged.merge(statistics(.f32, bytes([Float(0)]), .f32, bytes([Float(1)])))
    merged.merge(statistics(.f32, bytes([Float(0)]), .f32, bytes([Float(0)])))
    #expect(merged.histogram.counts[48] == 2)
    #expect(merged.histogram.counts.reduce(0, +) == 2)
  }

  /// By every path, which have to give the same.
  private func histogram<Float>(_ dev: [Float], _ prod: [Float]) -> [Int]
  where Float: BinaryFloatingPoint & BitwiseCopyable {
    let dtype: DType = MemoryLayout<Float>.size == 4 ? .f32 : .f64
    let all = KernelPath.allCases.filter(\.isAvailable).map { path in
      bytes(dev).withUnsafeBytes { dev in
        bytes(prod).withUnsafeBytes { prod in
          DifferenceKernel(dev: dtype, prod: dtype, tolerance: .exact, path: path)
            .statistics(dev: dev, prod: prod, firstElement: 0).histogram.counts
        }
      }
    }
    #expect(Set(all).count == 1)
    return all[0]
  }
}
