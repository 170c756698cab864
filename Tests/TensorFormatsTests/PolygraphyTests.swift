import PipelineTrace
import Testing

@testable import TensorFormats

@Suite struct PolygraphyTests {
  private static let results = "polygraphy-two-runners-two-iterations.json"
  /// `numpy.save` of `numpy.arange(3, dtype="u1")`, in base64.
  private static let counted =
    "k05VTVBZAQB2AHsnZGVzY3InOiAnfHUxJywgJ2ZvcnRyYW5fb3JkZXInOiBGYWxzZSwgJ3NoYXBlJzogKDMsKSwgfSAg"
    + String(repeating: "ICAg", count: 19) + "IAoAAQI="

  private func trace(of json: String) throws -> Trace {
    let scratch = Scratch()
    defer { withExtendedLifetime(scratch) {} }
    return try openTrace(at: scratch.write(Array(json.utf8), as: "t.json"))
  }

  private func refusal(of json: String) -> String {
    let scratch = Scratch()
    let error = openingError(scratch.write(Array(json.utf8), as: "t.json"))
    return error.map { "\($0)".replacing("\(scratch.path)/", with: "") } ?? "opens"
  }

  private func results(_ array: String) -> String {
    #"{"lst": [["r", [{"outputs": {"a": \#(array)}, "runner_name": "r"}]]]}"#
  }

