import PipelineTrace
import TensorKernels
import Testing
import TraceComparison
import TraceDiagnosis

@testable import TraceScreen

/// The lines at the top that say what was found, at every moment of the comparison.
@Suite struct AnswerTests {
  private let dev = [
    stage("load", vector([1, 2])), stage("scale", vector([3, 4])), stage("last", vector([5, 6])),
  ]
  private let prod = [
    stage("load", vector([1, 2])), stage("scale", vector([3, 5])), stage("last", vector([5, 9])),
  ]

  @Test func `before anything is compared it says so, and nothing looks like agreement`() throws {
    let sitting = try Sitting(dev: dev, prod: prod)
    #expect(
      sitting.lines(0..<7) == """
         paritty  dev.npz │ prod.npz                      0 agree, 0 differ   comparing|
         no divergence in the first 0 stages, still comparing|
         Esc stops|
        ─ Stages  dev │ prod   3 in all ──────────────────────────────────────── error ─|
          0 load     · load               f32 2|
          1 scale    · scale              f32 2|
          2 last     · last               f32 2|
        """)
    #expect(!sitting.text.contains("="))
    #expect(!sitting.text.contains("MATCH"))
    #expect(!sitting.text.contains("equal"))
  }

  @Test func `the first divergence is named as soon as it is known, and selected by itself`() throws
  {
    var sitting = try Sitting(dev: dev, prod: prod)
    for update in sitting.updates.prefix(2) { sitting.send(.compared([update])) }
    #expect(sitting.line(1) == " no divergence in the first 1 stages, still comparing")
    #expect(sitting.line(4) == "  0 load     = load               f32 2")
    #expect(sitting.frame[0, 4].style.attributes.contains(.reverse))
    sitting.send(.compared([sitting.updates[2]]))
    #expect(sitting.line(1) == " FIRST DIVERGENCE  1 scale  1 of 2 elements differ (50.0 %)")
    #expect(sitting.line(2) == "   largest |Δ| 1 at [1]: dev 4.0, prod 5.0")
    #expect(sitting.line(5).hasPrefix("▶ 1 scale    ≠ scale    origin"))
    #expect(sitting.line(6).hasPrefix("  2 last     · last"))
    #expect(sitting.frame[0, 5].style.attributes.contains(.reverse))
    #expect(sitting.line(7).hasPrefix("─ 1 scale  [Heatmap]"))
  }

  @Test func `a divergence that comes late does not take away what a person chose`() throws {
    var sitting = try Sitting(dev: dev, prod: prod)
    sitting.press("jj")
    sitting.compare()
    #expect(sitting.line(1).hasPrefix(" FIRST DIVERGENCE  1 scale"))
    #expect(sitting.frame[0, 6].style.attributes.contains(.reverse))
    #expect(sitting.line(7).hasPrefix("─ 2 last  [Heatmap]"))
  }

  @Test func `a later divergence is not the first while an earlier stage is open`() throws {
    var sitting = try Sitting(dev: dev, prod: prod)
    guard case .settled(let index, let pair) = sitting.updates[2] else {
      Issue.record("\(sitting.updates[2])")
      return
    }
    sitting.send(.compared([.settled(index: index, pair)]))
    #expect(sitting.line(1) == " no divergence in the first 0 stages, still comparing")
    #expect(!sitting.text.contains("FIRST DIVERGENCE"))
  }

  @Test func `progress is told in percent, and is never 100 before the end`() throws {
    var sitting = try Sitting(dev: dev, prod: prod)
    sitting.send(.compared([.progress(bytesDone: 24, bytesTotal: 48)]))
    #expect(sitting.line(0).hasSuffix("0 differ   comparing 50 %"))
    sitting.send(.compared([.progress(bytesDone: 48, bytesTotal: 48)]))
    #expect(sitting.line(0).hasSuffix("0 differ   comparing 99 %"))
    sitting.compare()
    #expect(sitting.line(0).hasSuffix(" 1 agree, 2 differ"))
  }

  @Test func `a match says what agrees and how closely`() throws {
    var sitting = try Sitting(
      dev: dev,
      prod: [
        stage("load", vector([1, 2])), stage("scale", vector([3, 4.000001])),
        stage("last", vector([5, 6])),
      ])
    sitting.compare()
    #expect(sitting.line(1) == " MATCH  all 3 stages agree")
    #expect(
      sitting.line(2)
        == " 2 with the same bits, 1 within tolerance; largest ‖Δ‖/‖dev‖ 1.9e-07 in scale")
    #expect(sitting.line(5).hasPrefix("  1 scale    ≈ scale"))
  }

  @Test func `agreement of a trace that is not complete is no match`() throws {
    var sitting = try Sitting(dev: dev, prod: dev, isComplete: false)
    sitting.compare()
    #expect(sitting.line(1) == " UNDECIDED  3 stages agree, the others are not known")
    #expect(sitting.line(2) == " prod is not complete: it ends after 'last'")
    #expect(!sitting.text.contains("MATCH"))
  }

  @Test func `what cannot be read is not comparable, with the reason`() throws {
    let problem = FormatError(
      file: "prod.npz", place: "entry 'scale.npy'",
      problem: .unsupported("a pickle", advice: "save numbers"))
    var sitting = try Sitting(
      dev: [stage("load", vector([1])), stage("scale", vector([1]))],
      prod: [
        stage("load", vector([1])),
        stage("scale", Value(name: "out", content: .unreadable(problem))),
      ])
    sitting.compare()
    #expect(sitting.line(0).hasSuffix(" 1 agree, 0 differ, 1 not comparable"))
    #expect(sitting.line(1) == " UNDECIDED  1 stages agree, the others are not known")
    #expect(sitting.line(2) == " prod.npz, entry 'scale.npy': a pickle; save numbers")
    #expect(sitting.line(5).hasPrefix("  1 scale    ? scale"))
  }

  @Test func `an input that cannot be read leaves the answer open`() throws {
    let problem = FormatError(
      file: "prod.npz", place: "entry 'in.npy'",
      problem: .unsupported("a pickle", advice: "save numbers"))
    let input = Value(name: "in", role: .input, content: vector([1]).content)
    let lost = Value(name: "in", role: .input, content: .unreadable(problem))
    let output = vector([1])
    var sitting = try Sitting(dev: [stage("x", output, input)], prod: [stage("x", output, lost)])
    sitting.compare()
    #expect(
      sitting.line(1) == " UNDECIDED  1 stages agree, but not every input could be compared")
    #expect(sitting.line(2) == " prod.npz, entry 'in.npy': a pickle; save numbers")
    #expect(!sitting.text.contains("MATCH"))
  }

  @Test func `Escape stops comparing, and what is open stays unknown`() throws {
    var sitting = try Sitting(dev: dev, prod: prod)
    sitting.send(.compared([sitting.updates[0]]))
    sitting.press("\u{1B}")
    #expect(sitting.effects == [.cancelComparison])
    sitting.send(.comparisonEnded(isCancelled: true))
    #expect(sitting.line(0).hasSuffix("1 agree, 0 differ   stopped"))
    #expect(sitting.line(1) == " UNDECIDED  1 stages agree, the others are not known")
    #expect(sitting.line(2) == " 2 stages were not compared")
  }

  @Test func `Ctrl-C stops comparing, then quits`() throws {
    var sitting = try Sitting(dev: dev, prod: prod)
    sitting.press(.control("c"))
    #expect(sitting.effects == [.cancelComparison])
    sitting.send(.comparisonEnded(isCancelled: true))
    sitting.press(.control("c"))
    #expect(sitting.effects == [.cancelComparison, .quit])
  }

  @Test func `a stage that prod lacks is a divergence and says so`() throws {
    var sitting = try Sitting(dev: dev, prod: [prod[0], prod[2]])
    sitting.compare()
    #expect(sitting.line(1) == " FIRST DIVERGENCE  1 scale  prod does not have this stage")
  }

  @Test func `other origins are named in the second line`() throws {
    // The second fault is born in a stage whose input, recorded with it, agrees.
    func last(_ numbers: [Float]) -> Stage {
      var input = vector([7, 7], name: "in")
      input.role = .input
      return stage("last", vector(numbers), input)
    }
    var sitting = try Sitting(
      dev: [dev[0], dev[1], last([5, 6])], prod: [prod[0], prod[1], last([5, 9])])
    sitting.compare()
    #expect(
      sitting.line(2) == "   largest |Δ| 1 at [1]: dev 4.0, prod 5.0; other origins: 2 last")
  }

  @Test(arguments: [(19, 4), (20, 3), (10, 1), (79, 2)])
  func `where there is room for nothing else the answer stands alone`(width: Int, height: Int)
    throws
  {
    var sitting = try Sitting(dev: dev, prod: prod, width: width, height: height)
    #expect(sitting.line(0) == "comparing".prefix(width))
    sitting.compare()
    #expect(sitting.line(0) == "FIRST DIVERGENCE 1 scale".prefix(width).trimmed)
  }
}

extension Substring {
  fileprivate var trimmed: String {
    var text = self
    while text.last == " " { text.removeLast() }
    return String(text)
  }

  @Test func `a cause that arrives stands below the first divergence, and whole in Statistics`()
    throws
  {
    var sitting = try Sitting(
      dev: [stage("a", tensor([3], [1, 2, 3]))], prod: [stage("a", tensor([3], [2, 4, 6]))])
    sitting.compare()
    sitting.send(
      .diagnosed([
        Finding(
          pairIndex: 0, valueName: "output", cause: "scaled", confidence: 1,
          summary: "prod is 2 dev; redone, 0 of 3 elements differ", explained: 1)
      ]))
    #expect(
      sitting.line(with: "LIKELY CAUSE")
        == " LIKELY CAUSE  scaled  prod is 2 dev; redone, 0 of 3 elements differ")
    while sitting.line(with: "[Statistics]") == nil { sitting.press("t") }
    #expect(sitting.line(with: " cause  ")?.contains("scaled") == true)
  }
}
