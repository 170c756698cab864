import Glibc
import PipelineTrace
import Testing

@testable import TensorFormats

/// What stands at a path, in a folder or behind a path in a file: nothing is waited for, nothing
/// outside is read, and files may change while they are open.
@Suite struct PathTests {
  static let dump = "step=0___rank=0___dump_index=1___name=x___recompute_status=disabled.pt"
  static let memberNames = ["1_a.npy", "0000000000.json", dump]

  // MARK: What is no file

  @Test(arguments: ["/dev/null", "/dev/zero", "/dev/full", "/dev/random"])
  func `a device is no trace`(path: String) {
    #expect(openingError(path)?.problem == .cannotRead("not a plain file"))
  }

  @Test func `a pipe that nobody writes to is not waited for`() {
    let scratch = Scratch()
    let pipe = "\(scratch.path)/a.npy"
    mkfifo(pipe, 0o600)
    #expect(openingError(pipe)?.problem == .cannotRead("not a plain file"))
  }

  @Test func `a link that leads to itself, or nowhere, says so`() {
    let scratch = Scratch()
    symlink("loop.npy", "\(scratch.path)/loop.npy")
    symlink("absent", "\(scratch.path)/dangling.npy")
    #expect(
      openingError("\(scratch.path)/loop.npy")?.problem
        == .cannotRead("Too many levels of symbolic links"))
    #expect(
      openingError("\(scratch.path)/dangling.npy")?.problem
        == .cannotRead("No such file or directory"))
  }

  @Test func `a path that is too long says so`() {
    let path = "/tmp/" + String(repeating: "a", count: 5000)
    #expect(openingError(path)?.problem == .cannotRead("File name too long"))
  }

  @Test(.enabled(if: geteuid() != 0, "nothing is forbidden to root"))
  func `what may not be read says so`() {
    let scratch = Scratch()
    let file = scratch.write(npy("'|u1'", "(1,)", [1]), as: "a.npy")
    chmod(file, 0)
    #expect(openingError(file)?.problem == .cannotRead("Permission denied"))
    #expect(openingError(scratch.path)?.problem == .cannotRead("Permission denied"))
    chmod(scratch.path, 0)
    #expect(openingError(scratch.path)?.problem == .cannotRead("Permission denied"))
    chmod(scratch.path, 0o700)
  }

  // MARK: What lies in a folder

  @Test(arguments: memberNames)
  func `a pipe in a folder is not waited for`(name: String) throws {
    let scratch = Scratch()
    mkfifo("\(scratch.path)/\(name)", 0o600)
    let error = try #require(openingError(scratch.path))
    #expect("\(error)".contains(scratch.path))
  }

  @Test(arguments: memberNames)
  func `a folder in a folder that is called like a file is none`(name: String) throws {
    let scratch = Scratch()
    mkdir("\(scratch.path)/\(name)", 0o700)
    #expect(openingError(scratch.path) != nil)
  }

  @Test(arguments: memberNames, ["/etc/passwd", "/dev/zero", "absent", "."])
  func `a link in a folder is not followed`(name: String, target: String) throws {
    let scratch = Scratch()
    symlink(target, "\(scratch.path)/\(name)")
    let error = try #require(openingError(scratch.path))
    #expect("\(error)".contains(scratch.path))
    #expect(!"\(error)".contains("root:"))
  }

  // MARK: Paths in files

  /// A folder with `inside/a`, links to what is outside, and a secret there.
  private func folder(_ scratch: Scratch) throws -> Folder {
    let path = "\(scratch.path)/trace"
    mkdir(path, 0o700)
    mkdir("\(path)/inside", 0o700)
    mkdir("\(scratch.path)/outside", 0o700)
    scratch.write([1], as: "trace/inside/a")
    scratch.write([2], as: "outside/secret")
    symlink("../outside", "\(path)/link")
    symlink("../../outside/secret", "\(path)/inside/link")
    symlink("inside", "\(path)/shortcut")
    mkfifo("\(path)/pipe", 0o600)
    return try Folder(path: path)
  }

  private func problem(_ path: String, in folder: Folder) -> FormatError? {
    do throws(FormatError) {
      _ = try folder.open(relativePath: path, namedBy: Origin(file: "tree.json", place: "call 1"))
      return nil
    } catch {
      return error
    }
  }

  @Test func `a path to a file in the folder is followed`() throws {
    let scratch = Scratch()
    let folder = try folder(scratch)
    for path in ["inside/a", "./inside/a", "inside//a", "./././inside/./a"] {
      let file = try folder.open(relativePath: path, namedBy: Origin(file: "tree.json"))
      #expect(try file.bytes(in: 0..<1) == [1])
    }
  }

  @Test(arguments: [
    "../outside/secret", "../../etc/passwd", "/etc/passwd", "//etc/passwd",
    "inside/../../outside/secret",
    "inside/..", "..", "./..", "inside/../inside/a", "", ".", "/", "inside/a\0/../../x",
  ])
  func `a path that leads out of the folder is not followed`(path: String) throws {
    let scratch = Scratch()
    let error = try #require(problem(path, in: try folder(scratch)))
    #expect(error.file == "tree.json")
    #expect(error.place == "call 1")
    #expect(
      error.problem
        == .malformed("the path '\(path)' leads out of the folder and is not followed"))
    #expect("\(error)" == "\(error)".visible)
  }

  @Test(arguments: ["link/secret", "inside/link", "shortcut/a"])
  func `a path over a link is not followed`(path: String) throws {
    let scratch = Scratch()
    guard case .unsupported(let what, _)? = problem(path, in: try folder(scratch))?.problem else {
      Issue.record("\(path) is followed")
      return
    }
    #expect(what == "it is a symbolic link, which is not followed")
  }

  @Test(arguments: [
    ("absent", "No such file or directory"), ("inside/a/b", "Not a directory"),
    ("inside", "not a plain file"), ("pipe", "not a plain file"),
    (String(repeating: "a/", count: 9000) + "b", "No such file or directory"),
    (String(repeating: "a", count: 300), "File name too long"),
  ])
  func `a path to what is no file says so`(path: String, reason: String) throws {
    let scratch = Scratch()
    #expect(problem(path, in: try folder(scratch))?.problem == .cannotRead(reason))
  }

  // MARK: Files that change

  @Test(arguments: [
    "floats.npy", "stored.npz", "deflated.npz", "two.safetensors", "dict.pt", "inputs.json",
  ])
  func `a file that is cut while it is open gives an error, and no numbers`(name: String) throws {
    let scratch = Scratch()
    let path = scratch.write(try fileBytes("\(fixtures)/smallest/\(name)"), as: name)
    let trace = try openTrace(at: path)
    truncate(path, 1)
    for value in trace.stages.flatMap(\.values) where value.tensor?.bytes is LiteralBytes == false {
      guard let tensor = value.tensor else { continue }
      var reader = TensorReader(tensor)
      #expect(throws: FormatError.self) { try reader.bits(ofElement: 0) }
    }
    #expect(openingError(path) != nil)
  }

  @Test func `a folder that is removed while it is open is read to its end`() throws {
    let scratch = Scratch()
    mkdir("\(scratch.path)/trace", 0o700)
    let file = scratch.write(npy("'|u1'", "(2,)", [7, 8]), as: "trace/1_a.npy")
    let trace = try openTrace(at: "\(scratch.path)/trace")
    unlink(file)
    rmdir("\(scratch.path)/trace")
    #expect(try trace.output("a").numbers() == [7, 8])
  }
}
