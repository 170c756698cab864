import Glibc
import PipelineTrace
import TensorFormats
import TestTraces

/// A small sound trace that mutants are made of.
package struct Seed: Sendable {
  package var format: any TraceFormat.Type
  /// The file or folder in `Tests/Fixtures/smallest`.
  package var name: String
}

/// At least one seed for every entry of `allFormats`; a new format needs a line here.
package let allSeeds: [Seed] = [
  Seed(format: NpyFormat.self, name: "floats.npy"),
  Seed(format: NpyFormat.self, name: "columns.npy"),
  Seed(format: NpyFormat.self, name: "text.npy"),
  Seed(format: NpzFormat.self, name: "stored.npz"),
  Seed(format: NpzFormat.self, name: "deflated.npz"),
  Seed(format: NpzFormat.self, name: "manifest.npz"),
  Seed(format: SafetensorsFormat.self, name: "two.safetensors"),
  Seed(format: PyTorchFormat.self, name: "dict.pt"),
  Seed(format: PolygraphyFormat.self, name: "results.json"),
  Seed(format: PolygraphyFormat.self, name: "inputs.json"),
  Seed(format: PolygraphyFormat.self, name: "polygraphy"),
  Seed(format: NpyFolderFormat.self, name: "npy-folder"),
  Seed(format: SGLangFormat.self, name: "sglang"),
  Seed(format: HuggingFaceDebuggerFormat.self, name: "debugger"),
  Seed(format: HuggingFaceDebuggerFormat.self, name: "debugger-printed"),
  Seed(format: MsprobeFormat.self, name: "msprobe"),
]

extension Seed {
  /// The folder of all seeds.
  package static let folder = "\(packageFolder)/Tests/Fixtures/smallest"

  package var path: String { "\(Self.folder)/\(name)" }

  /// Its files by their paths below ``path``; of a single file the path is empty.
  package func files() throws(FormatError) -> [SeedFile] {
    try Self.files(at: path, below: "")
  }

  private static func files(at path: String, below: String) throws(FormatError) -> [SeedFile] {
    var status = stat()
    guard stat(path, &status) == 0, status.st_mode & S_IFMT == S_IFDIR else {
      let file = try TraceFile(path: path)
      return [SeedFile(path: below, bytes: try file.bytes(in: 0..<file.byteCount))]
    }
    var files: [SeedFile] = []
    for name in fileNames(in: path) {
      files += try Self.files(at: "\(path)/\(name)", below: "\(below)/\(name)")
    }
    return files
  }
}

/// A file of a seed, or of a mutant.
package struct SeedFile: Sendable, Equatable {
  /// Below the trace's own path: empty, or `/0_x.npy`.
  package var path: String
  package var bytes: [UInt8]

  package init(path: String, bytes: [UInt8]) {
    self.path = path
    self.bytes = bytes
  }
}
