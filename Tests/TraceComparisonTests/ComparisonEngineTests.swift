import PipelineTrace
import TensorKernels
import TestTraces
import Testing
import TraceAlignment

@testable import TraceComparison

private func settings(_ change: (inout ComparisonSettings) -> Void) -> ComparisonSettings {
  var settings = ComparisonSettings()
  change(&settings)
  return settings
}

@Suite struct ComparisonEngineTests {
  // MARK: Dtypes

  @Test(arguments: DType.allCases)
  func `the same bits are identical whatever the dtype`(dtype: DType) throws {
    let side = tensor(dtype, bits: [0, 1, 1])
    let value = try compared(side, side)
    #expect(value.status == .identical)
    #expect(value.kind == nil)
    #expect(value.relativeError == 0)
    #expect(value.difference == nil)
  }

  @Test(arguments: [
    DType.bool, .u8, .u16, .u32, .u64, .i8, .i16, .i32, .i64,
  ])
  func `whole numbers agree only when equal`(dtype: DType) throws {
    let value = try compared(
      tensor(dtype, bits: [0, 1, 1]), tensor(dtype, bits: [0, 1, 0]),
      settings { ($0.relative, $0.absolute) = (10, 10) })
    #expect(value.status == .diverged)
    #expect(value.kind == .values)
    #expect(value.difference?.mismatchedCount == 1)
    #expect(value.difference?.maxAbsolute == 1)
    #expect(value.worstElement == 2)
  }

  @Test func `float32 within its tolerance is close`() throws {
    let value = try compared(tensor(.f32, [1, 2]), tensor(.f32, [1, 2.000_01]))
    #expect(value.status == .close)
    #expect(value.kind == nil)
    #expect(value.tolerance == Tolerance(relative: 1.3e-6, absolute: 1e-5))
    #expect(value.difference?.differingCount == 1)
    #expect(value.difference?.mismatchedCount == 0)
  }

  @Test func `float32 beyond its tolerance diverged`() throws {
    let value = try compared(tensor(.f32, [1, 2]), tensor(.f32, [1, 2.000_1]))
    #expect(value.status == .diverged)
    #expect(value.kind == .values)
    #expect(value.worstElement == 1)
    #expect(value.worstSides?.dev == .float(2, .f32))
    #expect(value.worstSides?.prod == .float(Double(Float(2.000_1)), .f32))
  }

  @Test(arguments: [
    (DType.f64, 1.000_000_1, 1.000_001), (.f16, 1.001, 1.01), (.bf16, 1.016, 1.1),
    (.f8e5m2, 1.25, 1.5),
  ])
  func `each float has a tolerance of its own`(dtype: DType, near: Double, far: Double) throws {
    let one = tensor(dtype, [1])
    #expect(try compared(one, tensor(dtype, [near])).status == .close)
    #expect(try compared(one, tensor(dtype, [far])).status == .diverged)
  }

  @Test func `neighbours of float8 e4m3 are close and others diverged`() throws {
    let one = tensor(.f8e4m3, bits: [0x38])
    #expect(try compared(one, tensor(.f8e4m3, bits: [0x39])).status == .close)
    #expect(try compared(one, tensor(.f8e4m3, bits: [0x3A])).status == .diverged)
  }

  @Test func `float32 beside bfloat16 is held to the looser tolerance`() throws {
    let value = try compared(tensor(.f32, [1.003, 2]), tensor(.bf16, [1, 2]))
    #expect(value.status == .close)
    #expect(value.tolerance == Tolerance(relative: 1.6e-2, absolute: 1e-5))
    #expect(value.difference?.maxULP == nil)
  }

  @Test func `equal numbers in two float dtypes are close and not identical`() throws {
    #expect(try compared(tensor(.f32, [1, 2]), tensor(.f64, [1, 2])).status == .close)
  }

  @Test func `a strict comparison takes another float dtype for a divergence`() throws {
    let value = try compared(
      tensor(.f32, [1, 2]), tensor(.bf16, [1, 2]), settings { $0.isStrictAboutDType = true })
    #expect(value.status == .diverged)
    #expect(value.kind == .dtype)
  }

