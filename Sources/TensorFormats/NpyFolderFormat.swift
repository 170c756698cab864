import PipelineTrace

/// A folder of `.npy` files, one stage each, in the natural order of their names (2 before 10).
///
/// The files are described at ``NpyHeader``. Other files are skipped with a warning, subfolders are
/// not entered, and no symbolic link is followed: nothing outside the folder is read.
package enum NpyFolderFormat: TraceFormat {
  package static let name = "npy-folder"

  package static func recognises(_ candidate: TraceCandidate) -> Bool {
    guard case .folder(let folder) = candidate.content else { return false }
    return folder.files.contains { $0.name.hasSuffix(".npy") }
  }

  package static func read(_ candidate: TraceCandidate) throws(FormatError) -> Trace {
    guard case .folder(let folder) = candidate.content else { throw candidate.unrecognisedError() }
    var recording = Recording(path: candidate.path, format: name)
    try folder.allowOpenFiles(folder.files.count)
    for file in folder.entries {
      guard file.name.hasSuffix(".npy") else {
        recording.warnings.append("File '\(file.name.visible)' is no .npy file and is skipped.")
        continue
      }
      recording.add(NpyFormat.stageName(ofFile: file.name)) { (notes) throws(FormatError) in
        try NpyFormat.content(of: folder.open(file), notes: &notes)
      }
    }
    return try recording.trace()
  }
}
