import PipelineTrace

/// A tensor as `print` of PyTorch shows it, taken apart: `tensor([[ 1.2917e-03, -4.0912e-06]])`.
///
/// After `torch/_tensor_str.py` of torch 2.15. A tensor of more than 1000 elements has `...` in place of
/// the middle of each axis of more than 6 (both numbers can be set by its user; what stands there
/// counts). What follows the elements (`dtype=`, `device=`, `grad_fn=`) is passed over. Not supported:
/// complex numbers, sparse and nested tensors.
struct TorchPrint {
  private typealias Element = TensorSummary.PrintedElement

  /// Bytes of one printed number at most; torch prints some twenty.
  private static let numberByteLimit = 64

  private let text: [UInt8]
  private let shape: Shape
  private let strides: [Int]
  private let origin: Origin
  /// How many elements are kept at most.
  private let limit: Int
  private var position = 0
  private var elements: [Element] = []

  /// The elements that `text` shows of a tensor of this shape, in row-major order.
  ///
  /// - Throws: `malformed` where text and shape disagree, `unsupported` for a tensor of another kind,
  ///   `tooLarge` for more than `limit` of them.
  static func elements(_ text: String, shape: Shape, limit: Int, origin: Origin)
    throws(FormatError) -> [TensorSummary.PrintedElement]
  {
    var print = TorchPrint(text: Array(text.utf8), shape: shape, limit: limit, origin: origin)
    try print.readTensor()
    return print.elements
  }

  /// The number in the print of a scalar: `tensor(-4.0912e-06, dtype=torch.bfloat16)`.
  static func figure(_ text: String, origin: Origin) throws(FormatError) -> TensorSummary.Figure {
    guard let element = try elements(text, shape: .scalar, limit: 1, origin: origin).first else {
      throw origin.error(.malformed("'\(text.truncated(toColumns: 40))' shows no number"))
    }
    return element.figure
  }

  private init(text: [UInt8], shape: Shape, limit: Int, origin: Origin) {
    self.text = text
    self.limit = limit
    self.shape = shape
    strides = shape.rowMajorStrides
    self.origin = origin
  }

  private mutating func readTensor() throws(FormatError) {
    _ = take("Parameter containing:")
    skipBlanks()
    while let byte = current, Self.isWord(byte) { position += 1 }
    guard take("(") else { throw mistake("tensor(") }
    skipBlanks()
    // A tensor without data (on the device "meta") is printed with nothing but dots.
    if take("...") { return }
    if shape.rank == 0 {
      try readElement(0)
    } else if shape.elementCount == 0 {
      guard take("[") else { throw mistake("[") }
      return
    } else {
      try readAxis(0, from: 0)
    }
    skipBlanks()
    guard current == UInt8(ascii: ",") || current == UInt8(ascii: ")") else { throw mistake(")") }
  }

  /// Reads one axis and what is in it, whose first element has the number `base`.
  private mutating func readAxis(_ axis: Int, from base: Int) throws(FormatError) {
    let extent = shape.extents[axis]
    guard take("[") else { throw mistake("[") }
    var count = 0
    var firstAfterGap: Int?
    while true {
      skipBlanks()
      if take("...") {
        guard firstAfterGap == nil else { throw mistake("one gap in an axis") }
        firstAfterGap = elements.count
      } else {
        guard count < extent else { throw mistake("no more than \(extent) in axis \(axis)") }
        let element = base + count * strides[axis]
        if axis == shape.rank - 1 {
          try readElement(element)
        } else {
          try readAxis(axis + 1, from: element)
        }
        count += 1
      }
      skipBlanks()
      if take("]") { break }
      guard take(",") else { throw mistake("a comma or ]") }
    }
    guard let firstAfterGap else {
      guard count == extent else { throw mistake("\(extent) in axis \(axis), not \(count)") }
      return
    }
    // The last printed is the last of the axis.
    let shift = (extent - count) * strides[axis]
    for index in firstAfterGap..<elements.count { elements[index].element += shift }
  }

