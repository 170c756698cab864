extension StageName {
  /// The order in which `names` stand naturally, 2 before 10, as their numbers; equal ones stay in order.
  ///
  /// The same as sorting by ``precedesNaturally(_:_:)``, for names by the ten thousand: they are laid
  /// into one buffer, and most are told apart by the eight bytes after what all have in common.
  package static func naturalOrder(of names: [String]) -> [Int] {
    var bytes: [UInt8] = []
    bytes.reserveCapacity(names.reduce(0) { $0 + $1.utf8.count })
    var ends: [Int] = []
    ends.reserveCapacity(names.count)
    for name in names {
      bytes.append(contentsOf: name.utf8)
      ends.append(bytes.count)
    }
    return bytes.withUnsafeBufferPointer { bytes in
      func name(_ index: Int) -> UnsafeBufferPointer<UInt8> {
        UnsafeBufferPointer(rebasing: bytes[(index == 0 ? 0 : ends[index - 1])..<ends[index]])
      }
      var shared = names.isEmpty ? 0 : name(0).count
      for index in names.indices {
        let other = name(index)
        shared = min(shared, other.count)
        shared = (0..<shared).first { other[$0] != name(0)[$0] } ?? shared
      }
      // A number has to be seen from its first digit.
      while shared > 0, isDigit(name(0)[shared - 1]) { shared -= 1 }
      let keys = names.indices.map { sortingKey(name($0), from: shared) }
      return names.indices.sorted { first, second in
        if keys[first] != keys[second] { return keys[first] < keys[second] }
        let order = naturalOrder(name(first), name(second))
        return order == 0 ? first < second : order < 0
      }
    }
  }

  /// Eight bytes that stand in the same order as the names do, or are equal where they cannot tell.
  ///
  /// A number becomes a zero character, the count of its digits and the digits.
  private static func sortingKey(_ name: UnsafeBufferPointer<UInt8>, from start: Int) -> UInt64 {
    var key: UInt64 = 0
    var free = 8
    func append(_ byte: UInt8) {
      guard free > 0 else { return }
      free -= 1
      key |= UInt64(byte) << (8 * UInt64(free))
    }
    var i = start
    while i < name.count, free > 0 {
      guard isDigit(name[i]) else {
        append(name[i])
        i += 1
        continue
      }
      append(UInt8(ascii: "0"))
      while i < name.count, name[i] == UInt8(ascii: "0") { i += 1 }
      let digits = i
      while i < name.count, isDigit(name[i]) { i += 1 }
      guard i - digits < 255 else {
        append(255)
        return key
      }
      append(UInt8(i - digits))
      for digit in digits..<i { append(name[digit]) }
    }
    return key
  }
}
