import Glibc

/// A path at which one mutant after the other is written, in memory where the system has room there.
package final class MutantPlace {
  /// The folder that holds all places of a process.
  private let folder: String
  /// What is there now, by the path of the trace and of each file in it.
  private var written: [String: [UInt8]] = [:]

  package init() {
    let root = access("/dev/shm", W_OK) == 0 ? "/dev/shm" : "/tmp"
    var template = Array("\(root)/paritty-mutants-XXXXXX".utf8CString)
    folder = template.withUnsafeMutableBufferPointer { buffer in
      guard let made = mkdtemp(buffer.baseAddress!) else { fatalError("\(root): no folder made") }
      return String(cString: made)
    }
  }

  deinit { remove() }

  /// Removes all that was written.
  package func remove() {
    for path in written.keys { unlink(path) }
    // Folders in folders have the longer paths.
    for path in Set(written.keys.flatMap(Self.folders)).sorted(by: { $0.utf8.count > $1.utf8.count }
    )
    where path.hasPrefix(folder) {
      rmdir(path)
    }
    rmdir(folder)
    written = [:]
  }

  /// Writes what of `files` is not there yet, and gives the path of the trace.
  package func write(_ files: [SeedFile], as name: String) -> String {
    let path = "\(folder)/\(name)"
    for file in files {
      let place = path + file.path
      if written[place] == file.bytes { continue }
      if written[place] == nil {
        for folder in Self.folders(of: place).reversed() { mkdir(folder, 0o700) }
      }
      Self.write(file.bytes, to: place)
      written[place] = file.bytes
    }
    return path
  }

  /// The folders that `path` lies in, the innermost first.
  private static func folders(of path: String) -> [String] {
    var folders: [String] = []
    var path = path[...]
    while let slash = path.lastIndex(of: "/"), slash > path.startIndex {
      path = path[..<slash]
      folders.append(String(path))
    }
    return folders
  }

  /// Replaces what stands at `path`.
  package static func write(_ bytes: [UInt8], to path: String) {
    let descriptor = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o600)
    guard descriptor >= 0, Glibc.write(descriptor, bytes, bytes.count) == bytes.count else {
      fatalError("\(path): cannot be written")
    }
    close(descriptor)
  }
}
