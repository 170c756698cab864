import PipelineTrace

/// The header of a safetensors file: what ``SafetensorsFormat`` describes, before it becomes a trace.
package struct SafetensorsHeader {
  /// In the order of the header, which is none of the pipeline.
  let tensors: [SafetensorsEntry]
  /// What stands under `__metadata__`.
  let metadata: JSONValue?
  /// Where in the file the elements start.
  let dataStart: Int
  /// The header as errors name it.
  let origin: Origin

  package var tensorCount: Int { tensors.count }

  /// Bytes of a header at most, as in safetensors itself.
  private static let byteLimit = 100_000_000

  /// Reads the header in one pass; that no two tensors have one name is still to be checked.
  ///
  /// - Throws: `truncated` where the file ends in the header, `malformed` for anything that the format
  ///   forbids of one tensor.
  package init(of file: TraceFile) throws(FormatError) {
    let length = try file.bytes(in: 0..<8).littleEndian(UInt64.self, at: 0)
    origin = Origin(file: file.path, place: "safetensors header", byteOffset: 8)
    guard let byteCount = Int(exactly: length) else {
      throw origin.error(.malformed("it announces \(length) bytes"))
    }
    guard byteCount <= file.byteCount - 8 else {
      throw origin.error(
        .truncated(expectedByteCount: byteCount, foundByteCount: file.byteCount - 8))
    }
    guard byteCount <= Self.byteLimit else {
      throw origin.error(.tooLarge(byteCount: byteCount, limit: Self.byteLimit, what: "the header"))
    }
    dataStart = 8 + byteCount
    let bytes = FileRegion(file: file, range: 8..<dataStart, place: origin.place)
    var reader = JSONReader(bytes, origin: origin)
    guard try reader.kind() == .object else {
      throw origin.error(.malformed("it is no JSON object"))
    }
    try reader.enterObject()
    var tensors: [SafetensorsEntry] = []
    tensors.reserveCapacity(byteCount / 96)
    var metadata: JSONValue?
    while let name = try reader.nextName() {
      if name == "__metadata__" {
        guard metadata == nil else { throw reader.duplicate(name, at: reader.nameOffset) }
        metadata = try reader.value()
      } else {
        tensors.append(
          try SafetensorsEntry(
            named: name, at: reader.nameOffset, from: &reader, origin: origin))
      }
    }
    try reader.finish()
    self.tensors = tensors
    self.metadata = metadata
  }

  /// The error for a tensor whose name another has as well.
  func duplicate(_ tensor: SafetensorsEntry) -> FormatError {
    FormatError(
      file: origin.file, place: origin.place, byteOffset: 8 + tensor.headerOffset,
      problem: .malformed(
        "the name '\(tensor.name.truncated(toColumns: 80))' stands twice in one object"))
  }
}
