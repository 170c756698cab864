import PipelineTrace

/// A single `.npy` file: a trace of one stage, named after the file.
///
/// The bytes are described at ``NpyHeader``.
package enum NpyFormat: TraceFormat {
  package static let name = "npy"

  package static func recognises(_ candidate: TraceCandidate) -> Bool {
    if case .file(_, let head) = candidate.content { NpyHeader.begins(head) } else { false }
  }

  package static func read(_ candidate: TraceCandidate) throws(FormatError) -> Trace {
    guard case .file(let file, _) = candidate.content else { throw candidate.unrecognisedError() }
    var recording = Recording(path: candidate.path, format: name)
    let fileName = candidate.path.split(separator: "/").last.map(String.init) ?? candidate.path
    recording.add(stageName(ofFile: fileName)) { (notes) throws(FormatError) in
      try content(of: file, notes: &notes)
    }
    return try recording.trace()
  }

  /// The array that fills `file`.
  static func content(of file: TraceFile, notes: inout [String]) throws(FormatError)
    -> Value.Content
  {
    let whole = FileRegion(file: file, range: 0..<file.byteCount)
    let header = try NpyHeader(from: whole)
    let data = FileRegion(file: file, range: header.byteCount..<file.byteCount)
    return try header.content(of: data, notes: &notes)
  }

  /// `03_resize` for `03_resize.npy`.
  static func stageName(ofFile fileName: String) -> String {
    fileName.hasSuffix(".npy") ? String(fileName.dropLast(4)) : fileName
  }
}
