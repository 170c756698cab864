import PipelineTrace
import TensorFormats
import Testing

@Suite struct SafetensorsTests {
  private func trace(_ header: String, _ data: [UInt8] = []) throws(FormatError) -> Trace {
    let scratch = Scratch()
    return try openTrace(at: scratch.write(safetensors(header, data), as: "t.safetensors"))
  }

  @Test func `texts of the metadata stand where their number says`() throws {
    let trace = try trace(
      #"""
      {"__metadata__":{"2_words":"[\"a\", \"b\"]","10_caption":"[a cat]","format":"pt","1_x":"t"},
      "3_ids":{"dtype":"U8","shape":[1],"data_offsets":[0,1]},
      "1_x":{"dtype":"U8","shape":[1],"data_offsets":[1,2]}}
      """#, [1, 2])
    #expect(
      trace.outline == [
        "x u8 1", "x text scalar", "words text 2", "ids tokens u8 1", "caption text scalar",
      ])
    #expect(try trace.output("words").texts() == ["a", "b"])
    #expect(try trace.output("caption").texts() == ["[a cat]"])
    #expect(trace.warnings == [])
  }

  @Test func `names that String takes for equal are two`() throws {
    let trace = try trace(
      """
      {"\u{E9}":{"dtype":"U8","shape":[1],"data_offsets":[0,1]},
      "e\u{301}":{"dtype":"U8","shape":[1],"data_offsets":[1,2]}}
      """, [1, 2])
    #expect(try trace.stages.map { try $0.values[0].numbers() } == [[2], [1]])
  }

  @Test func `complex numbers become pairs`() throws {
    let trace = try trace(
      #"{"c":{"dtype":"C64","shape":[1],"data_offsets":[0,8]}}"#, [0, 0, 0x80, 0x3F, 0, 0, 0, 0x40])
    #expect(trace.outline == ["c f32 1×2"])
    #expect(try trace.output("c").numbers() == [1, 2])
    #expect(
      trace.warnings == [
        "In 'c' complex numbers are shown as pairs (real, imaginary) along a last axis of extent 2."
      ])
  }

  @Test func `an unknown dtype alone is an error`() {
    #expect {
      try trace(#"{"a":{"dtype":"F4","shape":[2],"data_offsets":[0,1]}}"#, [0])
    } throws: {
      ($0 as? FormatError)?.problem == .unknownDType("F4")
    }
  }
}