  private mutating func readElement(_ element: Int) throws(FormatError) {
    let start = position
    while let byte = current, Self.isWord(byte) || byte == UInt8(ascii: "-") || byte == 0x2B {
      position += 1
    }
    let token = text[start..<position]
    let isNamed = current == UInt8(ascii: "=")
    let figure = token.count <= Self.numberByteLimit ? Self.figure(token) : nil
    guard let figure else {
      position = start
      if token.last == UInt8(ascii: "j") {
        throw origin.error(
          .unsupported(
            "printed complex numbers are not read", advice: "save torch.view_as_real of it"))
      }
      if isNamed {
        throw origin.error(
          .unsupported(
            "it is a print of a tensor of another kind (sparse, nested or quantized)",
            advice: "save .to_dense() of it"))
      }
      throw mistake("a number")
    }
    guard elements.count < limit else {
      let byteCount = MemoryLayout<Element>.stride
      throw origin.error(
        .tooLarge(
          byteCount: (limit + 1) * byteCount, limit: limit * byteCount, what: "what is printed"))
    }
    elements.append(Element(element: element, figure: figure))
  }

  /// The number that a token stands for, and how far it was rounded.
  ///
  /// `1.2917e-03` is off by half a unit of its last digit. Exact are `True`, `5`, `5.` (which torch
  /// prints where no element is a fraction) and `0.0000e+00` (where any other number has a digit).
  private static func figure(_ token: ArraySlice<UInt8>) -> TensorSummary.Figure? {
    let word = String(decoding: token, as: UTF8.self)
    switch word {
    case "True": return TensorSummary.Figure(1)
    case "False": return TensorSummary.Figure(0)
    case "nan", "-nan": return TensorSummary.Figure(.nan)
    case "inf": return TensorSummary.Figure(.infinity)
    case "-inf": return TensorSummary.Figure(-.infinity)
    default: break
    }
    let parts = word.split(separator: "e", maxSplits: 1, omittingEmptySubsequences: false)
    let digits = parts[0].drop { $0 == "-" }.utf8
    guard let first = digits.first, (0x30...0x39).contains(first),
      digits.allSatisfy({ (0x30...0x39).contains($0) || $0 == 0x2E }), let value = Double(word),
      value.isFinite
    else { return nil }
    let places = digits.firstIndex(of: 0x2E).map { digits[$0...].count - 1 } ?? 0
    guard parts.count == 2 else {
      // A count of more than 53 bits is rounded on its way into binary64.
      let halfUnit = value.magnitude >= 0x1p53 ? value.ulp / 2 : 0
      return TensorSummary.Figure(
        value, halfUnit: places == 0 ? halfUnit : Double("5e-\(places + 1)") ?? 0)
    }
    guard let exponent = Int(parts[1]), exponent.magnitude < 1000 else { return nil }
    let halfUnit = value == 0 ? 0 : Double("5e\(exponent - places - 1)") ?? 0
    return TensorSummary.Figure(value, halfUnit: halfUnit)
  }

  // MARK: Bytes

  private var current: UInt8? { position < text.count ? text[position] : nil }

  private static func isWord(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
      UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "_"), UInt8(ascii: "."):
      true
    default: false
    }
  }

  private mutating func skipBlanks() {
    while let byte = current, byte == 0x20 || byte == 0x0A { position += 1 }
  }

  /// Passes `word` where it stands here.
  private mutating func take(_ word: StaticString) -> Bool {
    guard text.count - position >= word.utf8CodeUnitCount else { return false }
    for i in 0..<word.utf8CodeUnitCount where text[position + i] != word.utf8Start[i] {
      return false
    }
    position += word.utf8CodeUnitCount
    return true
  }

  /// The error that something else was expected at the current place of the print.
  private func mistake(_ expected: String) -> FormatError {
    let line = text[..<position].count { $0 == 0x0A } + 1
    let column = text[..<position].reversed().prefix { $0 != 0x0A }.count + 1
    return origin.error(
      .malformed("expected \(expected) in line \(line), column \(column) of its print"))
  }
}
