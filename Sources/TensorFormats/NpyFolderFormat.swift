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
    allowOpenFiles(arrays.count)
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

  /// Raises the number of files that may be open at a time, where the system lets it.
  private static func allowOpenFiles(_ count: Int) {
    var limit = rlimit()
    guard getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0 else { return }
    let needed = limit.rlim_cur + rlim_t(count)
    guard count > 256 else { return }
    limit.rlim_cur = min(limit.rlim_max, needed)
    _ = setrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit)
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
