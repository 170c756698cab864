import Glibc
import PipelineTrace
import Testing

@testable import TensorFormats

/// Dumps of msprobe: those in Fixtures were written by it.
@Suite struct MsprobeTests {
  /// A dump with these calls under `data`.
  static func dump(_ calls: String, task: String = "tensor") -> [UInt8] {
    Array(
      #"{"task": "\#(task)", "level": "L1", "dump_data_dir": "/nowhere", "data": {\#(calls)}}"#.utf8
    )
  }

  static func tensor(_ more: String, dtype: String = "torch.float32", shape: String = "[2]")
    -> String
  {
    #"{"type": "torch.Tensor", "dtype": "\#(dtype)", "shape": \#(shape)\#(more)}"#
  }

  static let file = npy("'<f4'", "(2,)", [0, 0, 128, 63, 0, 0, 0, 64])

  /// A folder with `dump.json` and, in `dump_tensor_data`, these files.
  static func write(_ calls: String, task: String = "tensor", files: [String: [UInt8]] = [:])
    -> Scratch
  {
    let scratch = Scratch()
    scratch.write(dump(calls, task: task), as: "dump.json")
    mkdir("\(scratch.path)/dump_tensor_data", 0o700)
    for (name, bytes) in files { scratch.write(bytes, as: "dump_tensor_data/\(name)") }
    return scratch
  }

  /// The trace of a folder with these calls and no files.
  static func trace(_ calls: String, task: String = "tensor") throws -> Trace {
    let scratch = write(calls, task: task)
    return try withExtendedLifetime(scratch) { try openTrace(at: scratch.path) }
  }

  static func error(_ calls: String) -> FormatError? {
    let scratch = write(calls)
    return withExtendedLifetime(scratch) { openingError(scratch.path) }
  }