  @Test func `outputs in the order of the runner`() throws {
    let trace = try example(Self.results)
    #expect(trace.outline == ["dense f32 2×3×5", "relu f32 2×3×5", "probs f32 2×3×5"])
    #expect(trace.format == "polygraphy")
    #expect(trace.label == "onnxrt-a/0")
    #expect(trace.isComplete)
    let dense = try trace.output("dense").numbers()
    #expect(dense.prefix(3) == [-1.4621080160140991, -5.323397636413574, 6.377577304840088])
    #expect(dense.last == 3.733267068862915)
    #expect(
      trace.warnings == [
        "The file holds several runs, 'onnxrt-a/0', 'onnxrt-a/1', 'onnxrt-b/0', 'onnxrt-b/1'; "
          + "this is the first. Behind # another can be named."
      ])
  }

  @Test func `a run is named by its runner and iteration`() throws {
    for (selector, first) in [
      ("onnxrt-a/0", -1.4621080160140991), ("onnxrt-b", -1.4621080160140991),
      ("onnxrt-a/1", -2.9242160320281982), ("onnxrt-b/1", -2.9242160320281982),
    ] {
      for file in [Self.results, "polygraphy-dir"] {
        let trace = try example("\(file)#\(selector)")
        #expect(try trace.output("dense").numbers().first == first)
        #expect(trace.path.hasSuffix("\(file)#\(selector)"))
      }
    }
    #expect(
      try example("polygraphy-dir#onnxrt-b").warnings
        == ["'onnxrt-b' has 2 iterations; this is the first. '#onnxrt-b/1' names the second."])
    #expect(try example("polygraphy-dir#onnxrt-b/0").warnings == [])
    for selector in ["onnxrt", "onnxrt-a/2", "/0", "c", ""] {
      let message = openingError("\(fixtures)/formats/\(Self.results)#\(selector)")
      #expect(
        message?.problem
          == .unsupported(
            "'#\(selector)' names no run in it",
            advice: "it holds 'onnxrt-a/0', 'onnxrt-a/1', 'onnxrt-b/0', 'onnxrt-b/1'"))
    }
    #expect(
      openingError("\(fixtures)/formats/stored.npz#a")?.problem
        == .unsupported("it holds one run, so '#a' names none", advice: "leave it out"))
  }

  @Test func `a name with dates and slashes, doubled names, the start of a name`() throws {
    let array = #"{"array": "\#(Self.counted)"}"#
    func runner(_ name: String, _ count: Int) -> String {
      let iterations = Array(repeating: #"{"outputs": {"a": \#(array)}}"#, count: count)
      return #"["\#(name)", [\#(iterations.joined(separator: ","))]]"#
    }
    let scratch = Scratch()
    let json = """
      {"polygraphy_class": "RunResults", "lst": [\(runner("rt-N0-11/21/26-03:12:45", 1)),
       \(runner("rt-N0-11/21/26-03:12:46", 2)), \(runner("x", 1)), \(runner("x", 1))]}
      """
    let path = scratch.write(Array(json.utf8), as: "a#b.json")
    let candidate = try TraceCandidate(path: path)
    #expect(
      try PolygraphyFormat.runs(in: candidate).map(\.name) == [
        "rt-N0-11/21/26-03:12:45/0", "rt-N0-11/21/26-03:12:46/0", "rt-N0-11/21/26-03:12:46/1",
        "x/0", "x (2)/0",
      ])
    #expect(try openTrace(at: "\(path)#rt-N0-11/21/26-03:12:46/1").label?.hasSuffix("46/1") == true)
    #expect(try openTrace(at: "\(path)#rt-N0-11/21/26-03:12:46").label?.hasSuffix("46/0") == true)
    #expect(try openTrace(at: "\(path)#x (2)").label == "x (2)/0")
    #expect(openingError("\(path)#rt")?.file == path)
    let pair = try firstRunners(at: path)
    #expect(pair.dev == "\(path)#rt-N0-11/21/26-03:12:45")
    #expect(pair.prod == "\(path)#rt-N0-11/21/26-03:12:46")
    #expect(throws: FormatError.self) { try firstRunners(at: "\(fixtures)/formats/stored.npz") }
  }

  @Test func `inputs are runs of their own`() throws {
    let trace = try example("polygraphy-inputs.json")
    #expect(trace.outline == ["x f32 2×3×4"])
    #expect(try trace.output("x").numbers()[...2] == [-3, -2.75, -2.5])
    #expect(trace.warnings == [])
  }

  @Test func `all encodings of an array`() throws {
    for array in [
      #"{"array": "\#(Self.counted)", "polygraphy_class": "ndarray"}"#,
      #"{"values": {"array": "\#(Self.counted)"}, "polygraphy_class": "LazyArray"}"#,
      #"{"__polygraphy_encoded_LazyNumpyArray": "polygraphy_serialized_json_type", "values": "#
        + #"{"array": "\#(Self.counted)", "__polygraphy_encoded_ndarray": "x"}}"#,
      // The slash of base64 may be escaped; the bytes may be characters of Latin-1.
      #"{"array": "\#(Self.counted.replacing("AAQI", with: "AA\\u0051I"))"}"#,
      #"{"array": "\u0093NUMPY\u0001\u0000F\u0000{'descr': '|u1', 'fortran_order': False, "#
        + #"'shape': (3,), }            \n\u0000\u0001\u0002"}"#,
    ] {
      let output = try trace(of: results(array)).output("a")
      #expect(output.tensor?.dtype == .u8)
      #expect(try output.numbers() == [0, 1, 2])
    }
    let archived = try openTrace(at: "\(fixtures)/malformed/poly-npz-payload.json")
    #expect(try archived.output("a").numbers() == [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11])
  }

  @Test func `what is no array is kept by name`() throws {
    let json =
      #"{"lst": [["r", [{"outputs": {"good": {"array": "\#(Self.counted)"}, "n": 3, "#
      + #""o": {"x": {}}, "bad": {"array": "AAAA"}}}]]]}"#
    let trace = try trace(of: json)
    #expect(trace.outline == ["good u8 3", "n unreadable", "o unreadable", "bad unreadable"])
    #expect(!trace.isComplete)
  }

  @Test func `other structures are refused with line and column`() {
    for (json, sentence) in [
      (#"{"lst": []}"#, "t.json: it holds results of no run;"),
      (#"{"lst": [[]]}"#, "t.json, line 1, column 11: expected the name of a runner;"),
      ("{\"lst\": [\n[3, []]]}", "t.json, line 2, column 2: expected a text;"),
      (#"{"lst": [["r"]]}"#, "t.json, line 1, column 14: expected the iterations of a runner;"),
      (#"{"lst": [["r", [], 1]]}"#, "expected a runner and its iterations;"),
      (#"{"lst": [["r", [{}]]]}"#, "expected outputs of an iteration before this place;"),
      (#"{"lst": [["r", [{"outputs": []}]]]}"#, "line 1, column 29: expected an object;"),
      (#"{"lst": [["r", [{"outputs": {"a": 1, "a": 1}}]]]}"#, "the name 'a' stands twice"),
      (#"{"lst": [["r", []]]} {"#, "line 1, column 22: expected nothing more;"),
      (#"[{"x": {"array": "k05VTVBZ"#, "it ends where the end of a text should be;"),
    ] {
      let message = refusal(of: json)
      #expect(message.contains(sentence), "\(message)")
    }
  }

  @Test func `only the header is read when the file opens`() throws {
    // 48,001 elements, of which the last 48,000 are no base64.
    let header =
      "k05VTVBZAQB2AHsnZGVzY3InOiAnfHUxJywgJ2ZvcnRyYW5fb3JkZXInOiBGYWxzZSwgJ3NoYXBlJzogKDQ4MDAxLCksIH0g"
      + String(repeating: "ICAg", count: 18) + ""
    let json = results(#"{"array": "\#(header)IAoA\#(String(repeating: "!", count: 64_000))"}"#)
    let tensor = try #require(try trace(of: json).output("a").tensor)
    #expect(tensor.shape.extents == [48_001])
    #expect(try tensor.bytes.bytes(in: 0..<1) == [0])
    #expect(throws: FormatError.self) { try tensor.bytes.bytes(in: 47_000..<47_001) }
    // A length that the header gives wrongly is found by reading on.
    let short = results(#"{"array": "\#(header)IAoA"}"#)
    #expect(
      refusal(of: short).contains("array 'a', byte 45: 48001 bytes announced, 1 present;"))
  }

  @Test func `base64 from any byte to any other`() throws {
    let alphabet = Array("AAECAwQFBgcICQoLDA0ODw==".utf8)
    let scratch = Scratch()
    let file = try TraceFile(path: scratch.write(alphabet, as: "b"))
    let bytes = try Base64Bytes(FileRegion(file: file, range: 0..<24))
    #expect(bytes.byteCount == 16)
    for start in 0...16 {
      for end in start...16 {
        #expect(try bytes.bytes(in: start..<end) == (start..<end).map { UInt8($0) })
      }
    }
    for wrong in ["AAE", "AAE=AAEC", "A===", "AA=A", "AAE-", "A AE"] {
      let file = TraceFile(holding: Array(wrong.utf8), path: "b")
      #expect(throws: FormatError.self, "\(wrong)") {
        let bytes = try Base64Bytes(FileRegion(file: file, range: 0..<file.byteCount))
        _ = try bytes.bytes(in: 0..<bytes.byteCount)
      }
    }
  }
}
