import PipelineTrace
import Testing

@testable import TensorFormats

/// Damaged, hostile and odd files, each with what is wanted of a reader.
@Suite struct MalformedTests {
  static let folder = "\(fixtures)/malformed"

  /// The members of expected.json, file name and verdict.
  static let expectations: [(file: String, want: String)] = {
    let bytes = (try? fileBytes("\(folder)/expected.json")) ?? []
    let json = try? JSONReader.read(bytes, origin: Origin(file: "expected.json"))
    return (json?.members ?? []).map { ($0.name, $0.value["want"]?.text ?? "") }
  }()

  @Test func `all files are accepted or refused as expected`() throws {
    let files = fileNames(in: Self.folder).filter {
      $0 != "expected.json" && !$0.hasSuffix(".py")
    }
    #expect(Self.expectations.map(\.file).sorted() == files.sorted())
    for (file, want) in Self.expectations {
      let path = "\(Self.folder)/\(file)"
      do throws(FormatError) {
        let trace = try openTrace(at: path)
        #expect(want != "refuse", "\(file) opened")
        for text in trace.warnings {
          #expect(text == text.visible, "\(file): \(text)")
        }
        if want == "accept" {
          #expect(throws: Never.self, "\(file)") { try trace.readEverything() }
          #expect(trace.isComplete, "\(file)")
          #expect(!trace.outline.contains { $0.hasSuffix("unreadable") }, "\(file)")
        }
      } catch {
        #expect(want != "accept", "\(error)")
        // Where a file names another, the other is to blame.
        let blamed = file.hasPrefix("hf-missing-file") ? "M.a_outputs.safetensors" : file
        #expect("\(error)".contains(blamed))
        #expect("\(error)" == "\(error)".visible)
      }
    }
  }

