import TensorFormats
import Testing

@Suite struct TraceFormatTests {
  @Test func `every file of a format has its line in allFormats`() {
    let folder = fixtures.split(separator: "/").dropLast(2).joined(separator: "/")
    let inFolder = fileNames(in: "/\(folder)/Sources/TensorFormats")
      .filter { $0.hasSuffix("Format.swift") && $0 != "TraceFormat.swift" }
      .map { $0.dropLast(6) }
    let listed = allFormats.map { "\($0)" }.sorted()
    #expect(
      inFolder.map(String.init) == listed, "add the missing one to allFormats in TraceFormat.swift")
  }

  @Test func `names of formats differ`() {
    #expect(Set(allFormats.map { $0.name }).count == allFormats.count)
  }
}
