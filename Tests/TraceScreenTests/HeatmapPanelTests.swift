import PipelineTrace
import TensorKernels
import Testing
import TraceComparison

@testable import TraceScreen

@Suite struct HeatmapPanelTests {
  /// One stage of two tensors, 60 × 20 cells of ASCII, compared, the heatmap with the focus.
  private func sitting(
    _ extents: [Int], _ dev: [Float], _ prod: [Float], width: Int = 60, height: Int = 20,
    display: Display = .plain
  ) throws -> Sitting {
    var sitting = try Sitting(
      dev: [stage("scale", tensor(extents, dev))], prod: [stage("scale", tensor(extents, prod))],
      width: width, height: height, display: display)
    sitting.compare()
    sitting.press("\n")
    return sitting
  }

  /// The rows between the title of the heatmap and the status line.
  private func picture(_ sitting: Sitting) -> String { sitting.lines(6..<19) }

  @Test func `strength is a glyph, and what is no number has one of its own`() throws {
    let sitting = try sitting(
      [4, 6], ramp(24),
      ramp(
        24,
        but: [
          0: 100, 1: 70000, 3: 3.001, 8: 9, 10: .nan, 15: 1e9, 16: -.infinity, 20: .infinity,
        ]))
    #expect(
      picture(sitting) == """
         |d| in tolerances   [rows, columns]|
         ++++++******      ......|
         ++++++******      ......|
                     ::::::      !!!!!!|
                     ::::::      !!!!!!|
                           @@@@@@vvvvvv|
                           @@@@@@vvvvvv|
                     ^^^^^^|
                     ^^^^^^|
        |
        |
         [1, 4] dev 10.0 prod nan|
         cell 1x1  blank equal  ! NaN ^ inf v -inf . 72x @ 7.29e+11x|
        """)
  }

  @Test func `one element that differs lights one cell, at its place`() throws {
    let sitting = try sitting([4, 6], ramp(24), ramp(24, but: [16: 0]))
    #expect(
      sitting.lines(7..<15) == """
        |
        |
        |
        |
                                 @@@@@@|
                                 @@@@@@|
        |
        |
        """)
    #expect(sitting.line(17) == " [2, 4] dev 16.0 prod 0.0 d -16 519,000x tolerance")
  }

  @Test func `the legend gives the strength of its steps in tolerances`() throws {
    // A tolerance of f32 beside 0 is 1e-5.
    let sitting = try sitting(
      [2, 2], [0, 0, 0, 0], [0.0001, 0.001, 0.01, 1.28], width: 90)
    #expect(
      sitting.line(18) == " cell 1x1  blank equal  . 10x - 149x * 2,220x @ 33,100x")
  }

  @Test func `within the tolerance nothing is drawn, and it says so`() throws {
    let sitting = try sitting([2, 2], [1, 2, 3, 4], [1.000001, 2, 3, 4])
    #expect(sitting.text.contains("nothing beyond tolerance here"))
    #expect(sitting.line(18) == " cell 1x1  blank equal")
  }

  @Test func `the same bits say so`() throws {
    let sitting = try sitting([2, 2], [1, 2, 3, 4], [1, 2, 3, 4])
    #expect(sitting.line(7) == " the same bits: nothing differs   m shows the values")
  }

  @Test func `one element of a million lights its cell, and Enter goes to the very element`() throws
  {
    for bad in [0, 999_999, 123_456, 500_500] {
      var prod = [Float](repeating: 1, count: 1_000_000)
      prod[bad] = 2
      var sitting = try sitting([1000, 1000], [Float](repeating: 1, count: 1_000_000), prod)
      let drawn = sitting.frame.cells.filter { $0.scalar == "@" }
      // One in the picture, one in the legend.
      #expect(drawn.count >= 2)
      sitting.press("\n")
      #expect(sitting.line(with: "[Values]") != nil)
      #expect(
        sitting.line(-2) == " [\(bad / 1000), \(bad % 1000)]  dev 1.0  prod 2.0  prod - dev 1")
    }
  }

  @Test func `Enter on a cell goes to the element that stands for it, not to its corner`() throws {
    var prod = ramp(40_000)
    prod[200 * 57 + 143] = 0
    var sitting = try sitting([200, 200], ramp(40_000), prod)
    sitting.press("gg0")
    #expect(sitting.line(17).hasPrefix(" [0:"))
    sitting.press("n\n")
    #expect(sitting.line(-2) == " [57, 143]  dev 11543.0  prod 0.0  prod - dev -11543")
  }

  @Test func `the cursor is reversed and moves cell by cell to the border`() throws {
    var sitting = try sitting([2, 3], ramp(6), ramp(6, but: [0: 9]))
    #expect(sitting.frame[1, 7].style == Style(attributes: [.reverse, .bold]))
    sitting.press("l")
    #expect(sitting.line(17) == " [0, 1]  equal")
    sitting.press("lllj")
    #expect(sitting.line(17) == " [1, 2]  equal")
    sitting.press("0k")
    #expect(sitting.line(17).hasPrefix(" [0, 0] dev 0"))
    sitting.press("$G")
    #expect(sitting.line(17) == " [1, 2]  equal")
  }

  @Test func `without the focus there is no cursor`() throws {
    var sitting = try sitting([2, 3], ramp(6), ramp(6, but: [0: 9]))
    sitting.press("\t")
    #expect(sitting.frame[1, 7].style == .plain)
  }

  @Test func `n and N go from one differing cell to the next and around`() throws {
    var sitting = try sitting([2, 3], ramp(6), ramp(6, but: [1: 9, 5: 9]))
    #expect(sitting.line(17).hasPrefix(" [0, 1] dev 1.0 prod 9.0"))
    sitting.press("n")
    #expect(sitting.line(17).hasPrefix(" [1, 2] dev 5.0 prod 9.0"))
    sitting.press("n")
    #expect(sitting.line(17).hasPrefix(" [0, 1] dev 1.0 prod 9.0"))
    sitting.press("N")
    #expect(sitting.line(17).hasPrefix(" [1, 2] dev 5.0 prod 9.0"))
  }

  // MARK: - Zoom

  @Test func `zooming in goes by powers of two around the cursor, at last to numbers`() throws {
    var prod = [Float](repeating: 1, count: 40_000)
    prod[200 * 150 + 180] = 2
    var sitting = try sitting([200, 200], [Float](repeating: 1, count: 40_000), prod)
    #expect(sitting.line(18).hasPrefix(" cell 20x"))
    var cells: [String] = []
    for _ in 0..<5 {
      sitting.press("+")
      cells.append(String(sitting.line(18).prefix(12)))
      #expect(sitting.line(17).hasPrefix(" [150, 180] dev 1.0 prod 2.0"))
    }
    #expect(
      cells == [" cell 16x16 ", " cell 8x8  b", " cell 4x4  b", " cell 2x2  b", " cell 1x1  b"])
    sitting.press("+")
    #expect(sitting.line(with: "[Values]") != nil)
    #expect(sitting.line(-2) == " [150, 180]  dev 1.0  prod 2.0  prod - dev 1")
  }

  @Test func `zooming out comes back to the whole, one element a cell and fit go straight`() throws
  {
    var prod = [Float](repeating: 1, count: 40_000)
    prod[200 * 150 + 180] = 2
    var sitting = try sitting([200, 200], [Float](repeating: 1, count: 40_000), prod)
    let whole = picture(sitting)
    sitting.press("1")
    #expect(sitting.line(18).hasPrefix(" cell 1x1"))
    #expect(sitting.line(17).hasPrefix(" [150, 180] dev 1.0 prod 2.0"))
    sitting.press("-")
    #expect(sitting.line(18).hasPrefix(" cell 2x2"))
    sitting.press("------")
    #expect(picture(sitting) == whole)
    sitting.press("1_")
    #expect(picture(sitting) == whole)
  }

  @Test func `at one element a cell the picture follows the cursor`() throws {
    var prod = [Float](repeating: 1, count: 40_000)
    prod[200 * 150 + 180] = 2
    var sitting = try sitting([200, 200], [Float](repeating: 1, count: 40_000), prod)
    sitting.press("1G$")
    #expect(sitting.line(17) == " [199, 199]  equal")
    sitting.press("gg0")
    #expect(sitting.line(17) == " [0, 0]  equal")
    sitting.press("l")
    #expect(sitting.line(17) == " [0, 1]  equal")
  }

  // MARK: - Axes and slices

  @Test func `x swaps rows and columns, X takes the next pair of axes`() throws {
    var sitting = try sitting([3, 4, 5], ramp(60), ramp(60, but: [25: 0]))
    #expect(sitting.line(6) == " |d| in tolerances   [1, rows, columns]")
    sitting.press("x")
    #expect(sitting.line(6) == " |d| in tolerances   [1, columns, rows]")
    sitting.press("xX")
    #expect(sitting.line(6) == " |d| in tolerances   [rows, columns, 0]")
    sitting.press("X")
    #expect(sitting.line(6) == " |d| in tolerances   [rows, 1, columns]")
    #expect(sitting.line(17) == " [1, 1, 0] dev 25.0 prod 0.0 d -25 588,000x tolerance")
  }

  @Test func `dot and comma step through the slices and around, star pools them`() throws {
    var sitting = try sitting([3, 4, 5], ramp(60), ramp(60, but: [25: 0]))
    sitting.press(".")
    #expect(sitting.line(6) == " |d| in tolerances   [2, rows, columns]")
    #expect(sitting.text.contains("nothing beyond tolerance here"))
    sitting.press(".")
    #expect(sitting.line(6) == " |d| in tolerances   [0, rows, columns]")
    sitting.press(",,")
    #expect(sitting.line(6) == " |d| in tolerances   [1, rows, columns]")
    sitting.press(".*")
    #expect(sitting.line(6) == " |d| in tolerances   [*, rows, columns]")
    #expect(sitting.line(17) == " [1, 1, 0] dev 25.0 prod 0.0 d -25 588,000x tolerance")
    sitting.press("\n")
    #expect(sitting.line(-2) == " [1, 1, 0]  dev 25.0  prod 0.0  prod - dev -25")
  }

  @Test func `a matrix has no slices`() throws {
    var sitting = try sitting([2, 2], ramp(4), ramp(4))
    for key in [".", ",", "*"] {
      sitting.press(key)
      #expect(sitting.line(-1) == " all axes are on the screen")
    }
  }

  @Test func `a tensor opens at the slice with the largest difference`() throws {
    let sitting = try sitting([9, 5, 5], ramp(225), ramp(225, but: [5: 5.5, 190: 0]))
    #expect(sitting.line(6) == " |d| in tolerances   [7, rows, columns]")
  }

  @Test func `modes follow each other with their names`() throws {
    var sitting = try sitting([2, 2], [1, 2, 3, 4], [1, 2, 3, 5])
    var titles: [String] = []
    for _ in 0..<6 {
      titles.append(sitting.line(6))
      sitting.press("m")
    }
    #expect(
      titles == [
        " |d| in tolerances   [rows, columns]", " prod - dev   [rows, columns]",
        " |d|   [rows, columns]", " |d| / |dev|   [rows, columns]",
        " dev alone   [rows, columns]", " prod alone   [rows, columns]",
      ])
    #expect(sitting.line(6) == " |d| in tolerances   [rows, columns]")
  }

  @Test func `what is below zero is underlined where there are no colours`() throws {
    var sitting = try sitting([1, 2], [5, 5], [9, 1])
    sitting.press("m\t")
    #expect(sitting.frame[1, 7].style.attributes == [])
    #expect(sitting.frame[9, 7].style.attributes == .underline)
  }

  @Test func `a zero of one side alone is a zero, and is not called equal`() throws {
    var sitting = try sitting([1, 2], [0, 5], [0, 1])
    sitting.press("0mmmm")
    #expect(sitting.line(17) == " [0, 0]  dev 0")
  }

  // MARK: - Shapes

  @Test func `a vector is wrapped, a scalar is one cell`() throws {
    let vector = try sitting([200], ramp(200), ramp(200, but: [150: 0]))
    #expect(vector.line(6) == " |d| in tolerances   [wrapped]")
    #expect(vector.line(17) == " [150] dev 150.0 prod 0.0 d -150 732,000x tolerance")
    #expect(vector.line(18) == " cell 1  blank equal  @ 732,000x")
    let scalar = try sitting([], [3], [4])
    #expect(scalar.line(6) == " |d| in tolerances   one element")
    #expect(scalar.line(7).hasPrefix(" @@"))
    #expect(scalar.line(17) == " [] dev 3.0 prod 4.0 d 1 71,900x tolerance")
  }

  @Test(arguments: [[0], [0, 3], [2, 0], [0, 0, 0]])
  func `an empty tensor says so, in the heatmap and in the values`(extents: [Int]) throws {
    var sitting = try sitting(extents, [], [])
    #expect(sitting.line(7) == " no elements: an axis has extent 0")
    sitting.press("t")
    #expect(sitting.line(with: "[Values]") != nil)
    #expect(sitting.line(7) == " no elements: an axis has extent 0")
    sitting.press("jkhlG$gg0+-_1xX.,*mnN\n")
    #expect(sitting.line(1).hasPrefix(" MATCH"))
  }

  @Test func `of other shapes each side is shown alone, and nothing is called equal`() throws {
    var sitting = try Sitting(
      dev: [stage("v", tensor([2, 3], ramp(6)))], prod: [stage("v", tensor([3, 2], ramp(6)))],
      width: 60, height: 20, display: .plain)
    sitting.compare()
    sitting.press("\n")
    #expect(sitting.line(6) == " shapes differ (2x3>3x2): dev alone   [rows, columns]")
    #expect(!sitting.text.contains("equal"))
    sitting.press("G$")
    #expect(sitting.line(17) == " [1, 2]  dev 5.0")
    sitting.press("m")
    #expect(sitting.line(6) == " shapes differ (2x3>3x2): prod alone   [rows, columns]")
    sitting.press("G$")
    #expect(sitting.line(17) == " [2, 1]  prod 5.0")
    sitting.press("\n")
    #expect(sitting.line(-2) == " [2, 1]  dev has another shape  prod 5.0")
    sitting.press("\u{1B}m")
    #expect(sitting.line(6) == " shapes differ (2x3>3x2): dev alone   [rows, columns]")
    sitting.press("\n")
    #expect(sitting.line(-2) == " [0, 0]  dev 0.0  prod has another shape")
  }

  @Test func `a stage that stands alone is shown alone`() throws {
    var sitting = try Sitting(
      dev: [stage("v", vector([1]))],
      prod: [stage("v", vector([1])), stage("new", vector([1, 2]))],
      width: 60, height: 20, display: .plain)
    sitting.compare()
    #expect(sitting.line(1) == " FIRST DIVERGENCE  1 new  dev does not have this stage")
    #expect(sitting.line(7) == " prod alone has it   [wrapped]")
    #expect(!sitting.lines(7..<19).contains("equal"))
    sitting.press("\n\n")
    #expect(sitting.line(-2) == " [0]  dev has none  prod 1.0")
  }

  // MARK: - Colours

  @Test func `of eight colours the strength is a glyph on the colour of the sign`() throws {
    var sitting = try sitting(
      [2, 2], [0, 0, 0, 0], [1, 0, 0, -1], display: Display(palette: .colors8))
    sitting.press("\tm")
    #expect(
      sitting.frame[1, 7]
        == Cell("@", style: Style(foreground: .palette(0), background: .palette(3))))
    #expect(
      sitting.frame[12, 12]
        == Cell("@", style: Style(foreground: .palette(0), background: .palette(4))))
  }

  @Test func `of 256 colours two elements share a cell, the upper as foreground`() throws {
    var sitting = try sitting(
      [20, 2], ramp(40), ramp(40, but: [0: 1e6, 3: 5]), display: .colors256)
    sitting.press("\t")
    // The strongest above and blank below; blank above and the weakest below.
    #expect(sitting.frame[1, 7] == Cell("▀", style: Style(foreground: .palette(222))))
    #expect(sitting.frame[7, 7] == Cell("▄", style: Style(foreground: .palette(52))))
    #expect(sitting.frame[1, 9] == Cell(" "))
  }

  @Test func `in half blocks NaN takes the whole cell`() throws {
    var sitting = try sitting([40, 2], ramp(80), ramp(80, but: [2: .nan]), display: .colors256)
    sitting.press("\t")
    #expect(
      sitting.frame[1, 7]
        == Cell(
          "!",
          style: Style(foreground: .palette(231), background: .palette(125), attributes: .bold)))
  }

  @Test func `the cursor has a colour that no difference has`() throws {
    let sitting = try sitting([40, 2], ramp(80), ramp(80, but: [0: 1e6]), display: .colors256)
    #expect(sitting.frame[1, 7].style.foreground == .palette(201))
    for map in allColorMaps { #expect(!(map.dark + map.light).contains(201)) }
  }

  @Test func `a light background turns the colours around`() throws {
    var sitting = try sitting(
      [2, 2], [0, 0, 0, 0], [1, 0, 0, 0], display: Display(palette: .colors256, isLight: true))
    sitting.press("\t")
    #expect(sitting.frame[1, 7].style.background == .palette(94))
  }

  // MARK: - Tolerance

  @Test func `the picture goes by the user's tolerance, however early it was drawn`() throws {
    var settings = ComparisonSettings()
    settings.absolute = 10
    var sitting = try Sitting(
      dev: [stage("v", tensor([2, 2], [1, 2, 3, 4]))],
      prod: [stage("v", tensor([2, 2], [1, 2, 8, 40]))], width: 60, height: 20, display: .plain,
      settings: settings)
    sitting.resize(width: 60, height: 20)
    #expect(sitting.line(18) == " cell 1x1  blank equal  . 360,000x + 807,000x @ 1,810,000x")
    sitting.compare()
    #expect(sitting.line(18) == " cell 1x1  blank equal  @ 3.6x")
    sitting.press(":tol 0,1\n")
    sitting.compare()
    #expect(sitting.line(18) == " cell 1x1  blank equal  . 5x - 8.8x * 15x @ 27x")
  }

  @Test func `every mode has the unit of what it shows`() throws {
    var sitting = try sitting([2, 2], [1, 2, 3, 4], [1, 2, 8, 40], display: .plain)
    #expect(sitting.line(18) == " cell 1x1  blank equal  . 360,000x + 807,000x @ 1,810,000x")
    sitting.press("m")
    #expect(sitting.line(18) == " cell 1x1  blank equal  .. 5 -- 8.8 ** 15 @@ 27")
    sitting.press("mm")
    #expect(sitting.line(18) == " cell 1x1  blank equal  . 1.7 - 2.7 * 4.4 @ 7.1")
  }

  @Test func `where nothing is tolerated differences are drawn in units`() throws {
    var settings = ComparisonSettings()
    settings.relative = 0
    settings.absolute = 0
    var sitting = try Sitting(
      dev: [stage("v", tensor([2, 2], [1, 2, 3, 4]))],
      prod: [stage("v", tensor([2, 2], [1, 2, 8, 40]))], width: 60, height: 20, display: .plain,
      settings: settings)
    sitting.compare()
    #expect(sitting.line(18) == " cell 1x1  blank equal  . 5 - 8.8 * 15 @ 27")
  }

  @Test func `in monochrome the cursor on a NaN does not look like a NaN`() throws {
    let sitting = try sitting([1, 2], [1, 2], [.nan, .nan], display: .plain)
    let looks = Set(sitting.frame.cells.filter { $0.scalar == "!" }.map(\.style))
    #expect(looks.contains(Style(attributes: [.bold, .underline])))
    #expect(looks.contains(Style(attributes: [.bold, .reverse])))
  }

  @Test func `another tolerance selects the first divergence that it leaves`() throws {
    var sitting = try Sitting(
      dev: [stage("a", vector([1])), stage("b", vector([1]))],
      prod: [stage("a", vector([1.5])), stage("b", vector([9]))])
    sitting.compare()
    #expect(sitting.debugger.stageList.selection == 0)
    sitting.press(":tol 1\n")
    sitting.compare()
    #expect(sitting.debugger.stageList.selection == 1)
    #expect(sitting.line(1).hasPrefix(" FIRST DIVERGENCE  1 b"))
  }

  @Test func `a tolerance that fits no stage is remarked on`() throws {
    var settings = ComparisonSettings()
    settings.stageTolerances = [.init(glob: Glob("zzz*"), relative: 1, absolute: 1)]
    let sitting = try Sitting(
      dev: [stage("a", vector([1]))], prod: [stage("a", vector([1]))], settings: settings)
    #expect(sitting.line(-1) == " tolerance 'zzz*' fits no stage")
  }

  @Test func `a picture that comes too late for another stage is not shown`() throws {
    var sitting = try Sitting(
      dev: [stage("a", vector([1])), stage("b", vector([2]))],
      prod: [stage("a", vector([1])), stage("b", vector([3]))], width: 60, height: 20,
      display: .plain)
    sitting.press("k")
    sitting.compare()
    sitting.press("j")
    let stale = try #require(sitting.jobs.first)
    #expect(stale.pairIndex == 0)
    let value = sitting.debugger.comparison.pairs[0].values[0]
    let output = try #require(stale.run(on: value, isCancelled: { false }))
    let before = sitting.text
    sitting.send(.finished(stale, output))
    #expect(sitting.text == before)
  }

  @Test func `until it is read the panel says so, and what went wrong when it did`() throws {
    var sitting = try Sitting(
      dev: [stage("a", vector([1]))], prod: [stage("a", vector([2]))], width: 60, height: 20,
      display: .plain)
    sitting.isReading = false
    sitting.compare()
    sitting.press("m")
    #expect(sitting.line(7) == " reading ~")
    guard case .perform(let job) = sitting.effects.last else { return }
    sitting.send(.finished(job, .failed(FormatError(file: "prod.npz", problem: .changedWhileOpen))))
    #expect(sitting.line(7).hasPrefix(" prod.npz: it became shorter while it was open"))
  }

  @Test func `what could not be read of one stage is not said of the next`() throws {
    var sitting = try Sitting(
      dev: [stage("a", vector([1])), stage("b", vector([3]))],
      prod: [stage("a", vector([2])), stage("b", vector([3]))], width: 60, height: 20,
      display: .plain)
    sitting.isReading = false
    sitting.compare()
    guard case .perform(let job) = sitting.effects.last else { return }
    sitting.send(.finished(job, .failed(FormatError(file: "prod.npz", problem: .changedWhileOpen))))
    #expect(sitting.text.contains("became shorter"))
    sitting.press("j")
    #expect(!sitting.text.contains("became shorter"))
    #expect(sitting.text.contains("the same bits"))
  }
}
