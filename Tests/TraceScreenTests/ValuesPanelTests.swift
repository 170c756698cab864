import PipelineTrace
import Testing
import TraceComparison

@testable import TraceScreen

@Suite struct ValuesPanelTests {
  private func sitting(
    _ extents: [Int], _ dev: [Float], _ prod: [Float], width: Int = 80, height: Int = 20,
    settings: ComparisonSettings = .init()
  ) throws -> Sitting {
    var sitting = try Sitting(
      dev: [stage("scale", tensor(extents, dev))], prod: [stage("scale", tensor(extents, prod))],
      width: width, height: height, display: .plain, settings: settings)
    sitting.compare()
    sitting.press("\n\n")
    return sitting
  }

  @Test func `both sides stand beside each other with their difference`() throws {
    let sitting = try sitting([4, 6], ramp(24), ramp(24, but: [8: 9, 10: .nan]))
    #expect(
      sitting.lines(6..<19) == """
         dev | prod  prod - dev   [rows, columns]|
                            column 3                        column 4|
         row 0           3.0 |       3.0                 4.0 |       4.0|
         row 1           9.0 |       9.0                10.0 |       nan      nan|
         row 2          15.0 |      15.0                16.0 |      16.0|
         row 3          21.0 |      21.0                22.0 |      22.0|
        |
        |
        |
        |
        |
        |
         [1, 4]  dev 10.0  prod nan  prod - dev nan|
        """)
  }

  @Test func `the cursor is reversed, what differs is bold`() throws {
    var sitting = try sitting([1, 2], [1, 2], [1, 3])
    let row = try #require(sitting.row(with: "[1]  "))
    #expect(row > 0)
    #expect(sitting.frame[12, 9].style.attributes == .reverse)
    sitting.press("k")
    #expect(sitting.frame[12, 8].style.attributes == .reverse)
    #expect(sitting.frame[12, 9].style.attributes == .bold)
  }

  @Test func `a vector runs downwards`() throws {
    var sitting = try sitting([200], ramp(200), ramp(200, but: [150: 0]))
    #expect(sitting.line(with: "[149]") == " [149]         149.0 |     149.0")
    #expect(sitting.line(-2) == " [150]  dev 150.0  prod 0.0  prod - dev -150")
    sitting.press("j")
    #expect(sitting.line(-2) == " [151]  dev 151.0  prod 151.0  equal")
    sitting.press("G")
    #expect(sitting.line(-2) == " [199]  dev 199.0  prod 199.0  equal")
    sitting.press("gg")
    #expect(sitting.line(-2) == " [0]  dev 0.0  prod 0.0  equal")
    sitting.press(.pageDown)
    #expect(sitting.line(-2) == " [10]  dev 10.0  prod 10.0  equal")
  }

  @Test func `moving along rows and columns stops at the borders`() throws {
    var sitting = try sitting([3, 3], ramp(9), ramp(9, but: [4: 0]))
    #expect(sitting.line(-2).hasPrefix(" [1, 1]"))
    sitting.press("hhk")
    #expect(sitting.line(-2).hasPrefix(" [0, 0]"))
    sitting.press("$G")
    #expect(sitting.line(-2).hasPrefix(" [2, 2]"))
    sitting.press("ljx")
    #expect(sitting.line(-2).hasPrefix(" [2, 2]"))
    #expect(sitting.line(6).hasSuffix("[columns, rows]"))
  }

  @Test func `dot steps through the slices`() throws {
    var sitting = try sitting([3, 5, 5], ramp(75), ramp(75, but: [25: 0]))
    #expect(sitting.line(-2).hasPrefix(" [1, 0, 0]"))
    sitting.press(".")
    #expect(sitting.line(-2) == " [2, 0, 0]  dev 50.0  prod 50.0  equal")
  }

  @Test func `what differs within the tolerance says so`() throws {
    var settings = ComparisonSettings()
    settings.absolute = 0.5
    var sitting = try sitting([3], [1, 2, 3], [1, 2.25, 9], settings: settings)
    sitting.press("k")
    #expect(sitting.line(-2) == " [1]  dev 2.0  prod 2.25  prod - dev 0.25  within tolerance")
  }

  @Test func `n goes to the next number beyond the tolerance`() throws {
    var settings = ComparisonSettings()
    settings.absolute = 0.5
    var sitting = try sitting(
      [6], [1, 2, .nan, 3, 4, 5], [9, 2.25, .nan, 3, 7, 5], settings: settings)
    #expect(sitting.line(-2).hasPrefix(" [0]"))
    sitting.press("n")
    #expect(sitting.line(-2) == " [4]  dev 4.0  prod 7.0  prod - dev 3")
    sitting.press("n")
    #expect(sitting.line(-1) == " no other number on this screen differs")
    sitting.press("N")
    #expect(sitting.line(-2).hasPrefix(" [0]"))
  }

  @Test func `NaN across from NaN is equal, unless the user wants otherwise`() throws {
    var sitting = try sitting([2], [.nan, 1], [.nan, 2])
    sitting.press("gg")
    #expect(sitting.line(-2) == " [0]  dev nan  prod nan  equal")
    #expect(sitting.line(with: "[0]") == " [0]             nan |       nan")
    var settings = ComparisonSettings()
    settings.nanEqualsNaN = false
    sitting = try self.sitting([2], [.nan, 1], [.nan, 2], settings: settings)
    #expect(sitting.line(-2) == " [0]  dev nan  prod nan  prod - dev nan")
  }

  @Test func `after :@i,j the very numbers of the element are on the screen`() throws {
    // Every element of dev is 1/(i+1), of prod the same but for one in three.
    let dev = (0..<35).map { 1 / Float($0 + 1) }
    let prod = dev.enumerated().map { $0 % 3 == 0 ? $1 * 2 : $1 }
    var sitting = try sitting([5, 7], dev, prod)
    for (index, numbers) in [
      ("0,0", "[0, 0]  dev 1.0  prod 2.0  prod - dev 1"),
      ("0,2", "[0, 2]  dev 0.33333334  prod 0.33333334  equal"),
      ("2,1", "[2, 1]  dev 0.0625  prod 0.125  prod - dev 0.0625"),
      ("4,6", "[4, 6]  dev 0.028571429  prod 0.028571429  equal"),
      ("3,3", "[3, 3]  dev 0.04  prod 0.08  prod - dev 0.04"),
    ] {
      sitting.press(":@\(index)\n")
      #expect(sitting.line(-2) == " " + numbers)
    }
  }

  @Test func `integers keep all their digits`() throws {
    var sitting = try Sitting(
      dev: [stage("ids", integers([2], [2_147_483_647, 1]))],
      prod: [stage("ids", integers([2], [2_147_483_646, 1]))], width: 60, height: 20,
      display: .plain)
    sitting.compare()
    sitting.press("\n\n")
    #expect(sitting.line(-2) == " [0]  dev 2147483647  prod 2147483646  prod - dev -1")
  }

  @Test func `minus or Escape goes back to the heatmap`() throws {
    var sitting = try sitting([2, 2], ramp(4), ramp(4, but: [1: 0]))
    sitting.press("-")
    #expect(sitting.line(with: "[Heatmap]") != nil)
    sitting.press("\n\u{1B}")
    #expect(sitting.line(with: "[Heatmap]") != nil)
  }
}
