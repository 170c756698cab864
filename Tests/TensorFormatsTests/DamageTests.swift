import PipelineTrace
import TensorFormats
import Testing

/// Small files, cut and changed in every place: they throw or open, and never trap.
@Suite struct DamageTests {
  static let data: [UInt8] = [1, 0, 2, 0, 3, 0, 4, 0]
  static let files: [(name: String, bytes: [UInt8])] = [
    ("a.npy", npy("'<u2'", "(2, 2)", data)),
    ("stored.npz", zip([ZippedFile("a.npy", npy("'<u2'", "(4,)", data))])),
    ("deflated.npz", zip([ZippedFile("a.npy", npy("'<u2'", "(4,)", data)).inDeflateBlock])),
    (
      "t.safetensors",
      safetensors(
        #"{"a":{"dtype":"U16","shape":[2,2],"data_offsets":[0,8]},"__metadata__":{"1_t":"[\"\u00e9\"]"}}"#,
        data)
    ),
    (
      "t.pt",
      torchFile(
        Pickled.dict([("a", Pickled.tensor("0", "ShortStorage", count: 4, [4], [1]))]), [data])
    ),
  ]

  @Test func `whole, each opens`() throws {
    let scratch = Scratch()
    for (name, bytes) in Self.files {
      let trace = try openTrace(at: scratch.write(bytes, as: name))
      #expect(try trace.output("a").numbers() == [1, 2, 3, 4])
    }
  }

  @Test func `cut after any byte, each throws and names the file, or keeps what is whole`() throws {
    let scratch = Scratch()
    // An archive's one entry is whole before its directory begins, a text before the data do.
    var ends = ["stored.npz": 111, "deflated.npz": 116, "t.safetensors": 102]
    let torch = try #require(Self.files.last)
    // The pickle before it names the tensor; its storage ends with its sizes, as torch writes them.
    let storage = try #require(torch.bytes.firstRange(of: Self.data))
    ends["t.pt"] = storage.upperBound + 16
    for (name, bytes) in Self.files {
      for count in 0..<bytes.count {
        let path = scratch.write(Array(bytes[..<count]), as: name)
        guard count < ends[name] ?? .max else {
          let trace = try openTrace(at: path)
          #expect(!trace.isComplete, "\(name) cut to \(count) bytes")
          continue
        }
        let error = openingError(path)
        #expect(error != nil, "\(name) cut to \(count) bytes opens")
        #expect(error.map { "\($0)".contains(name) } ?? false)
      }
    }
  }

  @Test func `with any byte changed, none traps`() {
    let scratch = Scratch()
    for (name, bytes) in Self.files {
      for position in bytes.indices {
        for change: UInt8 in [0x01, 0x20, 0x80, 0xFF] {
          var changed = bytes
          changed[position] ^= change
          let path = scratch.write(changed, as: name)
          try? openTrace(at: path).readEverything()
        }
      }
    }
  }

  @Test func `a pickle with any byte changed, and its CRC-32 made right, does not trap`() throws {
    let scratch = Scratch()
    let view = Pickled.tensor("0", "ShortStorage", count: 4, [2, 2], [1, 2])
    let object = Pickled.dict([("a", Pickled.list([view, Pickled.text("t")])), ("b", Pickled.yes)])
    #expect(
      try openTrace(at: scratch.write(torchFile(object, [Self.data]), as: "a.pt")).outline
        == ["a.0 i16 2×2", "a.1 text scalar", "b bool scalar"])
    for position in object.indices {
      for change: UInt8 in [0x01, 0x04, 0x20, 0x80, 0xFF] {
        var changed = object
        changed[position] ^= change
        try? openTrace(at: scratch.write(torchFile(changed, [Self.data]), as: "a.pt"))
          .readEverything()
      }
    }
  }

  @Test func `what is absent, a device or text says so`() {
    let scratch = Scratch()
    #expect(
      openingError("\(scratch.path)/absent.npz").map { "\($0)" }
        == """
        \(scratch.path)/absent.npz: No such file or directory; check the path and its permissions
        """)
    #expect(openingError("/dev/null")?.problem == .cannotRead("not a plain file"))
    for (text, look) in [
      ("hello", "it looks like text"), (#"{"hello": "world"}"#, "it looks like JSON text"),
    ] {
      let path = scratch.write(Array(text.utf8), as: "a.npz")
      #expect(openingError(path)?.problem == .notATrace(look))
    }
    let pickle = scratch.write([0x80, 0x04, 0x95, 0x00], as: "a.npz")
    #expect(
      openingError(pickle)?.problem
        == .notATrace("it looks like an old-style pickle, which is never executed here"))
  }
}
