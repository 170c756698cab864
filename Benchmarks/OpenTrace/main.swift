import PipelineTrace
import TensorFormats

// Reads a safetensors header, and opens the trace that it describes, COUNT times in one process;
// prints the milliseconds of both, a line each time: OpenTrace PATH COUNT
guard CommandLine.arguments.count == 3, let count = Int(CommandLine.arguments[2]) else {
  fatalError("usage: OpenTrace PATH COUNT")
}
let path = CommandLine.arguments[1]
let clock = ContinuousClock()

func milliseconds(_ duration: Duration) -> Double {
  Double(duration.components.seconds) * 1e3 + Double(duration.components.attoseconds) / 1e15
}

for _ in 0..<count {
  var header: SafetensorsHeader?
  let listing = try clock.measure { header = try SafetensorsHeader(of: TraceFile(path: path)) }
  var trace: Trace?
  let opening = try clock.measure { trace = try openTrace(at: path) }
  guard header?.tensorCount == trace?.stages.count else { fatalError("tensors without a stage") }
  print(milliseconds(listing), milliseconds(opening))
}
