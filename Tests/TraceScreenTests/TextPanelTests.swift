import PipelineTrace
import Testing
import TraceComparison

@testable import TraceScreen

@Suite struct TextPanelTests {
  private func sitting(
    _ dev: Value, _ prod: Value, width: Int = 60, height: Int = 20,
    display: Display = Display(palette: .monochrome)
  ) throws -> Sitting {
    var sitting = try Sitting(
      dev: [stage("text", dev)], prod: [stage("text", prod)], width: width, height: height,
      display: display)
    sitting.compare()
    sitting.press("\n")
    return sitting
  }

  /// The characters of row `y` that are underlined as different.
  private func marked(_ sitting: Sitting, _ y: Int) -> String {
    let frame = sitting.frame
    var text = String.UnicodeScalarView()
    for x in 3..<frame.width where frame[x, y].style.attributes == [.bold, .underline] {
      text.append(frame[x, y].scalar)
    }
    return String(text)
  }

  @Test func `a text stands above the other, and what differs is marked in both`() throws {
    let sitting = try sitting(text("a cat sat"), text("a hat sat."))
    #expect(
      sitting.lines(5..<12) == """
        ─ 0 text  [Text] Statistics ────────────────────────────────|
         dev|
           a cat sat|
        |
         prod|
           a hat sat.|
        |
        """)
    #expect(marked(sitting, 7) == "c")
    #expect(marked(sitting, 10) == "h.")
  }

  @Test func `é in one scalar and in two are not the same, and one sees it`() throws {
    let sitting = try sitting(text("caf\u{E9}"), text("cafe\u{301}"))
    #expect(sitting.line(1).hasPrefix(" FIRST DIVERGENCE"))
    #expect(sitting.line(7) == "   café")
    #expect(sitting.line(10) == #"   cafe\u0301"#)
    #expect(marked(sitting, 7) == "é")
    #expect(marked(sitting, 10) == #"e\u0301"#)
  }

  @Test func `blanks that look alike, tabs and line breaks are shown as escapes`() throws {
    let sitting = try sitting(text("a\u{A0}b\tc\nd"), text("a b c\r\nd"))
    #expect(sitting.line(7) == #"   a\xa0b\tc\n"#)
    #expect(sitting.line(8) == "   d")
    #expect(sitting.line(11) == #"   a b c\r\n"#)
  }

  @Test func `a long text is wrapped into the width, and scrolled`() throws {
    let long = (0..<200).map { "word\($0)" }.joined(separator: " ")
    var sitting = try sitting(text(long), text(long + "!"))
    #expect(sitting.line(7).columnCount <= 60)
    #expect(sitting.line(7).hasPrefix("   word0 word1"))
    sitting.press("j")
    #expect(sitting.line(6).hasPrefix("   word0 word1"))
    sitting.press("G")
    #expect(sitting.text.contains("word199!"))
    let end = sitting.text
    sitting.press("jjj")
    #expect(sitting.text == end)
    sitting.press("k")
    #expect(sitting.text != end)
    sitting.press("gg")
    #expect(sitting.line(6) == " dev")
  }

  @Test func `a text that one side lacks says so`() throws {
    var sitting = try Sitting(
      dev: [stage("a", vector([1])), stage("prompt", text("be brief"))],
      prod: [stage("a", vector([1]))], width: 60, height: 20)
    sitting.compare()
    #expect(sitting.text.contains("   be brief"))
    #expect(sitting.text.contains("   has no such text"))
  }

  @Test func `lists are laid across from each other row by row`() throws {
    var sitting = try sitting(texts(["a", "b", "same", "c"]), texts(["a", "x", "same"]))
    #expect(
      sitting.lines(6..<11) == """
         dev                            prod|
            0 a                      =     0 a|
            1 b                      ≠     1 x|
            2 same                   =     2 same|
            3 c                      ◂|
        """)
    #expect(sitting.frame[0, 8].style.attributes == .reverse)
    sitting.press("n")
    #expect(sitting.frame[0, 10].style.attributes == .reverse)
    sitting.press("n")
    #expect(sitting.line(-1) == " no other text differs")
    sitting.press("N")
    #expect(sitting.frame[0, 8].style.attributes == .reverse)
  }

  @Test func `what was inserted into a list does not shift the rest`() throws {
    let sitting = try sitting(texts(["a", "b", "c"]), texts(["new", "a", "b", "c"]))
    #expect(sitting.line(7) == "                             ▸     0 new")
    #expect(sitting.line(8) == "    0 a                      =     1 a")
    #expect(sitting.line(10) == "    2 c                      =     3 c")
  }

  @Test func `tokens stand with their pieces`() throws {
    let sitting = try sitting(
      tokens([101, 7, 9, 102], pieces: ["[CLS]", "a", "cat", "[SEP]"]),
      tokens([101, 7, 8, 9, 102], pieces: ["[CLS]", "a", "fat", "cat", "[SEP]"]))
    #expect(sitting.line(5).hasPrefix("─ 0 text  Heatmap Values [Text] Statistics"))
    #expect(
      sitting.lines(6..<12) == """
         dev                            prod|
            0 101 [CLS]              =     0 101 [CLS]|
            1 7 a                    =     1 7 a|
                                     ▸     2 8 fat|
            2 9 cat                  =     3 9 cat|
            3 102 [SEP]              =     4 102 [SEP]|
        """)
  }

  @Test func `one text that differs has no next difference`() throws {
    var sitting = try sitting(text("a"), text("b"))
    sitting.press("n")
    #expect(sitting.line(-1) == " all differences are marked")
  }

  @Test func `bytes that are no text are shown as escapes`() throws {
    let broken = Value(
      name: "out", content: .text(TextArray([[0x61, 0xFF, 0x62]], shape: .scalar)))
    let sitting = try sitting(broken, text("ab"))
    #expect(sitting.line(7) == #"   a\xffb"#)
  }
}
