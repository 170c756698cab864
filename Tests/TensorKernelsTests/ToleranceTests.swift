import PipelineTrace
import TensorKernels
import Testing

@Suite struct ToleranceTests {
  @Test func `floats of one dtype get its usual tolerance`() {
    #expect(Tolerance.standard(dev: .f64, prod: .f64) == Tolerance(relative: 1e-7, absolute: 1e-7))
    #expect(
      Tolerance.standard(dev: .f32, prod: .f32) == Tolerance(relative: 1.3e-6, absolute: 1e-5))
    #expect(Tolerance.standard(dev: .f16, prod: .f16) == Tolerance(relative: 1e-3, absolute: 1e-5))
    #expect(
      Tolerance.standard(dev: .bf16, prod: .bf16) == Tolerance(relative: 1.6e-2, absolute: 1e-5))
    #expect(
      Tolerance.standard(dev: .f8e4m3, prod: .f8e4m3)
        == Tolerance(relative: 0.125, absolute: 1e-5))
    #expect(
      Tolerance.standard(dev: .f8e5m2, prod: .f8e5m2) == Tolerance(relative: 0.25, absolute: 1e-5))
  }

  @Test func `the looser of two float dtypes holds, on either side`() {
    #expect(
      Tolerance.standard(dev: .f64, prod: .f16) == Tolerance(relative: 1e-3, absolute: 1e-5))
    #expect(
      Tolerance.standard(dev: .bf16, prod: .f32) == Tolerance(relative: 1.6e-2, absolute: 1e-5))
  }

  @Test func `integers and booleans have none`() {
    #expect(Tolerance.standard(dev: .i64, prod: .u8) == .exact)
    #expect(Tolerance.standard(dev: .bool, prod: .bool) == Tolerance(relative: 0, absolute: 0))
  }
}
