import PipelineTrace
import Testing

@Suite struct VisibleTextTests {
  @Test func `nothing that moves, hides or turns gets through`() {
    #expect("plain, 東京 🙂 grün".visible == "plain, 東京 🙂 grün")
    #expect("\u{1B}[2J".visible == #"\x1b[2J"#)
    #expect("a\nb\tc\rd".visible == #"a\nb\tc\rd"#)
    #expect("c1\u{9B}31m \u{7F}".visible == #"c1\x9b31m \x7f"#)
    #expect("bidi\u{202E}gnp.exe".visible == #"bidi\u202egnp.exe"#)
    #expect("zero\u{200B}width\u{200D}".visible == #"zero\u200bwidth\u200d"#)
    #expect("e\u{301}".visible == #"e\u0301"#)
    #expect("\u{A0}\u{2003}".visible == #"\xa0\u2003"#)
    #expect("\u{E0001}".visible == #"\U000e0001"#)
    #expect("nul\0".visible == #"nul\x00"#)
  }

  @Test func `bytes that are no UTF-8 become escapes`() {
    #expect(VisibleText.decode([0x61, 0xFF, 0x62]) == #"a\xffb"#)
    #expect(VisibleText.decode([0xC3, 0xA9]) == "é")
    #expect(VisibleText.decode([0xC3]) == #"\xc3"#)
    #expect(VisibleText.decode([0xED, 0xA0, 0x80]) == #"\xed\xa0\x80"#)
    #expect(VisibleText.decode([0xC0, 0x80, 0x01]) == "\\xc0\\x80\u{1}")
    #expect(VisibleText.decode([]) == "")
  }

  @Test func `columns, cuts and padding`() {
    #expect("東京".columnCount == 4)
    #expect("abc".truncated(toColumns: 2) == "a…")
    #expect("東京".truncated(toColumns: 3) == "東…")
    #expect("abc".truncated(toColumns: 0) == "")
    #expect("abc".padded(toColumns: 5) == "abc  ")
    #expect("abc".leftPadded(toColumns: 5) == "  abc")
  }
}
