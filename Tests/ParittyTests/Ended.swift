import Glibc
import Testing

/// What is left of a program that ran without a terminal.
struct Ended {
  /// Its exit status, or the negative number of the signal that ended it.
  var status: Int32
  var output: String
  var errors: String

  /// The lines on standard error.
  var errorLines: [Substring] {
    errors.split(separator: "\n", omittingEmptySubsequences: false).dropLast()
  }
}

/// Runs `paritty` to its end in a session of its own: no terminal, nothing on standard input.
func paritty(
  _ arguments: String..., folder: String = "/", environment: [String: String] = [:]
) throws -> Ended {
  try run(binary("paritty"), arguments, folder: folder, environment: environment)
}

/// Runs a line of shell to its end, with the program as `$PARITTY`.
func shell(_ script: String, folder: String = "/") throws -> Ended {
  try run("/bin/sh", ["-c", script], folder: folder, environment: ["PARITTY": binary("paritty")])
}

private func run(
  _ path: String, _ arguments: [String], folder: String, environment changes: [String: String]
) throws -> Ended {
  let scratch = Scratch()
  let output = "\(scratch.path)/output"
  let errors = "\(scratch.path)/errors"
  var environment = [
    "PATH": "/usr/local/bin:/usr/bin:/bin", "LANG": "C.UTF-8", "SWIFT_BACKTRACE": "enable=no",
  ]
  for (name, value) in changes { environment[name] = value }

  var actions = posix_spawn_file_actions_t()
  posix_spawn_file_actions_init(&actions)
  defer { posix_spawn_file_actions_destroy(&actions) }
  posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0)
  posix_spawn_file_actions_addopen(&actions, 1, output, O_WRONLY | O_CREAT, 0o600)
  posix_spawn_file_actions_addopen(&actions, 2, errors, O_WRONLY | O_CREAT, 0o600)
  var attributes = posix_spawnattr_t()
  posix_spawnattr_init(&attributes)
  defer { posix_spawnattr_destroy(&attributes) }
  // The threads of the tests block signals; what they start must not.
  var none = sigset_t()
  sigemptyset(&none)
  posix_spawnattr_setsigmask(&attributes, &none)
  posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETSIGMASK))

  var process = pid_t()
  // A session of its own has no terminal.
  let script = ["sh", "-c", "cd \"$0\" && exec setsid \"$@\"", folder, path]
  let problem = withCStrings(script + arguments) { arguments in
    withCStrings(environment.map { "\($0)=\($1)" }) { environment in
      posix_spawn(&process, "/bin/sh", &actions, &attributes, arguments, environment)
    }
  }
  try #require(problem == 0, "\(path): \(String(cString: strerror(problem)))")
  var word: Int32 = 0
  let deadline = ContinuousClock.now + .seconds(60)
  while waitpid(process, &word, WNOHANG) == 0 {
    if ContinuousClock.now > deadline {
      Issue.record("\(path) \(arguments) did not end")
      kill(process, SIGKILL)
      waitpid(process, &word, 0)
      break
    }
    usleep(2000)
  }
  let signal = word & 0x7F
  return Ended(
    status: signal == 0 ? word >> 8 & 0xFF : -signal, output: try content(of: output),
    errors: try content(of: errors))
}

/// All of a text file.
func content(of path: String) throws -> String {
  let file = try #require(fopen(path, "rb"), "\(path): \(String(cString: strerror(errno)))")
  defer { fclose(file) }
  var bytes: [UInt8] = []
  var buffer = [UInt8](repeating: 0, count: 65_536)
  while case let count = fread(&buffer, 1, buffer.count, file), count > 0 {
    bytes += buffer[..<count]
  }
  return String(decoding: bytes, as: UTF8.self)
}

/// The names in a folder, sorted.
func names(in folder: String) -> [String] {
  guard let stream = opendir(folder) else { return [] }
  defer { closedir(stream) }
  var names: [String] = []
  while let entry = readdir(stream) {
    let name = withUnsafeBytes(of: entry.pointee.d_name) { bytes in
      String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
    }
    if !name.hasPrefix(".") { names.append(name) }
  }
  return names.sorted()
}

/// The checkout that the tests were built from.
let checkout = "/" + #filePath.split(separator: "/").dropLast(3).joined(separator: "/")

/// A folder of a test's own, removed when the test ends; traces can be written into it.
final class Scratch {
  let path: String

  init() {
    var template = Array("/tmp/paritty-tests-XXXXXX".utf8CString)
    path = template.withUnsafeMutableBufferPointer { String(cString: mkdtemp($0.baseAddress!)) }
  }

  deinit { remove(path) }

  private func remove(_ path: String) {
    for name in names(in: path) {
      let place = "\(path)/\(name)"
      if unlink(place) != 0 { remove(place) }
    }
    rmdir(path)
  }

  /// Writes a folder of `.npy` files, a stage each, and gives its path.
  func trace(_ name: String, _ stages: [(name: String, shape: [Int], numbers: [Float])]) -> String {
    let folder = "\(path)/\(name)"
    mkdir(folder, 0o755)
    for (position, stage) in stages.enumerated() {
      write(
        npy(stage.shape, stage.numbers), to: "\(folder)/\(position)_\(stage.name).npy")
    }
    return folder
  }

  func write(_ bytes: [UInt8], to path: String) {
    guard let file = fopen(path, "wb") else { return }
    fwrite(bytes, 1, bytes.count, file)
    fclose(file)
  }

  /// An `.npy` file of float32, version 1.0.
  private func npy(_ shape: [Int], _ numbers: [Float]) -> [UInt8] {
    let extents = shape.map { "\($0), " }.joined()
    var header = "{'descr': '<f4', 'fortran_order': False, 'shape': (\(extents)), }"
    while (10 + header.utf8.count + 1) % 64 != 0 { header += " " }
    header += "\n"
    let length = UInt16(header.utf8.count)
    let data = numbers.flatMap { number in
      withUnsafeBytes(of: number.bitPattern.littleEndian) { Array($0) }
    }
    return [0x93] + Array("NUMPY".utf8) + [1, 0, UInt8(length & 0xFF), UInt8(length >> 8)]
      + Array(header.utf8) + data
  }
}
