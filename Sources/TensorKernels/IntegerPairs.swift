/// The pairs of one chunk as integers, where a side has 64 bits and a `Double` would round it.
struct IntegerPairs {
  private let dev: UnsafeMutablePointer<Int64>
  private let prod: UnsafeMutablePointer<Int64>

  /// Integers of scratch that the arrays need.
  static let scratchCount = 2 * DifferenceKernel.chunkElementCount

  /// - Parameter scratch: Room for `scratchCount` integers.
  init(scratch: UnsafeMutableRawPointer) {
    dev = scratch.bindMemory(to: Int64.self, capacity: Self.scratchCount)
    prod = dev + DifferenceKernel.chunkElementCount
  }

  /// Writes |prod − dev|, exact before it is rounded to a double.
  ///
  /// - Precondition: Both codings are those of integers or booleans.
  func writeDistances(
    to distances: UnsafeMutablePointer<Double>,
    dev devElements: UnsafeRawPointer, _ devCoding: ElementCoding,
    prod prodElements: UnsafeRawPointer, _ prodCoding: ElementCoding, count: Int
  ) {
    guard let devIntegers = devCoding.integers, let prodIntegers = prodCoding.integers else {
      preconditionFailure("floats have no integer distance")
    }
    devIntegers(devElements, count, dev)
    prodIntegers(prodElements, count, prod)
    let devIsUnsigned = devCoding.isUnsigned64
    let prodIsUnsigned = prodCoding.isUnsigned64
    if !devIsUnsigned && !prodIsUnsigned {
      for k in 0..<count {
        let (x, y) = (dev[k], prod[k])
        distances[k] = Double(UInt64(bitPattern: x > y ? x &- y : y &- x))
      }
    } else {
      for k in 0..<count {
        let x = devIsUnsigned ? Int128(UInt64(bitPattern: dev[k])) : Int128(dev[k])
        let y = prodIsUnsigned ? Int128(UInt64(bitPattern: prod[k])) : Int128(prod[k])
        distances[k] = roundedToDouble((y &- x).magnitude)
      }
    }
  }
}
