import Glibc
import PipelineTrace
import TraceAlignment
import TraceComparison

/// A tensor in memory of these numbers, a vector where no extents are given.
func tensor(_ dtype: DType, _ numbers: [Double], _ extents: [Int]? = nil) -> Tensor {
  let bits = numbers.map { number -> UInt64 in
    switch dtype {
    case .f64: number.bitPattern
    case .f32: UInt64(Float(number).bitPattern)
    case .f16: UInt64(Float16(number).bitPattern)
    case .bf16: UInt64(Float(number).bitPattern >> 16)
    case .f8e5m2: UInt64(Float16(number).bitPattern >> 8)
    case .f8e4m3: preconditionFailure("write its bits")
    default: UInt64(bitPattern: Int64(number))
    }
  }
  return tensor(dtype, bits: bits, extents)
}

/// A tensor in memory of elements with these bits.
func tensor(_ dtype: DType, bits: [UInt64], _ extents: [Int]? = nil) -> Tensor {
  let bytes = bits.flatMap { word in
    (0..<dtype.byteCount).map { UInt8(truncatingIfNeeded: word >> (8 * $0)) }
  }
  return Tensor(
    dtype: dtype, shape: Shape(extents ?? [bits.count])!, bytes: LiteralBytes(bytes))
}

/// A stage with one output.
func stage(_ name: String, _ content: Value.Content) -> Stage {
  Stage(name: name, position: 0, values: [Value(name: "output", content: content)])
}

func stage(_ name: String, _ tensor: Tensor) -> Stage { stage(name, .tensor(tensor)) }

/// A stage whose only output is this vector of float32.
func stage(_ name: String, _ numbers: Double...) -> Stage { stage(name, tensor(.f32, numbers)) }

func stage(_ name: String, text: String) -> Stage { stage(name, .text(TextArray(text))) }

func texts(_ texts: String...) -> TextArray {
  TextArray(texts.map { Array($0.utf8) }, shape: .vector(texts.count))
}

extension Stage {
  /// This stage with a tensor that it took in.
  func taking(_ name: String, _ tensor: Tensor) -> Stage {
    var stage = self
    stage.values.append(Value(name: name, role: .input, content: .tensor(tensor)))
    return stage
  }

  func taking(_ name: String, _ numbers: Double...) -> Stage {
    taking(name, tensor(.f32, numbers))
  }
}

func trace(_ stages: [Stage], path: String = "memory") -> Trace {
  Trace(
    path: path, format: "test",
    stages: stages.enumerated().map { position, stage in
      var stage = stage
      stage.position = position
      return stage
    })
}

/// Two traces, compared to the end.
func compared(
  _ dev: Trace, _ prod: Trace, _ settings: ComparisonSettings = ComparisonSettings()
) throws -> Comparison {
  ComparisonEngine.run(
    try Comparison(dev: dev, prod: prod, settings: settings, overrides: AlignmentOverrides()),
    workerCount: 2)
}

func compared(
  _ dev: [Stage], _ prod: [Stage], _ settings: ComparisonSettings = ComparisonSettings()
) throws -> Comparison {
  try compared(trace(dev, path: "dev"), trace(prod, path: "prod"), settings)
}

/// Two tensors, compared as the one output of the one stage `x` of two traces.
func compared(
  _ dev: Tensor, _ prod: Tensor, _ settings: ComparisonSettings = ComparisonSettings()
) throws -> PairComparison {
  try compared([stage("x", dev)], [stage("x", prod)], settings).pairs[0]
}

/// The folder of the whole package.
let packageFolder: String = {
  "/" + #filePath.split(separator: "/").dropLast(3).joined(separator: "/")
}()

/// The names of what lies in a folder, sorted.
func fileNames(in folder: String) -> [String] {
  guard let stream = opendir(folder) else { return [] }
  defer { closedir(stream) }
  var names: [String] = []
  while let entry = readdir(stream) {
    let bytes = withUnsafeBytes(of: &entry.pointee.d_name) { Array($0.prefix { $0 != 0 }) }
    names.append(String(decoding: bytes, as: UTF8.self))
  }
  return names.filter { !$0.hasPrefix(".") }.sorted()
}

extension String {
  /// What is wrong with the lines of a text for a terminal of 80 columns, if anything is.
  var faults: [String] {
    split(separator: "\n", omittingEmptySubsequences: false).compactMap { line in
      if String(line).columnCount > 80 { return "\(String(line).columnCount) columns: \(line)" }
      if let scalar = line.unicodeScalars.first(where: { !VisibleText.isPlain($0) }) {
        return "U+\(String(scalar.value, radix: 16)) in \(String(line).visible)"
      }
      return nil
    }
  }
}
