import Foundation
import Testing

@testable import TraceScreen

@Suite struct KeyTableReadmeTests {
  @Test func `the README shows every key as the help does`() throws {
    let readme = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .deletingLastPathComponent().appending(path: "README.md")
    let lines = try String(contentsOf: readme, encoding: .utf8).split(separator: "\n")
    for binding in keyTable.flatMap(\.bindings) {
      let help = binding.help.replacing("|", with: "\\|")
      let row = "| `\(binding.keyNames)` | \(help) |"
      #expect(lines.contains { $0 == row }, "missing in README.md: \(row)")
    }
  }
}
