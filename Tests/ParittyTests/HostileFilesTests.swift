import Glibc
import Testing

/// The program over files whose names and texts try to steer the terminal.
@Suite struct HostileFilesTests {
  private static let malformed = "\(checkout)/Tests/Fixtures/malformed"
  private static let files = [
    "st-names-escape-sequences.safetensors", "npz-names-escape-sequences.npz",
    "npy-text-escapes.npy", "npy-text-surrogate.npy",
  ]
  private static let formats = ["text", "json", "markdown", "junit"]

  /// What a terminal would obey or could not show; a line feed ends lines.
  ///
  /// U+FFFD stands where the output is no UTF-8, as C1 controls sent as single bytes are none.
  private func strange(_ text: String) -> [UInt32] {
    text.unicodeScalars.map(\.value).filter { value in
      switch value {
      case 0x0A: false
      case 0..<0x20, 0x7F..<0xA0, 0x61C, 0x200B...0x200F, 0x2028...0x202E, 0x2060...0x206F,
        0xFEFF, 0xFFF9...0xFFFD:
        true
      default: false
      }
    }
  }

  /// The file with one byte changed, its last where none is named, under a name as hostile as its
  /// content.
  private func changed(_ file: String, at place: Int? = nil, _ scratch: Scratch) throws -> String {
    let path = "\(scratch.path)/\u{1B}]0;x\u{7}\n\u{9B}31m\u{202E}\(file)"
    let source = try #require(fopen("\(Self.malformed)/\(file)", "rb"))
    defer { fclose(source) }
    var bytes = [UInt8](repeating: 0, count: 100_000)
    bytes.removeLast(100_000 - fread(&bytes, 1, bytes.count, source))
    bytes[place ?? bytes.count - 1] ^= 1
    scratch.write(bytes, to: path)
    return path
  }

  private func check(_ arguments: String..., status: Int32?) throws {
    let ended = try shell(
      "$PARITTY " + arguments.map { "'\($0)'" }.joined(separator: " "), folder: Self.malformed)
    let place = "\(arguments.map { $0.debugDescription })"
    #expect(strange(ended.output) == [], "\(place)")
    #expect(strange(ended.errors) == [], "\(place)")
    #expect(ended.errorLines.count == (ended.status == 2 ? 1 : 0), "\(place)")
    if let status { #expect(ended.status == status, "\(place)") }
    #expect((0...2).contains(ended.status), "\(place)")
  }

  @Test(arguments: files)
  func `nothing that a terminal obeys leaves the program`(file: String) throws {
    let scratch = Scratch()
    // The last element of a tensor or text; in an archive, the comment's length, which is refused.
    let other = try changed(file, scratch)
    let isDamaged = file.hasSuffix("surrogate.npy")
    for format in Self.formats {
      try check("report", file, file, "--format", format, status: isDamaged ? 2 : 0)
      try check("report", file, other, "--format", format, status: nil)
      try check("report", other, file, "--format", format, status: nil)
    }
    try check("inspect", file, status: nil)
    try check("inspect", other, status: nil)
  }

  @Test(arguments: formats)
  func `nor where stages of such names differ, are missing or damaged`(format: String) throws {
    let scratch = Scratch()
    let (tensors, archive) = (Self.files[0], Self.files[1])
    let other = try changed(tensors, scratch)
    try check("report", tensors, other, "--format", format, status: 1)
    try check("report", tensors, archive, "--format", format, status: 1)
    try check("report", archive, tensors, "--format", format, status: 1)
    try check("report", Self.files[2], tensors, "--format", format, status: 2)
    // The last byte of an element of the entry `\u{1B}[2J…`, whose checksum then is wrong.
    let damaged = try changed(archive, at: 351, scratch)
    try check("report", archive, damaged, "--format", format, status: 2)
    try check("inspect", damaged, status: 2)
  }

  @Test func `nor in what is wrong with options that name such stages`() throws {
    let file = Self.files[0]
    try check("report", file, file, "--pair", "\u{1B}[2J\r\n=\u{202E}", status: 2)
    try check("report", file, file, "--rename", "(\u{1B}[2J=\u{202E}", status: 2)
    try check("report", file, file, "--tolerance", "\u{1B}[2J\u{9B}", status: 2)
    try check("report", file, file, "--format", "\u{1B}[2J\u{9B}\nx", status: 2)
    try check("report", file, file, "--\u{1B}[2J\u{9B}\n", status: 2)
    try check("report", file, file, "--tolerance", "\u{1B}[2J\n*=1,1", status: 0)
    try check("report", file, file, "--output", "/no/\u{1B}[2J\n", status: 2)
    try check("demo", "\u{1B}[2J\n\u{9B}", status: 2)
    try check("\u{1B}[2J\n\u{9B}", "\u{202E}", status: 2)
  }

  @Test func `no damaged file ends the program otherwise than it ends itself, or takes 256 MB`()
    throws
  {
    let names = names(in: Self.malformed).filter { !$0.hasSuffix(".py") && $0 != "expected.json" }
    #expect(names.count > 90)
    for name in names {
      // That of 200 MB which are really there takes long to compare; MalformedTests reads it.
      let runs =
        name == "npz-bomb-200MB.npz"
        ? [["inspect", name]] : [["inspect", name], ["report", name, name]]
      for arguments in runs {
        // With more memory than that a program would end by a signal. (The peak that the system reports
        // of a child is at least that of its parent, from before it became another program.)
        let ended = try shell(
          "ulimit -d 262144; $PARITTY " + arguments.map { "'\($0)'" }.joined(separator: " "),
          folder: Self.malformed)
        #expect((0...2).contains(ended.status), "\(arguments)")
        #expect(ended.errorLines.count == (ended.status == 2 ? 1 : 0), "\(arguments)")
        // One of them names a file that is not there, and the error names that.
        let blamed = name.hasPrefix("hf-missing-file") ? "./M.a_outputs.safetensors" : name
        #expect(ended.status != 2 || ended.errors.contains(blamed), "\(ended.errors)")
        #expect(strange(ended.output) + strange(ended.errors) == [], "\(arguments)")
      }
    }
  }
}
