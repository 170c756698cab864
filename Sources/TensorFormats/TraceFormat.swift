import Glibc
import PipelineTrace

/// A kind of file or folder that holds a whole trace.
///
/// A new format is one file, `…Format.swift`, and one line in ``allFormats``.
package protocol TraceFormat: Sendable {
  /// The word for it in reports: `npz`, `safetensors`.
  static var name: String { get }

  /// Whether the content has the marks of this format; a name alone never counts.
  ///
  /// Cheap: looks at the first bytes, perhaps the last. What is recognised may still be damaged.
  static func recognises(_ candidate: TraceCandidate) -> Bool

  /// The names of the runs in it, in order, where one file may hold several; `[]` where it cannot.
  static func runs(in candidate: TraceCandidate) throws(FormatError) -> [TraceRun]

  /// Reads all headers, and no element that can wait; of several runs the one that the candidate names.
  ///
  /// - Throws: What is wrong, where nothing sound is left to show.
  static func read(_ candidate: TraceCandidate) throws(FormatError) -> Trace
}

extension TraceFormat {
  package static func runs(in candidate: TraceCandidate) throws(FormatError) -> [TraceRun] { [] }
}

/// All formats, in the order in which they are tried.
package let allFormats: [any TraceFormat.Type] = [
  HuggingFaceDebuggerFormat.self,
  MsprobeFormat.self,
  NpyFolderFormat.self,
  PyTorchFormat.self,
  NpzFormat.self,
  NpyFormat.self,
  SafetensorsFormat.self,
  PolygraphyFormat.self,
  SGLangFormat.self,
]

/// Something a user named as a trace, opened but not yet understood.
package struct TraceCandidate: Sendable {
  /// What stands at a path.
  package enum Content: Sendable {
    case folder(Folder)
    /// A file and its first bytes, ``TraceCandidate/headByteCount`` of them or as many as it has.
    case file(TraceFile, head: [UInt8])
  }

  /// How many bytes are read for recognition.
  package static let headByteCount = 4096

  /// The path of the file or folder.
  package let path: String
  package let content: Content
  /// What the user wrote behind `#`: the run that is meant, of a file that holds several.
  package var run: String?

  /// The path as the user gave it, with the run.
  var givenPath: String { run.map { "\(path)#\($0)" } ?? path }

  /// A file that stands inside of another, or was opened before.
  package init(file: TraceFile) throws(FormatError) {
    path = file.path
    let head = try file.bytes(in: 0..<min(Self.headByteCount, file.byteCount))
    content = .file(file, head: head)
  }

  /// - Throws: `cannotRead` where nothing is there, or nothing that can be opened.
  package init(path: String) throws(FormatError) {
    var status = stat()
    var path = path
    // A file may have a # in its name.
    if stat(path, &status) != 0, let mark = path.lastIndex(of: "#"), mark > path.startIndex {
      run = String(path[path.index(after: mark)...])
      path = String(path[..<mark])
    }
    self.path = path
    if stat(path, &status) == 0, status.st_mode & S_IFMT == S_IFDIR {
      content = .folder(try Folder(path: path))
    } else {
      let file = try TraceFile(path: path)
      let head = try file.bytes(in: 0..<min(Self.headByteCount, file.byteCount))
      content = .file(file, head: head)
    }
  }
}

/// Opens the trace at `path`, whatever its format: reads headers, and elements only on demand.
///
/// The files stay open as long as any value of the trace lives.
///
/// - Throws: One sentence for the user: what is wrong with the file, where, and what to do.
package func openTrace(at path: String) throws(FormatError) -> Trace {
  let candidate = try TraceCandidate(path: path)
  return try candidate.format().read(candidate)
}

extension TraceCandidate {
  /// The format that takes this candidate.
  ///
  /// - Throws: `notATrace` where none does, or `unsupported`, with words for what it is instead.
  package func format() throws(FormatError) -> any TraceFormat.Type {
    guard let format = allFormats.first(where: { $0.recognises(self) }) else {
      throw unrecognisedError()
    }
    if let run, try format.runs(in: self).isEmpty {
      throw FormatError(
        file: path,
        problem: .unsupported("it holds one run, so '#\(run)' names none", advice: "leave it out"))
    }
    return format
  }
}
