import PipelineTrace
import TensorKernels
import Testing

@Suite struct WideningTests {
  @Test func `all float16 widen as Swift widens them`() {
    let codes = (0...UInt16.max).map { $0 }
    let values = widened(bytes(codes), .f16)
    for code in codes where !isSame(values[Int(code)], Double(Float16(bitPattern: code))) {
      Issue.record("0x\(String(code, radix: 16)) became \(values[Int(code)])")
    }
  }

  @Test func `all bfloat16 widen as the float32 they are the upper half of`() {
    let codes = (0...UInt16.max).map { $0 }
    let values = widened(bytes(codes), .bf16)
    for code in codes
    where !isSame(values[Int(code)], Double(Float(bitPattern: UInt32(code) << 16))) {
      Issue.record("0x\(String(code, radix: 16)) became \(values[Int(code)])")
    }
  }

  @Test func `all E4M3 codes widen to sums of their bits`() {
    let values = widened(Array(0...255), .f8e4m3)
    let places = [0x1p-9, 0x1p-8, 0x1p-7]
    for code in 0..<128 {
      var value = places.indices.reduce(0.0) { $0 + Double(code >> $1 & 1) * places[$1] }
      if code >> 3 > 0 {
        value += 0x1p-6
        for _ in 1..<max(code >> 3, 1) { value *= 2 }
      }
      if code == 127 { value = .nan }
      #expect(isSame(values[code], value), "\(code)")
      #expect(isSame(values[code + 128], -value), "\(code + 128)")
    }
  }

  @Test func `all E5M2 codes widen as the float16 they are the upper half of`() {
    let values = widened(Array(0...255), .f8e5m2)
    for code in 0..<256 {
      #expect(isSame(values[code], Double(Float16(bitPattern: UInt16(code) << 8))), "\(code)")
    }
  }

  @Test func `float8 codes of note widen to their values`() {
    #expect(
      widened([0x00, 0x01, 0x08, 0x38, 0x7e, 0xb8], .f8e4m3) == [0, 0x1p-9, 0x1p-6, 1, 448, -1])
    #expect(
      widened([0x01, 0x04, 0x3c, 0x7b, 0x7c], .f8e5m2) == [0x1p-16, 0x1p-14, 1, 57_344, .infinity])
  }

  @Test func `integers and booleans widen to their values`() {
    #expect(widened([0, 127, 128, 255], .i8) == [0, 127, -128, -1])
    #expect(widened([0, 127, 128, 255], .u8) == [0, 127, 128, 255])
    #expect(widened([0, 1, 2, 255], .bool) == [0, 1, 1, 1])
    #expect(widened(bytes([Int16.min, -1]), .i16) == [-32_768, -1])
    #expect(widened(bytes([UInt16.max]), .u16) == [65_535])
    #expect(widened(bytes([Int32.min, 7]), .i32) == [-2_147_483_648, 7])
    #expect(widened(bytes([UInt32.max, 0]), .u32) == [4_294_967_295, 0])
    #expect(widened(bytes([Int64.min, -1]), .i64) == [-0x1p63, -1])
    #expect(widened(bytes([UInt64.max, 1]), .u64) == [0x1p64, 1])
    #expect(widened(bytes([Double.pi]), .f64) == [Double.pi])
  }

  @Test(arguments: DType.allCases)
  func `vectors widen like single elements`(_ dtype: DType) {
    let run = nastyPairs(dtype, dtype, count: 1_003, seed: 5, isWild: true, offset: 1).dev
    let values = widened(Array(run[1...]), dtype)
    run.withUnsafeBytes { run in
      let elements = UnsafeRawBufferPointer(rebasing: run[1...])
      for k in 0..<1_003 {
        #expect(isSame(values[k], Element(at: k, of: elements, dtype: dtype).number), "\(k)")
      }
    }
  }

  private func widened(_ elements: [UInt8], _ dtype: DType) -> [Double] {
    let count = elements.count / dtype.byteCount
    return [Double](unsafeUninitializedCapacity: count) { values, initializedCount in
      let padded = [0xee] + elements
      padded.withUnsafeBytes {
        widen(
          UnsafeRawBufferPointer(rebasing: $0[1...]), dtype: dtype,
          into: UnsafeMutableBufferPointer(rebasing: values[..<count]))
      }
      initializedCount = count
    }
  }

  /// The same value and sign, or both NaN.
  private func isSame(_ value: Double, _ expected: Double) -> Bool {
    value.isNaN ? expected.isNaN : value.bitPattern == expected.bitPattern
  }
}
