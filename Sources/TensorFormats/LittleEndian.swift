extension [UInt8] {
  /// The unsigned integer whose low byte stands at `byteOffset`.
  ///
  /// - Precondition: all its bytes lie within the array.
  func littleEndian<T: FixedWidthInteger & UnsignedInteger>(_: T.Type, at byteOffset: Int) -> T {
    var value: T = 0
    for i in stride(from: T.bitWidth / 8 - 1, through: 0, by: -1) {
      value = value << 8 | T(self[byteOffset + i])
    }
    return value
  }
}
