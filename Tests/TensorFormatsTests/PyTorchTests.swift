import PipelineTrace
import Testing

@testable import TensorFormats

@Suite struct PyTorchTests {
  /// 0, 1, 2, 3, 4, 5 as float32.
  static let six: [UInt8] = [
    0, 0, 0, 0, 0, 0, 0x80, 0x3F, 0, 0, 0, 0x40, 0, 0, 0x40, 0x40, 0, 0, 0x80, 0x40, 0, 0, 0xA0,
    0x40,
  ]
  private let scratch = Scratch()

  private func opened(
    _ object: [UInt8], _ storages: [[UInt8]] = [], byteOrder: String? = "little",
    as name: String = "a.pt"
  ) throws(FormatError) -> Trace {
    try openTrace(at: scratch.write(torchFile(object, storages, byteOrder: byteOrder), as: name))
  }

  /// The error of a whole file, without the folder it lies in.
  private func failure(_ object: [UInt8], _ storages: [[UInt8]] = [six]) -> String {
    do throws(FormatError) {
      return "opens as \(try opened(object, storages).outline)"
    } catch {
      return "\(error)".replacing(scratch.path + "/", with: "")
    }
  }

  /// The error of a tensor that stands alone in a file.
  private func failure(
    shape: [Int], strides: [Int], offset: Int = 0, count: Int = 6, kind: String = "FloatStorage"
  ) -> String {
    failure(Pickled.tensor("0", kind, count: count, shape, strides, offset: offset))
  }

  // MARK: Trees

