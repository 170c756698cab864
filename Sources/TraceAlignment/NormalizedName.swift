/// What is compared of a stage's name.
enum NormalizedName {
  /// The name with every run of separators (`/ . _ - :` and blanks) as one `/`, none at its ends.
  ///
  /// A name of nothing but separators stays as it is.
  static func normalized(_ name: String) -> String {
    var bytes: [UInt8] = []
    bytes.reserveCapacity(name.utf8.count)
    var isPending = false
    for byte in name.utf8 {
      if isSeparator(byte) {
        isPending = !bytes.isEmpty
      } else {
        if isPending { bytes.append(UInt8(ascii: "/")) }
        isPending = false
        bytes.append(byte)
      }
    }
    return bytes.isEmpty ? name : String(decoding: bytes, as: UTF8.self)
  }

  /// The parts of a name that ends as recorders number repetitions: `normalize_1`, `.1`, `:1`, `-1`,
  /// ` 1`, `#1` and `(1)` → the normalised `normalize`, 1.
  ///
  /// - Returns: `nil` where the name has no such end, or nothing before it.
  static func split(_ name: String) -> (stem: String, number: Int)? {
    var rest = Array(name.utf8)[...]
    let isBracketed = rest.last == UInt8(ascii: ")")
    if isBracketed { rest.removeLast() }
    let digits = rest.reversed().prefix { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }
    rest.removeLast(digits.count)
    guard let number = Int(String(decoding: digits.reversed(), as: UTF8.self)),
      let mark = rest.popLast()
    else { return nil }
    let isMark =
      isBracketed
      ? mark == UInt8(ascii: "(")
      : mark == UInt8(ascii: "#") || (isSeparator(mark) && mark != UInt8(ascii: "/"))
    let stem = normalized(String(decoding: rest, as: UTF8.self))
    return isMark && !stem.isEmpty ? (stem, number) : nil
  }

  private static func isSeparator(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "/"), UInt8(ascii: "."), UInt8(ascii: "_"), UInt8(ascii: "-"),
      UInt8(ascii: ":"), UInt8(ascii: " "), UInt8(ascii: "\t"):
      true
    default: false
    }
  }
}

/// The names of both traces as numbers: equal ones are equal.
struct StageNames {
  /// One side's names, stage by stage.
  struct Side {
    /// As recorded.
    var recorded: [Int32] = []
    var normalized: [Int32] = []
    /// The normalised name, or its stem where the name is a repetition on its side.
    ///
    /// It is one where the stem alone is a name too, and no name has that stem and the number 0:
    /// `features.0`, `features.1` beside `features` are the parts of a whole.
    var repeated: [Int32] = []

    var count: Int { recorded.count }
  }

  private var numbers: [String: Int32] = [:]
  private(set) var dev = Side()
  private(set) var prod = Side()

  init(dev: [String], prod: [String]) {
    numbers.reserveCapacity(2 * (dev.count + prod.count))
    self.dev = side(dev)
    self.prod = side(prod)
  }

  private mutating func side(_ names: [String]) -> Side {
    var side = Side()
    side.recorded = names.map { number($0) }
    side.normalized = names.map { number(NormalizedName.normalized($0)) }
    let present = Set(side.normalized)
    let parts = names.map(NormalizedName.split)
    var wholes: Set<Int32> = []
    let stems = parts.map { part in part.map { number($0.stem) } }
    for (stem, part) in zip(stems, parts) where part?.number == 0 {
      if let stem { wholes.insert(stem) }
    }
    side.repeated = zip(stems, side.normalized).map { stem, own in
      guard let stem, present.contains(stem), !wholes.contains(stem) else { return own }
      return stem
    }
    return side
  }

  private mutating func number(_ name: String) -> Int32 {
    let next = Int32(numbers.count)
    return { (stored: inout Int32?) in
      if let stored { return stored }
      stored = next
      return next
    }(&numbers[name])
  }
}
