import PipelineTrace
import Testing

@testable import TensorFormats

/// Archives that lost their directory.
@Suite struct ZipRecoveryTests {
  /// An entry: its name, the offset at which the next one starts, the CRC-32 of its content.
  typealias Place = (name: String, end: Int, checksum: UInt32)

  /// As Python's zipfile lists them.
  static let nested: [Place] = [
    ("data.pkl", 385, 0xe572_9c0c), (".format_version", 465, 0x83dc_efb7),
    (".storage_alignment", 594, 0xe971_773f), ("byteorder", 726, 0x19e3_3d85),
    ("data/0", 944, 0x09bf_84f5), ("version", 1042, 0x5567_9ed1),
    (".data/serialization_id", 1208, 0x3965_15a3),
  ]
  static let ordered: [Place] = [
    ("data.pkl", 1400, 0xfee4_1465), (".format_version", 1489, 0x83dc_efb7),
    (".storage_alignment", 1618, 0xe971_773f), ("byteorder", 1750, 0x19e3_3d85),
    ("data/0", 1928, 0x0910_768c), ("data/1", 2060, 0xa99c_40a2), ("data/2", 2224, 0x09bf_84f5),
    ("data/3", 2368, 0x466a_0947), ("data/4", 2640, 0x45fd_a4ef), ("data/5", 2771, 0x8984_83b3),
    ("data/6", 2900, 0x9722_f221), ("data/7", 3008, 0), ("data/8", 3108, 0x01e2_6424),
    ("data/9", 3264, 0x8ec3_6603), ("data/10", 3368, 0x5ec9_8f80), ("data/11", 3568, 0x09bf_84f5),
    ("version", 3666, 0x5567_9ed1), (".data/serialization_id", 3832, 0xd086_02cc),
  ]

  @Test(arguments: [("nested-dict", nested), ("ordereddict", ordered)])
  func `a checkpoint cut after any byte keeps the entries before`(name: String, places: [Place])
    throws
  {
    let scratch = Scratch()
    let bytes = try fileBytes("\(fixtures)/formats/\(name).pt")
    for count in 0..<bytes.count {
      let file = try TraceFile(path: scratch.write(Array(bytes[..<count]), as: "t.pt"))
      let kept = places.filter { $0.end <= count }
      guard !kept.isEmpty else {
        #expect(throws: FormatError.self, "\(count)") { try ZipArchive(file: file) }
        continue
      }
      let archive = try ZipArchive(file: file)
      #expect(archive.entries.map(\.name) == kept.map { "\(name)/\($0.name)" }, "\(count)")
      #expect(archive.entries.map(\.checksum) == kept.map(\.checksum), "\(count)")
      let cut = try #require(archive.cut)
      #expect(cut.byteOffset == kept.last?.end)
      #expect(cut.isInDirectory == (count >= (places.last?.end ?? 0) + 4), "\(count)")
      if let lost = cut.lost {
        #expect(lost.name == "\(name)/\(places[kept.count].name)")
        #expect(lost.error.isCut)
      }
    }
  }

