import PipelineTrace

/// A `.pt` or `.pth` file of `torch.save`: one stage an entry of the dict that was saved.
///
/// The file is described at ``PyTorchFile``. The order of the dict is the order of the stages; dicts,
/// lists and tuples in it are opened, and what is in them is named `a.b.0`. A text is a text, a list of
/// texts or of numbers one vector, a number a scalar (`bool`, `i64`, `f64`). A tensor alone is one
/// stage, named after the file. Not supported: what was saved before PyTorch 1.6, TorchScript, objects.
package enum PyTorchFormat: TraceFormat {
  package static let name = "pytorch"

  /// How much of the directory, at the end of the archive, is searched for the pickle's name.
  private static let tailByteCount = 64 << 10

  package static func recognises(_ candidate: TraceCandidate) -> Bool {
    guard case .file(let file, let head) = candidate.content, head.count >= 30,
      head.starts(with: [0x50, 0x4B, 0x03, 0x04])
    else { return false }
    let suffix = Array(PyTorchFile.pickleSuffix.utf8)
    // torch writes the pickle first, numpy an array; other programs may have sorted the entries.
    let name = head.dropFirst(30).prefix(Int(head.littleEndian(UInt16.self, at: 26)))
    if name.count >= suffix.count, name.suffix(suffix.count).elementsEqual(suffix) { return true }
    if name.suffix(4).elementsEqual(".npy".utf8) { return false }
    let tailStart = max(0, file.byteCount - tailByteCount)
    guard let tail = try? file.bytes(in: tailStart..<file.byteCount) else { return false }
    return tail.indices.contains { tail[$0] == suffix[0] && tail[$0...].starts(with: suffix) }
  }

  package static func read(_ candidate: TraceCandidate) throws(FormatError) -> Trace {
    guard case .file(let file, _) = candidate.content else { throw candidate.unrecognisedError() }
    var recording = Recording(path: candidate.path, format: name)
    let opened = try PyTorchFile(file)
    // The pickle stands first and names every tensor, whatever is lost behind it.
    recording.isEndKnown = true
    if let loss = opened.loss {
      recording.isComplete = false
      recording.warnings.append(loss)
    }
    var walk = PyTorchWalk(opened)
    try walk.add(opened.pickle.root, named: stageName(ofFile: candidate.path), to: &recording)
    return try recording.trace()
  }

  /// `03_resize` for `traces/03_resize.pt`.
  static func stageName(ofFile path: String) -> String {
    let fileName = path.split(separator: "/").last.map(String.init) ?? path
    let ending = [".pt", ".pth", ".bin", ".ckpt"].first { fileName.hasSuffix($0) }
    return String(fileName.dropLast(ending?.count ?? 0))
  }
}
