import PipelineTrace
import TensorKernels
import Testing

@Suite struct ElementTextTests {
  @Test func `a float has the shortest text that reads back as float32, or as float64`() {
    #expect(text(0x3dcc_cccd, .f32) == "0.1")
    #expect(text(0x2e66, .f16) == "0.099975586")
    #expect(text(0x3dcd, .bf16) == "0.100097656")
    #expect(text(0x1d, .f8e4m3) == "0.1015625")
    #expect(text(0x2e, .f8e5m2) == "0.09375")
    #expect(text((0.1).bitPattern, .f64) == "0.1")
    #expect(text(0x3f80_0001, .f32) == "1.0000001")
    #expect(text(0x4049, .bf16) == "3.140625")
    #expect(text(0x0001, .f16) == "5.9604645e-08")
    #expect(text(0x0001, .bf16) == "9.1835e-41")
    #expect(text(0x7f7f, .bf16) == "3.3895314e+38")
    #expect(text(0x0000_0001, .f32) == "1e-45")
  }

  @Test func `whole numbers have all their digits`() {
    #expect(text(0x7e, .f8e4m3) == "448.0")
    #expect(text(0x7bff, .f16) == "65504.0")
    #expect(text(0x4780, .bf16) == "65536.0")
    #expect(text(0xbf80, .bf16) == "-1.0")
  }

  @Test func `specials and zeros are named`() {
    #expect(text(0xffc0, .bf16) == "nan")
    #expect(text(0x7f80_0000, .f32) == "inf")
    #expect(text(0xfc00, .f16) == "-inf")
    #expect(text(0x80, .f8e4m3) == "-0.0")
    #expect(text(0x8000, .f16) == "-0.0")
    #expect(text(0, .f32) == "0.0")
  }

  @Test func `integers are plain and booleans are Python's`() {
    #expect(text(0x80, .i8) == "-128")
    #expect(text(.max, .u64) == "18446744073709551615")
    #expect(text(0, .bool) == "False")
    #expect(text(2, .bool) == "True")
  }

  @Test func `float16 texts read back`() {
    for code in stride(from: UInt16(0), to: 0x7c00, by: 7) {
      #expect(Float(text(UInt64(code), .f16)) == Float(Float16(bitPattern: code)))
    }
  }

  @Test func `bfloat16 texts read back`() {
    for code in stride(from: UInt16(0), to: 0x7f80, by: 13) {
      #expect(Float(text(UInt64(code), .bf16)) == Float(bitPattern: UInt32(code) << 16))
    }
  }

  @Test func `what fits is shown whole`() {
    #expect(fitted(1, 6) == "1.0")
    #expect(fitted(-.infinity, 6) == "-inf")
    #expect(fitted(0.001, 6) == "0.001")
    #expect(Element.signed(-12_345).formatted(columns: 6) == "-12345")
    #expect(Element.boolean(false).formatted(columns: 6) == "False")
  }

  @Test func `what is rounded fills its columns`() {
    #expect(fitted(.pi, 6) == "3.1416")
    #expect(fitted(.pi, 10) == "3.14159265")
    #expect(fitted(-.pi, 8) == "-3.14159")
    #expect(fitted(1.00000012, 6) == "1.0000")
    #expect(fitted(99.99999, 6) == "100.00")
    #expect(fitted(999.99999, 6) == "1000.0")
    #expect(fitted(9_999.99999, 6) == "10000")
    #expect(fitted(0.123456789, 8) == "0.123457")
  }

  @Test func `very large and very small numbers are scientific`() {
    #expect(fitted(123_456_789.5, 6) == "1.23e8")
    #expect(fitted(0.000123456789, 8) == "1.235e-4")
    #expect(fitted(-1.7976931348623157e308, 6) == "-2e308")
    #expect(Element.signed(.min).formatted(columns: 8) == "-9.22e18")
    #expect(Element.unsigned(.max).formatted(columns: 10) == "1.84467e19")
    #expect(fitted(1.5e-300, 8) == "1.5e-300")
  }

  @Test func `a whole number keeps its digits rather than its point`() {
    #expect(fitted(1_234_567, 7) == "1234567")
    #expect(fitted(100_000, 6) == "100000")
  }

  @Test func `what is not zero never shows as zero`() {
    #expect(fitted(0.0000012345, 6) == "1.2e-6")
    #expect(fitted(-0.0000012345, 6) == "-1e-6")
    #expect(fitted(-1.234e-300, 7) == "-1e-300")
    #expect(fitted(-1.234e-300, 6) == "-tiny")
    #expect(fitted(1.234e-300, 6) == "1e-300")
  }

  private func text(_ bits: UInt64, _ dtype: DType) -> String {
    Element(bits: bits, dtype: dtype).description
  }

  private func fitted(_ value: Double, _ columns: Int) -> String {
    Element.float(value, .f64).formatted(columns: columns)
  }
}
