import PipelineTrace
import TensorKernels

/// The elements of a tensor after a function was applied to each, computed as they are read.
///
/// So a cause that can only be redone (a factor, a rounding, a clip) is judged by the same count as one
/// that is undone by a view, in blocks, whatever the size of the tensor. The result is `f64`.
package struct MappedElements: ByteSource {
  /// Changes values in place; gets the number of the first of them in row-major order.
  package typealias Function =
    @Sendable (_ firstElement: Int, _ values: UnsafeMutableBufferPointer<Double>) -> Void

  private let base: Tensor
  private let function: Function

  package init(_ base: Tensor, _ function: @escaping Function) {
    self.base = base
    self.function = function
  }

  package var byteCount: Int { base.shape.elementCount * 8 }
  package var isRandomAccess: Bool { base.isContiguous && base.bytes.isRandomAccess }
  package var origin: Origin { base.bytes.origin }

  package func read(into destination: UnsafeMutableRawBufferPointer, at byteOffset: Int)
    throws(FormatError)
  {
    guard destination.count > 0 else { return }
    let first = byteOffset / 8
    let end = (byteOffset + destination.count + 7) / 8
    var bytes = [UInt8](repeating: 0, count: (end - first) * base.dtype.byteCount)
    // The reader lives for this range only: more of a view than that would be gathered in vain.
    var reader = TensorReader(base, slabByteCount: bytes.count)
    try bytes.withUnsafeMutableBufferPointer { (buffer) throws(FormatError) in
      try reader.read(first..<end, into: UnsafeMutableRawBufferPointer(buffer))
    }
    var values = [Double](repeating: 0, count: end - first)
    bytes.withUnsafeBytes { bytes in
      values.withUnsafeMutableBufferPointer { values in
        widen(bytes, dtype: base.dtype, into: values)
        function(first, values)
      }
    }
    values.withUnsafeBytes { bytes in
      let start = byteOffset - first * 8
      destination.copyMemory(
        from: UnsafeRawBufferPointer(rebasing: bytes[start..<(start + destination.count)]))
    }
  }
}

extension MappedElements {
  /// The elements at these places, numbered in row-major order.
  func numbers(at places: [Int]) throws(FormatError) -> [Double] {
    var numbers = try base.numbers(at: places)
    numbers.withUnsafeMutableBufferPointer { numbers in
      for (i, place) in places.enumerated() {
        function(place, UnsafeMutableBufferPointer(rebasing: numbers[i...i]))
      }
    }
    return numbers
  }
}

extension Tensor {
  /// This tensor with a function applied to its elements, in blocks, when they are read.
  package func mapped(_ function: @escaping MappedElements.Function) -> Tensor {
    Tensor(dtype: .f64, shape: shape, bytes: MappedElements(self, function))
  }
}
