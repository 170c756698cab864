import PipelineTrace
import TensorFormats
import Testing

@Suite struct NpyTests {
  /// The one value of a file with these bytes.
  private func value(_ bytes: [UInt8]) throws -> Value {
    let scratch = Scratch()
    return try #require(
      openTrace(at: scratch.write(bytes, as: "03_ids.npy")).stages.first?.values.first)
  }

  private func problem(_ bytes: [UInt8]) -> FormatError.Problem? {
    let scratch = Scratch()
    return openingError(scratch.write(bytes, as: "a.npy"))?.problem
  }

  @Test func `one file is a trace of one stage, named after it`() throws {
    let scratch = Scratch()
    let trace = try openTrace(
      at: scratch.write(npy("'<i4'", "(1,)", [5, 0, 0, 0]), as: "03_ids.npy"))
    #expect(trace.format == "npy")
    #expect(trace.outline == ["ids tokens i32 1"])
  }

  @Test func `every plain dtype, in either byte order`() throws {
    for (descriptor, dtype, bytes, number): (String, DType, [UInt8], Double) in [
      ("'|b1'", .bool, [1], 1), ("'?'", .bool, [0], 0), ("'|i1'", .i8, [0xFF], -1),
      ("'|u1'", .u8, [0xFF], 255), ("'<i2'", .i16, [0xFE, 0xFF], -2), ("'>i2'", .i16, [1, 2], 258),
      ("'<u2'", .u16, [1, 2], 513), ("'>u4'", .u32, [0, 0, 1, 0], 256),
      ("'<i4'", .i32, [0xFD, 0xFF, 0xFF, 0xFF], -3), ("'=i4'", .i32, [7, 0, 0, 0], 7),
      ("'<i8'", .i64, [9, 0, 0, 0, 0, 0, 0, 0], 9), ("'>u8'", .u64, [0, 0, 0, 0, 0, 0, 1, 1], 257),
      ("'<f2'", .f16, [0, 0x3C], 1), ("'>f2'", .f16, [0x40, 0], 2),
      ("'<f4'", .f32, [0, 0, 0x80, 0x3F], 1), ("'>f4'", .f32, [0x40, 0, 0, 0], 2),
      ("'<f8'", .f64, [0, 0, 0, 0, 0, 0, 0xF0, 0x3F], 1),
      ("'>f8'", .f64, [0xC0, 0, 0, 0, 0, 0, 0, 0], -2),
    ] {
      let value = try value(npy(descriptor, "()", bytes))
      #expect(value.tensor?.dtype == dtype)
      #expect(try value.numbers() == [number], "\(descriptor)")
    }
  }

  @Test func `texts of both kinds, also with the first axis fastest`() throws {
    let units: [UInt8] = Array("adbecf".utf8)
    #expect(try value(npy("'|S1'", "(2, 3)", units)).texts() == ["a", "d", "b", "e", "c", "f"])
    let turned = try value(npy("'|S1'", "(2, 3)", units, order: "True"))
    #expect(try turned.texts() == ["a", "b", "c", "d", "e", "f"])
    #expect(try value(npy("'<U0'", "(2,)", [])).texts() == ["", ""])
    #expect(try value(npy("'>U2'", "()", [0, 0, 0, 0xE9, 0, 1, 0xF6, 0x42])).texts() == ["é🙂"])
  }

  @Test func `complex numbers with the first axis fastest keep their pairs`() throws {
    let parts: [Float] = [1, -1, 3, -3, 2, -2, 4, -4]
    let bytes = parts.flatMap { littleEndian($0.bitPattern) }
    let value = try value(npy("'<c8'", "(2, 2)", bytes, order: "True"))
    #expect(value.tensor?.shape.extents == [2, 2, 2])
    #expect(try value.numbers() == [1, -1, 2, -2, 3, -3, 4, -4])
  }

  @Test func `what is not read says how to save it`() {
    for (descriptor, what) in [
      ("'|O'", "dtype object holds a pickle, which is never executed here"),
      ("[('a', '<f4'), ('b', '<i4', (2,))]", "a structured dtype has several fields"),
      ("'<M8[D]'", "dtype <M8[D] holds dates or times"),
      ("'<m8[ns]'", "dtype <m8[ns] holds dates or times"),
      ("'<f16'", "dtype <f16 is a long double"), ("'|V7'", "dtype |V7 is raw bytes"),
    ] {
      guard case .unsupported(let found, _)? = problem(npy(descriptor, "(1,)", [])) else {
        Issue.record("\(descriptor)")
        continue
      }
      #expect(found == what)
    }
    #expect(problem(npy("'<q9'", "(1,)", [])) == .unknownDType("<q9"))
    #expect(
      problem(npy("'<U99999999999999999999'", "(1,)", []))
        == .unknownDType("<U99999999999999999999"))
  }

  @Test func `headers that are no such dict`() {
    func header(_ text: String) -> FormatError.Problem? {
      problem([0x93] + Array("NUMPY".utf8) + [1, 0, UInt8(text.utf8.count), 0] + Array(text.utf8))
    }
    let keys = FormatError.Problem.malformed(
      "the npy header has other keys than descr, fortran_order and shape")
    #expect(header("{}") == keys)
    #expect(header("{'descr': '<f4', 'shape': (), 'shape': ()}") == keys)
    #expect(header("[1]") == .malformed("the npy header is no Python dict"))
    #expect(
      header("{'descr': '<f4', 'fortran_order': 0, 'shape': ()}")
        == .malformed("fortran_order is neither True nor False"))
    #expect(
      header("{'descr': '<f4', 'fortran_order': False, 'shape': 3}")
        == .malformed("the shape is no tuple"))
    #expect(
      header("{'descr': '<f4', 'fortran_order': False, 'shape': (1.5,)}")
        == .malformed("expected a comma at character 52 of the npy header"))
    #expect(
      header("{'descr': '<f4', 'fortran_order': False, 'shape': (True,)}")
        == .malformed("an extent of the shape is no count"))
    #expect(
      header("{'descr': " + String(repeating: "(", count: 100))
        == .malformed("expected less than 32 levels at character 42 of the npy header"))
    let axes = String(repeating: "1, ", count: 65)
    #expect(
      problem(npy("'|u1'", "(\(axes))", [1]))
        == .malformed("the shape has 65 axes, numpy allows 64"))
    #expect(
      problem(npy("'<U0'", "(1099511627776,)", []))
        == .malformed("1099511627776 texts are announced, each of no width"))
  }
}
