import PipelineTrace
import Testing
import TraceAlignment
import TraceComparison

@testable import TraceScreen

@Suite struct StageListTests {
  /// The list alone of a whole screen of this width, everything compared.
  private func list(
    _ dev: [Stage], _ prod: [Stage], width: Int = 80, rows: Int, display: Display = .plain,
    overrides: AlignmentOverrides = .init()
  ) throws -> String {
    var sitting = try Sitting(
      dev: dev, prod: prod, width: width, height: 24, display: display, overrides: overrides)
    sitting.compare()
    sitting.press(width < 100 ? "z" : "")
    let frame = sitting.frame
    return (4..<(4 + rows)).map { frame.line($0) }.joined(separator: "\n")
  }

  private let dev = [
    stage("decode", integers([2, 2], [1, 2, 3, 4])), stage("resize", vector([1, 2, 3])),
    stage("old", vector([5])), stage("label", text("cat")),
  ]
  private let prod = [
    stage("decode", integers([2, 2], [1, 2, 3, 4])), stage("resize", vector([1, 2, 3.00001])),
    stage("new", vector([6])), stage("label", text("dog")),
  ]

  @Test func `every status has a sign of its own, and who stands alone a line of dashes`() throws {
    let text = try list(dev, prod, rows: 5)
    #expect(
      text == """
          0 decode   = decode             i32  2x2
          1 resize   ~ resize             f32  3        #
        > 2 -------- > new      extra     f32  1
          3 old      < -------- missing   f32  1
          4 label    # label              text one text ####
        """)
  }

  @Test func `in Unicode the signs are those of mathematics`() throws {
    let text = try list(dev, prod, rows: 5, display: Display(palette: .monochrome))
    #expect(
      text == """
          0 decode   = decode             i32  2×2
          1 resize   ≈ resize             f32  3        █▎
        ▶ 2 ╌╌╌╌╌╌╌╌ ▸ new      extra     f32  1
          3 old      ◂ ╌╌╌╌╌╌╌╌ missing   f32  1
          4 label    ≠ label              text one text ████
        """)
  }

  @Test(arguments: [20, 24, 30, 36, 44, 52, 60, 100, 160])
  func `at every width number, names and signs stay`(width: Int) throws {
    let lines = try list(dev, prod, width: width, rows: 5).split(separator: "\n")
    // Where names do not fit twice the sign stands before them.
    #expect(lines[0].hasPrefix("  0 deco") || lines[0].hasPrefix("  0 = decode"))
    #expect(lines[1].contains(" ~ "))
    #expect(lines[2].hasPrefix("> 2 ---") || lines[2].hasPrefix("> 2 > ---"))
    #expect(lines[2].contains("new"))
    #expect(lines[3].contains(" < "))
    #expect(lines[4].contains(" # "))
  }

  @Test func `a long name stands once, and keeps both its ends`() throws {
    let name = "encoder/layer.11/attention/self/query/MatMul_output_0"
    let stages = [stage(name, vector([1])), stage("short", vector([1]))]
    let other = [stage(name, vector([1])), stage("another", vector([1]))]
    let text = try list(stages, other, width: 60, rows: 2)
    #expect(
      text == """
          0 = encoder/l~query/MatMul_output_0           f32 1
          1 = short          |another         renamed   f32 1
        """)
  }

  @Test func `a narrow list says a shared name once, and has dtypes and shapes`() throws {
    let text = try list(dev, prod, width: 40, rows: 5)
    #expect(
      text == """
          0 = decode        i32  2x2
          1 ~ resize        f32  3        #
        > 2 > ------|new    f32  1
          3 < old   |------ f32  1
          4 # label         text one text ####
        """)
    let narrow = try list(dev, prod, width: 24, rows: 3)
    #expect(
      narrow == """
          0 decode   = decode
          1 resize   ~ resize
        > 2 -------- > new
        """)
  }

  @Test func `a stage that moved says so`() throws {
    let values = [vector([1, 1]), vector([2, 2]), vector([3, 3])]
    let text = try list(
      [stage("a", values[0]), stage("b", values[1]), stage("c", values[2])],
      [stage("b", values[1]), stage("c", values[2]), stage("a", values[0])], rows: 3)
    #expect(text.split(separator: "\n").filter { $0.contains("moved") }.count == 1)
    #expect(text.contains("a        = a        moved"))
  }

  @Test func `a stage of the same bits under another name is paired and says so`() throws {
    let text = try list(
      [stage("a", vector([1, 1])), stage("rescale", vector(ramp(9)))],
      [stage("a", vector([1, 1])), stage("to_float", vector(ramp(9)))], rows: 2)
    #expect(text.contains("1 rescale  = to_float renamed"))
  }

  @Test func `a stage that runs twice says so`() throws {
    let text = try list(
      [stage("a", vector([1])), stage("norm", vector([2, 3]))],
      [stage("a", vector([1])), stage("norm", vector([2, 3])), stage("norm", vector([4, 5]))],
      rows: 3)
    #expect(text.contains("> norm     repeated"))
  }

  @Test func `what heals says so`() throws {
    let text = try list(
      [stage("a", vector([1])), stage("b", vector([2]))],
      [stage("a", vector([9])), stage("b", vector([2]))], rows: 2)
    #expect(text.contains("> 0 a        # a        origin"))
    #expect(text.contains("  1 b        = b        healed"))
  }

  @Test func `the bar grows by decades of the relative error`() {
    func bar(_ error: Double?) -> String { ErrorBar(error, .unicode).text(columns: 4) }
    #expect(bar(nil) == "")
    #expect(bar(0) == "")
    #expect(bar(1e-12) == "▏")
    #expect(bar(1e-7) == "▌")
    #expect(bar(1e-6) == "█")
    #expect(bar(1e-4) == "██")
    #expect(bar(1e-3) == "██▌")
    #expect(bar(0.5) == "███▉")
    #expect(bar(1) == "████")
    #expect(bar(1e9) == "████")
    #expect(bar(.infinity) == "████")
    #expect(bar(.nan) == "")
    #expect(ErrorBar(1e-4, .ascii).text(columns: 4) == "##")
  }

  @Test func `five thousand stages scroll with the selection`() throws {
    let stages = (0..<5000).map { stage("layer.\($0)", vector([Float($0)])) }
    var sitting = try Sitting(dev: stages, prod: stages, width: 40, height: 10, display: .plain)
    sitting.compare()
    #expect(sitting.line(1) == " all of them with the same bits")
    #expect(sitting.line(3).hasPrefix("    0 = layer.0"))
    sitting.press("G")
    #expect(sitting.line(8).hasPrefix(" 4999 = layer.4999"))
    #expect(sitting.frame[0, 8].style.attributes.contains(.reverse))
    sitting.press("k")
    #expect(sitting.line(8).hasPrefix(" 4999 = layer.4999"))
    #expect(sitting.frame[0, 7].style.attributes.contains(.reverse))
    sitting.press(.pageUp)
    #expect(sitting.line(3).hasPrefix(" 4993 = layer.4993"))
    #expect(sitting.frame[0, 3].style.attributes.contains(.reverse))
    sitting.press("gg")
    #expect(sitting.line(3).hasPrefix("    0 = layer.0"))
    sitting.press(.control("d"))
    #expect(sitting.frame[0, 6].style.attributes.contains(.reverse))
    sitting.press(":stage layer.4321\n")
    #expect(sitting.row(with: "layer.4321") != nil)
  }

  @Test func `the selection stays on the screen while its size changes`() throws {
    let stages = (0..<100).map { stage("layer.\($0)", vector([Float($0)])) }
    var sitting = try Sitting(dev: stages, prod: stages, width: 40, height: 40, display: .plain)
    sitting.compare()
    sitting.press("zG")
    for height in [8, 30, 12, 60, 9] {
      sitting.resize(width: 40, height: height)
      #expect(sitting.row(with: "layer.99 ") != nil, "\(height)")
    }
  }

  @Test func `without the focus the selection is underlined, so that there is one cursor`() throws {
    var sitting = try Sitting(dev: dev, prod: prod, display: .plain)
    sitting.compare()
    #expect(sitting.frame[5, 6].style.attributes.contains(.reverse))
    sitting.press("\t")
    #expect(sitting.frame[5, 6].style.attributes == [.underline, .bold])
  }

  @Test func `long names of two languages keep the columns`() throws {
    let name = "エンコーダ/層/注意機構/出力/射影/正規化"
    var sitting = try Sitting(
      dev: [stage(name, vector([1]))], prod: [stage(name, vector([2]))], width: 60, height: 24,
      display: Display(palette: .monochrome))
    sitting.compare()
    let line = sitting.line(4)
    #expect(line.columnCount <= 60)
    #expect(line.contains("射影/正規化"))
    #expect(line.contains("≠"))
  }
}
