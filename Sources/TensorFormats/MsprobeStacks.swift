import PipelineTrace

/// Where in the pipeline's code the calls of a dump of msprobe were made: its `stack.json`.
///
/// `{"0": [[names of calls], [lines, the innermost first]]}`; older versions have the lines under each
/// name. A line is `File PATH, line 94, in FUNCTION, \n SOURCE`. The first that is not the framework's
/// own is taken.
struct MsprobeStacks {
  private(set) var sources: [String: Stage.Source] = [:]

  /// Folders of what stands between the pipeline's code and the tool.
  private static let frameworks = ["/torch/", "/torch_npu/", "/mindspore/", "/msprobe/"]

  /// Reads the stacks that lie beside a dump; without them stages have no source, and that is said.
  init(in folder: Folder, warnings: inout [String]) {
    guard let entry = folder.files.first(where: { $0.name == "stack.json" }) else { return }
    do throws(FormatError) {
      let file = try folder.open(entry)
      try read(file)
    } catch {
      sources = [:]
      warnings.append("No stage has its place in the code: \(error).")
    }
  }

  private mutating func read(_ file: TraceFile) throws(FormatError) {
    let origin = Origin(file: file.path)
    var reader = JSONReader(FileRegion(file: file, range: 0..<file.byteCount), origin: origin)
    try reader.enterObject()
    while let key = try reader.nextName() {
      let value = try reader.value()
      if let lines = value.texts, !lines.isEmpty {
        sources[key] = Self.source(lines)
      } else if let parts = value.elements, parts.count == 2, let names = parts[0].texts,
        let lines = parts[1].texts, let source = Self.source(lines)
      {
        for name in names { sources[name] = source }
      }
    }
    try reader.finish()
  }

  private static func source(_ lines: [String]) -> Stage.Source? {
    for line in lines {
      guard let source = source(line), !frameworks.contains(where: source.file.contains)
      else { continue }
      return source
    }
    return nil
  }

  /// `File /srv/model.py, line 94, in forward, \n x = self.norm(x)`, taken apart.
  private static func source(_ line: String) -> Stage.Source? {
    guard line.hasPrefix("File ") else { return nil }
    let parts = line.dropFirst(5).split(
      separator: ", line ", maxSplits: 1, omittingEmptySubsequences: false)
    guard parts.count == 2 else { return nil }
    let digits = parts[1].prefix { $0.isASCII && $0.isNumber }
    let rest = parts[1].dropFirst(digits.count)
    let function =
      rest.hasPrefix(", in ") ? rest.dropFirst(5).prefix { $0 != "," && $0 != "\n" } : ""
    return Stage.Source(
      file: String(parts[0]), line: Int(digits),
      function: function.isEmpty ? nil : String(function))
  }
}
