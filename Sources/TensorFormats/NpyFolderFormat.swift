import Glibc
import PipelineTrace

/// A folder of `.npy` files, one stage each, in the natural order of their names (2 before 10).
///
/// The files are described at ``NpyHeader``. Other files are skipped with a warning, subfolders are
/// not entered, and no symbolic link is followed: nothing outside the folder is read.
package enum NpyFolderFormat: TraceFormat {
  package static let name = "npy-folder"

  package static func recognises(_ candidate: TraceCandidate) -> Bool {
    if case .folder = candidate.content { true } else { false }
  }

  package static func read(_ candidate: TraceCandidate) throws(FormatError) -> Trace {
    let folder = try Folder(path: candidate.path)
    let arrays = folder.files.filter { $0.rawName.hasSuffix(".npy") }
    guard !arrays.isEmpty else {
      let look =
        folder.files.isEmpty ? "it is an empty folder" : "it is a folder without .npy files"
      throw FormatError(file: candidate.path, problem: .notATrace(look))
    }
    var recording = Recording(path: candidate.path, format: name)
    try folder.allowOpenFiles(arrays.count)
    for file in folder.files.sorted(by: { StageName.precedesNaturally($0.name, $1.name) }) {
      guard file.rawName.hasSuffix(".npy") else {
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

/// A folder that is listed once and opens its own files only.
private final class Folder {
  struct File {
    /// The name as the system has it, bytes of any kind.
    var rawName: RawName
    /// The name as text.
    var name: String
  }

  /// A NUL-terminated file name.
  struct RawName {
    var bytes: [CChar]

    func hasSuffix(_ suffix: String) -> Bool {
      bytes.dropLast().suffix(suffix.utf8.count).map { UInt8(bitPattern: $0) }
        .elementsEqual(suffix.utf8)
    }
  }

  let path: String
  private(set) var files: [File] = []
  private let descriptor: Int32

  init(path: String) throws(FormatError) {
    self.path = path
    descriptor = Glibc.open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    // The stream takes its descriptor over, this folder keeps its own to open files by.
    guard descriptor >= 0, let stream = fdopendir(dup(descriptor)) else {
      throw FormatError(file: path, problem: .cannotRead(String(cString: strerror(errno))))
    }
    defer { closedir(stream) }
    while let entry = readdir(stream) {
      let rawName = withUnsafeBytes(of: &entry.pointee.d_name) { bytes in
        Array(bytes.prefix { $0 != 0 })
      }
      if rawName == [0x2E] || rawName == [0x2E, 0x2E] { continue }
      files.append(
        File(
          rawName: RawName(bytes: rawName.map { CChar(bitPattern: $0) } + [0]),
          name: VisibleText.decode(rawName)))
    }
  }

  deinit { if descriptor >= 0 { close(descriptor) } }

  /// Makes sure that `count` more files may be open at a time: the system allows few at first.
  func allowOpenFiles(_ count: Int) throws(FormatError) {
    let resource = __rlimit_resource_t(RLIMIT_NOFILE.rawValue)
    var limit = rlimit()
    guard getrlimit(resource, &limit) == 0 else { return }
    // Descriptors are given out from the lowest, so ours says how many are in use.
    let needed = rlim_t(Int(descriptor) + count + 64)
    guard needed > limit.rlim_cur else { return }
    guard needed <= limit.rlim_max else {
      throw FormatError(
        file: path,
        problem: .unsupported(
          "it has \(count) files, more than the system lets a program open",
          advice: "raise the limit (ulimit -Hn), or save the trace as one .npz"))
    }
    limit.rlim_cur = min(limit.rlim_max, needed + 256)
    _ = setrlimit(resource, &limit)
  }

  func open(_ file: File) throws(FormatError) -> TraceFile {
    let filePath = path.hasSuffix("/") ? path + file.name : "\(path)/\(file.name)"
    let opened = openat(
      descriptor, file.rawName.bytes, O_RDONLY | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK)
    guard opened >= 0 else {
      if errno == ELOOP {
        throw FormatError(
          file: filePath,
          problem: .unsupported(
            "it is a symbolic link, which is not followed", advice: "copy the file itself there"))
      }
      throw FormatError(file: filePath, problem: .cannotRead(String(cString: strerror(errno))))
    }
    return try TraceFile(descriptor: opened, path: filePath)
  }
}
