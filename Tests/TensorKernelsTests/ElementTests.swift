import PipelineTrace
import TensorKernels
import Testing

@Suite struct ElementTests {
  @Test func `bits are read as their dtype says`() {
    #expect(Element(bits: 0xff, dtype: .i8) == .signed(-1))
    #expect(Element(bits: 0xff, dtype: .u8) == .unsigned(255))
    #expect(Element(bits: 0xffff_8000, dtype: .i16) == .signed(-32_768))
    #expect(Element(bits: 0xffff_fffe, dtype: .i32) == .signed(-2))
    #expect(Element(bits: .max, dtype: .u64) == .unsigned(18_446_744_073_709_551_615))
    #expect(Element(bits: .max, dtype: .i64) == .signed(-1))
    #expect(Element(bits: 2, dtype: .bool) == .boolean(true))
    #expect(Element(bits: 0x100, dtype: .bool) == .boolean(false))
    #expect(Element(bits: 0x3f80_0000, dtype: .f32) == .float(1, .f32))
    #expect(Element(bits: 0xc049, dtype: .bf16) == .float(-3.140625, .bf16))
    #expect(Element(bits: 0x7c00, dtype: .f16) == .float(.infinity, .f16))
    #expect(Element(bits: 0x7e, dtype: .f8e4m3) == .float(448, .f8e4m3))
    #expect(Element(bits: 0x01, dtype: .f8e4m3) == .float(0x1p-9, .f8e4m3))
    #expect(Element(bits: 0xff, dtype: .f8e4m3).number.isNaN)
    #expect(Element(bits: 0x7b, dtype: .f8e5m2) == .float(57_344, .f8e5m2))
    #expect(Element(bits: 0xfc, dtype: .f8e5m2) == .float(-.infinity, .f8e5m2))
    #expect(Element(bits: 1, dtype: .f64) == .float(0x1p-1074, .f64))
  }

  @Test func `an element is found at any address`() {
    let padded: [UInt8] = [0xee] + bytes([Int32(5), -6])
    padded.withUnsafeBytes { padded in
      let elements = UnsafeRawBufferPointer(rebasing: padded[1...])
      #expect(Element(at: 1, of: elements, dtype: .i32) == .signed(-6))
    }
  }

  @Test func `a difference is prod minus dev`() {
    #expect(Element.difference(dev: .float(1, .f32), prod: .float(0.25, .f16)) == -0.75)
    #expect(Element.difference(dev: .boolean(true), prod: .unsigned(0)) == -1)
  }

  @Test func `integers are subtracted before they are rounded`() {
    #expect(Element.difference(dev: .signed(1 << 60), prod: .signed(1 << 60 + 1)) == 1)
    #expect(Element.difference(dev: .signed(.min), prod: .signed(.max)) == 0x1p64)
    #expect(Element.difference(dev: .unsigned(.max), prod: .signed(.min)) == -0x1.8p64)
    #expect(Element.difference(dev: .unsigned(.max), prod: .signed(-1)) == -0x1p64)
    // 2⁶⁴ + 2¹¹ lies between two doubles 2¹² apart; one more decides for the upper.
    #expect(Element.difference(dev: .signed(-0x801), prod: .unsigned(.max)) == 0x1p64)
    #expect(Element.difference(dev: .signed(-0x802), prod: .unsigned(.max)) == 0x1p64 + 0x1p12)
  }
}
