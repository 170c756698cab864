import Testing
import TraceScreen

/// A screen of 8 × 3 that was sent `text`.
private func screen(_ text: String) -> ScreenModel {
  var model = ScreenModel(width: 8, height: 3)
  model.feed(text.utf8)
  return model
}

@Suite struct ScreenModelTests {
  @Test func `text stands where the cursor was moved`() {
    #expect(screen("ab\u{1B}[2;3Hcd\r\nef").text == "ab\n  cd\nef")
  }

  @Test func `the last column waits with wrapping until another character comes`() {
    let full = screen("12345678")
    #expect((full.x, full.y) == (7, 0))
    #expect(screen("12345678\r\n9").text == "12345678\n9\n")
    #expect(screen("123456789").text == "12345678\n9\n")
    #expect(screen("\u{1B}[?7l123456789").text == "12345679\n\n")
  }

  @Test func `a line feed in the last row scrolls`() {
    #expect(screen("1\r\n2\r\n3\r\n4").text == "2\n3\n4")
  }

  @Test func `scrolling keeps to its region`() {
    #expect(screen("1\r\n2\r\n3\u{1B}[2;3r\u{1B}[3;1H\n").text == "1\n3\n")
    #expect(screen("1\r\n2\r\n3\u{1B}[2;3r\u{1B}[2;1H\u{1B}M").text == "1\n\n2")
  }

  @Test func `characters and rows are inserted and deleted`() {
    #expect(screen("abcdef\r\u{1B}[2C\u{1B}[2@").line(0) == "ab  cdef")
    #expect(screen("abcdef\r\u{1B}[2C\u{1B}[2P").line(0) == "abef")
    #expect(screen("1\r\n2\r\n3\u{1B}[1;1H\u{1B}[L").text == "\n1\n2")
    #expect(screen("1\r\n2\r\n3\u{1B}[1;1H\u{1B}[2M").text == "3\n\n")
    #expect(screen("ab\r\u{1B}[4hx\u{1B}[4l").line(0) == "xab")
  }

  @Test func `a character is repeated`() {
    #expect(screen("-\u{1B}[4b|").line(0) == "-----|")
  }

  @Test func `erasing leaves blanks with the present background`() {
    let model = screen("abcdef\u{1B}[44m\u{1B}[1;3H\u{1B}[2X\u{1B}[1;6H\u{1B}[K")
    #expect(model.line(0) == "ab  e")
    #expect(model[2, 0] == Cell(" ", style: Style(background: .palette(4))))
    #expect(model[7, 0].style.background == .palette(4))
    #expect(model[4, 0].style == .plain)
    #expect(screen("a\r\nb\u{1B}[H\u{1B}[2J").text == "\n\n")
  }

  @Test func `colours and attributes are those that were sent`() {
    let model = screen(
      "\u{1B}[1;38;5;214;48;5;25mx\u{1B}[0;91;102my\u{1B}[39;49mz\u{1B}[4;7ms\u{1B}[m.")
    #expect(
      model[0, 0].style
        == Style(foreground: .palette(214), background: .palette(25), attributes: .bold))
    #expect(model[1, 0].style == Style(foreground: .palette(9), background: .palette(10)))
    #expect(model[2, 0].style == .plain)
    #expect(model[3, 0].style == Style(attributes: [.underline, .reverse]))
    #expect(model[4, 0].style == .plain)
  }

  @Test func `a wide character takes two columns, and losing one half loses both`() {
    let model = screen("a界b")
    #expect(model.line(0) == "a界b")
    #expect(!model[1, 0].isTail && model[2, 0].isTail && model[3, 0].scalar == "b")
    #expect(screen("a界b\r\u{1B}[2Cx").line(0) == "a xb")
    #expect(screen("a界b\r\u{1B}[Cx").line(0) == "ax b")
    #expect(screen("1234567界").text == "1234567\n界\n")
  }

  @Test func `the second screen comes and goes, the first one stays`() {
    var model = screen("first\u{1B}[?1049h\u{1B}[Hsecond")
    #expect(model.isAlternate && model.line(0) == "second")
    model.feed("\u{1B}[?25l\u{1B}[?1049l".utf8)
    #expect(!model.isAlternate && !model.isCursorVisible)
    #expect(model.text == "first\n\n")
    #expect((model.x, model.y) == (5, 0))
  }

  @Test func `a sequence may arrive in pieces`() {
    var model = ScreenModel(width: 8, height: 3)
    for byte in "a\u{1B}[2;2H界\u{1B}[1mb".utf8 { model.feed([byte]) }
    #expect(model.text == "a\n 界b\n")
    #expect(model[3, 1].style.attributes == .bold)
  }

  @Test func `what is not known is kept, and nothing else`() {
    #expect(screen("\u{1B}(B\u{1B}[?1h\u{1B}=\u{1B}[22;0;0t\u{7}\u{F}").unknown.isEmpty)
    #expect(screen("\u{1B}[3z").unknown == ["CSI 3z"])
    #expect(screen("\u{1B}[38;2;1;2;3m").unknown == ["SGR [38, 2, 1, 2, 3]"])
    #expect(screen("\u{1B}Q").unknown == ["ESC Q"])
    #expect(screen("\u{1B}[?5h").unknown == ["mode 5"])
  }

  @Test func `another size keeps the upper left corner`() {
    var model = screen("12345678\r\nb")
    model.resize(width: 4, height: 2)
    #expect(model.text == "1234\nb")
    model.resize(width: 10, height: 4)
    #expect(model.text == "1234\nb\n\n")
  }
}
