import ArgumentParser
import Glibc
import PipelineTrace
import TraceReport

/// `paritty demo [NAME]`: the pairs of traces that come with the program.
struct DemoCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "demo", abstract: "Open a bundled pair of traces; without a name, list them.")

  @Argument(help: "Which pair.")
  var name: String?

  @OptionGroup var judging: JudgingOptions
  @OptionGroup var screen: ScreenOptions

  func run() throws {
    let samples = try SampleTraces.find()
    guard let name else {
      var text = "paritty demo NAME opens one of these pairs:\n\n"
      let width = samples.map(\.name.visible.columnCount).max() ?? 0
      for sample in samples {
        text += "  \(sample.name.visible.padded(toColumns: width))  \(sample.title)\n"
      }
      try print(text)
      return
    }
    guard let sample = samples.first(where: { $0.name == name }) else {
      let names = samples.map(\.name).joined(separator: ", ")
      throw Trouble("no sample is called '\(name)'; there are: \(names)")
    }
    try DebugCommand.debug(
      try judging.comparison(dev: sample.dev, prod: sample.prod),
      workerCount: judging.workerCount, screen: screen)
  }
}

/// The folders of sample traces, each with a `dev` and a `prod`.
struct SampleTraces {
  struct Sample {
    var name: String
    /// The heading of its README.
    var title: String
    var dev: String
    var prod: String
  }

  /// The samples in the order of their names.
  ///
  /// Looked for in `$PARITTY_SAMPLES`, in `sample-traces` above the program (a build inside the
  /// checkout), in `share/paritty/sample-traces` beside it (an installed one), and here.
  static func find() throws -> [Sample] {
    for folder in candidates {
      let samples = entries(of: folder).compactMap { sample(named: $0, in: folder) }
      if !samples.isEmpty { return samples.sorted { $0.name < $1.name } }
    }
    throw Trouble("no folder sample-traces found; set PARITTY_SAMPLES to where it lies")
  }

  private static var candidates: [String] {
    var folders: [String] = []
    if let named = getenv("PARITTY_SAMPLES") { folders.append(String(cString: named)) }
    var place = programPath.split(separator: "/").dropLast()
    while !place.isEmpty {
      folders.append("/" + place.joined(separator: "/") + "/sample-traces")
      folders.append("/" + place.joined(separator: "/") + "/share/paritty/sample-traces")
      place = place.dropLast()
    }
    return folders + ["sample-traces"]
  }

  /// The program's own file, links followed.
  private static var programPath: String {
    guard let path = realpath("/proc/self/exe", nil) ?? realpath(CommandLine.arguments[0], nil)
    else { return "" }
    defer { free(path) }
    return String(cString: path)
  }

  private static func sample(named name: String, in folder: String) -> Sample? {
    let place = "\(folder)/\(name)"
    let inside = entries(of: place)
    func trace(_ side: String) -> String? {
      inside.first { $0 == side || $0.hasPrefix("\(side).") }.map { "\(place)/\($0)" }
    }
    guard let dev = trace("dev"), let prod = trace("prod") else { return nil }
    return Sample(name: name, title: title(of: "\(place)/README.md"), dev: dev, prod: prod)
  }

  private static func title(of readme: String) -> String {
    guard let file = try? TraceFile(path: readme),
      let bytes = try? file.bytes(in: 0..<min(500, file.byteCount))
    else { return "" }
    let line = VisibleText.decode(bytes).prefix { !$0.isNewline }
    return String(line.drop { $0 == "#" || $0 == " " }).visible
  }

  private static func entries(of folder: String) -> [String] {
    guard let stream = opendir(folder) else { return [] }
    defer { closedir(stream) }
    var names: [String] = []
    while let entry = readdir(stream) {
      let name = withUnsafeBytes(of: entry.pointee.d_name) { bytes in
        VisibleText.decode(bytes.prefix { $0 != 0 })
      }
      if !name.hasPrefix(".") { names.append(name) }
    }
    return names
  }
}