  @Test func `values that differ weigh more than dtypes that do`() throws {
    let value = try compared(
      tensor(.f32, [1, 2]), tensor(.bf16, [1, 3]), settings { $0.isStrictAboutDType = true })
    #expect(value.kind == .values)
  }

  @Test func `a float beside an integer is a divergence though the numbers are equal`() throws {
    let value = try compared(tensor(.f32, [1, 2]), tensor(.i64, [1, 2]))
    #expect(value.status == .diverged)
    #expect(value.kind == .dtype)
    #expect(value.difference?.mismatchedCount == 0)
  }

  @Test func `integers of another width agree where they are equal`() throws {
    #expect(try compared(tensor(.i64, [1, -2]), tensor(.i32, [1, -2])).status == .close)
    #expect(try compared(tensor(.i64, [1, -2]), tensor(.i32, [1, 2])).status == .diverged)
  }

  @Test(arguments: DType.allCases)
  func `any dtype can stand across from any other`(dtype: DType) throws {
    for other in DType.allCases {
      let value = try compared(tensor(dtype, bits: [0, 0]), tensor(other, bits: [0, 0]))
      if dtype == other {
        #expect(value.status == .identical, "\(other)")
      } else if dtype.isFloat == other.isFloat {
        #expect(value.status == .close, "\(other)")
      } else {
        #expect(value.status == .diverged, "\(other)")
        #expect(value.kind == .dtype, "\(other)")
      }
    }
  }

  // MARK: Shapes and contents

  @Test func `another shape is a divergence with the statistics of each side`() throws {
    let value = try compared(
      tensor(.f32, [1, 2, 3, 4], [2, 2]), tensor(.f32, [1, 2, 3, .nan, 9], [5]))
    #expect(value.status == .diverged)
    #expect(value.kind == .shape)
    #expect(value.relativeError == .infinity)
    guard case .sides(let dev?, let prod?) = value.detail else {
      Issue.record("no sides: \(value.detail)")
      return
    }
    #expect(dev.maximum == 4)
    #expect(prod.maximum == 9)
    #expect(prod.nanCount == 1)
  }

