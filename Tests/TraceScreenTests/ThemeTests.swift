import PipelineTrace
import Testing
import TraceScreen

@Suite struct ThemeTests {
  @Test func `without colours the strength of a cell is a glyph and its sign an underline`() {
    let theme = Theme(Display(palette: .monochrome))
    #expect(
      (1...7).map { theme.heatCell(step: $0, isNegative: false).scalar } == [
        ".", ":", "-", "+", "*", "#", "@",
      ])
    #expect(theme.heatCell(step: 3, isNegative: true).style == Style(attributes: .underline))
    #expect(theme.heatCell(step: 0, isNegative: true) == Cell(" "))
  }

  @Test func `eight colours tell the sign, glyphs the strength`() {
    let theme = Theme(Display(palette: .colors8))
    let above = theme.heatCell(step: 7, isNegative: false)
    #expect(above == Cell("@", style: Style(foreground: .palette(0), background: .palette(3))))
    let below = theme.heatCell(step: 1, isNegative: true)
    #expect(below == Cell(".", style: Style(foreground: .palette(0), background: .palette(4))))
  }

  @Test func `of 256 colours the strongest is the lightest on dark and the darkest on light`() {
    let dark = Theme(Display(palette: .colors256))
    #expect(dark.heatCell(step: 1, isNegative: false).style.background == .palette(52))
    #expect(dark.heatCell(step: 7, isNegative: false).style.background == .palette(222))
    #expect(dark.heatCell(step: 7, isNegative: true).style.background == .palette(117))
    let light = Theme(Display(palette: .colors256, isLight: true))
    #expect(light.heatCell(step: 1, isNegative: false).style.background == .palette(223))
    #expect(light.heatCell(step: 7, isNegative: false).style.background == .palette(94))
    #expect(light.heatCell(step: 7, isNegative: true).style.background == .palette(18))
  }

  @Test func `monochrome uses no colour for anything`() {
    let theme = Theme(Display(palette: .monochrome))
    for style in [
      theme.diverged, theme.devPart, theme.prodPart, theme.bar, theme.special, theme.faint,
      theme.selected,
    ] {
      #expect(style.foreground == .standard)
      #expect(style.background == .standard)
    }
  }

  @Test func `every sign is one column wide, and none means two things`() {
    for glyphs in [Glyphs.unicode, .ascii] {
      let signs = [
        glyphs.identical, glyphs.close, glyphs.diverged, glyphs.onlyDev, glyphs.onlyProd,
        glyphs.pending, glyphs.notComparable,
      ]
      #expect(Set(signs).count == 7)
      for sign in signs + [glyphs.vertical, glyphs.horizontal, glyphs.tail, glyphs.times]
        + glyphs.barSteps
      {
        #expect(sign.columnCount == 1, "\(sign)")
      }
    }
  }

  @Test func `the signs of ASCII are of ASCII`() {
    let glyphs = Glyphs.ascii
    for sign in [
      glyphs.identical, glyphs.close, glyphs.diverged, glyphs.onlyDev, glyphs.onlyProd,
      glyphs.pending, glyphs.notComparable, glyphs.firstDivergence, glyphs.vertical,
      glyphs.horizontal, glyphs.times, glyphs.delta, glyphs.ellipsis, glyphs.tail,
    ] + glyphs.barSteps {
      #expect(sign.allSatisfy { $0.isASCII }, "\(sign)")
    }
  }
}
