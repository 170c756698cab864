import Glibc
import PipelineTrace
import Testing

@testable import TensorFormats

/// Traces of transformers' model debugger: those in Fixtures were written by it.
@Suite struct HuggingFaceDebuggerTests {
  /// `inputs` and `outputs` of one call of `M.a`, in the tree of a model `M`.
  static func tree(_ calls: String) -> [UInt8] {
    Array(#"{"module_path": "M", "inputs": null, "children": [\#(calls)]}"#.utf8)
  }

  static func tensor(_ value: String, shape: String = "[2]", dtype: String = "float32") -> String {
    #"{"shape": "torch.Size(\#(shape))", "dtype": "torch.\#(dtype)", "value": \#(value)}"#
  }

  static let file = safetensors(
    #"{"data":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}"#, [0, 0, 128, 63, 0, 0, 0, 64])
  static let treeName = "M_debug_tree_FULL_TENSORS.json"

  /// A line for each value: stage, role, name, what there is of it.
  static func lines(_ trace: Trace) -> [String] {
    trace.stages.flatMap { stage in
      stage.values.map { value in
        let content =
          switch value.content {
          case .tensor(let tensor): "\(tensor.dtype.rawValue) \(tensor.shape)"
          case .tokens(let tensor, _): "tokens \(tensor.dtype.rawValue) \(tensor.shape)"
          case .summary(let summary):
            "\(summary.dtype.rawValue) \(summary.shape) of \(summary.statistics.count) statistics, "
              + "\(summary.printed.count) elements"
          case .text: "text"
          case .unreadable: "unreadable"
          }
        return "\(stage.position) \(stage.name) \(value.role.rawValue) \(value.name): \(content)"
      }
    }
  }

  @Test func `calls in order, with inputs, outputs and what the model returned`() throws {
    let trace = try example("hf-tiny-files")
    #expect(trace.format == "hf-debugger")
    #expect(
      Self.lines(trace) == [
        "0 Tiny input args.0: i64 1×48",
        "1 emb output outputs: f32 1×48×24",
        "1 emb input args.0: i64 1×48",
        "2 norm output outputs: f32 1×48×24 of 4 statistics, 0 elements",
        "2 norm input args.0: f32 1×48×24 of 4 statistics, 0 elements",
        "3 layer.0 input args.0: f32 1×48×24",
        "4 layer.0.lin output outputs: f32 1×48×24",
        "4 layer.0.lin input args.0: f32 1×48×24",
        "5 layer.3 input args.0: f32 1×48×24",
        "6 layer.3.lin output outputs: f32 1×48×24",
        "6 layer.3.lin input args.0: f32 1×48×24",
        "7 norm output outputs: f32 1×48×24",
        "7 norm input args.0: f32 1×48×24",
        "8 mask output outputs: bool 1×48×24",
        "8 mask input args.0: f32 1×48×24",
        "9 facts output outputs.0: f32 scalar",
        "9 facts output outputs.1.counts: i64 1×48",
        "9 facts output outputs.1.edges: f32 5",
        "9 facts output outputs.3: bool 1×0×24",
        "9 facts input args.0: f32 1×48×24",
        "10 head output outputs: bf16 1×2×3",
        "10 head input args.0: bf16 1×2×24",
        "11 Tiny.outputs output outputs.hidden_0: f32 1×24",
        "11 Tiny.outputs output outputs.hidden_1: f32 1×24",
        "11 Tiny.outputs output outputs.logits: bf16 1×2×3",
      ])
    #expect(
      trace.warnings == [
        """
        'norm' ran again and overwrote what it had written: of 2 tensors of its earlier calls \
        only statistics are left.
        """,
        """
        Between 'layer.0' and 'layer.3' layers are left out; write the trace with \
        do_prune_layers=False to compare them.
        """,
      ])
    #expect(trace.isComplete)
    #expect(
      trace.stages[0].parameters == [
        Fact(name: "kwargs.pieces.0", text: "'a'"), Fact(name: "kwargs.pieces.1", text: "None"),
      ])
    #expect(
      trace.stages[9].parameters == [
        Fact(name: "kwargs.axis", text: "-1"), Fact(name: "outputs.2", text: "'done'"),
      ])
  }

  @Test func `elements of the files`() throws {
    let trace = try example("hf-tiny-files")
    #expect(try trace.stages[0].values[0].numbers() == (0..<48).map(Double.init))
    let norm = try trace.stages[7].values[0].numbers()
    #expect(norm[0...2] == [-0.12350838631391525, -1.0847529172897339, 0.20588885247707367])
    #expect(norm[1151] == 1.809184193611145)
    #expect(
      try trace.stages[6].values[0].numbers()[0...2]
        == [2.1397664546966553, -2.446556329727173, 0.288379430770874])
    #expect(
      try trace.stages[11].values[2].numbers()
        == [0.053466796875, 0.93359375, -0.359375, 1.0546875, 1.296875, -0.1767578125])
  }

  @Test func `of a module that ran twice the first call has its own statistics`() throws {
    let trace = try example("hf-tiny-files")
    let summary = try #require(trace.stages[2].values[0].summary)
    #expect(
      summary.statistics == [
        .mean: .init(1.6557e-09, halfUnit: 5e-14), .deviation: .init(1.0004, halfUnit: 5e-5),
        .minimum: .init(-2.8457, halfUnit: 5e-5), .maximum: .init(2.8735, halfUnit: 5e-5),
      ])
    #expect(summary.printed == [])
  }

  @Test func `what was printed`() throws {
    let trace = try example("hf-tiny-repr")
    #expect(trace.stages.count == 11)
    let norm = try #require(trace.stages[2].values[0].summary)
    #expect(norm.dtype == .f32)
    #expect(norm.shape.extents == [1, 48, 24])
    #expect(norm.printed.count == 36)
    #expect(norm.printed[0] == .init(element: 0, figure: .init(-9.4282e-01, halfUnit: 5e-6)))
    #expect(norm.printed[3] == .init(element: 21, figure: .init(8.5641e-01, halfUnit: 5e-6)))
    #expect(norm.printed[18] == .init(element: 1080, figure: .init(-1.1144, halfUnit: 5e-5)))
    #expect(norm.printed[35] == .init(element: 1151, figure: .init(4.2745e-01, halfUnit: 5e-6)))
    let mask = try #require(trace.stages[8].values[0].summary)
    #expect(mask.printed.prefix(6).map(\.figure) == [0, 0, 1, 0, 0, 0].map { .init($0) })
    #expect(mask.statistics == [:])
    let counts = try #require(trace.stages[9].values[1].summary)
    #expect(counts.printed.map(\.element) == Array(0..<48))
    #expect(counts.printed.prefix(4).map(\.figure) == [11, 10, 12, 13].map { .init($0) })
    let edges = try #require(trace.stages[9].values[2].summary)
    #expect(edges.printed[3].figure == .init(0))
    #expect(edges.printed[4].figure == .init(2.5, halfUnit: 5e-5))
    #expect(edges.statistics[.mean]?.value.isNaN == true)
    let head = try #require(trace.stages[10].values[0].summary)
    #expect(head.dtype == .bf16)
    #expect(head.statistics[.mean] == .init(0.4668, halfUnit: 5e-6))
    #expect(trace.isComplete)
  }

  @Test func `the prints of a run agree with the files of the same run`() throws {
    let files = try example("hf-tiny-files")
    let prints = try example("hf-tiny-repr")
    var count = 0
    for (stage, printed) in zip(files.stages, prints.stages) {
      #expect(stage.name == printed.name)
      #expect(stage.values.map(\.name) == printed.values.map(\.name))
      for (value, print) in zip(stage.values, printed.values) where value.tensor != nil {
        let numbers = try value.numbers()
        for element in try #require(print.summary).printed {
          let number = numbers[element.element]
          let figure = element.figure
          let isNear =
            abs(number - figure.value) <= figure.halfUnit * 1.0001
            || number == figure.value || number.isNaN && figure.value.isNaN
          #expect(isNear, "\(stage.name) \(element)")
          count += 1
        }
      }
    }
    #expect(count == 636)
  }

  @Test func `a BertModel, by files and by prints`() throws {
    let files = try example("hf-debugger-files")
    #expect(files.stages.count == 46)
    #expect(
      files.stages.map(\.name).prefix(14) == [
        "BertModel", "embeddings", "embeddings.word_embeddings", "embeddings.token_type_embeddings",
        "embeddings.position_embeddings", "embeddings.LayerNorm", "embeddings.dropout", "encoder",
        "encoder.layer.0", "encoder.layer.0.attention", "encoder.layer.0.attention.self",
        "encoder.layer.0.attention.self.query", "encoder.layer.0.attention.self.key",
        "encoder.layer.0.attention.self.value",
      ])
    #expect(
      files.stages.suffix(4).map(\.name)
        == ["pooler", "pooler.dense", "pooler.activation", "BertModel.outputs"])
    let returned = files.stages[45].values
    #expect(returned.map(\.name) == ["outputs.last_hidden_state", "outputs.pooler_output"])
    #expect(
      try returned[1].numbers().prefix(3)
        == [0.025876037776470184, -0.015502868220210075, -0.020380234345793724])
    #expect(
      try files.stages[5].values[0].numbers().prefix(3)
        == [-1.0014636516571045, 0.8539077639579773, 0.3841376006603241])
    #expect(Self.lines(files)[0] == "0 BertModel input kwargs.input_ids: tokens i64 1×4")
    #expect(files.stages[1].parameters.map(\.name).last == "kwargs.past_key_values_length")
    #expect(files.stages[1].parameters.map(\.text) == ["None", "None", "None", "0"])
    #expect(files.warnings == [])
    let prints = try example("hf-debugger-repr")
    #expect(prints.stages.map(\.name) == Array(files.stages.map(\.name).dropLast()))
    let words = try #require(prints.stages[2].values[0].summary)
    #expect(words.printed.map(\.element) == Array(0..<128))
    #expect(words.printed[127].figure == .init(-5.1624e-02, halfUnit: 5e-7))
  }

  @Test func `a summary alone has statistics alone, and a file may be named itself`() throws {
    let path = "\(fixtures)/formats/hf-tiny-repr/Tiny_debug_tree"
    let full = try openTrace(at: "\(path)_FULL_TENSORS.json")
    #expect(try Self.lines(full) == Self.lines(example("hf-tiny-repr")))
    let summary = try openTrace(at: "\(path)_SUMMARY.json")
    #expect(summary.format == "hf-debugger")
    #expect(
      Self.lines(summary)[1...2] == [
        "1 emb output outputs: f32 1×48×24 of 4 statistics, 0 elements",
        "1 emb input args.0: i64 1×48 of 0 statistics, 0 elements",
      ])
    let scratch = Scratch()
    scratch.write(try fileBytes("\(path)_SUMMARY.json"), as: "Tiny_debug_tree_SUMMARY.json")
    #expect(try Self.lines(openTrace(at: scratch.path)) == Self.lines(summary))
    let named = "\(fixtures)/formats/hf-tiny-files/Tiny_debug_tree_FULL_TENSORS.json"
    #expect(try Self.lines(openTrace(at: named)) == Self.lines(example("hf-tiny-files")))
  }

  @Test func `several models in one folder are several runs`() throws {
    let scratch = Scratch()
    let tree = Self.tree(
      #"{"module_path": "M.a", "outputs": \#(Self.tensor(#"["tensor([1, 2])"]"#))}"#)
    scratch.write(tree, as: "N_debug_tree_SUMMARY.json")
    scratch.write(tree, as: Self.treeName)
    scratch.write(tree, as: "M_debug_tree_SUMMARY.json")
    let first = try openTrace(at: scratch.path)
    #expect(first.label == "M")
    #expect(
      first.warnings == [
        "The folder holds 2 runs; this is 'M'. '#N' names another."
      ])
    #expect(try openTrace(at: "\(scratch.path)#N").label == "N")
    #expect(
      openingError("\(scratch.path)#X")?.problem
        == .unsupported("'#X' names no run in it", advice: "it holds 'M/0', 'N/0'"))
  }

  // MARK: Files

  @Test func `a file that is absent or of another run is lost, the rest is read`() throws {
    let scratch = Scratch()
    scratch.write(Self.file, as: "M.a_outputs.safetensors")
    scratch.write(Self.file, as: "M.c_outputs.safetensors")
    scratch.write(
      safetensors(#"{"other":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}"#, Array(0..<8)),
      as: "M.d_outputs.safetensors")
    scratch.write(Self.file.dropLast(), as: "M.e_outputs.safetensors")
    let calls = ["a", "b", "c", "d", "e"].map { name in
      let shape = name == "c" ? "[1, 2]" : "[2]"
      let tensor = Self.tensor(#""./M.\#(name)_outputs.safetensors""#, shape: shape)
      return #"{"module_path": "M.\#(name)", "outputs": \#(tensor)}"#
    }
    scratch.write(Self.tree(calls.joined(separator: ",")), as: Self.treeName)
    let trace = try openTrace(at: scratch.path)
    #expect(
      trace.outline == ["a f32 2", "b unreadable", "c unreadable", "d unreadable", "e unreadable"])
    #expect(try trace.output("a").numbers() == [1, 2])
    #expect(!trace.isComplete)
    let folder = scratch.path
    #expect(
      trace.warnings == [
        """
        'b, outputs' is lost, so the trace is incomplete: \(folder)/M.b_outputs.safetensors: \
        No such file or directory; check the path and its permissions.
        """,
        """
        'c, outputs' is lost, so the trace is incomplete: \(folder)/M.c_outputs.safetensors, \
        tensor 'data': it is f32 2, and f32 1×2 in the tree, so it is of another run; the file is \
        damaged or not what it claims to be, save it again.
        """,
        """
        'd, outputs' is lost, so the trace is incomplete: \(folder)/M.d_outputs.safetensors, \
        safetensors header, byte 8: it should hold one tensor, called 'data', as the debugger \
        writes it; the file is damaged or not what it claims to be, save it again.
        """,
        """
        'e, outputs' is lost, so the trace is incomplete: \(folder)/M.e_outputs.safetensors, \
        tensor 'data': 8 bytes announced, 7 present; copy it again.
        """,
      ])
  }

  @Test func `no path leads out of the folder`() throws {
    let scratch = Scratch()
    let elsewhere = Scratch()
    let secret = elsewhere.write(Self.file, as: "secret.safetensors")
    scratch.write(Self.file, as: "M.a_outputs.safetensors")
    symlink(secret, "\(scratch.path)/link.safetensors")
    symlink(elsewhere.path, "\(scratch.path)/folder")
    let paths = [
      "./M.a_outputs.safetensors", "link.safetensors", "folder/secret.safetensors", secret,
      "x/../M.a_outputs.safetensors", "./",
    ]
    let calls = paths.enumerated().map { i, path in
      #"{"module_path": "M.\#(i)", "outputs": \#(Self.tensor("\"\(path)\""))}"#
    }
    scratch.write(Self.tree(calls.joined(separator: ",")), as: Self.treeName)
    let trace = try openTrace(at: scratch.path)
    #expect(
      trace.outline == [
        "0 f32 2", "1 unreadable", "2 unreadable", "3 unreadable", "4 unreadable", "5 unreadable",
      ])
    #expect(trace.warnings[0].contains("it is a symbolic link, which is not followed"))
    #expect(trace.warnings[2].contains("leads out of the folder and is not followed"))
    #expect(!trace.isComplete)
    symlink(secret, "\(scratch.path)/M_outputs.safetensors")
    #expect(try openTrace(at: scratch.path).outline.last == "M.outputs unreadable")
  }

  @Test func `two spellings of one path are one file, which the later call wrote`() throws {
    let scratch = Scratch()
    scratch.write(Self.file, as: "M.a_outputs.safetensors")
    let calls = ["./M.a_outputs.safetensors", ".//./M.a_outputs.safetensors"].map {
      #"{"module_path": "M.a", "outputs": \#(Self.tensor("\"\($0)\""))}"#
    }
    scratch.write(Self.tree(calls.joined(separator: ",")), as: Self.treeName)
    #expect(try openTrace(at: scratch.path).outline == ["a summary f32 2", "a f32 2"])
  }

  @Test func `what lies there from another run is not taken for what the model returned`() throws {
    let scratch = Scratch()
    scratch.write(Self.file, as: "M_outputs.safetensors")
    let printed = Self.tensor(#"["tensor([1., 2.])"]"#)
    scratch.write(
      Self.tree(#"{"module_path": "M.a", "outputs": \#(printed)}"#), as: Self.treeName)
    #expect(try openTrace(at: scratch.path).outline == ["a summary f32 2"])
  }

  @Test func `damaged files of the corpus say what is wrong`() {
    let folder = "\(fixtures)/malformed"
    #expect(
      openingError("\(folder)/hf-missing-file_debug_tree_FULL_TENSORS.json").map { "\($0)" }
        == """
        \(folder)/M.a_outputs.safetensors: No such file or directory; check the path and its \
        permissions
        """)
    #expect(
      openingError("\(folder)/hf-path-traversal_debug_tree_FULL_TENSORS.json").map { "\($0)" }
        == """
        \(folder)/hf-path-traversal_debug_tree_FULL_TENSORS.json, M.a, outputs: the path \
        '../../../../../../etc/hostname' leads out of the folder and is not followed; the file is \
        damaged or not what it claims to be, save it again
        """)
  }

  // MARK: Trees

  @Test(arguments: [
    (#"{"module_path": 1}"#, "line 1, column 17: expected a text"),
    (#"{"module_path": "M", "children": {}}"#, "line 1, column 34: expected a list"),
    (#"{"module_path": "M", "children": [1]}"#, "line 1, column 35: expected an object"),
    ("{\"module_path\": \"M\",\n \"children\": [{}]}", "a call has no 'module_path'"),
    (#"{"module_path": "M", "module_path": "N"}"#, "the name 'module_path' stands twice"),
    (#"{"module_path": "M", "inputs": {"a": 1, "a": 2}}"#, "the name 'a' stands twice"),
    (#"{"module_path": "M", "inputs": 1}"#, "M, inputs: its inputs are no JSON object;"),
    (#"{"module_path": "M", "outputs": 1}"#, "M, outputs: it is neither a tensor nor a text;"),
    (#"{"module_path": "M", "outputs": {"shape": 1, "dtype": "torch.int8"}}"#, "shape is no text"),
    (
      #"{"module_path": "M", "outputs": {"shape": "torch.Size([])", "dtype": 1}}"#,
      "dtype is no text"
    ),
    (
      #"{"module_path": "M", "outputs": {"shape": "[1]", "dtype": "torch.int8"}}"#,
      "M, outputs: its shape is '[1]' and no torch.Size;"
    ),
    (
      #"{"module_path": "M", "outputs": {"shape": "torch.Size([-1])", "dtype": "torch.int8"}}"#,
      "its shape is 'torch.Size([-1])' and no torch.Size"
    ),
    (
      #"{"module_path": "M", "outputs": {"shape": "torch.Size([4294967296, 4294967296])", "dtype": "torch.int8"}}"#,
      "has more elements than 64 bits count"
    ),
    (
      #"{"module_path": "M", "outputs": {"shape": "torch.Size([])", "dtype": "torch.qint8"}}"#,
      "M, outputs: dtype 'torch.qint8' is not known;"
    ),
    (
      #"{"module_path": "M", "outputs": {"shape": "torch.Size([])", "dtype": "torch.int8", "value": 1}}"#,
      "its value is neither a path nor a print"
    ),
    (
      #"{"module_path": "M", "outputs": {"shape": "torch.Size([])", "dtype": "torch.int8", "value": [1]}}"#,
      "a line of its print is no text"
    ),
    (
      #"{"module_path": "M", "outputs": {"shape": "torch.Size([])", "dtype": "torch.half", "mean": 1}}"#,
      "dtype 'torch.half' is not known"
    ),
    (
      #"{"module_path": "M", "outputs": {"shape": "torch.Size([])", "dtype": "torch.float16", "mean": 1}}"#,
      "'mean' is no text"
    ),
    (
      #"{"module_path": "M", "outputs": {"shape": "torch.Size([])", "dtype": "torch.float16", "std": "1"}}"#,
      "expected tensor( in line 1, column 2 of its print"
    ),
    (
      #"{"module_path": "M", "inputs": {"args": ["None"]}}"#,
      "it is a tree of calls without tensors"
    ),
    (#"{"module_path": "M"} x"#, "line 1, column 22: expected nothing more"),
  ])
  func `what is wrong with a tree is said with its place`(json: String, sentence: String) {
    let scratch = Scratch()
    let error = openingError(scratch.write(Array(json.utf8), as: Self.treeName))
    let message = error.map { "\($0)" } ?? "opens"
    #expect(message.contains(sentence), "\(message)")
    #expect(message.contains(Self.treeName))
  }

  @Test func `calls and values nested too deep are refused`() {
    let scratch = Scratch()
    for (start, end) in [
      (#"{"module_path": "M", "children": ["#, "]}"), (#"{"x": "#, "}"), ("[", "]"),
    ] {
      let nested = String(repeating: start, count: 5000) + String(repeating: end, count: 5000)
      let json = #"{"module_path": "M", "outputs": 1, "children": [\#(nested)]}"#
      let path = scratch.write(Array(json.utf8), as: Self.treeName)
      #expect(openingError(path).map { "\($0)" }?.contains("expected") == true)
    }
    let values = String(repeating: "[", count: 100) + String(repeating: "]", count: 100)
    let json = #"{"module_path": "M", "outputs": \#(values)}"#
    #expect(
      openingError(scratch.write(Array(json.utf8), as: Self.treeName))?.problem
        == .malformed("expected at most 64 levels of nesting"))
  }

  @Test func `a dict of the model's own with such names in it is no tensor`() throws {
    let scratch = Scratch()
    let json = #"""
      {"module_path": "M", "inputs": {"kwargs": {"shape": "(2, 3)", "dtype": "torch.float32",
      "value": {"shape": "torch.Size([])", "dtype": "torch.int64", "value": ["tensor(3)"]}}}}
      """#
    let trace = try openTrace(at: scratch.write(Array(json.utf8), as: Self.treeName))
    #expect(
      Self.lines(trace) == ["0 M input kwargs.value: i64 scalar of 0 statistics, 1 elements"])
    #expect(
      trace.stages[0].parameters == [
        Fact(name: "kwargs.shape", text: "(2, 3)"),
        Fact(name: "kwargs.dtype", text: "torch.float32"),
      ])
  }

  @Test func `complex numbers are pairs, in files and without`() throws {
    let scratch = Scratch()
    scratch.write(
      safetensors(
        #"{"data":{"dtype":"C64","shape":[1],"data_offsets":[0,8]}}"#, [0, 0, 128, 63, 0, 0, 0, 64]),
      as: "M.a_outputs.safetensors")
    let stored = Self.tensor(#""M.a_outputs.safetensors""#, shape: "[1]", dtype: "complex64")
    let known = #"{"shape": "torch.Size([1])", "dtype": "torch.complex64"}"#
    scratch.write(
      Self.tree(
        #"{"module_path": "M.a", "inputs": {"args": [\#(known)]}, "outputs": \#(stored)}"#),
      as: Self.treeName)
    let trace = try openTrace(at: scratch.path)
    #expect(
      Self.lines(trace) == [
        "0 a output outputs: f32 1×2", "0 a input args.0: f32 1×2 of 0 statistics, 0 elements",
      ])
    #expect(try trace.output("a").numbers() == [1, 2])
  }

  @Test func `outputs of a call with others in it come after those`() throws {
    let scratch = Scratch()
    let one = Self.tensor(#"["tensor([1., 2.])"]"#)
    let json = #"""
      {"module_path": "M", "inputs": {"args": [\#(one)]}, "outputs": \#(one), "children":
      [{"module_path": "M.a", "outputs": \#(one)}]}
      """#
    let trace = try openTrace(at: scratch.write(Array(json.utf8), as: Self.treeName))
    #expect(
      trace.stages.map { "\($0.position) \($0.name) \($0.values[0].role)" }
        == ["0 M input", "1 a output", "2 M.outputs output"])
  }

  @Test func `cut after any byte or changed, a tree throws or opens`() throws {
    let scratch = Scratch()
    let bytes = Self.tree(
      #"""
      {"module_path": "M.a", "inputs": {"args": [\#(Self.tensor(#"["tensor([1., nan])"]"#))]},
      "outputs": \#(Self.tensor(#""a.safetensors""#))}
      """#)
    scratch.write(Self.file, as: "a.safetensors")
    #expect(try openTrace(at: scratch.write(bytes, as: Self.treeName)).outline == ["a f32 2"])
    for count in 0..<bytes.count {
      let path = scratch.write(Array(bytes[..<count]), as: Self.treeName)
      #expect(openingError(path) != nil, "cut to \(count) bytes it opens")
    }
    for position in bytes.indices {
      for change: UInt8 in [0x01, 0x20, 0x80] {
        var changed = bytes
        changed[position] ^= change
        try? openTrace(at: scratch.write(changed, as: Self.treeName)).readEverything()
      }
    }
  }
}
