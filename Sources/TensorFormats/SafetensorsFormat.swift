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
    guard case .file(let file, _) = candidate.content else { throw candidate.unrecognisedError() }
    let header = try SafetensorsHeader(of: file)
    let tensors = header.tensors
    let origin = header.origin
    var recording = Recording(path: candidate.path, format: name)
    var texts: [Recording.Item] = []
    if let metadata = header.metadata {
      try readMetadata(metadata, into: &recording, texts: &texts, origin: origin)
    }
    let order = StageName.naturalOrder(of: tensors.map(\.name))
    for (first, second) in zip(order, order.dropFirst())
    where ExactName.same(tensors[first].name, tensors[second].name) {
      throw header.duplicate(tensors[second])
    }
    try checkLayout(
      tensors, dataByteCount: file.byteCount - header.dataStart, origin: origin,
      recording: &recording)
    recording.isEndKnown = true
    recording.items.reserveCapacity(tensors.count)
    for index in recording.manifest == nil ? order : Array(tensors.indices) {
      let tensor = tensors[index]
      recording.add(tensor.name) { (notes) throws(FormatError) in
        try tensor.content(in: file, dataStart: header.dataStart, notes: &notes)
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
    let filled = tensors.indices.filter { !tensors[$0].range.isEmpty }
    for index in filled.sorted(by: {
      tensors[$0].range.lowerBound < tensors[$1].range.lowerBound
    }) {
      let tensor = tensors[index]
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
