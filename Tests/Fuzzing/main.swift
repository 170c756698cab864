import Mutations
import PipelineTrace
import TensorFormats

// libFuzzer over the readers of files: see README.md and `run` in this folder.

/// Sound traces to compare with, by the names of their formats.
let originals: [String: Examination] = {
  var originals: [String: Examination] = [:]
  for seed in allSeeds where originals[seed.format.name] == nil {
    originals[seed.format.name] = try? Examination(path: seed.path, files: [])
  }
  return originals
}()

/// Gives `bytes` to the reader that recognises them, as a file in memory; ends the process where what
/// becomes of them is not true.
func examine(_ bytes: [UInt8]) {
  let file = TraceFile(holding: bytes, path: "fuzzed")
  guard let candidate = try? TraceCandidate(file: file) else {
    preconditionFailure("a file in memory is always there")
  }
  let format = try? candidate.format()
  guard let original = originals[format?.name ?? NpyFormat.name] else {
    preconditionFailure("no seed of \(format?.name ?? NpyFormat.name) opens")
  }
  let mutant = Mutant(files: [SeedFile(path: "", bytes: bytes)], changedFile: 0)
  let (_, complaints) = original.examine(mutant, at: file.path) { () throws(FormatError) in
    try candidate.format().read(candidate)
  }
  precondition(complaints.isEmpty, complaints.joined(separator: "\n"))
}

/// libFuzzer's own loop, which calls back with each input that it makes up.
@_silgen_name("LLVMFuzzerRunDriver")
func runFuzzer(
  _ argumentCount: UnsafeMutablePointer<CInt>,
  _ arguments: UnsafeMutablePointer<UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>>,
  _ callback: @convention(c) (UnsafePointer<UInt8>?, Int) -> CInt
) -> CInt

var argumentCount = CommandLine.argc
var arguments = CommandLine.unsafeArgv
let status = runFuzzer(&argumentCount, &arguments) { start, count in
  examine(Array(UnsafeBufferPointer(start: start, count: count)))
  return 0
}
precondition(status == 0, "libFuzzer ended with \(status)")
