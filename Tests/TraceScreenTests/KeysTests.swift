import PipelineTrace
import Testing

@testable import TraceScreen

/// Keys that lead from one place of the screen to another.
@Suite struct KeysTests {
  private let dev = [
    stage("load", vector([1, 2])), stage("scale", vector([3, 4])), stage("mix", vector([5, 6])),
    stage("same", vector([7])), stage("last", vector([8])),
  ]
  private let prod = [
    stage("load", vector([1, 2])), stage("scale", vector([3, 5])), stage("mix", vector([5, 9])),
    stage("same", vector([7])), stage("last", vector([9])),
  ]

  private func sitting(width: Int = 80, height: Int = 24) throws -> Sitting {
    var sitting = try Sitting(dev: dev, prod: prod, width: width, height: height)
    sitting.compare()
    return sitting
  }

  /// The stage in the title of the pane that shows it, by number and name.
  private func selection(_ sitting: Sitting) -> String {
    let titles = (0..<24).map { sitting.line($0) }.filter { $0.hasPrefix("─ ") }
    let title = titles.first { $0.dropFirst(2).first?.isNumber == true } ?? ""
    return title.dropFirst(2).split(separator: " ").prefix(2).joined(separator: " ")
  }

  @Test func `j and k go through the stages and stop at the ends`() throws {
    var sitting = try sitting()
    #expect(selection(sitting) == "1 scale")
    sitting.press("j")
    #expect(selection(sitting) == "2 mix")
    sitting.press("jjjj")
    #expect(selection(sitting) == "4 last")
    sitting.press("kkkkkkk")
    #expect(selection(sitting) == "0 load")
    sitting.press(.down, .down, .up)
    #expect(selection(sitting) == "1 scale")
  }

  @Test func `gg and G go to the first and the last stage`() throws {
    var sitting = try sitting()
    sitting.press("G")
    #expect(selection(sitting) == "4 last")
    sitting.press("g")
    #expect(sitting.line(-1) == " g-")
    #expect(selection(sitting) == "4 last")
    sitting.press("g")
    #expect(selection(sitting) == "0 load")
  }

  @Test func `a begun sequence ends with Escape, or with the next key, which counts`() throws {
    var sitting = try sitting()
    sitting.press("g\u{1B}")
    #expect(selection(sitting) == "1 scale")
    #expect(!sitting.line(-1).hasPrefix(" g-"))
    sitting.press("gj")
    #expect(selection(sitting) == "2 mix")
  }

  @Test func `n and N go from divergence to divergence`() throws {
    var sitting = try sitting()
    sitting.press("n")
    #expect(selection(sitting) == "2 mix")
    sitting.press("n")
    #expect(selection(sitting) == "4 last")
    sitting.press("n")
    #expect(sitting.line(-1) == " no divergence after this one")
    sitting.press("NN")
    #expect(selection(sitting) == "1 scale")
    sitting.press("N")
    #expect(sitting.line(-1) == " no divergence before this one")
  }

  @Test func `a bracket goes one diverged stage on, with or without the c of vim`() throws {
    var sitting = try sitting()
    sitting.press("]c")
    #expect(selection(sitting) == "2 mix")
    sitting.press("]")
    #expect(selection(sitting) == "4 last")
    sitting.press("[c")
    #expect(selection(sitting) == "2 mix")
    sitting.press("[[")
    #expect(selection(sitting) == "1 scale")
    sitting.press("]j")
    #expect(selection(sitting) == "3 same")
  }

  @Test func `brackets work from inside a stage`() throws {
    var sitting = try sitting()
    sitting.press("\n]")
    #expect(selection(sitting) == "2 mix")
  }

  @Test func `while not all is compared, no next divergence says so`() throws {
    var sitting = try Sitting(dev: dev, prod: prod)
    sitting.press("n")
    #expect(sitting.line(-1) == " no divergence after this one among the stages compared so far")
  }

  @Test func `Enter goes in, Escape and q come back`() throws {
    var sitting = try sitting()
    sitting.press("\n")
    #expect(sitting.line(-1).hasPrefix(" Enter numbers"))
    sitting.press("\n")
    #expect(sitting.line(with: "[Values]") != nil)
    sitting.press("\u{1B}")
    #expect(sitting.line(with: "[Heatmap]") != nil)
    sitting.press("q")
    #expect(sitting.line(-1).hasPrefix(" n next divergence"))
    #expect(sitting.effects == [])
    sitting.press("q")
    #expect(sitting.effects == [.quit])
  }

  @Test func `Escape at the top does not end the program`() throws {
    var sitting = try sitting()
    sitting.press("\u{1B}\u{1B}")
    #expect(sitting.effects == [])
    #expect(sitting.line(-1) == " q quits")
  }

  @Test func `q at the top ends the program also while it compares`() throws {
    var sitting = try Sitting(dev: dev, prod: prod)
    sitting.press("q")
    #expect(sitting.effects == [.quit])
  }

