import PipelineTrace

/// A tensor in memory of these numbers, a vector where no extents are given.
package func tensor(_ dtype: DType, _ numbers: [Double], _ extents: [Int]? = nil) -> Tensor {
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
package func tensor(_ dtype: DType, bits: [UInt64], _ extents: [Int]? = nil) -> Tensor {
  let bytes = bits.flatMap { word in
    (0..<dtype.byteCount).map { UInt8(truncatingIfNeeded: word >> (8 * $0)) }
  }
  return Tensor(
    dtype: dtype, shape: Shape(extents ?? [bits.count])!, bytes: LiteralBytes(bytes))
}

/// A stage with one output.
package func stage(_ name: String, _ content: Value.Content) -> Stage {
  Stage(name: name, position: 0, values: [Value(name: "output", content: content)])
}

package func stage(_ name: String, _ tensor: Tensor) -> Stage { stage(name, .tensor(tensor)) }

/// A stage whose only output is this vector of float32.
package func stage(_ name: String, _ numbers: Double...) -> Stage {
  stage(name, tensor(.f32, numbers))
}

package func stage(_ name: String, text: String) -> Stage { stage(name, .text(TextArray(text))) }

package func texts(_ texts: String...) -> TextArray {
  TextArray(texts.map { Array($0.utf8) }, shape: .vector(texts.count))
}

extension Stage {
  /// This stage with a tensor that it took in.
  package func taking(_ name: String, _ tensor: Tensor) -> Stage {
    var stage = self
    stage.values.append(Value(name: name, role: .input, content: .tensor(tensor)))
    return stage
  }

  package func taking(_ name: String, _ numbers: Double...) -> Stage {
    taking(name, tensor(.f32, numbers))
  }
}

package func trace(_ stages: [Stage], path: String = "memory") -> Trace {
  Trace(
    path: path, format: "test",
    stages: stages.enumerated().map { position, stage in
      var stage = stage
      stage.position = position
      return stage
    })
}
