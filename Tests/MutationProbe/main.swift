import Glibc
import Mutations
import PipelineTrace
import TensorFormats

// No file can hurt: opens, lists, compares and reports mutants of the smallest trace of every format.
// A mutant must not end the process, take two seconds or 256 MB, or give an answer that is not true.
//
//   MutationProbe [--seed NUMBER] [--count NUMBER] [--only FORMAT] [--workers NUMBER]
//   MutationProbe --replay SEED:NUMBER [--seed NUMBER]     writes that mutant, and examines it here

do {
  let options = try ProbeOptions(CommandLine.arguments.dropFirst())
  if let replay = options.replay {
    try Replay.run(replay, options)
  } else if let worker = options.worker {
    try Worker.run(worker, options)
  } else {
    exit(try Supervisor(options).run() ? 0 : 1)
  }
} catch {
  say("MutationProbe: \(error)", to: STDERR_FILENO)
  exit(2)
}
