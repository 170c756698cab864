import PipelineTrace
import TensorKernels

extension Array {
  /// The first index from which on `belongs` is true, where it is false before; the count where it is
  /// true nowhere. Halves the array again and again.
  func partitioningIndex(where belongs: (Element) -> Bool) -> Int {
    var range = 0..<count
    while !range.isEmpty {
      let middle = range.lowerBound + range.count / 2
      range =
        belongs(self[middle]) ? range.lowerBound..<middle : (middle + 1)..<range.upperBound
    }
    return range.lowerBound
  }
}

extension TensorSummary {
  /// The printed elements at `places`; `nil` where none was printed.
  ///
  /// As they were printed: a float shows the digits that were written and no others.
  package func elements(at places: [Int]) -> [Element?] {
    places.map { place in
      let index = printed.partitioningIndex { $0.element >= place }
      guard index < printed.count, printed[index].element == place else { return nil }
      return element(printed[index].figure.value)
    }
  }

  private func element(_ number: Double) -> Element {
    switch dtype {
    case .bool: return .boolean(number != 0)
    case .u8, .u16, .u32, .u64:
      if let integer = UInt64(exactly: number) { return .unsigned(integer) }
    case .i8, .i16, .i32, .i64:
      if let integer = Int64(exactly: number) { return .signed(integer) }
    case .f16, .bf16, .f32, .f64, .f8e4m3, .f8e5m2: return .float(number, dtype)
    }
    return .float(number, .f64)  // a tool that prints integers as floats
  }
}
