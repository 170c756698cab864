import PipelineTrace
import TraceComparison

/// The two texts around the first place where they differ.
enum TextExcerpt {
  /// A line for each side, cut so that the difference is on it, and one that points at it.
  static func lines(of value: ValueComparison, _ comparison: TextComparison, columns: Int)
    -> [String]
  {
    guard let first = comparison.first, case .text(let dev) = value.dev?.content,
      case .text(let prod) = value.prod?.content
    else { return [] }
    let devText = text(dev, first.element)
    let prodText = text(prod, first.element)
    let room = columns - 8
    let lead = String(shared(devText ?? prodText ?? [], first.byteOffset).suffix(room / 2).joined())
    var lines: [String] = []
    for (side, bytes) in [("dev ", devText), ("prod", prodText)] {
      guard let bytes else {
        lines.append("  \(side)  has no such text")
        continue
      }
      let rest = VisibleText.decode(bytes.dropFirst(first.byteOffset)).visible
      lines.append("  \(side)  " + (lead + rest).truncated(toColumns: room))
    }
    lines.append("        " + String(repeating: " ", count: lead.columnCount) + "^")
    return lines
  }

  /// The visible characters before the difference, which are the same on both sides.
  private static func shared(_ bytes: [UInt8], _ count: Int) -> [String] {
    VisibleText.decode(bytes.prefix(count)).unicodeScalars.map { String(Character($0)).visible }
  }

  private static func text(_ texts: TextArray, _ element: Int) -> [UInt8]? {
    guard element < texts.shape.elementCount else { return nil }
    return (try? texts.elements(element..<(element + 1)))?.first
  }
}
