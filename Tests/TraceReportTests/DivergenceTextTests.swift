import PipelineTrace
import TestTraces
import Testing
import TraceComparison

@testable import TraceReport

@Suite struct DivergenceTextTests {
  @Test func `values that differ are counted and the worst is shown`() throws {
    let pair = try compared(
      tensor(.f32, [1, 2, 3, 4], [2, 2]), tensor(.f32, [1, 2.5, 7, 4], [2, 2]))
    #expect(DivergenceText.amount(of: pair) == "2 of 4 elements differ (50.0 %)")
    #expect(
      DivergenceText.place(of: pair.values[0]) == "largest |Δ| 4 at [1, 0]: dev 3.0, prod 7.0")
    #expect(DivergenceText.dtypes(of: pair.values[0]) == "f32")
    #expect(DivergenceText.shapes(of: pair.values[0]) == "2×2")
  }

  @Test func `a NaN is shown rather than the largest difference`() throws {
    let pair = try compared(tensor(.f32, [1, 2, 3]), tensor(.f32, [9, 2, .nan]))
    #expect(
      DivergenceText.place(of: pair.values[0])
        == "not a finite number on one side at [2]: dev 3.0, prod nan")
  }

  @Test func `a scalar has an empty index`() throws {
    let pair = try compared(tensor(.i64, [1], []), tensor(.i64, [3], []))
    #expect(DivergenceText.place(of: pair.values[0]) == "largest |Δ| 2 at []: dev 1, prod 3")
    #expect(DivergenceText.shapes(of: pair.values[0]) == "scalar")
  }

  @Test func `shapes that differ are shown`() throws {
    let pair = try compared(tensor(.f32, [1, 2], [2, 1]), tensor(.f32, [1, 2], [1, 2]))
    #expect(DivergenceText.amount(of: pair) == "the shapes differ: 2×1→1×2")
    #expect(DivergenceText.place(of: pair.values[0]) == nil)
  }

  @Test func `kinds of numbers and values that differ are named`() throws {
    #expect(
      DivergenceText.amount(of: try compared(tensor(.f32, [1]), tensor(.i64, [1])))
        == "f32→i64: another kind of number")
    let mixed = try compared([stage("x", text: "1")], [stage("x", 1)]).pairs[0]
    #expect(DivergenceText.amount(of: mixed) == "text→f32: another kind of value")
  }

  @Test func `what agrees is told apart`() throws {
    let one = tensor(.f32, [0, 1])
    #expect(DivergenceText.amount(of: try compared(one, one)) == "the same bits")
    #expect(
      DivergenceText.amount(of: try compared(one, tensor(.f32, [0, 1.000_001])))
        == "1 of 2 elements differ, all within tolerance")
    #expect(
      DivergenceText.amount(of: try compared(one, tensor(.f32, [-0.0, 1])))
        == "equal numbers, not the same bits")
  }

  @Test func `a stage that stands alone is said to`() throws {
    let found = try compared(
      [stage("a", 1), stage("b", 1), stage("c", 1), stage("c_1", 1, 2)],
      [stage("a", 1), stage("d", 2, 3), stage("c", 1)])
    #expect(
      found.pairs.map { DivergenceText.amount(of: $0) } == [
        "the same bits", "dev does not have this stage", "prod does not have this stage",
        "the same bits", "dev repeats this step, prod does not",
      ])
    #expect(
      found.pairs.map { DivergenceText.word(for: $0) } == [
        "same bits", "only in prod", "missing in prod", "healed", "missing in prod",
      ])
  }

  @Test func `a value that one side lacks is named`() throws {
    let both = stage("x", 1)
    var more = both
    more.values.append(Value(name: "mask\u{1B}", content: .tensor(tensor(.bool, [1]))))
    #expect(
      DivergenceText.amount(of: try compared([more], [both]).pairs[0])
        == #"prod did not record 'mask\x1b'"#)
    #expect(
      DivergenceText.amount(of: try compared([both], [more]).pairs[0])
        == #"dev did not record 'mask\x1b'"#)
  }

  @Test func `texts that differ are told with their first place`() throws {
    let one = try compared([stage("t", text: "a cat")], [stage("t", text: "a dog")]).pairs[0]
    #expect(DivergenceText.amount(of: one) == "the text differs")
    #expect(DivergenceText.place(of: one.values[0]) == "first differs at character 2")
    let list = try compared(
      [stage("t", .text(texts("a", "bc")))], [stage("t", .text(texts("a", "bd", "e")))]
    ).pairs[0]
    #expect(DivergenceText.amount(of: list) == "2 of 2 against 3 texts differ")
    #expect(DivergenceText.place(of: list.values[0]) == "first differs at text 1, character 1")
    #expect(DivergenceText.shapes(of: list.values[0]) == "2 texts→3 texts")
  }

  @Test func `the same texts in another shape differ in shape`() throws {
    let pair = try compared(
      [stage("t", .text(texts("a", "b")))],
      [stage("t", .text(TextArray([[97], [98]], shape: Shape([1, 2])!)))]
    ).pairs[0]
    #expect(DivergenceText.amount(of: pair) == "the shapes differ: 2 texts→1×2 texts")
  }

  @Test func `what cannot be read says so`() throws {
    let problem = FormatError(file: "p", problem: .malformed("no header"))
    let pair = try compared([stage("x", 1)], [stage("x", .unreadable(problem))]).pairs[0]
    #expect(DivergenceText.amount(of: pair) == "cannot be compared")
    #expect(DivergenceText.word(for: pair) == "not comparable")
    #expect(DivergenceText.dtypes(of: pair.values[0]) == "f32→?")
    #expect(DivergenceText.shapes(of: pair.values[0]) == "1→?")
  }

  @Test func `roles are the words for what diverged`() throws {
    let found = try compared(
      [stage("a", 1), stage("b", 1), stage("c", 1), stage("d", 1)],
      [stage("a", 1.001), stage("b", 1.1), stage("c", 1.1), stage("d", 1.000_001)])
    #expect(
      found.pairs.map { DivergenceText.word(for: $0) } == [
        "origin", "amplified", "inherited", "healed",
      ])
  }

  @Test func `what agrees is summed up`() throws {
    #expect(
      CloseText.summary(of: try compared([stage("a", 1)], [stage("a", 1)]))
        == "all of them with the same bits")
    #expect(
      CloseText.summary(
        of: try compared(
          [stage("a", 1), stage("b", 1), stage("c", 2)],
          [stage("a", 1), stage("b", 1.000_001), stage("c", 2.000_001)]))
        == "1 with the same bits, 2 within tolerance; largest ‖Δ‖/‖dev‖ 9.5e-07 in b")
  }
}
