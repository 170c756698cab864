import Glibc
import PipelineTrace

/// A folder that is listed once and opens what lies in it, and nothing else.
///
/// No symbolic link is followed and no path leads out of it, so a trace never reads what its owner
/// did not name.
package final class Folder: Sendable {
  /// Something that lies in the folder.
  struct Entry: Sendable {
    /// The name as text.
    var name: String
    var isFolder: Bool
    /// The name as the system has it: bytes of any kind, then a NUL.
    fileprivate var rawName: [CChar]
  }

  /// The path that leads here, for messages.
  let path: String
  /// In the natural order of the names: 2 before 10.
  let entries: [Entry]
  private let descriptor: Int32

  /// Lists the folder at `path`, which may itself be reached by a symbolic link.
  ///
  /// - Throws: `cannotRead` where it is absent, forbidden or no folder.
  package convenience init(path: String) throws(FormatError) {
    let opened = Glibc.open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    guard opened >= 0 else { throw Self.systemError(path) }
    try self.init(descriptor: opened, path: path)
  }

  /// Lists the folder that the file at `path` lies in: `traces` for `traces/dump.json`.
  convenience init(pathOfParent path: String) throws(FormatError) {
    let slash = path.lastIndex(of: "/")
    let parent = slash.map { $0 == path.startIndex ? "/" : String(path[..<$0]) }
    try self.init(path: parent ?? ".")
  }

  /// Takes over a descriptor of a folder.
  private init(descriptor: Int32, path: String) throws(FormatError) {
    self.path = path
    self.descriptor = descriptor
    // The stream takes its descriptor over, this folder keeps its own to open files by.
    guard let stream = fdopendir(dup(descriptor)) else {
      close(descriptor)
      throw Self.systemError(path)
    }
    defer { closedir(stream) }
    var entries: [Entry] = []
    while let entry = readdir(stream) {
      let name = withUnsafeBytes(of: &entry.pointee.d_name) { bytes in
        Array(bytes.prefix { $0 != 0 })
      }
      if name == [0x2E] || name == [0x2E, 0x2E] { continue }
      let rawName = name.map { CChar(bitPattern: $0) } + [0]
      var status = stat()
      let isKnown = fstatat(descriptor, rawName, &status, AT_SYMLINK_NOFOLLOW) == 0
      entries.append(
        Entry(
          name: VisibleText.decode(name), isFolder: isKnown && status.st_mode & S_IFMT == S_IFDIR,
          rawName: rawName))
    }
    self.entries = entries.sorted { StageName.precedesNaturally($0.name, $1.name) }
  }

  deinit { if descriptor >= 0 { close(descriptor) } }

  /// The entries that are no folders, in the natural order of their names.
  var files: [Entry] { entries.filter { !$0.isFolder } }

  /// The folder in this folder where it holds nothing but that one, whatever its name.
  func onlySubfolder() throws(FormatError) -> Folder? {
    guard entries.count == 1, entries[0].isFolder else { return nil }
    return try subfolder(entries[0])
  }

  /// The folder of this name in this one; `nil` where there is none.
  func subfolder(named name: String) throws(FormatError) -> Folder? {
    guard let entry = entries.first(where: { $0.isFolder && ExactName.same($0.name, name) })
    else { return nil }
    return try subfolder(entry)
  }

  func subfolder(_ entry: Entry) throws(FormatError) -> Folder {
    let path = pathOf(entry.name)
    return try Folder(
      descriptor: open(entry.rawName, in: descriptor, flags: O_DIRECTORY, path: path), path: path)
  }

  func open(_ entry: Entry) throws(FormatError) -> TraceFile {
    let path = pathOf(entry.name)
    return try TraceFile(
      descriptor: open(entry.rawName, in: descriptor, flags: O_NONBLOCK, path: path), path: path)
  }

  /// The file that another file names by a path relative to this folder: `./layer/out.safetensors`.
  ///
  /// - Throws: `malformed` for a path that leads out of the folder, `unsupported` for a symbolic
  ///   link anywhere on the way, `cannotRead` where there is no such file. Errors name `origin` where
  ///   the path itself is at fault.
  func open(relativePath: String, namedBy origin: Origin) throws(FormatError) -> TraceFile {
    var steps = relativePath.split(separator: "/", omittingEmptySubsequences: true).map(String.init)
    steps.removeAll { $0 == "." }
    guard !relativePath.hasPrefix("/"), !steps.contains(".."), let last = steps.popLast(),
      !relativePath.utf8.contains(0)
    else {
      throw origin.error(
        .malformed("the path '\(relativePath)' leads out of the folder and is not followed"))
    }
    var holder = descriptor
    defer { if holder != descriptor { close(holder) } }
    var reached = path
    for step in steps {
      reached += "/\(step)"
      let next = try open(cString(step), in: holder, flags: O_DIRECTORY, path: reached)
      if holder != descriptor { close(holder) }
      holder = next
    }
    reached += "/\(last)"
    return try TraceFile(
      descriptor: open(cString(last), in: holder, flags: O_NONBLOCK, path: reached), path: reached)
  }

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

  private func pathOf(_ name: String) -> String {
    path.hasSuffix("/") ? path + name : "\(path)/\(name)"
  }

  private func cString(_ text: String) -> [CChar] { text.utf8.map { CChar(bitPattern: $0) } + [0] }

  /// Opens a name in the folder behind `holder`, unless it is a symbolic link.
  private func open(_ name: [CChar], in holder: Int32, flags: Int32, path: String)
    throws(FormatError) -> Int32
  {
    let opened = openat(holder, name, O_RDONLY | O_NOFOLLOW | O_CLOEXEC | flags)
    guard opened < 0 else { return opened }
    var status = stat()
    let code = errno
    if fstatat(holder, name, &status, AT_SYMLINK_NOFOLLOW) == 0, status.st_mode & S_IFMT == S_IFLNK
    {
      throw FormatError(
        file: path,
        problem: .unsupported(
          "it is a symbolic link, which is not followed", advice: "copy the file itself there"))
    }
    throw FormatError(file: path, problem: .cannotRead(String(cString: strerror(code))))
  }

  private static func systemError(_ path: String) -> FormatError {
    FormatError(file: path, problem: .cannotRead(String(cString: strerror(errno))))
  }
}