  @Test func `two bombs stay small`() throws {
    let trace = try openTrace(at: "\(Self.folder)/npz-bomb-200MB.npz")
    let tensor = try #require(trace.stages[0].values[0].tensor)
    #expect(tensor.byteCount == 200_000_000)
    let tail = tensor.bytes
    #expect(try tail.bytes(in: 199_999_990..<200_000_000) == [UInt8](repeating: 0, count: 10))
    #expect(
      openingError("\(Self.folder)/npz-bomb-overlapping-200MB.npz")?.problem
        == .malformed("its local header names it '00_z.npy'"))
  }

  @Test func `messages say what is wrong`() {
    for (file, sentence) in [
      ("png-as.npz", "it looks like a PNG image; expected an .npz,"),
      ("text-as.safetensors", "it looks like text; expected"),
      ("not-a-trace.bin", "it looks like binary data of no known kind; expected"),
      ("st-0-bytes.safetensors", "it looks like an empty file; expected"),
      ("st-7-bytes.safetensors", "it looks like the first 7 bytes of a cut file; expected"),
      ("npz-encrypted-flag.npz", "it is encrypted; save it without a password"),
      ("npz-bzip2.npz", "it is compressed with bzip2; save it with numpy.savez or"),
      ("npz-duplicate-names.npz", "two entries have this name;"),
      ("npz-entry-count-lies.npz", "it announces 2 entries and, in another field, 60000;"),
      (
        "npz-deflate-longer-than-announced.npz",
        "directory and local header disagree on its size;"
      ),
      (
        "npz-deflate-garbage.npz",
        "its deflated bytes are damaged (invalid block type);"
      ),
      (
        "npy-object-pickle.npy",
        "dtype object holds a pickle, which is never executed here; save numbers or texts"
      ),
      ("npy-shape-huge.npy", "4398046511104 bytes announced, 48 present; copy it again"),
      ("npy-truncated.npy", "48 bytes announced, 41 present; copy it again"),
      ("npy-version-9.npy", "the .npy version is 9.0, known are 1.0, 2.0 and 3.0;"),
      ("npy-header-code.npy", "expected a literal at character 10 of the npy header;"),
      ("st-overlap.safetensors", "tensor 'b': it shares bytes with tensor 'a';"),
      ("st-size-mismatch.safetensors", "shape [2, 4] of F32 does not take 24 bytes;"),
      ("st-duplicate-names.safetensors", "the name 'a' stands twice in one object;"),
      ("st-header-length-max.safetensors", "it announces 18446744073709551615 bytes;"),
      ("st-deep-nesting.safetensors", "tensor 'a': it is no JSON object;"),
      ("st-bad-utf8.safetensors", "byte 10: a text of the JSON is not UTF-8;"),
      (
        "pt-os-system.pt",
        "entry 'archive/data.pkl', byte 191: it holds os.system, which is never executed here;"
      ),
      ("pt-posix-system-stack-global.pt", "it holds posix.system, which is never executed here;"),
      ("pt-builtins-eval.pt", "it holds builtins.eval, which is never executed here;"),
      ("pt-inst-opcode.pt", "the pickle instruction INST is not followed here; save a dict"),
      ("pt-pickle-truncated.pt", "byte 103: 3 bytes announced, 2 present; copy it again"),
      ("pt-stack-underflow.pt", "byte 48: it takes more from the stack than there is;"),
      ("pt-memo-missing.pt", "it asks for value 42 of its memo, which was never kept;"),
      ("pt-string-length-lies.pt", "2147483647 bytes announced, 3 present; copy it again"),
      ("pt-storage-missing.pt", "its storage 'archive/data/7' is not in the archive;"),
      ("pt-storage-short.pt", "400 bytes announced, 24 present; copy it again"),
      ("pt-stride-out-of-range.pt", "strides [300, 1] from element 0 on reaches beyond"),
      ("pt-stride-negative.pt", "a number of its strides is no count;"),
      ("pt-stride-zero-expand.pt", "its 200000000 elements are views of a few that are stored;"),
      ("pt-offset-huge.pt", "from element 1099511627776 on reaches beyond its storage of 6"),
      ("pt-deep-nesting.pt", "more than 64 lists and dicts lie in each other;"),
      ("pt-self-reference.pt", "item '0': it contains itself;"),
      ("pt-truncated.pt", "the archive has no directory at its end: it was cut off, or is still"),
      ("pt-bare-pickle.pt", "it looks like an old-style pickle, which is never executed here;"),
    ] {
      let message = openingError("\(Self.folder)/\(file)").map { "\($0)" } ?? "opens"
      #expect(message.contains(sentence), "\(message)")
    }
  }

  @Test func `sound parts are kept beside unreadable ones`() throws {
    let npz = try openTrace(at: "\(Self.folder)/npz-object-inside.npz")
    #expect(npz.outline == ["a f32 3×4", "o unreadable"])
    #expect(npz.isComplete)
    let safetensors = try openTrace(at: "\(Self.folder)/st-unknown-dtype.safetensors")
    #expect(safetensors.outline == ["a unreadable", "b f32 1"])
    let checkpoint = try openTrace(at: "\(Self.folder)/pt-numpy-str.pt")
    #expect(checkpoint.outline == ["tok unreadable", "x f32 2×3"])
    #expect(checkpoint.isComplete)
  }

  @Test func `an archive without its directory keeps the entries before the cut`() throws {
    let trace = try openTrace(at: "\(Self.folder)/npz-truncated.npz")
    #expect(trace.outline == ["a f32 3×4", "b unreadable"])
    #expect(!trace.isComplete)
    #expect(try trace.output("a").numbers() == [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11])
    #expect(
      trace.warnings == [
        """
        The archive has no directory at its end, it was cut off: 1 entry before the cut is kept, \
        '01_b.npy' is lost, and what may have followed it.
        """,
        """
        '01_b' is lost, so the trace is incomplete: \(Self.folder)/npz-truncated.npz, \
        entry '01_b.npy', byte 214: 176 bytes announced, 27 present; copy it again.
        """,
      ])
  }

  @Test func `gaps, trailing bytes and skipped entries are warnings`() throws {
    func warnings(_ file: String) throws -> [String] {
      try openTrace(at: "\(Self.folder)/\(file)").warnings
    }
    #expect(
      try warnings("st-gap.safetensors") == ["8 bytes before tensor 'b' belong to no tensor."])
    #expect(
      try warnings("st-trailing-bytes.safetensors")
        == ["8 bytes after the last tensor are ignored."])
    #expect(
      try warnings("st-metadata-not-strings.safetensors") == [
        "Metadata 'n' is ignored, since it is no text.",
        "Metadata 'l' is ignored, since it is no text.",
      ])
    #expect(
      try warnings("npy-trailing.npy") == [
        "In 'npy-trailing' 4 bytes follow the last element and are ignored."
      ])
    #expect(
      try warnings("npz-not-npy-inside.npz") == [
        "Entry 'readme.txt' is no .npy file and is skipped.",
        "Entry 'dir/' is no .npy file and is skipped.",
      ])
    #expect(
      try warnings("npz-prefix-bytes.npz")
        == ["17 bytes stand before the archive and are ignored."])
  }

  @Test func `elements of the odd but sound`() throws {
    func output(_ file: String) throws -> Value {
      try #require(openTrace(at: "\(Self.folder)/\(file)").stages.first?.values.first)
    }
    let counted: [Double] = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11]
    #expect(try output("npy-fortran-order.npy").numbers() == counted)
    #expect(try output("npy-fortran-order.npy").tensor?.strides == [1, 3])
    #expect(try output("npy-big-endian.npy").numbers() == counted)
    #expect(try output("npy-version-2.npy").numbers() == counted)
    #expect(try output("npy-version-3.npy").numbers() == counted)
    #expect(try output("npy-header-unaligned.npy").numbers() == counted)
    #expect(try output("npy-header-key-order.npy").numbers() == counted)
    #expect(try output("npy-header-long-suffix.npy").numbers() == counted)
    #expect(try output("npz-prefix-bytes.npz").numbers() == counted)
    #expect(try output("npz-comment-with-fake-end.npz").numbers() == counted)
    #expect(try output("npz-zip64-sizes.npz").numbers() == counted)
    #expect(try output("npy-0d-scalar.npy").numbers() == [2.5])
    #expect(try output("npy-void2.npy").numbers() == [1, 2, 3])
    #expect(try output("npy-bool-bytes.npy").numbers() == [0, 1, 2, 255])
    #expect(try output("npy-shape-50-dims.npy").tensor?.shape.rank == 50)
    #expect(try output("npy-bytes-text.npy").texts() == ["abc", "de"])
    #expect(try output("npy-big-endian-text.npy").texts() == ["grün", "京"])
    #expect(try output("npy-text-escapes.npy").texts()[2] == "a\nb")
    for file in ["pt-hand-made.pt", "pt-shared-storage.pt", "pt-big-endian.pt"] {
      #expect(try output(file).numbers() == [0, 1, 2, 3, 4, 5])
    }
    #expect(try output("st-unaligned.safetensors").numbers() == [0, 1, 2, 3, 4, 5])
    #expect(try output("st-unaligned-inside.safetensors").numbers() == [1.5, -2.5])
    #expect(try output("st-no-tensors.safetensors").texts() == ["only text"])
    let complex = try output("npy-complex64.npy")
    #expect(complex.tensor?.shape.extents == [2, 2])
    let parts = try complex.numbers()
    #expect(parts[0...1] == [1, 2])
    #expect(parts[2].isNaN)
    #expect(parts[3] == 0)
  }

  @Test func `a flipped bit does not give the CRC-32 that was stored`() throws {
    let trace = try openTrace(at: "\(Self.folder)/npz-bad-crc.npz")
    #expect(try trace.stages.map { try $0.values[0].crcMatches() } == [false, true])
  }
}

extension Value {
  /// Whether header and elements of a stored entry give the CRC-32 of the archive.
  fileprivate func crcMatches() throws -> Bool {
    let bytes = try #require(tensor?.bytes)
    let checksum = try #require(bytes.checksum)
    var check = CyclicRedundancyCheck(value: checksum.ofPrefix)
    try bytes.bytes(in: 0..<bytes.byteCount).withUnsafeBytes { check.update($0) }
    return check.value == checksum.expected
  }
}
