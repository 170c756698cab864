import Glibc
import PipelineTrace
import TensorFormats

// Every value of a trace with all its elements on standard output, for Tests/RealTools: ElementDump PATH
//
// A line `STAGE \x1f VALUE \x1f DTYPE \x1f EXTENTS \x1f BYTES`, EXTENTS with commas, then so many bytes:
// the elements in row-major order, low byte first; of texts each as its length in decimal digits, a
// colon and its UTF-8. A value that cannot be read has the dtype `unreadable` and its error for bytes.

func put(_ bytes: [UInt8], to descriptor: Int32) {
  var done = 0
  while done < bytes.count {
    let count = bytes.withUnsafeBytes {
      Glibc.write(descriptor, $0.baseAddress! + done, $0.count - done)
    }
    guard count > 0 else { fatalError("cannot write") }
    done += count
  }
}

func write(_ stage: Stage, _ value: Value, dtype: String, extents: [Int], bytes: [UInt8]) {
  let fields = [
    stage.name, value.name, dtype, extents.map(String.init).joined(separator: ","),
    String(bytes.count),
  ]
  put(Array((fields.joined(separator: "\u{1F}") + "\n").utf8) + bytes, to: STDOUT_FILENO)
}

func elements(of tensor: Tensor) throws(FormatError) -> [UInt8] {
  var bytes = [UInt8](repeating: 0, count: tensor.byteCount)
  var reader = TensorReader(tensor)
  try bytes.withUnsafeMutableBufferPointer { (buffer) throws(FormatError) in
    try reader.read(
      0..<tensor.shape.elementCount, into: UnsafeMutableRawBufferPointer(buffer))
  }
  return bytes
}

guard CommandLine.arguments.count == 2 else { fatalError("usage: ElementDump PATH") }
do throws(FormatError) {
  for stage in try openTrace(at: CommandLine.arguments[1]).stages {
    for value in stage.values {
      switch value.content {
      case .tensor(let tensor), .tokens(let tensor, _):
        write(
          stage, value, dtype: tensor.dtype.rawValue, extents: tensor.shape.extents,
          bytes: try elements(of: tensor))
      case .text(let texts):
        let elements = try texts.elements(0..<texts.shape.elementCount)
        write(
          stage, value, dtype: "text", extents: texts.shape.extents,
          bytes: elements.flatMap { Array("\($0.count):".utf8) + $0 })
      case .summary(let summary):
        write(stage, value, dtype: "summary", extents: summary.shape.extents, bytes: [])
      case .unreadable(let error):
        write(stage, value, dtype: "unreadable", extents: [], bytes: Array("\(error)".utf8))
      }
    }
  }
} catch {
  put(Array("\(error)\n".utf8), to: STDERR_FILENO)
  exit(2)
}
