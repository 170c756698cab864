import Testing

@testable import TraceReport

@Suite struct MarkdownTextTests {
  @Test func `code is fenced by more backticks than it holds`() {
    #expect(MarkdownText.code("a_b*c") == "`a_b*c`")
    #expect(MarkdownText.code("a`b") == "``a`b``")
    #expect(MarkdownText.code("`a``b") == "``` `a``b ```")
    #expect(MarkdownText.code("a`") == "`` a` ``")
  }

  @Test func `blanks at both ends are kept`() {
    #expect(MarkdownText.code(" a ") == "`  a  `")
    #expect(MarkdownText.code(" a") == "` a`")
    #expect(MarkdownText.code("  ") == "`  `")
  }

  @Test func `no text is said in words`() {
    #expect(MarkdownText.code("") == "*empty*")
    #expect(MarkdownText.cell("") == "")
  }

  @Test func `what a terminal or a line obeys is an escape`() {
    #expect(MarkdownText.code("a\n# b\u{202E}") == #"`a\n# b\u202e`"#)
  }

  @Test func `a bar in a cell stands beside the code`() {
    #expect(MarkdownText.cell("a|b") == "`a`&#124;`b`")
    #expect(MarkdownText.cell("|x||") == "&#124;`x`&#124;&#124;")
    #expect(MarkdownText.cell(#"a\|b"#) == #"`a\`&#124;`b`"#)
    #expect(MarkdownText.cell("`|`") == "`` ` ``&#124;`` ` ``")
  }

  /// U+1F3FB, a skin tone, makes one character with the sign before it.
  @Test func `a mark that joins a sign does not hide it`() {
    #expect(MarkdownText.code("a`\u{1F3FB}b") == "``a`\u{1F3FB}b``")
    #expect(MarkdownText.code("`\u{1F3FB}") == "`` `\u{1F3FB} ``")
    #expect(MarkdownText.cell("a|\u{1F3FB}") == "`a`&#124;`\u{1F3FB}`")
    #expect(MarkdownText.words("<\u{1F3FB}&") == "&lt;\u{1F3FB}&amp;")
  }

  @Test func `a block is fenced by more backticks than a line of it holds`() {
    #expect(MarkdownText.block(["a", "  b `` "]) == ["```text", "a", "  b ``", "```"])
    #expect(MarkdownText.block(["````", "`"]) == ["`````text", "````", "`", "`````"])
  }
}
