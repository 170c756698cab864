import PipelineTrace
import Testing

@testable import TensorFormats

@Suite struct ZipArchiveTests {
  static let first = ZippedFile("a.npy", npy("'|u1'", "(3,)", [1, 2, 3]))
  static let second = ZippedFile("b.npy", npy("'|u1'", "(2,)", [4, 5]))

  /// What opening an archive gives: its outline, or the sentence of its error.
  private func opened(_ bytes: [UInt8]) -> [String] {
    let scratch = Scratch()
    do throws(FormatError) {
      return try openTrace(at: scratch.write(bytes, as: "t.npz")).outline
    } catch {
      return ["\(error)".replacing(scratch.path + "/", with: "")]
    }
  }

  @Test func `sizes may stand in a zip64 field or behind the data`() {
    var long = Self.first
    long.isZip64 = true
    var late = Self.second.inDeflateBlock
    late.hasDescriptor = true
    #expect(opened(zip([long, late])) == ["a u8 3", "b u8 2"])
  }

  @Test func `an archive without entries is a trace without stages`() {
    #expect(opened(zip([])) == [])
  }

  @Test func `an archive of other things is no trace`() {
    #expect(
      opened(zip([ZippedFile("word/document.xml", [])]))[0].hasPrefix(
        "t.npz: it is a zip archive without .npy entries; expected"))
  }

  @Test func `the zip64 end record counts where it agrees with the short one`() {
    let plain = zip([Self.first])
    let end = plain.count - 22
    let offset = UInt64(end - 51)  // 46 bytes and a name of five
    func archive(count: UInt64, locator: Int) -> [UInt8] {
      let record: [UInt8] =
        [0x50, 0x4B, 6, 6] + littleEndian(UInt64(44)) + [45, 0, 45, 0]
        + [UInt8](repeating: 0, count: 8)
        + littleEndian(count) + littleEndian(count) + littleEndian(UInt64(51))
        + littleEndian(offset)
      return plain[..<end] + record + [0x50, 0x4B, 6, 7, 0, 0, 0, 0]
        + littleEndian(UInt64(locator)) + [1, 0, 0, 0] + plain[end...]
    }
    #expect(opened(archive(count: 1, locator: end)) == ["a u8 3"])
    #expect(
      opened(archive(count: 2, locator: end)) == [
        """
        t.npz, zip end record, byte \(end + 76): it disagrees with the zip64 end record; \
        the file is damaged or not what it claims to be, save it again
        """
      ])
    #expect(opened(archive(count: 1, locator: end + 1))[0].contains("its locator leads beyond"))
    #expect(opened(archive(count: 1, locator: end - 1))[0].contains("not where its locator says"))
  }

  @Test func `entries that share bytes are refused`() {
    let inner = ZippedFile("b.npy", npy("'|u1'", "(2,)", [4, 5]))
    // The first entry's content is a whole local entry, to which the directory leads as well.
    let nested = zip([inner])
    let local = Array(nested[..<(nested.count - 22 - 51)])
    var bytes = zip([ZippedFile("a.npy", npy("'|u1'", "(\(local.count),)", local)), inner])
    let start = bytes.firstRange(of: local)!.lowerBound
    let offsetField = bytes.count - 22 - 5 - 4
    bytes.replaceSubrange(offsetField..<(offsetField + 4), with: littleEndian(UInt32(start)))
    #expect(opened(bytes)[0].contains("entry 'b.npy', byte \(start): it shares bytes with entry"))
  }

  @Test func `sizes that deflate cannot reach are refused`() {
    var file = Self.first.inDeflateBlock
    file.announcedByteCount = 4_000_000
    #expect(opened(zip([file]))[0].contains("bytes cannot inflate to 4000000;"))
  }

  @Test func `a small deflated entry of another length or hash is refused at once`() {
    var longer = Self.first.inDeflateBlock
    longer.announcedByteCount = longer.content.count - 1
    var shorter = Self.first.inDeflateBlock
    shorter.announcedByteCount = shorter.content.count + 1
    var wrong = Self.first.inDeflateBlock
    wrong.checksum = 0x1234
    var trailing = Self.first.inDeflateBlock
    trailing.deflated?.append(0)
    let count = Self.first.content.count
    #expect(
      opened(zip([longer]))[0].contains(
        "it inflates to more than the \(count - 1) bytes announced;"))
    #expect(opened(zip([shorter]))[0].contains("\(count + 1) bytes announced, \(count) present;"))
    #expect(opened(zip([wrong]))[0].contains("CRC-32 announced 0x00001234, data give 0x"))
    #expect(opened(zip([trailing]))[0].contains("1 bytes follow the end of its deflated bytes;"))
  }

  @Test func `a damaged entry beside a sound one leaves an incomplete trace`() throws {
    var wrong = Self.first.inDeflateBlock
    wrong.checksum = 0x1234
    let scratch = Scratch()
    let trace = try openTrace(at: scratch.write(zip([wrong, Self.second]), as: "t.npz"))
    #expect(trace.outline == ["a unreadable", "b u8 2"])
    #expect(!trace.isComplete)
    #expect(trace.warnings.count == 1)
    #expect(trace.warnings[0].hasPrefix("'a' is lost, so the trace is incomplete: "))
  }

  @Test func `a deflate stream that ends early loses its own entry alone`() throws {
    let whole = Self.first.inDeflateBlock
    for count in 0..<(whole.deflated?.count ?? 0) {
      var cut = whole
      cut.deflated = Array(whole.deflated?.prefix(count) ?? [])
      let scratch = Scratch()
      let trace = try openTrace(at: scratch.write(zip([cut, Self.second]), as: "t.npz"))
      #expect(trace.outline == ["a unreadable", "b u8 2"], "\(count)")
      #expect(!trace.isComplete)
      #expect(trace.isEndKnown)
      #expect(try trace.output("b").numbers() == [4, 5])
    }
  }

  @Test func `names keep their slashes and may be no UTF-8`() throws {
    var bytes = zip([ZippedFile("03_encoder/layer.3.npy", Self.first.content)])
    #expect(opened(bytes) == ["encoder/layer.3 u8 3"])
    while let place = bytes.firstRange(of: Array("layer".utf8)) { bytes[place.lowerBound] = 0xFF }
    #expect(opened(bytes) == [#"encoder/\xffayer.3 u8 3"#])
  }
}
