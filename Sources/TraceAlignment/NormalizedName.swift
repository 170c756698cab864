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
    var rest = Substring(name).utf8
    let isBracketed = rest.last == UInt8(ascii: ")")
    if isBracketed { rest.removeLast() }
    var digitCount = 0
    for byte in rest.reversed() {
      guard (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) else { break }
      digitCount += 1
    }
    guard digitCount > 0, let number = Int(Substring(rest.suffix(digitCount))) else { return nil }
    rest.removeLast(digitCount)
    guard let mark = rest.popLast() else { return nil }
    let isMark =
      isBracketed
      ? mark == UInt8(ascii: "(")
      : mark == UInt8(ascii: "#") || (isSeparator(mark) && mark != UInt8(ascii: "/"))
    guard isMark, !rest.isEmpty else { return nil }
    return (normalized(String(Substring(rest))), number)
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
  /// What is known of the recorded names, by their numbers: most of them occur on both sides.
  private var forms: [Form?] = []
  private(set) var dev = Side()
  private(set) var prod = Side()

  private struct Form {
    var normalized: Int32
    var stem: Int32?
    var isFirstPart: Bool
  }

  init(dev: [String], prod: [String]) {
    numbers.reserveCapacity(2 * (dev.count + prod.count))
    self.dev = side(dev)
    self.prod = side(prod)
  }

  private mutating func side(_ names: [String]) -> Side {
    var side = Side()
    var nameForms: [Form] = []
    for name in names {
      let recorded = number(name)
      let form = forms[Int(recorded)] ?? newForm(name)
      forms[Int(recorded)] = form
      nameForms.append(form)
      side.recorded.append(recorded)
      side.normalized.append(form.normalized)
    }
    let wholes = Set(nameForms.compactMap { $0.isFirstPart ? $0.stem : nil })
    let stems = Set(nameForms.compactMap(\.stem)).subtracting(wholes)
    let repeated = stems.isEmpty ? [] : stems.intersection(side.normalized)
    side.repeated = nameForms.map { form in
      if let stem = form.stem, repeated.contains(stem) { return stem }
      return form.normalized
    }
    return side
  }

  private mutating func newForm(_ name: String) -> Form {
    let parts = NormalizedName.split(name)
    return Form(
      normalized: number(NormalizedName.normalized(name)), stem: parts.map { number($0.stem) },
      isFirstPart: parts?.number == 0)
  }

  private mutating func number(_ name: String) -> Int32 {
    let next = Int32(numbers.count)
    let number = { (stored: inout Int32) in
      if stored < 0 { stored = next }
      return stored
    }(&numbers[name, default: -1])
    if number == next { forms.append(nil) }
    return number
  }
}