  @Test func `the same elements in another shape are a divergence`() throws {
    #expect(
      try compared(tensor(.f32, [1, 2], [2, 1]), tensor(.f32, [1, 2], [1, 2])).kind == .shape)
  }

  @Test func `a text across from a tensor is a divergence of dtype`() throws {
    let found = try compared([stage("x", text: "1")], [stage("x", 1)])
    #expect(found.outline == ["x diverged dtype origin"])
  }

  @Test func `tensors without elements are identical`() throws {
    #expect(try compared(tensor(.f32, [], [0, 3]), tensor(.f32, [], [0, 3])).status == .identical)
    #expect(
      try compared(
        tensor(.f32, [], [0]), tensor(.f32, [], [0]), settings { $0.nanEqualsNaN = false }
      ).status == .identical)
  }

  @Test func `tensors without elements in other shapes diverged`() throws {
    #expect(try compared(tensor(.f32, [], [0, 3]), tensor(.f32, [], [0, 4])).kind == .shape)
  }

  @Test func `empty tensors of two float dtypes are close and of float and integer diverged`()
    throws
  {
    #expect(try compared(tensor(.f32, []), tensor(.f16, [])).status == .close)
    #expect(try compared(tensor(.f32, []), tensor(.i32, [])).kind == .dtype)
  }

  @Test func `scalars are compared like any tensor`() throws {
    let one = tensor(.f32, [1], [])
    #expect(try compared(one, one).status == .identical)
    let value = try compared(one, tensor(.f32, [2], []))
    #expect(value.status == .diverged)
    #expect(value.worstElement == 0)
    #expect(try compared(one, tensor(.f32, [1], [1])).kind == .shape)
  }

  // MARK: NaN and zero

  @Test func `NaN equals NaN whatever its payload`() throws {
    let quiet = tensor(.f32, bits: [0x7FC0_0000, 0x3F80_0000])
    let other = tensor(.f32, bits: [0xFFC0_0001, 0x3F80_0000])
    #expect(try compared(quiet, quiet).status == .identical)
    #expect(try compared(quiet, other).status == .close)
  }

  @Test func `NaN can be told to differ from NaN though the bits are equal`() throws {
    let side = tensor(.f32, [.nan, 1])
    let value = try compared(side, side, settings { $0.nanEqualsNaN = false })
    #expect(value.status == .diverged)
    #expect(value.kind == .values)
    #expect(value.difference?.mismatchedCount == 1)
    #expect(value.worstElement == 0)
  }

  @Test func `without a NaN equal bits are identical though NaN differs`() throws {
    let side = tensor(.f32, [3, 1])
    #expect(try compared(side, side, settings { $0.nanEqualsNaN = false }).status == .identical)
  }

  @Test func `a NaN on one side is a mismatch and stands first`() throws {
    let value = try compared(tensor(.f32, [100, 1]), tensor(.f32, [0, .nan]))
    #expect(value.status == .diverged)
    #expect(value.difference?.mismatchedCount == 2)
    #expect(value.worstElement == 1)
    #expect(value.relativeError == .infinity)
  }

  @Test func `equal infinities agree and opposite ones do not`() throws {
    let infinite = tensor(.f32, [.infinity])
    #expect(try compared(infinite, infinite).status == .identical)
    #expect(try compared(infinite, tensor(.f64, [.infinity])).status == .close)
    #expect(try compared(infinite, tensor(.f32, [-.infinity])).status == .diverged)
  }

  @Test func `a negative zero is close to zero and not identical`() throws {
    let value = try compared(tensor(.f32, [0, 1]), tensor(.f32, [-0.0, 1]))
    #expect(value.status == .close)
    #expect(value.difference?.differingCount == 0)
    #expect(value.relativeError == 0)
  }

  // MARK: Values and stages

  @Test func `a value that one side lacks is missing or extra`() throws {
    let both = stage("x", 1)
    var more = both
    more.values.append(Value(name: "mask", content: .tensor(tensor(.bool, [1]))))
    let missing = try compared([more], [both])
    #expect(missing.outline == ["x diverged missing origin"])
    #expect(missing.pairs[0].values.map(\.status) == [.identical, .onlyDev])
    let extra = try compared([both], [more])
    #expect(extra.outline == ["x diverged extra origin"])
    #expect(extra.pairs[0].values.map(\.status) == [.identical, .onlyProd])
  }

  @Test func `values under other names are held against each other in order`() throws {
    let dev = Stage(
      name: "x", position: 0,
      values: [
        Value(name: "a", content: .tensor(tensor(.f32, [1]))),
        Value(name: "b", content: .tensor(tensor(.f32, [2]))),
      ])
    let prod = Stage(
      name: "x", position: 0,
      values: [
        Value(name: "c", content: .tensor(tensor(.f32, [2]))),
        Value(name: "a", content: .tensor(tensor(.f32, [1]))),
      ])
    let found = try compared([dev], [prod])
    #expect(found.outline == ["x identical"])
    #expect(found.pairs[0].values.map(\.name) == ["a", "b"])
    #expect(found.pairs[0].values.map(\.prod?.name) == ["a", "c"])
  }

  @Test func `what cannot be read is not comparable and leaves the verdict open`() throws {
    let problem = FormatError(file: "prod.npz", problem: .malformed("no header"))
    let found = try compared(
      [stage("x", 1), stage("y", 1)], [stage("x", .unreadable(problem)), stage("y", 1)])
    #expect(found.outline == ["x not_comparable", "y identical"])
    #expect(found.pairs[0].values[0].problem == problem)
    #expect(found.verdict == .undecided)
    #expect(found.firstProblem == problem)
    #expect(found.firstDivergence == nil)
    #expect(found.coverage == Comparison.Coverage(paired: 1, notComparable: 1))
  }

  @Test func `what cannot be read on both sides is not comparable`() throws {
    let problem = FormatError(file: "both.npz", problem: .malformed("no header"))
    let side = [stage("x", .unreadable(problem))]
    #expect(try compared(side, side).verdict == .undecided)
  }

  @Test func `a divergence is one beside what cannot be read`() throws {
    let problem = FormatError(file: "prod.npz", problem: .malformed("no header"))
    let found = try compared(
      [stage("x", 1), stage("y", 1)], [stage("x", .unreadable(problem)), stage("y", 2)])
    #expect(found.verdict == .diverged)
    #expect(found.firstDivergence == 1)
  }

  @Test(arguments: [false, true])
  func `agreement of outputs is no match where an input cannot be read`(isProd: Bool) throws {
    let problem = FormatError(file: "prod.npz", problem: .malformed("no header"))
    let whole = [stage("x", 1).taking("in", 1), stage("y", 1)]
    var cut = whole
    cut[0].values[1].content = .unreadable(problem)
    let found = try isProd ? compared(whole, cut) : compared(cut, whole)
    #expect(found.outline == ["x identical", "y identical"])
    #expect(found.pairs[0].values[1].status == .notComparable)
    #expect(found.verdict == .undecided)
    #expect(found.firstProblem == problem)
  }

  @Test func `an incomplete trace never matches`() throws {
    var dev = trace([stage("x", 1)])
    let prod = dev
    #expect(try compared(dev, prod).verdict == .match)
    dev.isComplete = false
    #expect(try compared(dev, prod).verdict == .undecided)
    #expect(try compared(prod, dev).verdict == .undecided)
    #expect(try compared(dev, trace([stage("x", 2)])).verdict == .diverged)
  }

  @Test func `two traces without stages do not match`() throws {
    #expect(try compared(trace([]), trace([])).verdict == .undecided)
  }

  @Test func `two stages without values do not match`() throws {
    let empty = Stage(name: "x", position: 0, values: [])
    #expect(try compared([empty], [empty]).verdict == .undecided)
  }

  @Test func `a stage that prod lacks is the first divergence`() throws {
    let found = try compared(
      [stage("a", 1), stage("b", 2), stage("c", 3)], [stage("a", 1), stage("c", 4)])
    #expect(found.outline == ["a identical", "b only_dev missing", "c diverged values inherited"])
    #expect(found.firstDivergence == 1)
    #expect(found.origins == [1])
  }

  @Test func `a stage that only prod has stands right after its predecessor there`() throws {
    let found = try compared(
      [stage("a", 1), stage("b", 2), stage("c", 3)],
      [stage("a", 1), stage("extra", 9, 9), stage("b", 3), stage("c", 3)])
    #expect(
      found.outline == [
        "a identical", "extra only_prod extra", "b diverged values inherited", "c identical healed",
      ])
    #expect(found.firstDivergence == 1)
  }

  @Test func `another order of equal stages is no divergence`() throws {
    let found = try compared(
      [stage("a", 1), stage("b", 2), stage("c", 3)], [stage("b", 2), stage("a", 1), stage("c", 3)])
    #expect(found.verdict == .match)
    #expect(found.coverage == Comparison.Coverage(paired: 3, moved: 1))
    #expect(found.pairs.map(\.pair.isMoved) == [true, false, false])
  }

  @Test func `a stage under another name is paired by its content`() throws {
    let found = try compared(
      [stage("a", 1), stage("b", 2, 3, 4, 5), stage("c", 3)],
      [stage("a", 1), stage("other", 2, 3, 4, 5), stage("c", 3)])
    #expect(found.verdict == .match)
    #expect(found.pairs[1].pair.matchedBy == .content)
    #expect(found.pairs[1].pair.isRenamed)
    #expect(found.pairs[1].status == .identical)
  }

  @Test func `a stage that prod runs twice stands alone as a repetition`() throws {
    let found = try compared(
      [stage("normalize", 1), stage("head", 5)],
      [stage("normalize", 1), stage("normalize_1", 0.5), stage("head", 7)])
    #expect(
      found.outline == [
        "normalize identical", "normalize_1 only_prod extra", "head diverged values inherited",
      ])
    #expect(found.pairs[1].pair.repeats == 0)
  }
}
