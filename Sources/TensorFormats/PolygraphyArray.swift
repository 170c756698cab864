import PipelineTrace

/// One array in a file that Polygraphy wrote, under its name, still encoded.
struct PolygraphyArray {
  private enum Encoding {
    /// Base64 of an `.npy` or `.npz` file, or of a file of `torch.save`.
    case base64(JSONReader.TextPlace)
    /// A text with escapes: base64 all the same, or the bytes of an `.npy` file as Latin-1.
    case escaped(String)
    /// What stands in its place instead.
    case other(JSONReader.Kind)
  }

  let name: String
  private let file: TraceFile
  private var encoding: Encoding

  /// Bytes of an archive that are decoded into memory, which `.npy` files never are.
  private static let archiveByteLimit = 64 << 20

  /// Reads where the array lies that is the next value of `reader`.
  init(named name: String, from reader: inout JSONReader, in file: TraceFile) throws(FormatError) {
    self.name = name
    self.file = file
    encoding = try Self.encoding(from: &reader)
  }

  private static func encoding(from reader: inout JSONReader) throws(FormatError) -> Encoding {
    let kind = try reader.kind()
    guard kind == .object else {
      try reader.skip()
      return .other(kind)
    }
    var encoding = Encoding.other(.object)
    try reader.enterObject()
    while let name = try reader.nextName() {
      switch (name, try reader.kind()) {
      case ("values", .object): encoding = try self.encoding(from: &reader)
      case ("array", .text), ("tensor", .text):
        let place = try reader.textPlace(length: characterCount)
        encoding = .base64(place)
        if !place.isPlain { encoding = .escaped(try reader.text(at: place)) }
      default: try reader.skip()
      }
    }
    return encoding
  }

  /// How many characters the base64 takes that begins with `head`, told by the `.npy` header in it.
  private static func characterCount(_ head: [UInt8]) -> Int? {
    guard let bytes = Base64Bytes.decode(head),
      let header = try? NpyHeader(from: LiteralBytes(bytes)),
      let count = header.elementsByteCount
    else { return nil }
    let (sum, overflows) = header.byteCount.addingReportingOverflow(count)
    guard !overflows, sum < 1 << 60 else { return nil }
    return (sum + 2) / 3 * 4
  }

  /// The array itself.
  func content(notes: inout [String]) throws(FormatError) -> Value.Content {
    let origin = Origin(file: file.path, place: "array '\(name)'")
    switch encoding {
    case .other:
      throw origin.error(
        .unsupported("it is no array of numpy", advice: "save it as a numpy array"))
    case .escaped(let text):
      guard text.unicodeScalars.first?.value == UInt32(NpyHeader.magic[0]) else {
        let file = TraceFile(holding: Array(text.utf8), path: file.path)
        return try content(
          ofBase64: FileRegion(file: file, range: 0..<file.byteCount, kind: "array", name: name),
          notes: &notes)
      }
      let bytes = text.unicodeScalars.compactMap { UInt8(exactly: $0.value) }
      guard bytes.count == text.unicodeScalars.count else {
        throw origin.error(.malformed("its text is neither base64 nor bytes of an .npy file"))
      }
      return try Self.npy(LiteralBytes(bytes, origin: origin), notes: &notes)
    case .base64(let place):
      let characters = FileRegion(file: file, range: place.range, kind: "array", name: name)
      return try content(ofBase64: characters, notes: &notes)
    }
  }

  private func content(ofBase64 characters: FileRegion, notes: inout [String])
    throws(FormatError) -> Value.Content
  {
    let bytes = try Base64Bytes(characters)
    guard try bytes.bytes(in: 0..<min(2, bytes.byteCount)) == Array("PK".utf8) else {
      return try Self.npy(bytes, notes: &notes)
    }
    guard bytes.byteCount <= Self.archiveByteLimit else {
      throw characters.origin.error(
        .tooLarge(
          byteCount: bytes.byteCount, limit: Self.archiveByteLimit, what: "the archive in it"))
    }
    let archive = TraceFile(holding: try bytes.bytes(in: 0..<bytes.byteCount), path: file.path)
    return try Self.onlyArray(of: archive, origin: characters.origin)
  }

  private static func npy(_ bytes: any ByteSource, notes: inout [String]) throws(FormatError)
    -> Value.Content
  {
    let header = try NpyHeader(from: bytes)
    let data = SourceRegion(of: bytes, range: header.byteCount..<bytes.byteCount)
    return try header.content(of: data, notes: &notes)
  }

  /// The first array of an archive, as Polygraphy itself takes it.
  private static func onlyArray(of archive: TraceFile, origin: Origin) throws(FormatError)
    -> Value.Content
  {
    let candidate = try TraceCandidate(file: archive)
    let trace = try candidate.format().read(candidate)
    guard let value = trace.stages.first?.values.first else {
      throw origin.error(.malformed("the archive in it holds no array"))
    }
    return value.content
  }
}