  @Test func `Q ends the program from anywhere`() throws {
    var sitting = try sitting()
    sitting.press("\n\n?Q")
    #expect(sitting.effects == [.quit])
  }

  @Test func `Tab changes the pane, and the one with the focus is bold`() throws {
    var sitting = try sitting()
    #expect(sitting.frame[2, 3].style.attributes == .bold)
    sitting.press("\t")
    #expect(sitting.frame[2, 3].style.attributes == [])
    #expect(sitting.frame[2, 9].style.attributes == .bold)
    sitting.press(.backTab)
    #expect(sitting.frame[2, 3].style.attributes == .bold)
  }

  @Test func `z gives a pane the whole screen and takes it back`() throws {
    var sitting = try sitting()
    sitting.press("z")
    #expect(sitting.line(3).hasPrefix("─ Stages"))
    #expect(sitting.line(with: "[Heatmap]") == nil)
    sitting.press("\t")
    #expect(sitting.line(3).hasPrefix("─ 1 scale  [Heatmap]"))
    #expect(sitting.line(with: "Stages") == nil)
    #expect(sitting.line(1).hasPrefix(" FIRST DIVERGENCE"))
    sitting.press("z")
    #expect(sitting.line(with: "Stages") != nil)
    #expect(sitting.line(with: "[Heatmap]") != nil)
  }

  @Test func `t goes through the tabs and around`() throws {
    var sitting = try sitting()
    sitting.press("t")
    #expect(sitting.line(with: "[Values]") != nil)
    sitting.press("t")
    #expect(sitting.line(with: "[Statistics]") != nil)
    sitting.press("t")
    #expect(sitting.line(with: "[Heatmap]") != nil)
  }

  @Test func `v goes through the values of a stage`() throws {
    var sitting = try Sitting(
      dev: [stage("both", vector([1], name: "left"), vector([2], name: "right"))],
      prod: [stage("both", vector([1], name: "left"), vector([2], name: "right"))])
    sitting.compare()
    #expect(sitting.line(with: "[Heatmap]")?.hasPrefix("─ 0 both / left  [Heatmap]") == true)
    sitting.press("v")
    #expect(sitting.line(with: "[Heatmap]")?.hasPrefix("─ 0 both / right  [Heatmap]") == true)
    #expect(sitting.line(-1) == " value 2 of 2: right")
    sitting.press("v")
    #expect(sitting.line(with: "[Heatmap]")?.hasPrefix("─ 0 both / left  [Heatmap]") == true)
  }

  @Test func `the value that was chosen stays when its stage becomes known`() throws {
    let values = [vector([1], name: "left"), vector([2], name: "right")]
    var sitting = try Sitting(
      dev: [stage("both", values[0], values[1])], prod: [stage("both", values[0], values[1])])
    sitting.press("v")
    sitting.compare()
    #expect(sitting.line(with: "[Heatmap]")?.hasPrefix("─ 0 both / right  [Heatmap]") == true)
  }

  @Test func `a stage of several values opens at the one that diverged`() throws {
    var sitting = try Sitting(
      dev: [stage("both", vector([1], name: "left"), vector([2], name: "right"))],
      prod: [stage("both", vector([1], name: "left"), vector([3], name: "right"))])
    sitting.compare()
    #expect(sitting.line(with: "[Heatmap]")?.hasPrefix("─ 0 both / right  [Heatmap]") == true)
    sitting.press("kv")
    #expect(sitting.line(with: "[Heatmap]")?.hasPrefix("─ 0 both / left  [Heatmap]") == true)
  }

  @Test func `a stage of one value says so`() throws {
    var sitting = try sitting()
    sitting.press("v")
    #expect(sitting.line(-1) == " this stage has one value")
  }

  @Test func `keys without a meaning are answered`() throws {
    var sitting = try sitting()
    sitting.press("ß")
    #expect(sitting.line(-1) == " no such key: ß   ? for help")
    sitting.press(.function(5))
    #expect(sitting.line(-1) == " no such key: F5   ? for help")
    sitting.press("j")
    #expect(!sitting.line(-1).contains("no such key"))
  }

  @Test func `suspending and repainting are left to the program`() throws {
    var sitting = try sitting()
    sitting.press(.control("z"), .control("l"))
    #expect(sitting.effects == [.suspend, .repaint])
  }

  // MARK: - Searching

  @Test func `a search goes to the next stage with the words, then n and N through all of them`()
    throws
  {
    var sitting = try sitting()
    sitting.press("/a\n")
    #expect(selection(sitting) == "3 same")
    #expect(sitting.line(-1) == " /a   n next match, N previous; Esc ends the search")
    sitting.press("n")
    #expect(selection(sitting) == "4 last")
    sitting.press("n")
    #expect(selection(sitting) == "0 load")
    sitting.press("N")
    #expect(selection(sitting) == "4 last")
  }