  @Test func `what is kept of a cut checkpoint has the content that was hashed`() throws {
    let scratch = Scratch()
    let bytes = try fileBytes("\(fixtures)/formats/ordereddict.pt")
    let file = try TraceFile(path: scratch.write(Array(bytes[..<3800]), as: "t.pt"))
    let archive = try ZipArchive(file: file)
    #expect(archive.entries.count == 17)
    for (entry, place) in zip(archive.entries, Self.ordered) {
      let content = try archive.content(of: entry)
      var check = CyclicRedundancyCheck()
      try content.bytes(in: 0..<content.byteCount).withUnsafeBytes { check.update($0) }
      #expect(check.value == place.checksum, "\(place.name)")
    }
    #expect(archive.entries.map(\.byteCount).prefix(6) == [1320, 1, 2, 6, 56, 60])
    #expect(
      archive.loss == """
        The archive has no directory at its end, it was cut off: 17 entries before the cut are \
        kept, 'ordereddict/.data/serialization_id' is lost, and what may have followed it.
        """)
  }

  /// Stages of the two examples of numpy, and where the entry of each ends.
  static let names = [
    "raw_text", "tokens", "input_ids", "image", "x", "half", "double", "mask", "scalar", "empty",
    "special",
  ]
  static let storedEnds = [262, 590, 837, 1084, 1363, 1597, 1977, 2166, 2358, 2545, 2754]
  static let deflatedEnds = [173, 352, 507, 702, 894, 1075, 1287, 1418, 1548, 1677, 1821]

  @Test(arguments: [("stored", storedEnds), ("deflated", deflatedEnds)])
  func `an npz cut after any byte is never complete, and keeps what stands before`(
    name: String, ends: [Int]
  ) throws {
    let scratch = Scratch()
    let bytes = try fileBytes("\(fixtures)/formats/\(name).npz")
    for count in 0..<bytes.count {
      let path = scratch.write(Array(bytes[..<count]), as: "t.npz")
      guard count >= ends[0] else {
        #expect(openingError(path) != nil, "\(count)")
        continue
      }
      let trace = try openTrace(at: path)
      #expect(!trace.isComplete, "\(count)")
      let kept = ends.filter { $0 <= count }.count
      let readable = trace.stages.filter { !$0.isUnreadable }
      #expect(readable.map(\.name) == Array(Self.names[..<kept]), "\(count)")
      #expect(trace.stages.map(\.name) == Array(Self.names[..<trace.stages.count]), "\(count)")
      #expect(trace.stages.count <= kept + 1)
      #expect(trace.isEndKnown == (count >= ends[10] + 4), "\(count)")
      if kept > 2 {
        #expect(try trace.output("input_ids").numbers() == [101, 7, 8, 1010, 1879, 1755, 102])
      }
      if kept > 5 { #expect(try trace.output("half").numbers().suffix(2) == [2.5, 2.75]) }
    }
  }

  private let first = ZippedFile("a.npy", npy("'|u1'", "(3,)", [1, 2, 3]))
  private let second = ZippedFile("b.npy", npy("'|u1'", "(2,)", [4, 5]))

  /// What opening an archive gives: its outline and its warnings, or the sentence of its error.
  private func opened(_ bytes: [UInt8]) -> [String] {
    let scratch = Scratch()
    do throws(FormatError) {
      let trace = try openTrace(at: scratch.write(bytes, as: "t.npz"))
      #expect(!trace.isComplete)
      return (trace.outline + trace.warnings).map {
        $0.replacing(scratch.path + "/", with: "")
      }
    } catch {
      return ["\(error)".replacing(scratch.path + "/", with: "")]
    }
  }

  /// The first bytes of an archive, up to its directory.
  private func entries(_ files: ZippedFile...) -> [UInt8] {
    let archive = zip(files)
    let directory = archive.firstRange(of: [0x50, 0x4B, 1, 2])
    return Array(archive[..<(directory?.lowerBound ?? 0)])
  }

  private let kept = "The archive has no directory at its end, it was cut off: "

  @Test func `stored and deflated entries with descriptors have their ends`() {
    var stored = first
    stored.hasDescriptor = true
    var deflated = second.inDeflateBlock
    deflated.hasDescriptor = true
    let bytes = entries(stored, deflated)
    #expect(
      opened(bytes) == [
        "a u8 3", "b u8 2",
        kept + "2 entries before the cut are kept, what followed them from byte "
          + "\(bytes.count) on is lost.",
      ])
  }

  @Test func `descriptors may be long, or without their mark`() {
    var file = first
    file.hasDescriptor = true
    let whole = entries(file)
    let content = first.content
    let descriptor = Array(whole.suffix(16))
    let start = whole.dropLast(16)
    let size = littleEndian(UInt64(content.count))
    let long = start + descriptor[..<8] + size + size
    #expect(opened(long + entries(second)).prefix(2) == ["a u8 3", "b u8 2"])
    let bare = start + descriptor[4...]
    #expect(opened(bare + entries(second)).prefix(2) == ["a u8 3", "b u8 2"])
    let longAndBare = start + descriptor[4..<8] + size + size
    #expect(opened(longAndBare + entries(second)).prefix(2) == ["a u8 3", "b u8 2"])
  }

  @Test func `what looks like a descriptor in the data is none`() {
    let inner = [0x50, 0x4B, 7, 8] + littleEndian(UInt32(1)) + littleEndian(UInt32(66))
    let data = inner + littleEndian(UInt32(99)) + [0x50, 0x4B, 3, 4]
    var file = ZippedFile("a.npy", npy("'|u1'", "(\(data.count),)", data))
    file.hasDescriptor = true
    #expect(opened(entries(file, second)).prefix(2) == ["a u8 20", "b u8 2"])
  }

  @Test func `a descriptor across the border of a window is found`() {
    // The first window has 1,024 bytes from the start of the data on, the next one twice as many.
    let headerByteCount = npy("'|u1'", "(1000,)", []).count
    for start in [1_000, 1_008, 1_012, 1_016, 1_023, 1_024, 1_025, 3_060, 3_071, 3_072, 3_073] {
      let count = start - headerByteCount
      var file = ZippedFile(
        "a.npy", npy("'|u1'", "(\(count),)".padded, [UInt8](repeating: 0, count: count)))
      file.hasDescriptor = true
      #expect(file.content.count == start)
      #expect(opened(entries(file, second)).prefix(2) == ["a u8 \(count)", "b u8 2"])
    }
  }

  @Test func `a whole archive in the data is not taken for the one that was cut`() {
    let inner = zip([second])
    let outer = entries(
      first, ZippedFile("c.npy", npy("'|u1'", "(\(inner.count + 1),)", inner + [0])))
    #expect(
      opened(Array(outer.dropLast())).prefix(3) == [
        "a u8 3", "c unreadable",
        kept + "1 entry before the cut is kept, 'c.npy' is lost, and what may have followed it.",
      ])
  }

  @Test func `a tail that was overwritten ends the archive where it begins`() {
    let bytes = entries(first, second)
    #expect(
      opened(bytes + [UInt8](repeating: 0, count: 60)) == [
        "a u8 3", "b u8 2",
        kept + "2 entries before the cut are kept, what followed them from byte "
          + "\(bytes.count) on is lost.",
      ])
  }

  @Test func `an entry that was being written is lost`() {
    // Sizes and CRC-32 are written into the header when the entry is finished.
    var open = entries(second)
    open.replaceSubrange(14..<26, with: [UInt8](repeating: 0, count: 12))
    let sound = entries(first)
    #expect(
      opened(sound + open) == [
        "a u8 3", "b unreadable",
        kept + "1 entry before the cut is kept, 'b.npy' is lost, and what may have followed it.",
        """
        'b' is lost, so the trace is incomplete: t.npz, entry 'b.npy', byte \(sound.count): \
        the file ends within it, \(second.content.count) bytes after its start; copy it again.
        """,
      ])
  }

  @Test func `sizes that cannot be lose the entry and what follows`() {
    var bytes = entries(first, second)
    let header = entries(first).count
    bytes[header + 22] += 1
    #expect(opened(bytes).prefix(2) == ["a u8 3", "b unreadable"])
  }

  @Test func `with any byte changed none traps, and none is complete`() throws {
    let scratch = Scratch()
    var stored = first
    stored.hasDescriptor = true
    var deflated = second.inDeflateBlock
    deflated.hasDescriptor = true
    var long = ZippedFile("c.npy", npy("'|u1'", "(1,)", [6]))
    long.isZip64 = true
    let bytes = entries(stored, deflated, long)
    for position in bytes.indices {
      for change: UInt8 in [0x01, 0x80, 0xFF] {
        var changed = bytes
        changed[position] ^= change
        let path = scratch.write(changed, as: "t.npz")
        guard let trace = try? openTrace(at: path) else { continue }
        #expect(!trace.isComplete, "\(position)")
        try? trace.readEverything()
      }
    }
  }

  @Test func `two entries of one name are refused`() {
    #expect(opened(entries(first, first))[0].contains("entry 'a.npy': two entries have this name;"))
  }

  @Test func `a flipped bit is found by the CRC-32 as in a whole archive`() throws {
    var small = first.inDeflateBlock
    small.checksum = 0x1234
    #expect(opened(entries(small, second))[0...1] == ["a unreadable", "b u8 2"])
  }

  @Test func `a manifest before the cut names the stages that are lost`() {
    let manifest = ZippedFile(
      "__paritty__.npy",
      npy(
        text: """
          {"stages":[{"name":"one","values":[{"tensor":"a"}]},
          {"name":"two","values":[{"tensor":"b"}]},{"name":"three","values":[{"tensor":"c"}]}]}
          """))
    let bytes = entries(manifest, first, second)
    #expect(
      opened(Array(bytes.dropLast())).prefix(3) == [
        "one u8 3", "two unreadable", "three unreadable",
      ])
    #expect(opened(Array(bytes.dropLast())).last == "'c' is lost, since the file was cut off.")
    #expect(
      opened(entries(manifest))[0]
        == "t.npz, tensor 'a': the file ends before its first byte; copy it again")
  }

  @Test func `a manifest that the cut goes through is lost alone`() {
    let manifest = ZippedFile("__paritty__.npy", npy(text: #"{"label":"x"}"#))
    #expect(
      opened(Array(entries(first, manifest).dropLast())) == [
        "a u8 3",
        kept + "1 entry before the cut is kept, '__paritty__.npy' is lost, and what may have "
          + "followed it.",
        "The manifest is lost, so stages have the names of the entries.",
      ])
  }
}

extension Stage {
  fileprivate var isUnreadable: Bool {
    if case .unreadable = values[0].content { true } else { false }
  }
}

extension String {
  /// In seven columns, whatever the number in it.
  fileprivate var padded: String { self + String(repeating: " ", count: 7 - count) }
}
