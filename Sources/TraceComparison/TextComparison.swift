import PipelineTrace
import TraceAlignment

/// Where two texts, or two lists of texts, differ. Equality is that of bytes.
package struct TextComparison: Sendable, Equatable {
  /// The first place that differs, in one pair of texts.
  package struct Place: Sendable, Equatable {
    /// Which text of the list; 0 for a single text.
    package var element: Int
    /// Bytes of UTF-8 before it, the same on both sides.
    package var byteOffset: Int
    /// Unicode scalars before it.
    package var characterOffset: Int
  }

  package var devCount: Int
  package var prodCount: Int
  /// Texts that differ from the one at the same place, those that only one side has included.
  package var differingCount: Int
  package var first: Place?
  /// What becomes of dev's texts on the way to prod's; `nil` for single texts and very long lists.
  package var edits: EditScript?

  /// The share of places where the texts differ.
  package var differingFraction: Double {
    Double(differingCount) / Double(max(1, devCount, prodCount))
  }

  /// Lists with more texts than this get no edit script.
  package static let editedCountLimit = 200_000

  /// Compares texts as bytes, a thousand at a time.
  ///
  /// - Returns: `nil` where `isCancelled` said so.
  package static func compare(
    dev: TextArray, prod: TextArray, isCancelled: () -> Bool
  ) throws(FormatError) -> TextComparison? {
    let devCount = dev.shape.elementCount
    let prodCount = prod.shape.elementCount
    var comparison = TextComparison(devCount: devCount, prodCount: prodCount, differingCount: 0)
    let shared = min(devCount, prodCount)
    for start in stride(from: 0, to: shared, by: 1000) {
      if isCancelled() { return nil }
      let range = start..<min(shared, start + 1000)
      let devTexts = try dev.elements(range)
      let prodTexts = try prod.elements(range)
      for (i, element) in range.enumerated() where devTexts[i] != prodTexts[i] {
        comparison.differingCount += 1
        if comparison.first == nil {
          comparison.first = place(dev: devTexts[i], prod: prodTexts[i], element: element)
        }
      }
    }
    comparison.differingCount += max(devCount, prodCount) - shared
    if comparison.first == nil, devCount != prodCount {
      comparison.first = Place(element: shared, byteOffset: 0, characterOffset: 0)
    }
    let isList = dev.shape.rank > 0 || prod.shape.rank > 0
    if isList, comparison.differingCount > 0, max(devCount, prodCount) <= editedCountLimit {
      comparison.edits = editScript(
        dev: try dev.elements(0..<devCount), prod: try prod.elements(0..<prodCount))
    }
    return comparison
  }

  private static func place(dev: [UInt8], prod: [UInt8], element: Int) -> Place? {
    guard let first = firstDifference(dev: dev, prod: prod) else { return nil }
    return Place(
      element: element, byteOffset: first.byteOffset, characterOffset: first.characterOffset)
  }
}