  @Test func `Escape ends the search, and n looks for divergences again`() throws {
    var sitting = try sitting()
    sitting.press("/same\n\u{1B}")
    #expect(sitting.effects == [])
    #expect(selection(sitting) == "3 same")
    sitting.press("n")
    #expect(selection(sitting) == "4 last")
    sitting.press("N")
    #expect(selection(sitting) == "2 mix")
  }

  @Test func `a search finds dtypes and shapes, in any case`() throws {
    var sitting = try Sitting(
      dev: [
        stage("a", vector([1])), stage("ids", integers([2, 3], [1, 2, 3, 4, 5, 6])),
        stage("c", vector([1])),
      ],
      prod: [
        stage("a", vector([1])), stage("ids", integers([2, 3], [1, 2, 3, 4, 5, 6])),
        stage("c", vector([1])),
      ])
    sitting.compare()
    sitting.press("/I32\n")
    #expect(selection(sitting) == "1 ids")
    sitting.press("k/2×3\n")
    #expect(selection(sitting) == "1 ids")
  }

  @Test func `a search for what is nowhere says so`() throws {
    var sitting = try sitting()
    sitting.press("/zebra\n")
    #expect(sitting.line(-1) == " no stage has 'zebra' in its name, dtype or shape")
    #expect(selection(sitting) == "1 scale")
    sitting.press("n")
    #expect(selection(sitting) == "2 mix")
  }

  @Test func `an empty search repeats the last one`() throws {
    var sitting = try sitting()
    sitting.press("/same\ngg/\n")
    #expect(selection(sitting) == "3 same")
  }

  // MARK: - Commands

  @Test func `a stage can be named by its number, its name, its start or a part of it`() throws {
    var sitting = try sitting()
    sitting.press(":4\n")
    #expect(selection(sitting) == "4 last")
    sitting.press(":stage load\n")
    #expect(selection(sitting) == "0 load")
    sitting.press(":s sca\n")
    #expect(selection(sitting) == "1 scale")
    sitting.press(":stage AST\n")
    #expect(selection(sitting) == "4 last")
    sitting.press(":stage zebra\n")
    #expect(sitting.line(-1) == " no stage 'zebra'")
    #expect(selection(sitting) == "4 last")
  }

  @Test func `wrong commands are answered and change nothing`() throws {
    var sitting = try sitting()
    sitting.press(":frobnicate\n")
    #expect(sitting.line(-1).hasPrefix(" no command 'frobnicate'; there are :stage NAME"))
    sitting.press(":@9,9\n")
    #expect(sitting.line(-1) == " no element [9, 9] in 2")
    sitting.press(":@2\n")
    #expect(sitting.line(-1) == " no element [2] in 2")
    sitting.press(":tol\n")
    #expect(sitting.line(-1).hasPrefix(" a tolerance is :tol RTOL"))
    sitting.press(":\n")
    #expect(sitting.line(-1).hasPrefix(" n next divergence"))
    #expect(sitting.effects == [])
    #expect(selection(sitting) == "1 scale")
  }

  @Test func `earlier commands come back with Up`() throws {
    var sitting = try sitting()
    sitting.press(":4\n:0\n")
    sitting.press(":")
    sitting.press(.up, .up)
    #expect(sitting.line(-1) == ":4")
    sitting.press(.enter)
    #expect(selection(sitting) == "4 last")
  }

  @Test func `a prompt takes every key, and Escape leaves it`() throws {
    var sitting = try sitting()
    sitting.press(":qqQ")
    #expect(sitting.line(-1) == ":qqQ")
    sitting.press("\u{1B}")
    #expect(sitting.effects == [])
    #expect(sitting.line(-1).hasPrefix(" n next divergence"))
  }

  @Test func `:q quits and :help helps`() throws {
    var sitting = try sitting()
    sitting.press(":help\n")
    #expect(sitting.line(3).hasPrefix("─ Help"))
    sitting.press(":q\n")
    #expect(sitting.effects == [.quit])
  }

  @Test func `another tolerance compares anew, and what was known is unknown until then`() throws {
    var sitting = try sitting()
    sitting.press(":tol 0.5\n")
    #expect(sitting.effects == [.compareAgain])
    #expect(sitting.debugger.comparison.settings.relative == 0.5)
    #expect(sitting.line(1) == " no divergence in the first 0 stages, still comparing")
    #expect(sitting.line(5).hasPrefix("  1 scale    · scale"))
    sitting.compare()
    #expect(sitting.line(1) == " MATCH  all 5 stages agree")
    #expect(sitting.line(5).hasPrefix("  1 scale    ≈ scale"))
    sitting.press(":tol default\n")
    sitting.compare()
    #expect(sitting.line(1).hasPrefix(" FIRST DIVERGENCE  1 scale"))
  }
}
