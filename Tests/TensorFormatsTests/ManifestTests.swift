import PipelineTrace
import Testing

@testable import TensorFormats

@Suite struct ManifestTests {
  static let json = #"""
    {
      "version": 1, "recorder": "a later one",
      "label": "prod", "request": "req-8c1f", "captured_at": "2026-11-20T03:12:45Z",
      "complete": false, "error": "OOM",
      "environment": {"python": "3.11.7", "threads": 4},
      "artifacts": {"tokenizer.json": "sha256:00ff"},
      "stages": [
        {"name": "image/resize",
         "source": {"file": "serve/preprocess.py", "line": 41, "function": "resize"},
         "params": {"size": [224, 224], "interpolation": "bicubic", "scale": 1e-05},
         "seconds": 0.0021,
         "values": [
           {"role": "input", "name": "image", "tensor": "image.decode"},
           {"role": "output", "name": "image", "tensor": "image.resize"},
           {"name": "caption", "text": "a cat"},
           {"name": "words", "texts": ["a", "cat"]},
           {"name": "ids", "tensor": "ids", "pieces": ["[CLS]", "a", "cat"]}]},
        {"name": "nothing", "values": []},
        {"name": "again", "values": [{"role": "state", "tensor": "image.resize"}]}]
    }
    """#

  static let header = #"""
    {"ids":{"dtype":"I32","shape":[3],"data_offsets":[0,12]},
    "image.decode":{"dtype":"U8","shape":[2],"data_offsets":[12,14]},
    "image.resize":{"dtype":"U8","shape":[1],"data_offsets":[14,15]},
    "left.over":{"dtype":"U8","shape":[1],"data_offsets":[15,16]},
    "__metadata__":{"paritty":MANIFEST}}
    """#
  static let data: [UInt8] = [101, 0, 0, 0, 5, 0, 0, 0, 102, 0, 0, 0, 7, 8, 9, 10]

  private func trace(manifest: String) throws(FormatError) -> Trace {
    let scratch = Scratch()
    let header = Self.header.replacing("MANIFEST", with: JSONValue.text(manifest).compact)
    return try openTrace(at: scratch.write(safetensors(header, Self.data), as: "t.safetensors"))
  }

  private func mistake(_ manifest: String) -> String {
    do throws(FormatError) {
      return "opens as \(try trace(manifest: manifest).outline)"
    } catch {
      guard case .malformed(let what) = error.problem else { return "\(error)" }
      return what
    }
  }

  @Test func `all it says reaches the trace`() throws {
    let trace = try trace(manifest: Self.json)
    #expect(trace.label == "prod")
    #expect(trace.request == "req-8c1f")
    #expect(trace.capturedAt == "2026-11-20T03:12:45Z")
    #expect(!trace.isComplete)
    #expect(trace.error == "OOM")
    #expect(
      trace.environment == [Fact(name: "python", text: "3.11.7"), Fact(name: "threads", text: "4")])
    #expect(trace.artifacts == [Fact(name: "tokenizer.json", text: "sha256:00ff")])
    #expect(trace.stages.map(\.name) == ["image/resize", "again", "left.over"])
    #expect(trace.stages.map(\.position) == [0, 1, 2])
    let stage = trace.stages[0]
    #expect(
      stage.source == Stage.Source(file: "serve/preprocess.py", line: 41, function: "resize"))
    #expect(
      stage.parameters == [
        Fact(name: "size", text: "[224,224]"), Fact(name: "interpolation", text: #""bicubic""#),
        Fact(name: "scale", text: "1e-05"),
      ])
    #expect(stage.seconds == 0.0021)
    #expect(
      stage.values.map { "\($0.role) \($0.name)" } == [
        "input image", "output image", "output caption", "output words", "output ids",
      ])
    #expect(try stage.values[0].numbers() == [7, 8])
    #expect(try stage.values[1].numbers() == [9])
    #expect(try stage.values[2].texts() == ["a cat"])
    #expect(try stage.values[3].texts() == ["a", "cat"])
    guard case .tokens(_, let pieces) = stage.values[4].content else {
      Issue.record("no tokens")
      return
    }
    #expect(pieces == [Array("[CLS]".utf8), Array("a".utf8), Array("cat".utf8)])
    #expect(try stage.values[4].numbers() == [101, 5, 102])
    #expect(trace.stages[1].values[0].role == .state)
    #expect(trace.stages[1].values[0].name == "again")
    #expect(
      trace.warnings == [
        "Stage 'nothing' has no values and is left out.",
        "'left.over' is not named by the manifest; it stands at the end.",
      ])
  }

  @Test func `an npz carries it in an entry of its own`() throws {
    let manifest = #"""
      {"label": "dev", "stages": [{"name": "two", "values": [{"tensor": "02_b"}]},
      {"name": "one", "values": [{"tensor": "a"}, {"name": "note", "text": "grüße"}]}]}
      """#
    let scratch = Scratch()
    let archive = zip([
      ZippedFile("a.npy", npy("'|u1'", "(1,)", [1])),
      ZippedFile("__paritty__.npy", npy(text: manifest)),
      ZippedFile("02_b.npy", npy("'|u1'", "(1,)", [2])),
    ])
    let trace = try openTrace(at: scratch.write(archive, as: "t.npz"))
    #expect(trace.label == "dev")
    #expect(trace.isComplete)
    #expect(trace.outline == ["two u8 1", "one u8 1"])
    #expect(try trace.stages[1].values[1].texts() == ["grüße"])
    #expect(trace.warnings == [])
  }

  @Test func `a manifest that does not give its CRC-32 is refused`() throws {
    var entry = ZippedFile("__paritty__.npy", npy(text: "{}"))
    entry.checksum = 7
    let scratch = Scratch()
    let error = openingError(scratch.write(zip([entry]), as: "t.npz"))
    guard case .wrongChecksum(expected: 7, _)? = error?.problem else {
      Issue.record("\(error.map { "\($0)" } ?? "opens")")
      return
    }
  }

  @Test func `beside a manifest, texts of the metadata are no stages`() throws {
    let scratch = Scratch()
    let file = safetensors(#"{"__metadata__":{"1_caption":"a cat","paritty":"{}"}}"#)
    #expect(try openTrace(at: scratch.write(file, as: "t.safetensors")).outline == [])
  }

  @Test func `mistakes are named with their place`() {
    for (manifest, what) in [
      ("[]", "the manifest is no JSON object"),
      (#"{"label": 3}"#, "'label' of the manifest should be a text"),
      (#"{"complete": "no"}"#, "'complete' of the manifest should be true or false"),
      (#"{"stages": {}}"#, "'stages' of the manifest should be a list"),
      (#"{"stages": [{}]}"#, "'name' of stages[0] should be a text"),
      (
        #"{"stages": [{"name": "s", "values": [{"tensor": "ids"}, {"role": "x"}]}]}"#,
        "'role' of stages[0].values[1] should be input, output or state"
      ),
      (
        #"{"stages": [{"name": "s", "values": [{"tensor": "ids", "text": "t"}]}]}"#,
        "stages[0].values[0] should have one of 'tensor', 'text' and 'texts'"
      ),
      (
        #"{"stages": [{"name": "s", "values": [{"name": "v", "tensor": "absent"}]}]}"#,
        "value 'v' of stage 's' names tensor 'absent', which the file does not have"
      ),
      (#"{"stages": [}"#, "expected a value"),
    ] {
      #expect(mistake(manifest) == what)
    }
  }

  @Test func `a later version is refused`() {
    #expect(
      mistake(#"{"version": 2}"#).hasSuffix(
        "t.safetensors, the manifest: the manifest has version 2, known is 1; "
          + "read it with a later Paritty"))
  }

  @Test func `pieces that do not fit are ignored with a warning`() throws {
    let trace = try trace(
      manifest: #"""
        {"stages": [{"name": "s", "values": [{"name": "ids", "tensor": "ids", "pieces": ["a"]}]}]}
        """#)
    #expect(
      trace.warnings[0]
        == "The 1 pieces of value 'ids' of stage 's' are ignored, since it has 3 elements.")
  }
}
