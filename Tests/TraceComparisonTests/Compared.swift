import Glibc
import PipelineTrace
import TestTraces
import TraceAlignment
import TraceComparison

/// Two traces, compared to the end.
func compared(
  _ dev: Trace, _ prod: Trace, _ settings: ComparisonSettings = ComparisonSettings(),
  workerCount: Int = 2, report: @escaping (ComparisonEngine.Update) -> Void = { _ in }
) throws -> Comparison {
  ComparisonEngine.run(
    try Comparison(dev: dev, prod: prod, settings: settings, overrides: AlignmentOverrides()),
    workerCount: workerCount, report: report)
}

func compared(
  _ dev: [Stage], _ prod: [Stage], _ settings: ComparisonSettings = ComparisonSettings()
) throws -> Comparison {
  try compared(trace(dev), trace(prod), settings)
}

/// Two tensors, compared as the one output of the one stage of two traces.
func compared(
  _ dev: Tensor, _ prod: Tensor, _ settings: ComparisonSettings = ComparisonSettings()
) throws -> ValueComparison {
  try compared([stage("x", dev)], [stage("x", prod)], settings).pairs[0].values[0]
}

extension Comparison {
  /// Each pair as `name status`, with its kind and its role where it has them.
  var outline: [String] {
    pairs.map { pair in
      var line = "\(pair.name) \(pair.status.rawValue)"
      if let kind = pair.kind { line += " \(kind.rawValue)" }
      if let role = pair.role { line += " \(role.rawValue)" }
      return line
    }
  }
}

/// A folder of a test's own, removed when the test ends.
final class Scratch {
  let path: String
  private var files: [String] = []

  init() {
    var template = Array("/tmp/paritty-comparison-XXXXXX".utf8CString)
    path = template.withUnsafeMutableBufferPointer { String(cString: mkdtemp($0.baseAddress!)) }
  }

  deinit {
    for file in files { unlink(file) }
    rmdir(path)
  }

  /// Writes a file of this name and opens it.
  func file(_ bytes: [UInt8], as name: String) throws -> TraceFile {
    let file = fopen("\(path)/\(name)", "wb")!
    fwrite(bytes, 1, bytes.count, file)
    fclose(file)
    files.append("\(path)/\(name)")
    return try TraceFile(path: "\(path)/\(name)")
  }

  /// Cuts a file of this name to so many bytes.
  func cut(_ name: String, to byteCount: Int) {
    precondition(truncate("\(path)/\(name)", byteCount) == 0)
  }
}
