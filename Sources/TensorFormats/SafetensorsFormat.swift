import PipelineTrace

/// A `.safetensors` file: one stage a tensor, and texts in the metadata.
///
/// | offset | size | meaning |
/// | --- | --- | --- |
/// | 0 | 8 | length of the header, low byte first |
/// | 8 | … | JSON object: `name: {"dtype", "shape", "data_offsets": [begin, end]}` |
/// | after it | … | the elements, row-major, low byte first; offsets count from here |
///
/// After safetensors 0.8. `__metadata__` maps texts to texts: `paritty` is the manifest
/// (``Manifest``), a key with an order number (`03_caption`) a text stage or, where it is a JSON
/// array of strings, a list of texts; others are ignored. Without a manifest the natural order of
/// the names is the order of the stages, since the format sorts by dtype. Not supported: dtypes of
/// less than a byte and float8 without mantissa. C64 becomes pairs of floats. Where the data end
/// early, the tensors that are whole are kept, and the trace is not complete.
package enum SafetensorsFormat: TraceFormat {
  package static let name = "safetensors"

  /// Bytes of a header at most, as in safetensors itself.
  private static let headerByteLimit = 100_000_000

  package static func recognises(_ candidate: TraceCandidate) -> Bool {
    guard case .file(let file, let head) = candidate.content, head.count >= 9 else { return false }
    let length = head.littleEndian(UInt64.self, at: 0)
    if head[8] == UInt8(ascii: "{") {
      // A cut or damaged file is still one; text whose ninth character is a brace is none.
      return length < 1 << 40 || !FileLook.isText(Array(head[..<8]))
    }
    guard length > 0, length <= UInt64(file.byteCount - 8) else { return false }
    let first = head.dropFirst(8).prefix(Int(length)).first { !FileLook.blanks.contains($0) }
    return first == UInt8(ascii: "{")
  }

  package static func read(_ candidate: TraceCandidate) throws(FormatError) -> Trace {
    guard case .file(let file, let head) = candidate.content else {
      throw candidate.unrecognisedError()
    }
    let length = head.littleEndian(UInt64.self, at: 0)
    let origin = Origin(file: file.path, place: "safetensors header", byteOffset: 8)
    guard let byteCount = Int(exactly: length) else {
      throw origin.error(.malformed("it announces \(length) bytes"))
    }
    guard byteCount <= file.byteCount - 8 else {
      throw origin.error(
        .truncated(expectedByteCount: byteCount, foundByteCount: file.byteCount - 8))
    }
    guard byteCount <= headerByteLimit else {
      throw origin.error(
        .tooLarge(byteCount: byteCount, limit: headerByteLimit, what: "the header"))
    }
    let header = try JSONReader.read(file.bytes(in: 8..<(8 + byteCount)), origin: origin)
    guard let members = header.members else {
      throw origin.error(.malformed("it is no JSON object"))
    }
    return try trace(
      of: members, in: file, dataStart: 8 + byteCount, origin: origin, path: candidate.path)
  }

  private static func trace(
    of members: [JSONValue.Member], in file: TraceFile, dataStart: Int, origin: Origin, path: String
  ) throws(FormatError) -> Trace {
    var recording = Recording(path: path, format: name)
    var tensors: [SafetensorsEntry] = []
    var texts: [Recording.Item] = []
    for member in members {
      if member.name == "__metadata__" {
        try readMetadata(member.value, into: &recording, texts: &texts, origin: origin)
      } else {
        tensors.append(try SafetensorsEntry(member, origin: origin))
      }
    }
    try checkLayout(
      tensors, dataByteCount: file.byteCount - dataStart, origin: origin, recording: &recording)
    recording.isEndKnown = true
    if recording.manifest == nil {
      tensors.sort { StageName.precedesNaturally($0.name, $1.name) }
    }
    for tensor in tensors {
      recording.add(tensor.name) { (notes) throws(FormatError) in
        try tensor.content(in: file, dataStart: dataStart, notes: &notes)
      }
    }
    if recording.manifest == nil, !texts.isEmpty {
      // Tensors first: where both have one name, the text explains the tensor.
      let items = (recording.items + texts).enumerated().sorted { first, second in
        if StageName.precedesNaturally(first.element.name, second.element.name) { return true }
        if StageName.precedesNaturally(second.element.name, first.element.name) { return false }
        return first.offset < second.offset
      }
      recording.items = items.map(\.element)
    }
    return try recording.trace()
  }

  private static func readMetadata(
    _ metadata: JSONValue, into recording: inout Recording, texts: inout [Recording.Item],
    origin: Origin
  ) throws(FormatError) {
    guard let members = metadata.members else {
      throw origin.error(.malformed("'__metadata__' is no JSON object"))
    }
    for member in members {
      guard let text = member.value.text else {
        recording.warnings.append(
          "Metadata '\(member.name.visible)' is ignored, since it is no text.")
        continue
      }
      if member.name == "paritty" {
        let place = Origin(file: origin.file, place: "the manifest")
        recording.manifest = try Manifest(json: Array(text.utf8), origin: place)
      } else if StageName.split(member.name).order != nil {
        let place = Origin(file: origin.file, place: "metadata '\(member.name)'")
        var content = TextArray([Array(text.utf8)], shape: .scalar, origin: place)
        if text.utf8.first == UInt8(ascii: "["),
          let list = try? JSONReader.read(Array(text.utf8), origin: place).texts
        {
          content = TextArray(listOf: list, origin: place)
        }
        texts.append(Recording.Item(name: member.name, content: .text(content)))
      }
    }
  }

  /// Refuses tensors that share bytes; says where bytes belong to none.
  private static func checkLayout(
    _ tensors: [SafetensorsEntry], dataByteCount: Int, origin: Origin, recording: inout Recording
  ) throws(FormatError) {
    var end = 0
    var lastName = ""
    for tensor in tensors.filter({ !$0.range.isEmpty }).sorted(by: {
      $0.range.lowerBound < $1.range.lowerBound
    }) {
      guard tensor.range.lowerBound >= end else {
        throw FormatError(
          file: origin.file, place: "tensor '\(tensor.name)'",
          problem: .malformed("it shares bytes with tensor '\(lastName)'"))
      }
      if tensor.range.lowerBound > end {
        recording.warnings.append(
          "\(tensor.range.lowerBound - end) bytes before tensor '\(tensor.name.visible)' "
            + "belong to no tensor.")
      }
      end = tensor.range.upperBound
      lastName = tensor.name
    }
    if end < dataByteCount {
      recording.warnings.append("\(dataByteCount - end) bytes after the last tensor are ignored.")
    }
  }
}
