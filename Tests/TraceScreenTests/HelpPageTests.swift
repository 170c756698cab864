import PipelineTrace
import Testing

@testable import TraceScreen

@Suite struct HelpPageTests {
  private func sitting(width: Int, height: Int, display: Display = Display(palette: .monochrome))
    throws -> Sitting
  {
    var sitting = try Sitting(
      dev: [stage("a", vector([1]))], prod: [stage("a", vector([2]))], width: width,
      height: height, display: display)
    sitting.compare()
    sitting.press("?")
    return sitting
  }

  @Test func `every key and every sentence of the table is in the help`() throws {
    let sitting = try sitting(width: 120, height: 90)
    let text = sitting.text
    let lines = text.split(separator: "\n")
    for group in keyTable {
      #expect(text.contains(group.title))
      for binding in group.bindings {
        let line = lines.first { $0.hasPrefix(" \(binding.keyNames)  ") }
        #expect(line?.hasSuffix("  \(binding.help)") == true, "\(binding.keyNames)")
      }
    }
    #expect(text.contains("≠                    diverged"))
    #expect(text.contains("! ^ v                in a heatmap: NaN"))
  }

  @Test(arguments: [(80, 24), (60, 20), (40, 10), (30, 5)])
  func `the help can be scrolled to its last line and back`(width: Int, height: Int) throws {
    var sitting = try sitting(width: width, height: height)
    #expect(sitting.text.contains("Move"))
    sitting.press("G")
    #expect(sitting.line(-2).hasPrefix(" ! ^ v"))
    let end = sitting.text
    sitting.press("j")
    #expect(sitting.text == end)
    sitting.press("gg")
    for _ in 0..<100 { sitting.press("j") }
    #expect(sitting.text == end)
  }

  @Test func `the answer stays above the help`() throws {
    let sitting = try sitting(width: 80, height: 24)
    #expect(sitting.line(1).hasPrefix(" FIRST DIVERGENCE  0 a"))
    #expect(sitting.line(3).hasPrefix("─ Help"))
  }

  @Test func `Escape, q and ? close it`() throws {
    for key in ["\u{1B}", "q", "?"] {
      var sitting = try sitting(width: 80, height: 24)
      sitting.press(key)
      #expect(sitting.line(3).hasPrefix("─ Stages"))
      #expect(sitting.effects == [])
    }
  }

  @Test func `while the help is open keys do not reach what lies below`() throws {
    var sitting = try sitting(width: 80, height: 24)
    sitting.press("jjmxz\tt\u{1B}")
    #expect(sitting.line(3).hasPrefix("─ Stages"))
    #expect(sitting.line(with: "[Heatmap]") != nil)
    #expect(sitting.line(-1).hasPrefix(" n next divergence"))
  }

  @Test func `in ASCII the help is of ASCII`() throws {
    let sitting = try sitting(width: 100, height: 90, display: .plain)
    for cell in sitting.frame.cells { #expect(cell.scalar.isASCII) }
    #expect(sitting.text.contains("|d| in tolerances, signed, absolute"))
  }
}
