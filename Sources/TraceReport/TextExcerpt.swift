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
    let lead = lead(devText ?? prodText ?? [], first.byteOffset, columns: room / 2)
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

  /// The last visible characters before the difference, which are the same on both sides.
  private static func lead(_ bytes: [UInt8], _ count: Int, columns: Int) -> String {
    var lead = ""
    var used = 0
    for scalar in VisibleText.decode(bytes.prefix(count)).unicodeScalars.reversed() {
      let character = String(Character(scalar)).visible
      used += character.columnCount
      guard used <= columns else { break }
      lead = character + lead
    }
    return lead
  }

  private static func text(_ texts: TextArray, _ element: Int) -> [UInt8]? {
    guard element < texts.shape.elementCount else { return nil }
    return (try? texts.elements(element..<(element + 1)))?.first
  }
}