  @Test func `calls in order, with tensors from their files`() throws {
    let trace = try example("msprobe-tensor")
    #expect(trace.format == "msprobe")
    #expect(trace.isComplete)
    #expect(trace.warnings == [])
    #expect(trace.environment == [Fact(name: "framework", text: "pytorch")])
    #expect(
      HuggingFaceDebuggerTests.lines(trace) == [
        "0 Tensor.__truediv__.0.forward output output.0: f32 2×4",
        "0 Tensor.__truediv__.0.forward input args.0: f32 2×4",
        "1 Functional.linear.0.forward output output.0: f32 2×3",
        "1 Functional.linear.0.forward input args.0: f32 2×4",
        "1 Functional.linear.0.forward input args.1: f32 3×4",
        "1 Functional.linear.0.forward input args.2: f32 3",
        "2 Module.0.Linear.forward.0 output output.0: f32 2×3",
        "2 Module.0.Linear.forward.0 input args.0: f32 2×4",
        "2 Module.0.Linear.forward.0 state parameters.weight: f32 3×4",
        "2 Module.0.Linear.forward.0 state parameters.bias: f32 3",
        "3 Functional.relu.0.forward output output.0: f32 2×3",
        "3 Functional.relu.0.forward input args.0: f32 2×3",
        "4 Module.1.ReLU.forward.0 output output.0: f32 2×3",
        "4 Module.1.ReLU.forward.0 input args.0: f32 2×3",
        "5 Tensor.__gt__.0.forward output output.0: bool 2×2",
        "5 Tensor.__gt__.0.forward input args.0: f32 2×2",
        "6 Torch.masked_fill.0.forward output output.0: f32 2×2",
        "6 Torch.masked_fill.0.forward input args.0: f32 2×2",
        "6 Torch.masked_fill.0.forward input args.1: bool 2×2",
        "7 Tensor.sum.0.forward output output.0: f32 scalar",
        "7 Tensor.sum.0.forward input args.0: f32 2×2",
        "8 Tensor.sum.1.forward output output.0: f32 scalar",
        "8 Tensor.sum.1.forward input args.0: f32 2×3",
        "9 Tensor.sum.1.backward output output.0: f32 2×3",
        "9 Tensor.sum.1.backward input input.0: f32 scalar",
        "10 Functional.relu.0.backward output output.0: f32 2×3",
        "10 Functional.relu.0.backward input input.0: f32 2×3",
        "11 Module.1.ReLU.backward.0 output output.0: f32 2×3",
        "11 Module.1.ReLU.backward.0 input input.0: f32 2×3",
        "12 Module.0.Linear.backward.0 input input.0: f32 2×3",
        "13 Functional.linear.0.backward output output.0: f32 3",
        "13 Functional.linear.0.backward output output.2: f32 4×3",
        "13 Functional.linear.0.backward input input.0: f32 2×3",
        "14 Module.0.Linear.parameters_grad.0 state bias.0: f32 3",
        "14 Module.0.Linear.parameters_grad.0 state weight.0: f32 3×4",
      ])
    #expect(
      try trace.stages[0].values[1].numbers() == [0, 1, 2, 3, 4, 5, 6, 7])
    #expect(
      try trace.stages[0].values[0].numbers() == [0, 0.25, 0.5, 0.75, 1, 1.25, 1.5, 1.75])
    #expect(trace.stages[0].parameters == [Fact(name: "args.1", text: "4")])
    #expect(trace.stages[3].parameters == [Fact(name: "kwargs.inplace", text: "false")])
    #expect(trace.stages[6].parameters == [Fact(name: "args.2", text: "Infinity")])
  }

  @Test func `a stage stands where the pipeline called it, not the framework`() throws {
    let trace = try example("msprobe-statistics")
    #expect(
      trace.stages[0].source
        == Stage.Source(file: "/srv/model/make_debugger_traces.py", line: 94, function: "msprobe"))
    #expect(
      trace.stages[2].source
        == Stage.Source(file: "/srv/model/make_debugger_traces.py", line: 94, function: "msprobe"))
  }

  @Test func `statistics have all their digits`() throws {
    let trace = try example("msprobe-statistics")
    #expect(trace.stages.count == 15)
    let linear = try #require(trace.stages[1].values[0].summary)
    #expect(linear.dtype == .f32)
    #expect(linear.shape.extents == [2, 3])
    #expect(
      linear.statistics == [
        .maximum: .init(0.8710430860519409), .minimum: .init(-0.8669245839118958),
        .mean: .init(-0.04023614153265953), .norm: .init(1.3087493181228638),
      ])
    #expect(linear.digest == nil)
    let mask = try #require(trace.stages[5].values[0].summary)
    #expect(mask.statistics == [.maximum: .init(0), .minimum: .init(0)])
    let sum = try #require(trace.stages[8].values[0].summary)
    #expect(
      sum.statistics.keys.sorted { $0.rawValue < $1.rawValue } == [.maximum, .mean, .minimum])
  }

  @Test func `a checksum is a digest`() throws {
    let trace = try example("msprobe-md5")
    #expect(trace.stages[0].values[1].summary?.digest == "7a0a407c")
    #expect(trace.stages[0].values[0].summary?.digest == "10c96639")
  }

  @Test func `a dump is found from the folders above, and by its file`() throws {
    let folder = "\(fixtures)/formats/msprobe-md5"
    for path in ["step0", "step0/rank0", "step0/rank0/dump.json"] {
      let trace = try openTrace(at: "\(folder)/\(path)")
      #expect(trace.format == "msprobe")
      #expect(trace.stages.count == 15)
    }
    #expect(
      openingError("\(folder)/step0/rank0/stack.json")?.problem
        == .notATrace("it looks like JSON text"))
  }

  @Test func `several steps and ranks are several runs`() throws {
    let scratch = Scratch()
    for step in ["step10", "step2"] {
      mkdir("\(scratch.path)/\(step)", 0o700)
      for rank in ["rank0", "rank1"] {
        mkdir("\(scratch.path)/\(step)/\(rank)", 0o700)
        let call = #""\#(step).\#(rank)": {"output": [\#(Self.tensor(""))]}"#
        scratch.write(Self.dump(call), as: "\(step)/\(rank)/dump.json")
      }
    }
    mkdir("\(scratch.path)/other", 0o700)
    let first = try openTrace(at: scratch.path)
    #expect(first.outline == ["step2.rank0 summary f32 2"])
    #expect(first.label == "step2/rank0")
    #expect(
      first.warnings == [
        "The folder holds 4 runs; this is 'step2/rank0'. '#step2/rank1' names another."
      ])
    let named = try openTrace(at: "\(scratch.path)#step10/rank1")
    #expect(named.outline == ["step10.rank1 summary f32 2"])
    #expect(named.warnings == [])
    #expect(
      openingError("\(scratch.path)#step3/rank0")?.problem
        == .unsupported(
          "'#step3/rank0' names no run in it",
          advice:
            "it holds 'step2/rank0/0', 'step2/rank1/0', 'step10/rank0/0', 'step10/rank1/0'"))
  }

  // MARK: Files

  @Test func `files are told by their content, and must be what the dump says`() throws {
    let scratch = Self.write(
      #"""
      "a": {"output": [\#(Self.tensor(#", "data_name": "a.npy""#))]},
      "b": {"output": [\#(Self.tensor(#", "data_name": "a.npy""#, dtype: "BFloat16"))]},
      "c": {"output": [\#(Self.tensor(#", "data_name": "a.npy""#, dtype: "Int32"))]},
      "d": {"output": [\#(Self.tensor(#", "data_name": "a.npy""#, shape: "[1, 2]"))]},
      "e": {"output": [\#(Self.tensor(#", "data_name": "a.npy""#, dtype: "Hifloat8"))]},
      "f": {"output": [\#(Self.tensor(#", "data_name": "text""#))]},
      "g": {"output": [\#(Self.tensor(#", "data_name": "absent.pt", "Max": 1"#))]}
      """#, files: ["a.npy": Self.file, "text": Array("hello".utf8)])
    let trace = try openTrace(at: scratch.path)
    #expect(
      trace.outline == [
        "a f32 2", "b f32 2", "c unreadable", "d unreadable", "e f32 2", "f unreadable",
        "g unreadable",
      ])
    #expect(try trace.output("a").numbers() == [1, 2])
    #expect(!trace.isComplete)
    let folder = "\(scratch.path)/dump_tensor_data"
    #expect(
      trace.warnings == [
        "In 'b, output.0' the elements are bf16, saved as f32.",
        """
        'c, output.0' is lost, so the trace is incomplete: \(folder)/a.npy: it holds f32 2, and \
        Int32 [2] in the dump, so it is of another run; the file is damaged or not what it claims \
        to be, save it again.
        """,
        """
        'd, output.0' is lost, so the trace is incomplete: \(folder)/a.npy: it holds f32 2, and \
        torch.float32 [1, 2] in the dump, so it is of another run; the file is damaged or not what \
        it claims to be, save it again.
        """,
        """
        'f, output.0' is lost, so the trace is incomplete: \(folder)/text: it is neither an .npy \
        nor a .pt file, it looks like text; the file is damaged or not what it claims to be, save \
        it again.
        """,
        """
        'g, output.0' is lost, so the trace is incomplete: \(folder)/absent.pt: No such file or \
        directory; check the path and its permissions.
        """,
      ])
  }

  @Test func `where statistics were the task, a file that is absent is none that is lost`() throws {
    let call = #""a": {"output": [\#(Self.tensor(#", "data_name": "absent.pt", "Max": 1"#))]}"#
    let trace = try Self.trace(call, task: "statistics")
    #expect(trace.outline == ["a summary f32 2"])
    #expect(trace.isComplete)
    let alone = Scratch()
    alone.write(Self.dump(call), as: "dump.json")
    #expect(
      openingError(alone.path).map { "\($0)" }
        == """
        \(alone.path)/dump_tensor_data: No such file or directory; check the path and its permissions
        """)
  }

  @Test func `no path leads out of the folder`() throws {
    let elsewhere = Scratch()
    let secret = elsewhere.write(Self.file, as: "secret.npy")
    let paths = ["a.npy", "link.npy", "../dump.json", secret, ""]
    let calls = paths.enumerated().map { i, path in
      #""\#(i)": {"output": [\#(Self.tensor(#", "data_name": "\#(path)""#))]}"#
    }
    let scratch = Self.write(calls.joined(separator: ","), files: ["a.npy": Self.file])
    symlink(secret, "\(scratch.path)/dump_tensor_data/link.npy")
    let trace = try openTrace(at: scratch.path)
    #expect(
      trace.outline
        == ["0 f32 2", "1 unreadable", "2 unreadable", "3 unreadable", "4 unreadable"])
    #expect(trace.warnings[0].contains("it is a symbolic link, which is not followed"))
    #expect(trace.warnings[1].contains("'dump_tensor_data/../dump.json' leads out of the folder"))
    #expect(trace.warnings[2].contains("'\(secret)' leads out of the folder"))
    #expect(trace.warnings[3].contains("/dump_tensor_data: not a plain file"))
    let linked = Scratch()
    linked.write(Self.dump(calls[0]), as: "dump.json")
    symlink("\(scratch.path)/dump_tensor_data", "\(linked.path)/dump_tensor_data")
    #expect(
      openingError(linked.path)?.problem
        == .unsupported(
          "it is a symbolic link, which is not followed", advice: "copy the file itself there"))
  }

  // MARK: Dumps

  @Test func `everything but tensors is a parameter, and null is nothing`() throws {
    let call = #"""
      "a": {"input_args": [{"type": "slice", "value": [0, null, 2]}, null, {"type": "str",
      "value": "mean"}, {"type": "torch.Size", "value": [2]}, [\#(Self.tensor(""))], {"class_type":
      "P2POp", "tensor": \#(Self.tensor("")), "op": "isend", "peer": 1}, {"type":
      "torch.memory_format", "format": "channels_last"}], "input_kwargs": {"type": {"type": "int",
      "value": 3}}, "is_recompute": true, "output": null}
      """#
    let trace = try Self.trace(call)
    #expect(trace.stages[0].values.map(\.name) == ["args.4.0", "args.5.tensor"])
    #expect(
      trace.stages[0].parameters == [
        Fact(name: "args.0", text: "[0,null,2]"), Fact(name: "args.2", text: "mean"),
        Fact(name: "args.3", text: "[2]"), Fact(name: "args.5.class_type", text: "P2POp"),
        Fact(name: "args.5.op", text: "isend"), Fact(name: "args.5.peer", text: "1"),
        Fact(
          name: "args.6", text: #"{"type":"torch.memory_format","format":"channels_last"}"#),
        Fact(name: "kwargs.type", text: "3"),
      ])
  }

  @Test func `statistics that mean something else are not taken`() throws {
    let statistics = #", "Max": 9007199254740993, "Min": NaN, "Mean": null, "Norm": -2"#
    let calls = #"""
      "a": {"output": [\#(Self.tensor(statistics)), \#(Self.tensor(statistics, shape: "[]")),
      \#(Self.tensor(statistics, dtype: "torch.complex64"))]}
      """#
    let values = try Self.trace(calls).stages[0].values
    let vector = try #require(values[0].summary?.statistics)
    #expect(vector[.maximum] == .init(9_007_199_254_740_992, halfUnit: 1))
    #expect(vector[.minimum]?.value.isNaN == true)
    #expect(vector[.mean] == nil)
    #expect(vector[.norm] == .init(-2))
    #expect(values[1].summary?.statistics[.norm] == nil)
    #expect(values[2].summary?.statistics == [:])
    #expect(values[2].summary?.shape.extents == [2, 2])
  }

  @Test(arguments: [
    (#""a": 1"#, "dump.json, line 1, column 78: expected an object"),
    (#""a": {}, "a": {}"#, "the name 'a' stands twice"),
    (
      #""a": {"output": [{"type": "t", "dtype": 1, "shape": []}]}"#,
      "a, output.0: its dtype is no text"
    ),
    (
      #""a": {"output": [{"type": "t", "dtype": "int8", "shape": 1}]}"#,
      "a, output.0: its shape is no list"
    ),
    (
      #""a": {"output": [{"type": "t", "dtype": "int8", "shape": [-1]}]}"#,
      "an extent of its shape is no count"
    ),
    (
      #""a": {"output": [{"type": "t", "dtype": "int8", "shape": [4294967296, 4294967296]}]}"#,
      "has more elements than 64 bits count"
    ),
    (
      #""a": {"output": [{"type": "t", "dtype": "quint4", "shape": [1]}]}"#,
      "a, output.0: dtype 'quint4' is not known"
    ),
    (
      #""a": {"output": [{"type": "t", "dtype": "int8", "shape": [1], "Max": "1"}]}"#,
      "'Max' is no number"
    ),
    (
      #""a": {"output": [{"type": "t", "dtype": "int8", "shape": [1], "data_name": 1}]}"#,
      "'data_name' is no text"
    ),
    (
      #""a": {"output": [{"type": "t", "dtype": "int8", "shape": [1], "md5": 1}]}"#,
      "'md5' is no text"
    ),
    ("", "it is a dump of msprobe without tensors"),
  ])
  func `what is wrong with a dump is said with its place`(calls: String, sentence: String) {
    let message = Self.error(calls).map { "\($0)" } ?? "opens"
    #expect(message.contains(sentence), "\(message)")
    #expect(message.contains("dump.json"))
  }

  @Test func `a dump needs its data, and no more than one`() {
    let scratch = Scratch()
    for (json, sentence) in [
      (#"{"dump_data_dir": 1}"#, "dump.json: it has no 'data';"),
      (#"{"dump_data_dir": 1, "data": []}"#, "line 1, column 30: expected an object;"),
      (#"{"dump_data_dir": 1, "data": {}, "data": {}}"#, "the name 'data' stands twice"),
    ] {
      let message = openingError(scratch.write(Array(json.utf8), as: "dump.json")).map { "\($0)" }
      #expect(message?.contains(sentence) == true, "\(message ?? "opens")")
    }
  }

  @Test func `a call nested too deep is refused`() {
    let values = String(repeating: "[", count: 5000) + String(repeating: "]", count: 5000)
    #expect(
      Self.error(#""a": {"output": \#(values)}"#)?.problem
        == .malformed("expected at most 64 levels of nesting"))
  }

  @Test func `without sound stacks stages have no source, and that is said`() throws {
    let call = #""a": {"output": [\#(Self.tensor(""))]}"#
    for (json, source) in [
      (#"{"a": ["File /srv/x, y.py, line 7, in <module>, \n f()"]}"#, "/srv/x, y.py 7 <module>"),
      (#"{"0": [["a"], ["File /torch/x.py, line 1, in f", "File b.py, line 2"]]}"#, "b.py 2 "),
      (#"{"0": [["a"], ["Without call stack"]], "1": 2, "2": [1, 2]}"#, "none"),
    ] {
      let scratch = Self.write(call)
      scratch.write(Array(json.utf8), as: "stack.json")
      let trace = try openTrace(at: scratch.path)
      let found = trace.stages[0].source.map { "\($0.file) \($0.line ?? 0) \($0.function ?? "")" }
      #expect(found ?? "none" == source)
      #expect(trace.warnings == [])
    }
    let scratch = Self.write(call)
    scratch.write(Array("[]".utf8), as: "stack.json")
    #expect(
      try openTrace(at: scratch.path).warnings == [
        """
        No stage has its place in the code: \(scratch.path)/stack.json, line 1, column 1: expected \
        an object; the file is damaged or not what it claims to be, save it again.
        """
      ])
  }

  @Test func `cut after any byte or changed, a dump throws or opens`() throws {
    let bytes = Self.dump(
      #"""
      "a": {"input_args": [{"type": "int", "value": 4}], "output":
      [\#(Self.tensor(#", "Max": 1.5, "Norm": null, "data_name": "a.npy", "md5": "0a""#))]}
      """#)
    let scratch = Self.write("", files: ["a.npy": Self.file])
    #expect(try openTrace(at: scratch.write(bytes, as: "dump.json")).outline == ["a f32 2"])
    for count in 0..<bytes.count {
      scratch.write(Array(bytes[..<count]), as: "dump.json")
      #expect(openingError(scratch.path) != nil, "cut to \(count) bytes it opens")
    }
    for position in bytes.indices {
      for change: UInt8 in [0x01, 0x20, 0x80] {
        var changed = bytes
        changed[position] ^= change
        scratch.write(changed, as: "dump.json")
        try? openTrace(at: scratch.path).readEverything()
      }
    }
  }
}
