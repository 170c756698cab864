import PipelineTrace

/// Text of files in GitHub's Markdown, where it can be nothing but text.
///
/// It stands in code, in which no mark of Markdown, HTML, link, mention or formula has a meaning, and
/// is made visible before, so that it cannot end the line either.
enum MarkdownText {
  /// A code span, fenced by more backticks than stand in a row in `text`; *empty* for no text at all.
  ///
  /// - Source: GitHub Flavored Markdown 0.29, section 6.3: a blank at both ends is stripped again.
  static func code(_ text: String) -> String {
    let text = text.visible
    guard !text.isEmpty else { return "*empty*" }
    let fence = String(repeating: "`", count: longestRun(in: text) + 1)
    let scalars = text.unicodeScalars
    let meetsFence = scalars.first == "`" || scalars.last == "`"
    let isStripped =
      scalars.first == " " && scalars.last == " " && scalars.contains { $0 != " " }
    let pad = meetsFence || isStripped ? " " : ""
    return fence + pad + text + pad + fence
  }

  /// ``code(_:)`` for the cell of a table, nothing for no text.
  ///
  /// Rows are cut at bars before code is looked for, so each bar stands beside the code by its
  /// number. A backslash before it would do only where no backslash stands before that.
  static func cell(_ text: String) -> String {
    text.visible.unicodeScalars.split(separator: "|", omittingEmptySubsequences: false)
      .map { $0.isEmpty ? "" : code(String($0)) }
      .joined(separator: "&#124;")
  }

  /// Words of ours in a cell: no file's text, yet with bars and angles.
  static func words(_ text: String) -> String {
    text.replacing(["&": "&amp;", "<": "&lt;", ">": "&gt;", "|": "&#124;"])
  }

  /// Lines as a block of code, fenced by more backticks than stand in a row in any of them.
  static func block(_ lines: [String]) -> [String] {
    let longest = lines.map(longestRun).max() ?? 0
    let fence = String(repeating: "`", count: max(3, longest + 1))
    return ["\(fence)text"] + lines.map { $0.visible.trimmed } + [fence]
  }

  /// How many backticks stand in a row at most.
  private static func longestRun(in text: String) -> Int {
    text.unicodeScalars.split { $0 != "`" }.map(\.count).max() ?? 0
  }
}
