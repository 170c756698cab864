import PipelineTrace
import Testing

@testable import TensorFormats

/// Reading an entry of twelve million bytes, number i of which is i modulo 251.
@Suite struct InflatedBytesTests {
  private func ramp(_ trace: Trace) throws -> any ByteSource {
    try #require(trace.output("ramp").tensor).bytes
  }

  private func expectRamp(_ bytes: any ByteSource, from start: Int, count: Int) throws {
    let read = try bytes.bytes(in: start..<(start + count))
    let firstWrong = read.indices.first { read[$0] != UInt8((start + $0) % 251) }
    #expect(firstWrong == nil, "at \(start)")
  }

  @Test func `forwards, in pieces`() throws {
    let bytes = try ramp(example("ramp.npz"))
    #expect(bytes.byteCount == 12_000_000)
    #expect(!bytes.isRandomAccess)
    for start in stride(from: 0, to: 12_000_000, by: 1_500_000) {
      try expectRamp(bytes, from: start, count: 1_500_000)
    }
  }

  @Test func `backwards, and again`() throws {
    let bytes = try ramp(example("ramp.npz"))
    for _ in 0..<2 {
      for start in stride(from: 11_999_000, through: 0, by: -599_950) {
        try expectRamp(bytes, from: start, count: 1_000)
      }
    }
    try expectRamp(bytes, from: 0, count: 12_000_000)
  }

  @Test func `here and there, on several threads`() async throws {
    let bytes = try ramp(example("ramp.npz"))
    let places = [7_000_000, 11_999_990, 0, 4_999_999, 5_000_020, 262_144, 11_000_000, 300]
    try await withThrowingTaskGroup { group in
      for place in places {
        group.addTask { try expectRamp(bytes, from: place, count: 10) }
      }
      try await group.waitForAll()
    }
  }

  @Test func `a wrong CRC-32 shows at the last byte, whatever the order, and stays`() throws {
    var file = try fileBytes("\(fixtures)/formats/ramp.npz")
    let directory = try #require(file.firstRange(of: [0x50, 0x4B, 1, 2])).lowerBound
    file[14] ^= 1
    file[directory + 16] ^= 1
    let scratch = Scratch()
    let bytes = try ramp(openTrace(at: scratch.write(file, as: "ramp.npz")))
    try expectRamp(bytes, from: 6_000_000, count: 10)
    try expectRamp(bytes, from: 0, count: 10)
    func isWrongChecksum(_ range: Range<Int>) -> Bool {
      do throws(FormatError) {
        _ = try bytes.bytes(in: range)
        return false
      } catch {
        if case .wrongChecksum = error.problem { return true }
        return false
      }
    }
    #expect(!isWrongChecksum(11_999_000..<11_999_999))
    #expect(isWrongChecksum(11_999_999..<12_000_000))
    #expect(isWrongChecksum(0..<1))
  }

  @Test func `damage in the middle is an error at the last byte at the latest`() throws {
    var file = try fileBytes("\(fixtures)/formats/ramp.npz")
    for position in 20_000..<20_100 { file[position] = 0xFF }
    let scratch = Scratch()
    let bytes = try ramp(openTrace(at: scratch.write(file, as: "ramp.npz")))
    try expectRamp(bytes, from: 0, count: 100_000)
    #expect(throws: FormatError.self) { try bytes.bytes(in: 0..<12_000_000) }
  }
}
