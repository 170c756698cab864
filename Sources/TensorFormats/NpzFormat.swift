import PipelineTrace

/// An archive of `.npy` files, as `numpy.savez` and `numpy.savez_compressed` write it.
///
/// | part | meaning |
/// | --- | --- |
/// | `NAME.npy` | one stage; the order of the entries is the order of the stages |
/// | `__paritty__.npy` | the manifest, a unicode scalar with JSON (``Manifest``) |
///
/// The archive is described at ``ZipArchive``, its entries at ``NpyHeader``. Other entries are
/// skipped with a warning. An archive that was cut off gives a trace that is not complete.
package enum NpzFormat: TraceFormat {
  package static let name = "npz"

  /// Deflated entries up to this size are inflated once when the trace is opened, so that a wrong
  /// size or CRC-32 is found before anything is shown.
  private static let checkedByteCount = 64 << 10

  package static func recognises(_ candidate: TraceCandidate) -> Bool {
    guard case .file(let file, let head) = candidate.content else { return false }
    if head.starts(with: [0x50, 0x4B, 0x03, 0x04]) || head.starts(with: ZipEndRecord.signature) {
      return true
    }
    // An archive behind a script or a picture shows at its end.
    guard file.byteCount >= 22 else { return false }
    let tail = try? file.bytes(in: (file.byteCount - 22)..<file.byteCount)
    return tail?.starts(with: ZipEndRecord.signature) == true && tail?.suffix(2) == [0, 0]
  }

  package static func read(_ candidate: TraceCandidate) throws(FormatError) -> Trace {
    guard case .file(let file, _) = candidate.content else { throw candidate.unrecognisedError() }
    let archive = try ZipArchive(file: file)
    guard archive.entries.isEmpty || archive.entries.contains(where: { isArray($0.name) }) else {
      throw FormatError(
        file: candidate.path, problem: .notATrace("it is a zip archive without .npy entries"))
    }
    var recording = Recording(path: candidate.path, format: name)
    if archive.prefixByteCount > 0 {
      recording.warnings.append(
        "\(archive.prefixByteCount) bytes stand before the archive and are ignored.")
    }
    recording.isEndKnown = archive.cut?.isInDirectory ?? true
    if let loss = archive.loss {
      recording.isComplete = false
      recording.warnings.append(loss)
    }
    for entry in archive.entries {
      guard isArray(entry.name) else {
        recording.warnings.append("Entry '\(entry.name.visible)' is no .npy file and is skipped.")
        continue
      }
      let stageName = NpyFormat.stageName(ofFile: entry.name)
      if stageName == "__paritty__" {
        recording.manifest = try manifest(in: entry, of: archive)
      } else {
        recording.add(stageName) { (notes) throws(FormatError) in
          try content(of: entry, in: archive, notes: &notes)
        }
      }
    }
    if let lost = archive.cut?.lost, isArray(lost.name) {
      let stageName = NpyFormat.stageName(ofFile: lost.name)
      if stageName == "__paritty__" {
        recording.warnings.append("The manifest is lost, so stages have the names of the entries.")
      } else {
        recording.addUnreadable(stageName, because: lost.error)
      }
    }
    return try recording.trace()
  }

  private static func isArray(_ entryName: String) -> Bool {
    entryName.utf8.suffix(4).elementsEqual(".npy".utf8)
  }

  /// The array of one entry; of a deflated one only the header is inflated, unless it is small.
  private static func content(
    of entry: ZipArchive.Entry, in archive: ZipArchive, notes: inout [String]
  ) throws(FormatError) -> Value.Content {
    let whole = try archive.content(of: entry)
    let header = try NpyHeader(from: whole)
    if !whole.isRandomAccess, whole.byteCount <= checkedByteCount {
      _ = try whole.bytes(in: 0..<whole.byteCount)
    }
    let data = try archive.content(
      of: entry, skipping: (byteCount: header.byteCount, checksum: header.checksum))
    return try header.content(of: data, notes: &notes)
  }

  private static func manifest(in entry: ZipArchive.Entry, of archive: ZipArchive)
    throws(FormatError) -> Manifest
  {
    var notes: [String] = []
    guard case .text(let texts) = try content(of: entry, in: archive, notes: &notes),
      texts.shape.elementCount == 1
    else {
      throw FormatError(
        file: archive.file.path, place: entry.place, byteOffset: entry.headerOffset,
        problem: .malformed("the manifest is no single text"))
    }
    let json = try texts.elements(0..<1)[0]
    if let checksum = texts.bytes.checksum {
      var check = CyclicRedundancyCheck(value: checksum.ofPrefix)
      try texts.bytes.bytes(in: 0..<texts.bytes.byteCount).withUnsafeBytes { check.update($0) }
      guard check.value == checksum.expected else {
        throw texts.bytes.origin.error(
          .wrongChecksum(expected: checksum.expected, found: check.value))
      }
    }
    return try Manifest(json: json, origin: Origin(file: archive.file.path, place: "the manifest"))
  }
}
