import PipelineTrace
import Testing

@testable import TraceScreen

/// Stages of which the tool kept statistics and a few printed elements.
@Suite struct SummaryTests {
  private static let dev = summary(
    [48, 48], [.minimum: -3.6809, .maximum: 3.9194, .mean: 0.0412, .norm: 48],
    [0: 1.2917, 1: 0.5, 47: -2, 2303: 9])
  private static let prod = summary(
    [48, 48], [.minimum: -3.6809, .maximum: 3.9194, .mean: 0.0137, .norm: 47.9999],
    [0: 1.2917, 1: 0.6, 47: -2.5])

  private func sitting(_ dev: Value = Self.dev, _ prod: Value = Self.prod) throws -> Sitting {
    var sitting = try Sitting(dev: [stage("norm", dev)], prod: [stage("norm", prod)])
    sitting.compare()
    return sitting
  }

  @Test func `the statistics open first, those that differ marked and beside what is allowed`()
    throws
  {
    let sitting = try sitting()
    #expect(
      sitting.lines(1..<17) == """
         FIRST DIVERGENCE  0 norm  1 of 4 statistics differ|
           mean: dev 0.0412, prod 0.0137, prod - dev -0.028|
        ─ Stages  dev │ prod   1 in all ──────────────────────────────────────── error ─|
        ▶ 0 norm     ≠ norm     origin    f32 48×48 ███▎|
        ─ 0 norm  Heatmap Values [Statistics] ──────────────────────────────────────────|
         status            origin|
         difference        1 of 4 statistics differ|
         matched           by name|
         tolerance         rtol 1.3e-06 atol 1e-05|
                             dev         prod        Δ|
         min               = -3.6809     -3.6809     0       agrees|
         max               = 3.9194      3.9194      0       agrees|
         mean              ≠ 0.0412      0.0137      -0.028  differs: 0.00011 allowed|
         norm              ≈ 48          47.9999     -0.0001  agrees|
         printed elements  3 of 2,304, 2 differ, first [0, 1]|
         dev               f32  48×48  summary: min -3.6809, max 3.9194, mean 0.0412, n…|
        """)
    #expect(
      sitting.line(-1)
        == " 1 of 1 stages are summaries; where they agree, elements may still differ")
  }

  @Test func `there is no picture of a summary, and it says what to press`() throws {
    var sitting = try sitting()
    sitting.press("\nzt")
    #expect(sitting.line(3).hasPrefix("─ 0 norm  [Heatmap] Values Statistics "))
    #expect(sitting.line(4) == " no picture: only a summary of the elements was recorded")
    #expect(sitting.line(5) == " Enter shows the printed elements, t the statistics")
    #expect(sitting.jobs.isEmpty)
    sitting.press("\n")
    #expect(sitting.line(3).hasPrefix("─ 0 norm  Heatmap [Values] Statistics "))
  }

  @Test func `without printed elements Enter leads from the picture to the statistics`() throws {
    var sitting = try sitting(summary([2], [.mean: 1]), summary([2], [.mean: 2]))
    sitting.press("\nzt")
    #expect(sitting.line(3).hasPrefix("─ 0 norm  [Heatmap] Statistics "))
    #expect(sitting.line(5) == " t the statistics")
    sitting.press("\n")
    #expect(sitting.line(3).hasPrefix("─ 0 norm  Heatmap [Statistics] "))
  }

  @Test func `printed elements stand at their places, a dot where none was recorded`() throws {
    var sitting = try sitting()
    sitting.press("\nztt")
    #expect(
      sitting.lines(3..<8) == """
        ─ 0 norm  Heatmap [Values] Statistics ──────────────────────────────────────────|
         dev │ prod  prod - dev   [rows, columns]   · was not recorded|
                            column 0                        column 1|
         row 0        1.2917 │    1.2917                 0.5 │       0.6     +0.1|
         row 1             · │         ·                   · │         ·|
        """)
    #expect(sitting.line(-2) == " [0, 1]  dev 0.5  prod 0.6  prod - dev 0.1")
    sitting.press("j")
    #expect(sitting.line(-2) == " [1, 1]  dev not recorded  prod not recorded")
  }

  @Test func `n leads to the next printed element that differs, however far`() throws {
    var sitting = try sitting()
    sitting.press("\nzttn")
    #expect(sitting.line(-2) == " [0, 47]  dev -2.0  prod -2.5  prod - dev -0.5")
    sitting.press("n")
    #expect(sitting.line(-1) == " no other printed element differs")
    sitting.press("N")
    #expect(sitting.line(-2) == " [0, 1]  dev 0.5  prod 0.6  prod - dev 0.1")
  }

  @Test func `a digit that printing may have rounded is within tolerance`() throws {
    var sitting = try sitting(
      summary([2], [:], [0: 1.2917, 1: 3]), summary([2], [:], [0: 1.2918, 1: 4]))
    sitting.press("\nzttk")
    #expect(
      sitting.line(-2) == " [0]  dev 1.2917  prod 1.2918  prod - dev 0.0001  within tolerance")
  }

  @Test func `the side that has its elements is shown beside a summary`() throws {
    var sitting = try sitting(
      summary([2, 2], [.mean: 2.5], [0: 1, 3: 7]), tensor([2, 2], [1, 2, 3, 4]))
    #expect(
      sitting.line(1) == " FIRST DIVERGENCE  0 norm  1 of 2 printed elements differ")
    #expect(sitting.line(2) == "   first at [1, 1]: dev 7, prod 4")
    sitting.press("\nzt")
    #expect(
      sitting.line(4) == " of dev only a summary was recorded: prod alone   [rows, columns]")
    sitting.press("t")
    #expect(
      sitting.lines(6..<8) == """
         row 0           1.0 │       1.0                   · │       2.0|
         row 1             · │       3.0                 7.0 │       4.0       -3|
        """)
  }

  @Test func `a match by summaries says so first, and what it cannot see`() throws {
    let sitting = try sitting(Self.dev, Self.dev)
    #expect(sitting.line(1) == " MATCH BY SUMMARIES  all 1 stage agree in what was recorded")
    #expect(
      sitting.line(2)
        == " only the printed elements (4 of 2,304) were compared one by one")
    #expect(sitting.line(4) == "  0 norm     ≈ norm     summary   f32 48×48")
  }

  @Test func `a summary of another shape shows what each side recorded`() throws {
    let sitting = try sitting(summary([4], [.mean: 2]), tensor([2, 2], [1, 2, 3, 4]))
    #expect(sitting.line(1) == " FIRST DIVERGENCE  0 norm  the shapes differ: 4→2×2")
    #expect(sitting.line(with: " dev   ") == " dev               f32  4  summary: mean 2")
    #expect(sitting.line(with: " prod              ") == " prod              f32  2×2")
  }
}