  @Test func `dicts and lists are opened, in their order`() throws {
    let one = Pickled.integer(1)
    let trace = try opened(
      Pickled.dict([
        ("z", one),
        ("a", Pickled.dict([("b", one), ("c", Pickled.list([Pickled.text("t"), one]))])),
        ("7", Pickled.tuple([Pickled.dict([("x", one)]), Pickled.yes])),
      ]))
    #expect(
      trace.outline == [
        "z i64 scalar", "a.b i64 scalar", "a.c.0 text scalar", "a.c.1 i64 scalar",
        // A number in front gives the order and is no part of the name.
        "0.x i64 scalar", "1 bool scalar",
      ])
    #expect(trace.format == "pytorch")
    #expect(trace.warnings == [])
    #expect(trace.isComplete)
  }

  @Test func `integers among the keys become their digits`() throws {
    let trace = try opened([0x7D, 0x4B, 7, 0x88, 0x73, 0x4A, 0xFF, 0xFF, 0xFF, 0xFF, 0x89, 0x73])
    #expect(trace.outline == ["7 bool scalar", "-1 bool scalar"])
  }

  @Test func `numbers and texts of Python`() throws {
    let float: [UInt8] = [0x47, 0x3F, 0xF8, 0, 0, 0, 0, 0, 0]
    let trace = try opened(
      Pickled.dict([
        ("yes", Pickled.yes), ("count", Pickled.integer(-3)), ("float", float),
        ("text", Pickled.text("grün")),
        ("texts", Pickled.list([Pickled.text("a"), Pickled.text("")])),
        ("input_ids", Pickled.list([Pickled.integer(101), Pickled.integer(7)])),
        ("mixed", Pickled.tuple([Pickled.integer(2), float])),
        ("flags", Pickled.list([Pickled.yes, Pickled.no])),
        ("dtype", Pickled.global("torch", "bfloat16")),
      ]))
    #expect(
      trace.outline == [
        "yes bool scalar", "count i64 scalar", "float f64 scalar", "text text scalar",
        "texts text 2", "input_ids tokens i64 2", "mixed f64 2", "flags bool 2",
        "dtype text scalar",
      ])
    #expect(try trace.output("yes").numbers() == [1])
    #expect(try trace.output("count").numbers() == [-3])
    #expect(try trace.output("float").numbers() == [1.5])
    #expect(try trace.output("text").texts() == ["grün"])
    #expect(try trace.output("texts").texts() == ["a", ""])
    #expect(try trace.output("input_ids").numbers() == [101, 7])
    #expect(try trace.output("mixed").numbers() == [2, 1.5])
    #expect(try trace.output("flags").numbers() == [1, 0])
    #expect(try trace.output("dtype").texts() == ["torch.bfloat16"])
  }

  @Test func `integers that a float cannot hold keep apart from floats`() throws {
    let float: [UInt8] = [0x47, 0x3F, 0xF8, 0, 0, 0, 0, 0, 0]
    let trace = try opened(
      Pickled.dict([("l", Pickled.list([float, Pickled.integer(9_007_199_254_740_993)]))]))
    #expect(trace.outline == ["l.0 f64 scalar", "l.1 i64 scalar"])
  }

  @Test func `None and what is empty are skipped and named`() throws {
    let trace = try opened(
      Pickled.dict([
        ("a", Pickled.none), ("b", [0x5D]), ("x", Pickled.yes), ("c", [0x29]), ("d", [0x7D]),
        ("e", Pickled.none), ("f", Pickled.none), ("g", Pickled.none),
      ]))
    #expect(trace.outline == ["x bool scalar"])
    #expect(
      trace.warnings == [
        "Skipped, since None or empty: 'a', 'b', 'c', 'd', 'e' and 2 more."
      ])
    #expect(trace.isComplete)
  }

  @Test func `a value alone is named after its file`() throws {
    for name in ["03_resize.pt", "03_resize.pth", "resize"] {
      let trace = try opened(
        Pickled.tensor("0", "FloatStorage", count: 6, [2], [1]), [Self.six], as: name)
      #expect(trace.outline == ["resize f32 2"])
    }
    #expect(try opened(Pickled.list([Pickled.text("x")]), as: "t.pt").outline == ["t text 1"])
  }

  @Test func `what cannot be read stands beside what can`() throws {
    let wide: [UInt8] = [0x8A, 9, 0, 0, 0, 0, 0, 0, 0, 0x80, 0]
    let strange: [(String, [UInt8], String)] = [
      ("wide", wide, "an integer takes more than 64 bits; save it as a text or as a float"),
      (
        "wides", Pickled.list([wide]),
        "an integer takes more than 64 bits; save it as a text or as a float"
      ),
      (
        "keyed", [0x7D, 0x29, 0x88, 0x73],
        "a key of the dict is neither text nor integer; save it with texts as keys"
      ),
      (
        "scalar", Pickled.call(Pickled.global("numpy.core.multiarray", "scalar"), []),
        "it holds numpy.core.multiarray.scalar, which is never executed here; "
          + "save a dict of tensors, numbers and texts"
      ),
      (
        "class", Pickled.global("builtins", "object"),
        "it names builtins.object, which is never imported here; "
          + "save a dict of tensors, numbers and texts"
      ),
      ("set", [0x8F], "it is a set, which has no order; save a sorted list"),
      (
        "bytes", Pickled.call(Pickled.global("_codecs", "encode"), [Pickled.text("x")]),
        "it is a bytes object; save it as a uint8 tensor (torch.frombuffer)"
      ),
      (
        "bytes3", [0x43, 1, 0],
        "it is a bytes object; save it as a uint8 tensor (torch.frombuffer)"
      ),
      (
        "sparse", Pickled.call(Pickled.global("torch._utils", "_rebuild_sparse_tensor"), []),
        "it is a sparse tensor; save .to_dense() of it"
      ),
      (
        "quantized", Pickled.call(Pickled.global("torch._utils", "_rebuild_qtensor"), []),
        "it is a quantized tensor; save .dequantize() of it"
      ),
      (
        "storage", Pickled.storage("0", "FloatStorage", count: 6),
        "it is a storage without a shape; save a tensor over it"
      ),
      (
        "qint8", Pickled.tensor("0", "QInt8Storage", count: 6, [6], [1]),
        "it is a quantized tensor (torch.QInt8Storage); save .dequantize() of it"
      ),
      (
        "fnuz", Pickled.tensor("0", dtype: "float8_e4m3fnuz", byteCount: 6, [6], [1]),
        "dtype 'torch.float8_e4m3fnuz' is not known; save as float32"
      ),
      (
        "conj",
        Pickled.tensor(
          "0", "ComplexFloatStorage", count: 3, [3], [1],
          metadata: Pickled.dict([("conj", Pickled.yes)])),
        "it is a conjugated or negated view; save .resolve_conj().resolve_neg() of it"
      ),
    ]
    let good = Pickled.tensor("0", "FloatStorage", count: 6, [2, 3], [3, 1])
    let object = Pickled.dict(strange.map { ($0.0, $0.1) } + [("good", good)])
    let trace = try opened(object, [Self.six])
    #expect(trace.outline == strange.map { "\($0.0) unreadable" } + ["good f32 2×3"])
    #expect(try trace.output("good").numbers() == [0, 1, 2, 3, 4, 5])
    #expect(
      trace.warnings.map { $0.replacing(scratch.path + "/", with: "") }
        == strange.map { "'\($0.0)' cannot be compared: a.pt, item '\($0.0)': \($0.2)." })
    #expect(trace.isComplete)
  }

  @Test func `a whole object of another class is refused by its name`() {
    #expect(
      failure(Pickled.call(Pickled.global("torch.nn.modules.linear", "Linear"), []))
        == """
        a.pt, item 'a': it holds torch.nn.modules.linear.Linear, which is never executed here; \
        save a dict of tensors, numbers and texts
        """)
  }

  // MARK: Tensors

  @Test func `views share a storage, with offset and strides`() throws {
    func view(_ shape: [Int], _ strides: [Int], _ offset: Int = 0) -> [UInt8] {
      Pickled.tensor("0", "FloatStorage", count: 6, shape, strides, offset: offset)
    }
    let trace = try opened(
      Pickled.dict([
        ("whole", view([2, 3], [3, 1])), ("transposed", view([3, 2], [1, 3])),
        ("column", view([2], [3], 1)), ("last", view([], [], 5)),
        ("expanded", view([2, 2, 3], [0, 3, 1])),
        ("one", view([1, 2], [9_223_372_036_854_775_807, 1], 4)),
        ("empty", view([0, 3], [3, 1], 99)),
      ]), [Self.six])
    #expect(trace.isComplete)
    #expect(try trace.output("whole").numbers() == [0, 1, 2, 3, 4, 5])
    #expect(try trace.output("transposed").numbers() == [0, 3, 1, 4, 2, 5])
    #expect(try trace.output("column").numbers() == [1, 4])
    #expect(try trace.output("last").numbers() == [5])
    #expect(try trace.output("expanded").numbers() == [0, 1, 2, 3, 4, 5, 0, 1, 2, 3, 4, 5])
    #expect(try trace.output("one").numbers() == [4, 5])
    #expect(try trace.output("empty").tensor?.shape.extents == [0, 3])
    // The archive's CRC-32 is one of the whole storage.
    #expect(
      try ["whole", "transposed", "column", "last", "expanded", "one"].map {
        try trace.output($0).tensor?.bytes.checksum?.expected
      } == [0x91E7_9017, 0x91E7_9017, nil, nil, nil, nil])
  }

  @Test func `every class of storage`() throws {
    let bytes: [UInt8] = [0, 0, 0, 0, 0, 0, 0xF8, 0x3F, 0, 0, 0, 0, 0, 0, 0, 0xC0]
    let kinds = [
      ("Double", 2), ("Float", 4), ("Half", 8), ("BFloat16", 8), ("Long", 2), ("Int", 4),
      ("Short", 8), ("Char", 16), ("Byte", 16), ("Bool", 16), ("ComplexFloat", 2),
      ("ComplexDouble", 1),
    ]
    let trace = try opened(
      Pickled.dict(
        kinds.map { ($0, Pickled.tensor("0", $0 + "Storage", count: $1, [$1], [1])) }), [bytes])
    #expect(
      trace.outline == [
        "Double f64 2", "Float f32 4", "Half f16 8", "BFloat16 bf16 8", "Long i64 2", "Int i32 4",
        "Short i16 8", "Char i8 16", "Byte u8 16", "Bool bool 16", "ComplexFloat f32 2×2",
        "ComplexDouble f64 1×2",
      ])
    #expect(try trace.output("Double").numbers() == [1.5, -2])
    #expect(try trace.output("Float").numbers() == [0, 1.9375, 0, -2])
    #expect(try trace.output("BFloat16").numbers() == [0, 0, 0, 1.9375, 0, 0, 0, -2])
    #expect(try trace.output("Half").numbers() == [0, 0, 0, 1.9921875, 0, 0, 0, -2])
    #expect(try trace.output("Char").numbers()[6...7] == [-8, 63])
    #expect(try trace.output("ComplexFloat").numbers() == [0, 1.9375, 0, -2])
    #expect(try trace.output("ComplexDouble").numbers() == [1.5, -2])
    #expect(
      trace.warnings == [
        "In 'ComplexFloat' complex numbers are shown as pairs (real, imaginary) along a last axis of "
          + "extent 2.",
        "In 'ComplexDouble' complex numbers are shown as pairs (real, imaginary) along a last axis of "
          + "extent 2.",
      ])
  }

  @Test func `dtypes without a storage class, counted in bytes`() throws {
    let bytes: [UInt8] = [0x38, 0xC0, 0x01, 0x80, 0xFF, 0xFF, 0xFF, 0xFF]
    let dtypes = [
      ("float8_e4m3fn", 8), ("float8_e5m2", 8), ("uint16", 4), ("uint32", 2), ("uint64", 1),
    ]
    let trace = try opened(
      Pickled.dict(
        dtypes.map { ($0, Pickled.tensor("0", dtype: $0, byteCount: 8, [$1], [1])) }), [bytes])
    #expect(
      trace.outline == [
        "float8_e4m3fn f8_e4m3 8", "float8_e5m2 f8_e5m2 8", "uint16 u16 4", "uint32 u32 2",
        "uint64 u64 1",
      ])
    #expect(try trace.output("float8_e4m3fn").numbers()[0...2] == [1, -2, 0.001953125])
    #expect(try trace.output("float8_e5m2").numbers()[0...1] == [0.5, -2])
    #expect(try trace.output("uint16").numbers() == [49208, 32769, 65535, 65535])
    #expect(try trace.output("uint32").numbers() == [2_147_598_392, 4_294_967_295])
    #expect(try trace.output("uint64").numbers() == [18_446_744_071_562_182_656])
  }

  @Test func `a transposed complex tensor keeps its pairs together`() throws {
    // [[0+1i, 2+3i]] transposed, from six floats of which the last two are not used.
    let tensor = Pickled.tensor("0", "ComplexFloatStorage", count: 3, [2, 1], [1, 2])
    let value = try opened(tensor, [Self.six]).output("a")
    #expect(value.tensor?.shape.extents == [2, 1, 2])
    #expect(try value.numbers() == [0, 1, 2, 3])
  }

  @Test func `parameters and tensors with attributes are tensors`() throws {
    let tensor = Pickled.tensor("0", "FloatStorage", count: 6, [6], [1])
    let parameter = Pickled.call(
      Pickled.global("torch._utils", "_rebuild_parameter"),
      [tensor, Pickled.yes, Pickled.orderedDict])
    // The same call as in `tensor`, its function and its arguments apart.
    let arguments = [
      Pickled.storage("0", "FloatStorage", count: 6), Pickled.integer(0),
      Pickled.tuple([Pickled.integer(6)]), Pickled.tuple([Pickled.integer(1)]), Pickled.no,
      Pickled.orderedDict,
    ]
    let attributed = Pickled.call(
      Pickled.global("torch._tensor", "_rebuild_from_type_v2"),
      [
        Pickled.global("torch._utils", "_rebuild_tensor_v2"), Pickled.global("torch", "Tensor"),
        Pickled.tuple(arguments), [0x7D],
      ])
    let old = Pickled.call(
      Pickled.global("torch._utils", "_rebuild_tensor"), Array(arguments[..<4]))
    let trace = try opened(
      Pickled.dict([("p", parameter), ("q", attributed), ("r", old)]), [Self.six])
    #expect(trace.outline == ["p f32 6", "q f32 6", "r f32 6"])
    for name in ["p", "q", "r"] {
      #expect(try trace.output(name).numbers() == [0, 1, 2, 3, 4, 5])
    }
  }

  @Test func `the byte order is that of its entry`() throws {
    let tensor = Pickled.tensor("0", "ShortStorage", count: 2, [2], [1])
    #expect(
      try opened(tensor, [[1, 2, 3, 4]], byteOrder: "big").output("a").numbers() == [258, 772])
    #expect(
      try opened(tensor, [[1, 2, 3, 4]], byteOrder: nil).output("a").numbers() == [513, 1027])
    let path = scratch.write(torchFile(tensor, [[1, 2, 3, 4]], byteOrder: "middle"), as: "m.pt")
    #expect(openingError(path)?.problem == .malformed("the byte order is 'middle'"))
  }

  // MARK: Hostile tensors

  @Test func `elements beyond the storage are refused before anything is read`() {
    let end = "; the file is damaged or not what it claims to be, save it again"
    let most = 9_223_372_036_854_775_807
    for (shape, strides, offset, text) in [
      ([2, 3], [3, 1], 1, "from element 1 on"), ([2], [6], 0, "from element 0 on"),
      ([], [], 6, "from element 6 on"), ([3], [most], 0, "from element 0 on"),
      ([2, 2], [most, most], 0, "from element 0 on"),
      ([2], [most], most, "from element \(most) on"),
    ] as [([Int], [Int], Int, String)] {
      #expect(
        failure(shape: shape, strides: strides, offset: offset)
          == "a.pt, item 'a': shape \(shape) with strides \(strides) \(text) reaches beyond its "
          + "storage of 6 elements" + end)
    }
    for (shape, strides, offset, text) in [
      ([2], [-1], 1, "a number of its strides is no count"),
      ([-2], [1], 0, "a number of its shape is no count"),
      ([2], [1], -1, "its offset in the storage is no count"),
      ([2], [1, 1], 0, "its shape has 1 axes and its strides have 2"),
      (
        [Int](repeating: 1, count: 65), [Int](repeating: 1, count: 65), 0,
        "its shape has 65 axes, at most 64 can be"
      ),
      (
        [most, 3], [0, 0], 0,
        "its shape [9223372036854775807, 3] has more elements than 64 bits count"
      ),
    ] as [([Int], [Int], Int, String)] {
      #expect(
        failure(shape: shape, strides: strides, offset: offset) == "a.pt, item 'a': \(text)\(end)")
    }
  }

  @Test func `a storage has to be there, and whole`() throws {
    #expect(
      failure(Pickled.tensor("7", "FloatStorage", count: 6, [6], [1]))
        == """
        a.pt, item 'a': its storage 'archive/data/7' is not in the archive; the file is damaged or \
        not what it claims to be, save it again
        """)
    #expect(
      failure(shape: [6], strides: [1], count: 7).hasSuffix(
        "28 bytes announced, 24 present; copy it again"))
    #expect(
      failure(shape: [6], strides: [1], count: 9_223_372_036_854_775_807).hasSuffix(
        "9223372036854775807 bytes announced, 24 present; copy it again"))
    let trace = try opened(
      Pickled.dict([
        ("lost", Pickled.tensor("7", "FloatStorage", count: 6, [6], [1])), ("x", Pickled.yes),
      ]))
    #expect(trace.outline == ["lost unreadable", "x bool scalar"])
    #expect(!trace.isComplete)
  }

  @Test func `arguments of another kind are refused`() {
    let function = Pickled.global("torch._utils", "_rebuild_tensor_v2")
    let v3 = Pickled.global("torch._utils", "_rebuild_tensor_v3")
    let float = Pickled.storage("0", "FloatStorage", count: 6)
    let one = Pickled.tuple([Pickled.integer(1)])
    let zero = Pickled.integer(0)
    let rest = [zero, one, one, Pickled.no, Pickled.orderedDict]
    let untyped = Pickled.storage("0", "UntypedStorage", count: 24, module: "torch.storage")
    for (call, sentence) in [
      (Pickled.call(function, []), "a tensor is made of 0 arguments"),
      (Pickled.call(function, [Pickled.none] + rest), "a tensor has no storage"),
      (Pickled.call(function, [untyped] + rest), "neither a tensor nor its storage has a dtype"),
      (
        Pickled.call(v3, [float] + rest + [Pickled.global("torch", "uint16")]),
        "a tensor has a dtype, and so has its storage"
      ),
      (Pickled.call(v3, [untyped] + rest + [zero]), "the dtype of a tensor is no name"),
      (
        Pickled.call(function, [float, zero, zero, one, Pickled.no, Pickled.orderedDict]),
        "what stands for its shape is no tuple"
      ),
      (
        Pickled.call(function, [float] + rest + [one]), "the metadata of a tensor are no dict"
      ),
    ] {
      #expect(failure(call).hasPrefix("a.pt, item 'a': \(sentence);"))
    }
    // A tensor whose class is told to change it is no tensor that is known here.
    #expect(
      failure(Pickled.tensor("0", "FloatStorage", count: 6, [6], [1]) + [0x7D, 0x62])
        .contains("it holds torch._utils._rebuild_tensor_v2, which is never executed here"))
  }

  @Test func `few elements do not pose as many`() throws {
    let sentence = "elements are views of a few that are stored; save the tensor as it was before"
    #expect(failure(shape: [67_108_864], strides: [0]) == "opens as [\"a f32 67108864\"]")
    #expect(failure(shape: [67_108_865], strides: [0]).contains("its 67108865 \(sentence)"))
    let most = 9_223_372_036_854_775_807
    #expect(failure(shape: [most], strides: [0]).contains("its \(most) \(sentence)"))
    // All together they have the same bound.
    let large = Pickled.tensor("0", "FloatStorage", count: 6, [50_000_000], [0])
    let trace = try opened(Pickled.dict([("a", large), ("b", large)]), [Self.six])
    #expect(trace.outline == ["a f32 50000000", "b unreadable"])
  }

  // MARK: Hostile trees

  @Test func `shared lists are not unfolded without end`() {
    // Ten lists of ten references each: 10^10 texts.
    var bomb = Pickled.list((0..<10).map { _ in Pickled.none + [0x85] }) + [0x71, 0]
    for level in 1..<10 {
      bomb += [0x30] + Pickled.list((0..<10).map { _ in [0x68, UInt8(level - 1)] })
      bomb += [0x71, UInt8(level)]
    }
    #expect(failure(bomb).contains("it holds more than 1000000 values once it is unfolded;"))
    // The same with leaves that are taken down.
    var leaves = Pickled.list([Pickled.yes, Pickled.none]) + [0x71, 0]
    for level in 1..<20 {
      leaves += [0x30] + Pickled.list([[0x68, UInt8(level - 1)], [0x68, UInt8(level - 1)]])
      leaves += [0x71, UInt8(level)]
    }
    #expect(failure(leaves).contains("it holds more than 100000 values; save fewer"))
  }

  @Test func `what contains itself is refused`() {
    #expect(
      failure(Pickled.dict([("l", [0x5D, 0x71, 0, 0x68, 0, 0x61])]))
        == """
        a.pt, item 'l.0': it contains itself; the file is damaged or not what it claims to be, \
        save it again
        """)
  }

  @Test func `sixty-four levels can be, sixty-five not`() {
    func nested(_ depth: Int) -> [UInt8] {
      [UInt8](repeating: 0x5D, count: depth) + Pickled.text("t")
        + [UInt8](repeating: 0x61, count: depth)
    }
    // The innermost list is one value, a list of texts.
    #expect(failure(nested(65)).hasPrefix("opens as [\"0.0.0"))
    #expect(failure(nested(66)).contains("more than 64 lists and dicts lie in each other;"))
  }

  @Test func `long keys in deep dicts do not multiply`() {
    let key = Pickled.text(String(repeating: "k", count: 4000)) + [0x71, 0]
    let flags = Pickled.list((0..<20_000).map { _ in Pickled.yes + [0x85] })
    #expect(
      failure([0x7D] + key + [0x7D, 0x68, 0] + flags + [0x73, 0x73]).contains(
        "the list of its names takes 6710"))
  }

  // MARK: Files

  @Test func `recognised wherever the pickle stands, and by nothing else`() throws {
    let pickle = ZippedFile("m/data.pkl", [0x80, 2, 0x88, 0x2E])
    let other = ZippedFile("m/version", Array("3\n".utf8))
    #expect(
      try openTrace(at: scratch.write(zip([pickle, other]), as: "a")).outline == ["a bool scalar"])
    #expect(
      try openTrace(at: scratch.write(zip([other, pickle]), as: "a")).outline == ["a bool scalar"])
    let deflated = zip([pickle.inDeflateBlock, other])
    #expect(try openTrace(at: scratch.write(deflated, as: "a")).outline == ["a bool scalar"])
    let array = ZippedFile("a.npy", npy("'|u1'", "(1,)", [1]))
    #expect(try openTrace(at: scratch.write(zip([array, pickle]), as: "a.pt")).format == "npz")
    let lookalike = zip([ZippedFile("m/text", Array("/data.pkl".utf8))])
    #expect(
      openingError(scratch.write(lookalike, as: "a.pt"))?.problem
        == .notATrace("it is a zip archive without .npy entries"))
  }

  @Test func `storages may be deflated`() throws {
    let tensor = Pickled.tensor("0", "FloatStorage", count: 6, [3, 2], [1, 3])
    let bytes = zip([
      ZippedFile("m/data.pkl", [0x80, 2] + tensor + [0x2E]),
      ZippedFile("m/data/0", Self.six).inDeflateBlock,
    ])
    let trace = try openTrace(at: scratch.write(bytes, as: "a.pt"))
    #expect(try trace.output("a").numbers() == [0, 3, 1, 4, 2, 5])
  }

  @Test func `a damaged pickle is found by its CRC-32`() {
    var pickle = ZippedFile("m/data.pkl", [0x80, 2, 0x88, 0x2E])
    pickle.checksum = 1
    let error = openingError(scratch.write(zip([pickle]), as: "a.pt"))
    #expect(error?.place == "entry 'm/data.pkl'")
    #expect(error?.problem == .wrongChecksum(expected: 1, found: 0xE015_A2C5))
  }

  @Test func `other archives with a pickle are refused by what they are`() {
    let pickle = ZippedFile("m/data.pkl", [0x80, 2, 0x88, 0x2E])
    let script = zip([pickle, ZippedFile("m/constants.pkl", [])])
    #expect(
      openingError(scratch.write(script, as: "a.pt"))?.problem
        == .unsupported(
          "it is a TorchScript program", advice: "save a dict of tensors with torch.save"))
    let two = zip([pickle, ZippedFile("n/data.pkl", [])])
    #expect(
      openingError(scratch.write(two, as: "a.pt"))?.problem
        == .malformed("there is a second pickle, 'n/data.pkl'"))
  }

  @Test func `files from before PyTorch 1 6 are told how to be saved again`() {
    #expect(
      openingError("\(fixtures)/formats/legacy-not-a-zip.pt")?.problem
        == .unsupported(
          "it is a PyTorch checkpoint of the old kind, a run of pickles",
          advice: "save it again with a current torch: torch.save(torch.load(PATH), NEW); "
            + "or with safetensors"))
  }

  @Test func `nested containers as torch writes them`() throws {
    let trace = try example("nested-dict.pt")
    #expect(trace.outline == ["x f32 2×3×4", "nested.y f32 3×4", "list.0 f32 3×4"])
    #expect(try trace.output("nested.y").numbers().prefix(3) == [-3, -2.75, -2.5])
    #expect(try trace.output("list.0").numbers().prefix(3) == [0, 0.25, 0.5])
  }
}
