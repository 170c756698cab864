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

  @Test func `where the data end early, the tensors before are kept`() throws {
    let scratch = Scratch()
    let header = """
      {"a":{"dtype":"U8","shape":[2],"data_offsets":[0,2]},\
      "b":{"dtype":"U16","shape":[2],"data_offsets":[2,6]},\
      "c":{"dtype":"U8","shape":[1],"data_offsets":[6,7]}}
      """
    let bytes = safetensors(header, [1, 2, 3, 0, 4, 0, 5])
    let dataStart = bytes.count - 7
    for (count, outline) in [
      (2, ["a u8 2", "b unreadable", "c unreadable"]),
      (5, ["a u8 2", "b unreadable", "c unreadable"]),
      (6, ["a u8 2", "b u16 2", "c unreadable"]),
    ] {
      let path = scratch.write(Array(bytes[..<(dataStart + count)]), as: "t.safetensors")
      let trace = try openTrace(at: path)
      #expect(trace.outline == outline)
      #expect(!trace.isComplete)
      #expect(trace.isEndKnown)
      #expect(try trace.output("a").numbers() == [1, 2])
    }
    let path = scratch.write(Array(bytes[..<(dataStart + 3)]), as: "t.safetensors")
    #expect(
      try openTrace(at: path).warnings == [
        """
        'b' is lost, so the trace is incomplete: \(path), tensor 'b': \
        4 bytes announced, 1 present; copy it again.
        """,
        """
        'c' is lost, so the trace is incomplete: \(path), tensor 'c': \
        1 bytes announced, 0 present; copy it again.
        """,
      ])
    for count in 0..<(dataStart + 2) {
      #expect(openingError(scratch.write(Array(bytes[..<count]), as: "t.safetensors")) != nil)
    }
  }

  @Test func `a real file cut after any byte is never complete, and keeps what is whole`() throws {
    let scratch = Scratch()
    let bytes = try fileBytes("\(fixtures)/formats/numpy.safetensors")
    // As safetensors lists them: the data start at byte 752.
    let ends = [
      ("input_ids", 808), ("double", 1000), ("x", 1096), ("scalar", 1100), ("empty", 1100),
      ("special", 1120), ("half", 1168), ("image", 1228), ("mask", 1231),
    ]
    for count in 0..<bytes.count {
      let path = scratch.write(Array(bytes[..<count]), as: "t.safetensors")
      guard count >= 752 else {
        #expect(openingError(path) != nil, "\(count)")
        continue
      }
      let trace = try openTrace(at: path)
      #expect(!trace.isComplete, "\(count)")
      #expect(trace.stages.count == 11)
      for (name, end) in ends {
        if case .unreadable(let error) = try trace.output(name).content {
          #expect(count < end && error.isCut, "\(name) \(count)")
        } else {
          #expect(count >= end, "\(name) \(count)")
        }
      }
      if count >= 808 {
        #expect(try trace.output("input_ids").numbers() == [101, 7, 8, 1010, 1879, 1755, 102])
      }
    }
  }
}
