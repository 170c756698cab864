import PipelineTrace
import TensorKernels
import TraceComparison

/// A tensor value whose two sides diverged, with what a cause may need to know of it.
///
/// Small tensors are in memory; all that reads larger ones goes through views and walks in blocks.
package struct TensorEvidence: Sendable {
  /// What the stage took in, on both sides: recorded as its input, or the output of the stage before.
  package struct Input: Sendable {
    package var name: String
    package var dev: Tensor
    package var prod: Tensor
    /// Whether the two sides agree.
    package var agrees: Bool
  }

  /// The name of the stage, and that of the value.
  package var stageName: String
  package var valueName: String
  package var dev: Tensor
  package var prod: Tensor
  /// Whether these are token ids: names of pieces, not quantities.
  package var holdsTokens: Bool
  /// What held when the sides were compared; for other shapes what would have held.
  package var tolerance: Tolerance
  /// What comparing gave; `nil` where the shapes differ.
  package var difference: DifferenceStatistics?
  package var inputs: [Input]
  /// Outputs of earlier stages, the nearest first: dev's and prod's.
  package var earlier: [Input]
  /// Mismatched places and others, drawn at random with a fixed seed; `nil` where the shapes differ.
  package var sample: ElementSample?
  /// Finite elements that stand across from each other, drawn evenly; empty where the shapes differ.
  package var spread: NumberPairs
  /// How many bits it takes to say that two elements agree that agree by chance: log2 of the odds, 0 for
  /// a constant, about 10 for activations.
  package var chanceBits: Double
  /// Of dev's elements in the pairs that are finite on both sides; of a sample of the finite ones where the
  /// shapes differ.
  package var devRootMeanSquare: Double
  /// Whether the whole difference is as small as rounding makes it, and spread as widely: no other cause
  /// may be named then, since on data with a grid many fit noise perfectly.
  package var isRoundingSized: Bool
  package var isCancelled: @Sendable () -> Bool

  /// Pairs that disagree: all of the larger side where the shapes differ.
  package var mismatchedCount: Int {
    difference?.mismatchedCount ?? max(dev.shape.elementCount, prod.shape.elementCount)
  }

  package var elementCount: Int { max(dev.shape.elementCount, prod.shape.elementCount) }

  package var hasSameShape: Bool { difference != nil }

  /// Whether the sides hold numbers that may be scaled: of one shape, no token ids and
  /// booleans, not all the same.
  package var holdsQuantities: Bool {
    hasSameShape && !holdsTokens && dev.dtype != .bool && prod.dtype != .bool && elementCount >= 3
      && chanceBits >= 1 && !isConstant(difference?.dev) && !isConstant(difference?.prod)
  }
}

extension TensorEvidence {
  /// Whether a side holds one number throughout but for float noise: it says nothing of the other.
  private func isConstant(_ side: SideStatistics?) -> Bool {
    guard let low = side?.minimum, let high = side?.maximum else { return true }
    return high - low <= 0x1p-17 * max(low.magnitude, high.magnitude)
  }
}

extension Tensor {
  /// Bytes up to which a tensor is taken into memory, so that looking at single elements costs little.
  package static let residentByteLimit = 32 << 20

  /// This tensor over bytes in memory where it is small; the same strides, the same elements.
  package func resident() throws(FormatError) -> Tensor {
    if bytes is LiteralBytes { return self }
    let span = elementSpan
    guard span.count * dtype.byteCount <= Self.residentByteLimit else { return self }
    let used = (span.lowerBound * dtype.byteCount)..<(span.upperBound * dtype.byteCount)
    return Tensor(
      dtype: dtype, shape: shape,
      bytes: LiteralBytes(try bytes.bytes(in: used), origin: bytes.origin), strides: strides,
      firstElement: firstElement - span.lowerBound, byteOrder: byteOrder)
  }

  /// The elements at these places, numbered in row-major order, as the nearest doubles.
  package func numbers(at places: [Int]) throws(FormatError) -> [Double] {
    if let mapped = bytes as? MappedElements, isContiguous, firstElement == 0 {
      return try mapped.numbers(at: places)
    }
    if isContiguous { return try numbers(atSources: places.map { firstElement + $0 }) }
    let steps = shape.rowMajorStrides
    let sources = places.map { element in
      var rest = element
      var place = firstElement
      for axis in steps.indices {
        let index = rest / steps[axis]
        rest -= index * steps[axis]
        place += index * strides[axis]
      }
      return place
    }
    return try numbers(atSources: sources)
  }

  /// The elements at these places of the source, as the nearest doubles.
  package func numbers(atSources sources: [Int]) throws(FormatError) -> [Double] {
    let size = dtype.byteCount
    var gathered = [UInt8](repeating: 0, count: sources.count * size)
    if let literal = bytes as? LiteralBytes {
      literal.bytes.withUnsafeBytes { from in
        gathered.withUnsafeMutableBytes { to in
          for (i, source) in sources.enumerated() {
            let part = UnsafeRawBufferPointer(
              rebasing: from[(source * size)..<((source + 1) * size)])
            UnsafeMutableRawBufferPointer(rebasing: to[(i * size)...]).copyMemory(from: part)
          }
        }
      }
    } else {
      try gathered.withUnsafeMutableBufferPointer { (buffer) throws(FormatError) in
        let to = UnsafeMutableRawBufferPointer(buffer)
        for (i, source) in sources.enumerated() {
          let part = UnsafeMutableRawBufferPointer(rebasing: to[(i * size)..<((i + 1) * size)])
          try bytes.read(into: part, at: source * size)
        }
      }
    }
    var numbers = [Double](repeating: 0, count: sources.count)
    gathered.withUnsafeMutableBytes { gathered in
      if byteOrder == .big {
        for i in sources.indices {
          gathered[(i * size)..<((i + 1) * size)].reverse()
        }
      }
      numbers.withUnsafeMutableBufferPointer {
        widen(UnsafeRawBufferPointer(gathered), dtype: dtype, into: $0)
      }
    }
    return numbers
  }

  /// All elements in row-major order, as the nearest doubles.
  ///
  /// - Precondition: the tensor is small enough to be held in memory at 8 bytes an element.
  package func numbers() throws(FormatError) -> [Double] {
    try numbers(in: 0..<shape.elementCount)
  }

  /// A tensor of these numbers in memory, as `f64`.
  package init(numbers: [Double], shape: Shape) {
    var bytes: [UInt8] = []
    bytes.reserveCapacity(numbers.count * 8)
    for number in numbers {
      withUnsafeBytes(of: number.bitPattern.littleEndian) { bytes.append(contentsOf: $0) }
    }
    self.init(dtype: .f64, shape: shape, bytes: LiteralBytes(bytes))
  }
}
