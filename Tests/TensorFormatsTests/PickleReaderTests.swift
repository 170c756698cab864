import PipelineTrace
import Testing

@testable import TensorFormats

@Suite struct PickleReaderTests {
  private static let origin = Origin(file: "a.pt", place: "entry 'a/data.pkl'", byteOffset: 100)

  /// The object that these instructions leave, between PROTO and STOP.
  private func read(_ instructions: [UInt8], version: UInt8 = 2) throws(FormatError) -> Pickle {
    try PickleReader.read([0x80, version] + instructions + [0x2E], origin: Self.origin)
  }

  private func root(_ instructions: [UInt8]) throws -> PickleValue { try read(instructions).root }

  /// The values of the container that is left.
  private func items(_ instructions: [UInt8]) throws -> [PickleValue] {
    let pickle = try read(instructions)
    return try #require(pickle.node(pickle.root)).values
  }

  private func failure(_ bytes: [UInt8]) -> String {
    do throws(FormatError) {
      _ = try PickleReader.read(bytes, origin: Self.origin)
      return "reads"
    } catch {
      return "\(error)"
    }
  }

  // MARK: Values

  @Test func `numbers of every width`() throws {
    #expect(try root([0x4B, 200]) == .integer(200))
    #expect(try root([0x4D, 0x34, 0x12]) == .integer(0x1234))
    #expect(try root([0x4A, 0xFE, 0xFF, 0xFF, 0xFF]) == .integer(-2))
    #expect(try root([0x8A, 0]) == .integer(0))
    #expect(try root([0x8A, 1, 0xFF]) == .integer(-1))
    #expect(try root([0x8A, 2, 0xFF, 0x00]) == .integer(255))
    #expect(
      try root([0x8A, 8, 0, 0, 0, 0, 0, 0, 0, 0x80]) == .integer(-9_223_372_036_854_775_808))
    #expect(try root([0x8A, 9, 1, 0, 0, 0, 0, 0, 0, 0, 0]) == .integer(1))
    #expect(try root([0x8A, 9, 0, 0, 0, 0, 0, 0, 0, 0x80, 0]) == .wideInteger)
    #expect(try root([0x8A, 9, 1, 0, 0, 0, 0, 0, 0, 0, 0xFF]) == .wideInteger)
    #expect(try root([0x8B, 2, 0, 0, 0, 0x00, 0x01]) == .integer(256))
    #expect(try root([0x47, 0x3F, 0xF8, 0, 0, 0, 0, 0, 0]) == .float(1.5))
    #expect(try root([0x4E]) == .none)
    #expect(try root([0x88]) == .boolean(true))
    #expect(try root([0x89]) == .boolean(false))
  }

  @Test func `texts and bytes of every length field`() throws {
    #expect(try root([0x58, 2, 0, 0, 0, 0x61, 0x62]) == .text(7..<9))
    #expect(try root([0x8C, 1, 0x61]) == .text(4..<5))
    #expect(try root([0x8D, 1, 0, 0, 0, 0, 0, 0, 0, 0x61]) == .text(11..<12))
    #expect(try root([0x55, 1, 0x61]) == .text(4..<5))
    #expect(try root([0x54, 1, 0, 0, 0, 0x61]) == .text(7..<8))
    #expect(try root([0x43, 1, 0xFF]) == .bytes(4..<5))
    #expect(try root([0x42, 1, 0, 0, 0, 0xFF]) == .bytes(7..<8))
    #expect(try root([0x8E, 0, 0, 0, 0, 0, 0, 0, 0]) == .bytes(11..<11))
    #expect(try root([0x96, 0, 0, 0, 0, 0, 0, 0, 0]) == .bytes(11..<11))
    let pickle = try read([0x8C, 3, 0x61, 0xFF, 0x62])
    #expect(pickle.string(pickle.root) == "a\\xffb")
  }

  @Test func `containers, filled one by one and by a mark`() throws {
    let one = PickleValue.integer(1)
    let two = PickleValue.integer(2)
    let three = PickleValue.integer(3)
    #expect(try items([0x29]) == [])
    #expect(try items([0x4B, 1, 0x85]) == [one])
    #expect(try items([0x4B, 1, 0x4B, 2, 0x86]) == [one, two])
    #expect(try items([0x4B, 1, 0x4B, 2, 0x4B, 3, 0x87]) == [one, two, three])
    #expect(try items([0x28, 0x4B, 1, 0x4B, 2, 0x74]) == [one, two])
    #expect(try items([0x5D, 0x4B, 1, 0x61, 0x28, 0x4B, 2, 0x4B, 3, 0x65]) == [one, two, three])
    #expect(try items([0x8F, 0x28, 0x4B, 1, 0x90]) == [one])
    #expect(try items([0x28, 0x4B, 1, 0x91]) == [one])
    // POP and POP_MARK leave what is below.
    #expect(try items([0x4B, 1, 0x85, 0x4B, 2, 0x30, 0x28, 0x4B, 3, 0x31]) == [one])
  }

  @Test func `dicts keep their order and their kinds of keys`() throws {
    // {"b": 1, 7: 2, None: 3}
    let pickle = try read(
      [0x7D, 0x8C, 1, 0x62, 0x4B, 1, 0x73, 0x28, 0x4B, 7, 0x4B, 2, 0x4E, 0x4B, 3, 0x75])
    let node = try #require(pickle.node(pickle.root))
    #expect(node.kind == .dictionary)
    #expect(node.keys == [.text(5..<6), .integer(7), .other])
    #expect(node.values == [.integer(1), .integer(2), .integer(3)])
    #expect(pickle.member("b", of: pickle.root) == .integer(1))
    #expect(pickle.member("c", of: pickle.root) == nil)
  }

  @Test func `the memo shares values, by any of its instructions`() throws {
    // [t, t, t] with t = (): BINPUT and BINGET, LONG_BINPUT and LONG_BINGET, MEMOIZE
    let tuple = PickleValue.node(1)
    #expect(try items([0x5D, 0x29, 0x71, 5, 0x61, 0x68, 5, 0x61]) == [tuple, tuple])
    #expect(
      try items([0x5D, 0x29, 0x72, 0, 1, 0, 0, 0x61, 0x6A, 0, 1, 0, 0, 0x61]) == [tuple, tuple])
    #expect(try items([0x5D, 0x94, 0x29, 0x94, 0x61, 0x68, 1, 0x61]) == [tuple, tuple])
  }

  @Test func `calls stay names with arguments`() throws {
    let numpy = PickleGlobal(module: "numpy", name: "str_")
    for call in [
      Pickled.call(Pickled.global("numpy", "str_"), [Pickled.integer(1)]),  // GLOBAL, REDUCE
      Pickled.text("numpy") + Pickled.text("str_") + [0x93, 0x4B, 1, 0x85, 0x52],  // STACK_GLOBAL
      Pickled.global("numpy", "str_") + [0x4B, 1, 0x85, 0x81],  // NEWOBJ
    ] {
      let pickle = try read(call)
      let node = try #require(pickle.node(pickle.root))
      #expect(node == PickleNode(kind: .call(numpy), values: [.integer(1)]))
    }
    // NEWOBJ_EX, BUILD, SETITEM and APPEND give it what only its class understands.
    for changed in [
      Pickled.global("numpy", "str_") + [0x4B, 1, 0x85, 0x7D, 0x92],
      Pickled.global("numpy", "str_") + [0x4B, 1, 0x85, 0x52, 0x7D, 0x62],
      Pickled.global("numpy", "str_") + [0x4B, 1, 0x85, 0x52, 0x4B, 1, 0x4B, 2, 0x73],
      Pickled.global("numpy", "str_") + [0x4B, 1, 0x85, 0x52, 0x4B, 1, 0x61],
    ] {
      let pickle = try read(changed)
      #expect(try #require(pickle.node(pickle.root)).hasState)
    }
  }

  @Test func `ordered dicts, dicts with defaults and sizes are containers`() throws {
    let metadata = Pickled.dict([("_metadata", Pickled.none)]) + [0x62]
    let ordered = try read(Pickled.orderedDict + [0x8C, 1, 0x61, 0x4B, 1, 0x73] + metadata)
    #expect(ordered.member("a", of: ordered.root) == .integer(1))
    #expect(ordered.member("_metadata", of: ordered.root) == nil)
    let list = Pickled.global("builtins", "list")
    let defaults = try read(
      Pickled.call(Pickled.global("collections", "defaultdict"), [list])
        + [0x8C, 1, 0x61, 0x4B, 1, 0x73])
    #expect(defaults.member("a", of: defaults.root) == .integer(1))
    let size = Pickled.call(Pickled.global("torch", "Size"), [[0x4B, 3, 0x85]])
    #expect(try items(size) == [.integer(3)])
  }

  @Test func `protocols 2 to 5, with frames`() throws {
    let frame: [UInt8] = [0x95, 2, 0, 0, 0, 0, 0, 0, 0]
    #expect(try read(frame + [0x88], version: 4).root == .boolean(true))
    #expect(try read([0x88], version: 5).root == .boolean(true))
    #expect(failure([0x80, 6, 0x88, 0x2E]).contains("byte 100: its protocol is 6;"))
    #expect(failure([0x28, 0x2E]).contains("it is no pickle of protocol 2 to 5; save it with"))
    #expect(
      failure([0x80, 4, 0x95, 0xFF, 0, 0, 0, 0, 0, 0, 0, 0x88, 0x2E]).contains(
        "byte 102: 255 bytes announced, 2 present; copy it again"))
  }

  // MARK: Refusals

  @Test func `damage is told with its place`() {
    let place = "a.pt, entry 'a/data.pkl', byte "
    let end = "; the file is damaged or not what it claims to be, save it again"
    for (instructions, sentence) in [
      ([0x52, 0x2E], "102: it takes more from the stack than there is"),
      ([0x2E], "102: it takes more from the stack than there is"),
      ([0x4E, 0x28, 0x30, 0x2E], "104: it takes more from the stack than there is"),
      ([0x74, 0x2E], "102: there is no mark on the stack"),
      ([0x68, 9, 0x2E], "102: it asks for value 9 of its memo, which was never kept"),
      ([0x71, 0, 0x2E], "102: it keeps a value where there is none"),
      ([0x4E, 0x4E, 0x2E], "104: 1 values too many are on the stack at its end"),
      ([0x4E, 0x2E, 0x4E], "103: 1 bytes follow its end"),
      ([0x4E, 0x4E, 0x61, 0x2E], "104: there is nothing on the stack that could take in a value"),
      ([0x5D, 0x7D, 0x62, 0x2E], "104: there is nothing on the stack that could take in a value"),
      ([0x7D, 0x28, 0x4E, 0x75, 0x2E], "105: a key of a dict has no value"),
      ([0x4E, 0x29, 0x52, 0x2E], "104: it calls what is no function"),
      (Pickled.global("m", "f") + [0x4E, 0x52, 0x2E], "108: the arguments of a call are no tuple"),
      ([0x4E, 0x4E, 0x93, 0x2E], "104: a class or function has no text for its name"),
      ([0x4E, 0x51, 0x2E], "103: a persistent id is no tuple"),
      (
        Pickled.dict([("x", Pickled.none), ("x", Pickled.none)]) + [0x2E],
        "118: the key 'x' stands twice in one dict"
      ),
      (
        [0x7D, 0x28, 0x4B, 1, 0x4E, 0x4B, 1, 0x4E, 0x75, 0x2E],
        "110: the key 1 stands twice in one dict"
      ),
      (
        [0x7D] + Pickled.text(String(repeating: "k", count: 4097)) + [0x4E, 0x73, 0x2E],
        "4206: a key of a dict has 4097 bytes"
      ),
      (
        [0x63] + [UInt8](repeating: 0x61, count: 4200) + [0x2E],
        "102: a name in it has no end"
      ),
    ] as [([UInt8], String)] {
      #expect(failure([0x80, 2] + instructions) == place + sentence + end)
    }
  }

  @Test func `what is cut says how much is missing`() {
    for (instructions, expected, found) in [
      ([0x58, 0xFF, 0xFF, 0xFF, 0x7F, 0x61], 2_147_483_647, 1),
      ([0x8D, 255, 255, 255, 255, 255, 255, 255, 255], 9_223_372_036_854_775_807, 0),
      ([0x8B, 0, 0, 0, 0x80], 2_147_483_648, 0),
      ([0x4A, 1], 4, 1), ([0x47], 8, 0), ([], 1, 0), (Array("cos".utf8), 3, 2),
    ] as [([UInt8], Int, Int)] {
      #expect(
        failure([0x80, 2] + instructions)
          == """
          a.pt, entry 'a/data.pkl', byte 102: \(expected) bytes announced, \(found) present; \
          copy it again
          """)
    }
  }

  @Test func `instructions that no tensor needs are refused by name`() {
    for (byte, name) in [
      (0x69, "INST"), (0x6F, "OBJ"), (0x32, "DUP"), (0x50, "PERSID"), (0x82, "EXT1"),
      (0x49, "INT"), (0x64, "DICT"), (0x67, "GET"), (0x97, "NEXT_BUFFER"), (0x01, "0x01"),
      (0xFF, "0xff"),
    ] as [(UInt8, String)] {
      #expect(
        failure([0x80, 2, byte, 0x2E])
          == """
          a.pt, entry 'a/data.pkl', byte 102: the pickle instruction \(name) is not followed here; \
          save a dict of tensors with torch.save
          """)
    }
  }

  @Test func `names that only an attack needs end the reading, called or not`() {
    for (module, name) in [
      ("os", "system"), ("posix", "system"), ("nt", "system"), ("subprocess", "Popen"),
      ("builtins", "eval"), ("builtins", "getattr"), ("__builtin__", "exec"), ("sys", "exit"),
      ("os.path", "join"), ("importlib", "import_module"), ("shutil", "rmtree"),
    ] {
      #expect(
        failure([0x80, 2] + Pickled.global(module, name) + [0x2E])
          == """
          a.pt, entry 'a/data.pkl', byte 102: it holds \(module).\(name), which is never executed \
          here; save a dict of tensors
          """)
    }
    #expect(failure([0x80, 2] + Pickled.global("ossia", "system") + [0x2E]) == "reads")
    #expect(failure([0x80, 2] + Pickled.global("builtins", "set") + [0x2E]) == "reads")
  }

  @Test func `a million values are enough`() {
    let nones = [UInt8](repeating: 0x4E, count: 1_000_001)
    #expect(
      failure([0x80, 2] + nones + [0x2E]).contains(
        "byte 1000102: it makes more than 1000000 values;"))
    let marks = [UInt8](repeating: 0x28, count: 1_000_001)
    #expect(failure([0x80, 2] + marks + [0x2E]).contains("it makes more than 1000000 values;"))
  }

  @Test func `names that are shared do not multiply`() {
    let name = Pickled.text(String(repeating: "n", count: 4096)) + [0x71, 0]
    // MARK, then BINGET, BINGET, STACK_GLOBAL over and over: 8 kB of names by five bytes.
    let globals = [[UInt8]](repeating: [0x68, 0, 0x68, 0, 0x93], count: 2049).joined()
    #expect(
      failure([0x80, 4] + name + [0x30, 0x28] + globals + [0x74, 0x2E]).contains(
        "the list of names of classes and functions takes 16785408 bytes, the limit is 16777216;"))
    #expect(
      failure([0x80, 4] + name + [0x30, 0x28] + globals.dropLast(5) + [0x74, 0x2E]) == "reads")
  }

  @Test func `a text of hostile bytes is shown, not obeyed`() {
    #expect(
      failure([0x80, 2] + Pickled.global("os", "\u{1B}[31m") + [0x2E]).contains(
        "it holds os.\\x1b[31m, which"))
  }
}
