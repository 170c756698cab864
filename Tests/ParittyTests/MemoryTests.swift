import Glibc
import Testing

/// The peak of resident memory of the program: at most 64 MiB and 2 KiB a stage, however large the traces.
@Suite(.serialized) struct MemoryTests {
  /// What comparing two traces that are equal took at most, in MiB.
  private func peak(_ dev: String, _ prod: String, threads: Int) throws -> Int {
    let ended = try paritty("report", "--timings", "--threads", "\(threads)", dev, prod)
    #expect(ended.status == 0, "\(ended.errors)")
    let words = try #require(ended.errorLines.last).split(separator: " ")
    return try #require(words.dropLast().last.flatMap { Int($0) })
  }

  @Test(arguments: [1, 2, 8])
  func `two traces of gigabytes`(threads: Int) throws {
    let scratch = Scratch()
    let dev = "\(scratch.path)/dev.safetensors"
    writeSparseTrace(to: dev, stageCount: 16, stageByteCount: 128 << 20)
    #expect(try peak(dev, dev, threads: threads) <= 64)
  }

  @Test func `ten thousand stages`() throws {
    let scratch = Scratch()
    let dev = "\(scratch.path)/dev.safetensors"
    writeSparseTrace(to: dev, stageCount: 10_000, stageByteCount: 4096)
    #expect(try peak(dev, dev, threads: 2) <= 64 + 20)
  }

  @Test(arguments: [1, 2, 16])
  func `column-major arrays, which are gathered`(threads: Int) throws {
    let scratch = Scratch()
    for side in ["dev", "prod"] {
      mkdir("\(scratch.path)/\(side)", 0o755)
      for stage in 0..<4 {
        writeSparseArray(
          to: "\(scratch.path)/\(side)/\(stage).npy", shape: (4096, 512),
          isColumnMajor: side == "prod")
      }
    }
    #expect(
      try peak("\(scratch.path)/dev", "\(scratch.path)/prod", threads: threads) <= 64)
  }

  /// An `.npy` file of float32 zeros that takes no room on the disk.
  private func writeSparseArray(to path: String, shape: (Int, Int), isColumnMajor: Bool) {
    var header =
      "{'descr': '<f4', 'fortran_order': \(isColumnMajor ? "True" : "False"), "
      + "'shape': (\(shape.0), \(shape.1)), }"
    while (10 + header.utf8.count + 1) % 64 != 0 { header += " " }
    let bytes =
      [0x93] + Array("NUMPY".utf8) + [1, 0, UInt8(header.utf8.count + 1), 0]
      + Array((header + "\n").utf8)
    let file = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o600)
    defer { close(file) }
    #expect(write(file, bytes, bytes.count) == bytes.count)
    #expect(ftruncate(file, off_t(bytes.count + 4 * shape.0 * shape.1)) == 0)
  }
}

/// A trace of zeros that takes no room on the disk.
func writeSparseTrace(to path: String, stageCount: Int, stageByteCount: Int) {
  let entries = (0..<stageCount).map { i in
    let start = i * stageByteCount
    return #""\#(i)_layer": {"dtype": "F32", "shape": [\#(stageByteCount / 4)], "#
      + #""data_offsets": [\#(start), \#(start + stageByteCount)]}"#
  }
  let header = Array("{\(entries.joined(separator: ", "))}".utf8)
  let length = withUnsafeBytes(of: UInt64(header.count).littleEndian) { Array($0) }
  let file = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o600)
  defer { close(file) }
  #expect(write(file, length + header, header.count + 8) == header.count + 8)
  #expect(ftruncate(file, off_t(8 + header.count + stageCount * stageByteCount)) == 0)
}
