import PipelineTrace

extension TraceCandidate {
  /// Why no format takes this candidate, in words that tell its owner what was opened instead.
  func unrecognisedError() -> FormatError {
    let head: [UInt8]
    switch content {
    case .file(_, let first): head = first
    case .folder(let folder):
      let look =
        folder.entries.isEmpty
        ? "it is an empty folder"
        : "it is a folder without .npy files and without the trace of a debugger"
      return FormatError(file: path, problem: .notATrace(look))
    }
    if let (kind, advice) = readableElsewhere(head) {
      return FormatError(file: path, problem: .unsupported(kind, advice: advice))
    }
    return FormatError(file: path, problem: .notATrace("it looks like \(FileLook.of(head))"))
  }

  /// Files that hold tensors, but in a form that is not read here.
  private func readableElsewhere(_ head: [UInt8]) -> (kind: String, advice: String)? {
    // The magic number of torch.save before its files were zip archives, as a pickled long.
    if head.starts(with: [0x80, 0x02, 0x8A, 0x0A, 0x6C, 0xFC, 0x9C, 0x46]) {
      return (
        "it is a PyTorch checkpoint of the old kind, a run of pickles",
        "save it again with a current torch: torch.save(torch.load(PATH), NEW); or with safetensors"
      )
    }
    return nil
  }
}

/// What a file that is no trace appears to be, told by its first bytes.
enum FileLook {
  static let blanks = Array(" \t\r\n".utf8)

  /// First bytes that give a file away, and the words for it.
  private static let signatures: [(bytes: [UInt8], look: String)] = [
    ([0x89, 0x50, 0x4E, 0x47], "a PNG image"),
    ([0xFF, 0xD8, 0xFF], "a JPEG image"),
    (Array("GIF8".utf8), "a GIF image"),
    (Array("RIFF".utf8), "a RIFF file (WebP, WAV or AVI)"),
    (Array("%PDF".utf8), "a PDF document"),
    ([0x1F, 0x8B], "gzip data; unpack it first"),
    ([0x28, 0xB5, 0x2F, 0xFD], "Zstandard data; unpack it first"),
    ([0xFD, 0x37, 0x7A, 0x58, 0x5A], "xz data; unpack it first"),
    (Array("BZh".utf8), "bzip2 data; unpack it first"),
    ([0x37, 0x7A, 0xBC, 0xAF], "a 7-Zip archive"),
    ([0x89, 0x48, 0x44, 0x46], "an HDF5 file"),
    (Array("PAR1".utf8), "a Parquet file"),
    (Array("ARROW1".utf8), "an Arrow file"),
    (Array("GGUF".utf8), "a GGUF model"),
    ([0x7F, 0x45, 0x4C, 0x46], "a program (ELF)"),
    (Array("SQLite format 3".utf8), "an SQLite database"),
    ([0x93, 0x4E, 0x55, 0x4D], "a damaged .npy file"),
  ]

  /// The words for a file that starts with `head`: `a PNG image`, `text`, `an empty file`.
  static func of(_ head: [UInt8]) -> String {
    if head.isEmpty { return "an empty file" }
    if let known = signatures.first(where: { head.starts(with: $0.bytes) }) { return known.look }
    if head.count > 2, head[0] == 0x80, (2...5).contains(head[1]) {
      return "an old-style pickle, which is never executed here"
    }
    if isText(head) {
      let first = head.first { !blanks.contains($0) }
      return first == UInt8(ascii: "{") || first == UInt8(ascii: "[") ? "JSON text" : "text"
    }
    if head.count < 16 { return "the first \(head.count) bytes of a cut file" }
    return "binary data of no known kind"
  }

  /// Whether all bytes are such as stand in UTF-8 text: no controls but tabs and line ends.
  static func isText(_ head: [UInt8]) -> Bool {
    head.allSatisfy { $0 >= 0x20 && $0 != 0x7F && $0 < 0xF5 || blanks.contains($0) }
  }
}
