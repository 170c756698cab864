import PipelineTrace
import TensorKernels

/// The elements of both sides around a place, exactly as they were recorded.
package struct ElementWindow: Sendable, Equatable {
  /// The elements asked for, row by row; −1 for a place outside the tensor.
  package var places: [Int]
  package var columnCount: Int
  /// `nil` where a side has no such element.
  package var dev: [Element?]
  package var prod: [Element?]

  package init(places: [Int], columnCount: Int, dev: [Element?], prod: [Element?]) {
    self.places = places
    self.columnCount = columnCount
    self.dev = dev
    self.prod = prod
  }

  /// Reads the elements at `places` of each tensor that is given; neighbours are read together.
  ///
  /// - Returns: `nil` where `isCancelled` said so.
  package static func read(
    dev: Tensor?, prod: Tensor?, places: [Int], columnCount: Int, isCancelled: () -> Bool
  ) throws(FormatError) -> ElementWindow? {
    guard let devElements = try elements(of: dev, at: places, isCancelled: isCancelled),
      let prodElements = try elements(of: prod, at: places, isCancelled: isCancelled)
    else { return nil }
    return ElementWindow(
      places: places, columnCount: columnCount, dev: devElements, prod: prodElements)
  }

  private static func elements(of tensor: Tensor?, at places: [Int], isCancelled: () -> Bool)
    throws(FormatError) -> [Element?]?
  {
    guard let tensor else { return places.map { _ in nil } }
    var reader = TensorReader(tensor)
    let count = tensor.shape.elementCount
    let size = tensor.dtype.byteCount
    var elements: [Element?] = []
    var i = 0
    while i < places.count {
      if isCancelled() { return nil }
      guard places[i] >= 0, places[i] < count else {
        elements.append(nil)
        i += 1
        continue
      }
      var length = 1
      while i + length < places.count, places[i + length] == places[i] + length,
        places[i + length] < count
      {
        length += 1
      }
      var bytes = [UInt8](repeating: 0, count: length * size)
      try bytes.withUnsafeMutableBufferPointer { (buffer) throws(FormatError) in
        try reader.read(
          places[i]..<(places[i] + length), into: UnsafeMutableRawBufferPointer(buffer))
      }
      for start in stride(from: 0, to: bytes.count, by: size) {
        let bits = bytes[start..<(start + size)].reversed().reduce(UInt64(0)) {
          $0 << 8 | UInt64($1)
        }
        elements.append(Element(bits: bits, dtype: tensor.dtype))
      }
      i += length
    }
    return elements
  }
}
