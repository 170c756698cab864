import PipelineTrace
import TensorKernels
import TestTraces
import Testing

@testable import TraceComparison

/// Two contents, compared as the one output of the one stage of two traces.
private func compared(
  _ dev: Value.Content, _ prod: Value.Content, _ settings: ComparisonSettings = .init()
) throws -> ValueComparison {
  try compared([stage("x", dev)], [stage("x", prod)], settings).pairs[0].values[0]
}

private var exact: ComparisonSettings {
  var settings = ComparisonSettings()
  settings.relative = 0
  settings.absolute = 0
  return settings
}

/// The four numbers 1, 2, 3, 4, whose statistics `ramp` has.
private let four = Value.Content.tensor(tensor(.f32, [1, 2, 3, 4], [2, 2]))
private let ramp: [TensorSummary.Statistic: Double] = [
  .minimum: 1, .maximum: 4, .mean: 2.5, .deviation: 1.2909945, .norm: 5.4772258,
]

@Suite struct SummaryComparisonTests {
  // MARK: Two summaries

  @Test func `the same statistics agree, but are never identical`() throws {
    let value = try compared(summary(.f32, [2, 2], ramp), summary(.f32, [2, 2], ramp))
    #expect(value.status == .close)
    #expect(value.kind == nil)
    let found = try #require(value.summary)
    #expect(found.comparedRowCount == 5)
    #expect(found.mismatchedRowCount == 0)
    #expect(!found.seesOrder)
    #expect(value.relativeError == nil)
  }

  @Test func `a pair whose tensors are permuted agrees in statistics, and does not see the order`()
    throws
  {
    let permuted = Value.Content.tensor(tensor(.f32, [4, 3, 2, 1], [2, 2]))
    let value = try compared(summary(.f32, [2, 2], ramp), permuted)
    #expect(value.status == .close)
    #expect(try #require(value.summary).seesOrder == false)
    let printed = summary(.f32, [2, 2], ramp, printed: [0: 1, 3: 4])
    let seen = try compared(printed, permuted)
    #expect(seen.status == .diverged)
    #expect(seen.kind == .values)
    #expect(seen.summary?.mismatchedRowCount == 0)
    #expect(seen.summary?.mismatchedPrintedCount == 2)
    #expect(seen.summary?.seesOrder == true)
    #expect(seen.worstElement == 0)
  }

  @Test func `one statistic that differs is a divergence, and says how large it is at least`()
    throws
  {
    var changed = ramp
    changed[.mean] = 2.6
    let value = try compared(summary(.f32, [2, 2], ramp), summary(.f32, [2, 2], changed))
    #expect(value.status == .diverged)
    #expect(value.kind == .values)
    let found = try #require(value.summary)
    #expect(found.mismatchedRowCount == 1)
    #expect(found.worstRow?.statistic == .mean)
    // 0.1 · √4 / 5.4772258
    #expect(abs(try #require(value.relativeError) - 0.03651483) < 1e-7)
  }

  @Test func `only statistics that both have are compared`() throws {
    let value = try compared(
      summary(.f32, [2], [.minimum: 1, .mean: 9]), summary(.f32, [2], [.minimum: 1, .norm: 3]))
    #expect(value.status == .close)
    #expect(value.summary?.rows.map(\.statistic) == [.minimum])
  }

  @Test func `nothing in common is not comparable, and says why`() throws {
    let found = try compared(
      [stage("x", summary(.f32, [2], [.mean: 9]))], [stage("x", summary(.f32, [2], [.norm: 3]))])
    #expect(found.verdict == .undecided)
    #expect(found.pairs[0].status == .notComparable)
    #expect(
      found.firstProblem?.description == """
        tree.json, node 'x': what was recorded has no statistic that the other side has too; \
        record both runs with the same settings
        """)
    let none = try compared(summary(.f32, [2]), summary(.f32, [2]))
    #expect(none.status == .notComparable)
  }

  @Test func `tensors without elements have nothing to be compared`() throws {
    #expect(try compared(summary(.f32, [0, 3]), summary(.f32, [0, 3])).status == .close)
  }

  @Test func `another shape is another shape, whatever the statistics`() throws {
    let value = try compared(summary(.f32, [2, 2], ramp), summary(.f32, [4], ramp))
    #expect(value.status == .diverged)
    #expect(value.kind == .shape)
    #expect(value.relativeError == .infinity)
    let mixed = try compared(four, summary(.f32, [4], ramp))
    #expect(mixed.kind == .shape)
  }

  @Test func `a text across from a summary is another kind of value`() throws {
    let value = try compared(.text(TextArray("a")), summary(.f32, [2], ramp))
    #expect(value.status == .diverged)
    #expect(value.kind == .dtype)
  }

  @Test func `what cannot be read is not comparable to a summary`() throws {
    let problem = FormatError(file: "dev", problem: .malformed("no header"))
    let value = try compared(.unreadable(problem), summary(.f32, [2], ramp))
    #expect(value.status == .notComparable)
    #expect(value.problem == problem)
  }

  // MARK: dtypes

  @Test func `the looser tolerance of two float dtypes holds`() throws {
    let dev = summary(.f32, [4], [.maximum: 100])
    let prod = summary(.bf16, [4], [.maximum: 101])
    #expect(try compared(dev, prod).status == .close)
    #expect(try compared(dev, summary(.f32, [4], [.maximum: 101])).status == .diverged)
    #expect(try compared(dev, summary(.bf16, [4], [.maximum: 102])).status == .diverged)
    var strict = ComparisonSettings()
    strict.isStrictAboutDType = true
    let value = try compared(dev, prod, strict)
    #expect(value.status == .diverged)
    #expect(value.kind == .dtype)
  }

  @Test func `a float against an integer dtype is a divergence of the dtype`() throws {
    let value = try compared(summary(.f32, [2, 2], ramp), summary(.i32, [2, 2], ramp))
    #expect(value.status == .diverged)
    #expect(value.kind == .dtype)
    #expect(value.relativeError == nil)
  }

  @Test func `extremes of integers agree only when equal`() throws {
    let dev = summary(.i64, [4], [.minimum: 101, .maximum: 30_521])
    #expect(
      try compared(dev, summary(.i64, [4], [.minimum: 101, .maximum: 30_521])).status == .close)
    #expect(
      try compared(dev, summary(.i64, [4], [.minimum: 101, .maximum: 30_522])).status == .diverged)
  }

  // MARK: What the tool rounded

  /// 65,536 numbers around 0.5, summed one after the other (squares in eight lanes) and as numpy does,
  /// in float32.
  @Test func `two ways to add up in float32 agree where nothing else is tolerated`() throws {
    let serial: [TensorSummary.Statistic: Double] = [
      .mean: 0.4981260597705841, .norm: 285.75775146484375,
    ]
    let tree: [TensorSummary.Statistic: Double] = [
      .mean: 0.4981250762939453, .norm: 285.7577819824219,
    ]
    #expect(
      try compared(summary(.f32, [65_536], serial), summary(.f32, [65_536], tree), exact).status
        == .close)
    // Ten times as far apart is no rounding.
    #expect(
      try compared(
        summary(.f32, [65_536], [.mean: 0.498136]), summary(.f32, [65_536], [.mean: 0.498126]),
        exact
      ).status == .diverged)
    #expect(
      try compared(
        summary(.f32, [65_536], [.norm: 285.7733]), summary(.f32, [65_536], [.norm: 285.7577]),
        exact
      ).status == .diverged)
  }

  /// Four million numbers, summed in eight lanes of float32, against the same in float64.
  @Test func `a norm that lost small squares in a large sum agrees`() throws {
    let dev = summary(.f32, [4_000_000], [.norm: 2236.048828125])
    #expect(
      try compared(dev, summary(.f32, [4_000_000], [.norm: 2236.24972237598])).status == .close)
    #expect(try compared(dev, summary(.f32, [4_000_000], [.norm: 2240])).status == .diverged)
    // However many elements, 2 % is no rounding.
    #expect(
      try compared(
        summary(.f32, [1 << 40], [.norm: 1e6]), summary(.f32, [1 << 40], [.norm: 1.02e6])
      ).status == .diverged)
  }

  /// A layer norm of 12 × 768 numbers, and the same rounded to bfloat16.
  @Test func `a mean near zero of rounded elements is no difference`() throws {
    let dev = summary(
      .f32, [12, 768],
      [.minimum: -3.6809, .maximum: 3.9194, .mean: -2.3287e-11, .deviation: 1.0001, .norm: 96])
    let prod = summary(
      .bf16, [12, 768],
      [
        .minimum: -3.6875, .maximum: 3.9219, .mean: -1.5995e-05, .deviation: 1.0001,
        .norm: 96.00219,
      ])
    #expect(try compared(dev, prod).status == .close)
    // A shift of a thousandth of the spread, over so many elements, is no rounding.
    let shifted = summary(.bf16, [12, 768], [.mean: 1e-3, .norm: 96])
    #expect(try compared(dev, shifted).summary?.worstRow?.statistic == .mean)
  }

  @Test func `digits that were not printed count for agreement, those that were do not`() throws {
    let dev = summary(.f32, [3], [.mean: 1.2917], halfUnit: 0.00005)
    #expect(
      try compared(dev, summary(.f32, [3], [.mean: 1.2918], halfUnit: 0.00005), exact).status
        == .close)
    #expect(
      try compared(dev, summary(.f32, [3], [.mean: 1.2919], halfUnit: 0.00005), exact).status
        == .diverged)
  }

  @Test func `extremes and printed elements one digit apart are no tie lost`() throws {
    let dev = summary(
      .f32, [3], [.minimum: 1.2917, .maximum: -4.0912e-06], printed: [0: 1.2917], halfUnit: 0.00005)
    let prod = summary(
      .f32, [3], [.minimum: 1.2916, .maximum: -4.0912e-06], printed: [0: 1.2916], halfUnit: 0.00005)
    #expect(try compared(dev, prod, exact).status == .close)
  }

  // MARK: Printed elements

  @Test func `a printed corner that differs is a divergence, with its first place`() throws {
    let dev = summary(
      .f32, [48, 48], ramp, printed: [0: 1.2917, 1: 0.5, 47: -2], halfUnit: 0.00005)
    let prod = summary(
      .f32, [48, 48], ramp, printed: [0: 1.2917, 1: 0.6, 47: -2, 48: 7], halfUnit: 0.00005)
    let value = try compared(dev, prod)
    #expect(value.kind == .values)
    let found = try #require(value.summary)
    #expect(found.printed.map(\.element) == [0, 1, 47])
    #expect(found.firstPrintedMismatch?.element == 1)
    #expect(found.mismatchedPrintedCount == 1)
    #expect(found.elementCount == 2_304)
  }

  @Test func `other corners printed leave nothing in common`() throws {
    let value = try compared(
      summary(.f32, [4], printed: [0: 1]), summary(.f32, [4], printed: [3: 1]))
    #expect(value.status == .notComparable)
  }

  // MARK: NaN and infinities

  @Test func `NaN agrees with NaN alone, unless it differs from itself`() throws {
    let withNaN = summary(.f32, [4], [.maximum: .nan], printed: [1: .nan])
    #expect(try compared(withNaN, withNaN).status == .close)
    let value = try compared(withNaN, summary(.f32, [4], [.maximum: 3], printed: [1: 3]))
    #expect(value.status == .diverged)
    #expect(value.relativeError == .infinity)
    var settings = ComparisonSettings()
    settings.nanEqualsNaN = false
    #expect(try compared(withNaN, withNaN, settings).summary?.mismatchedRowCount == 1)
  }

  @Test func `an infinity agrees with the same infinity`() throws {
    let up = summary(.f32, [4], [.maximum: .infinity])
    #expect(try compared(up, up).status == .close)
    #expect(try compared(up, summary(.f32, [4], [.maximum: -.infinity])).status == .diverged)
    #expect(try compared(up, summary(.f32, [4], [.maximum: 3e38])).status == .diverged)
  }

  @Test func `a tensor with a NaN has the statistics of torch`() throws {
    let nan = Value.Content.tensor(tensor(.f32, [1, .nan, 3, 4]))
    let allNaN = summary(
      .f32, [4], [.minimum: .nan, .maximum: .nan, .mean: .nan, .deviation: .nan, .norm: .nan])
    #expect(try compared(nan, allNaN).summary?.mismatchedRowCount == 0)
    #expect(try compared(nan, summary(.f32, [4], ramp)).summary?.mismatchedRowCount == 5)
    let infinite = Value.Content.tensor(tensor(.f32, [1, -.infinity, 3, 4]))
    let expected = summary(
      .f32, [4],
      [
        .minimum: -.infinity, .maximum: 4, .mean: -.infinity, .deviation: .nan, .norm: .infinity,
      ])
    #expect(try compared(infinite, expected).summary?.mismatchedRowCount == 0)
    let both = Value.Content.tensor(tensor(.f32, [1, -.infinity, .infinity, 4]))
    #expect(try compared(both, summary(.f32, [4], [.mean: .nan])).status == .close)
  }

  @Test func `a spread of one element is no NaN among the elements`() throws {
    var settings = ComparisonSettings()
    settings.nanEqualsNaN = false
    let scalar = summary(.f32, [1], [.mean: 3, .deviation: .nan])
    let value = try compared(scalar, scalar, settings)
    #expect(value.status == .close)
    #expect(value.summary?.rows.map(\.statistic) == [.mean])
  }

  /// torch: the mean of an attention mask of `finfo.min` is -inf, its std NaN and its norm inf.
  @Test func `a sum that overflowed is not held against the tensor`() throws {
    let low = -Double(Float.greatestFiniteMagnitude)
    let mask = Value.Content.tensor(tensor(.f32, [0, low, low, low]))
    let value = try compared(
      mask,
      summary(
        .f32, [4],
        [
          .minimum: low, .maximum: 0, .mean: -.infinity, .deviation: .nan, .norm: .infinity,
        ]))
    #expect(value.status == .close)
    #expect(value.summary?.rows.map(\.agrees) == [true, true, nil, nil, nil])
    let ordinary = summary(.f32, [4], [.minimum: -3, .maximum: 0, .mean: -.infinity])
    #expect(
      try compared(summary(.f32, [4], [.minimum: -3, .maximum: 0, .mean: -2]), ordinary).status
        == .diverged)
  }

  @Test func `a norm beyond float16 is not held against the tensor`() throws {
    let dev = Value.Content.tensor(tensor(.f32, [50_000, 50_000]))
    let prod = summary(.f16, [2], [.minimum: 50_000, .maximum: 50_000, .norm: .infinity])
    #expect(try compared(dev, prod).status == .close)
  }

  // MARK: Mixed sides

  @Test func `a tensor is held against a summary, either way round`() throws {
    for (dev, prod) in [
      (four, summary(.f32, [2, 2], ramp)), (summary(.f32, [2, 2], ramp), four),
    ] {
      let value = try compared(dev, prod)
      #expect(value.status == .close)
      #expect(value.summary?.comparedRowCount == 5)
    }
    let other = Value.Content.tensor(tensor(.f32, [1, 2, 3, 5], [2, 2]))
    for (dev, prod) in [
      (other, summary(.f32, [2, 2], ramp)), (summary(.f32, [2, 2], ramp), other),
    ] {
      let value = try compared(dev, prod)
      #expect(value.status == .diverged)
      #expect(value.summary?.rows.map(\.agrees) == [true, false, false, false, false])
    }
  }

  @Test func `the statistics of a tensor are those of all its elements`() throws {
    let value = try compared(summary(.f32, [2, 2], ramp, printed: [1: 2, 3: 4]), four)
    let found = try #require(value.summary)
    #expect(found.rows.map(\.prod.value) == [1, 4, 2.5, 1.2909944487358056, 5.477225575051661])
    #expect(found.printed.map(\.prod.value) == [2, 4])
    #expect(found.rows.map(\.prod.halfUnit) == [0, 0, 0, 0, 0])
  }

  @Test func `a tensor of more than a block is summed over all its blocks`() throws {
    let count = 300_000
    let numbers = (0..<count).map { Double($0 % 2) }
    let value = try compared(
      .tensor(tensor(.f16, numbers)),
      summary(.f16, [count], [.mean: 0.5, .norm: 387.25], printed: [299_999: 1]))
    // √150,000 is 387.298…, and 387.25 the float16 next to it.
    #expect(value.status == .close)
    #expect(value.summary?.rows.first?.dev.value == 0.5)
  }

  @Test func `token ids can be held against a summary too`() throws {
    let ids = Value.Content.tokens(tensor(.i64, [101, 7, 102]), pieces: nil)
    let value = try compared(ids, summary(.i64, [3], [.minimum: 7, .maximum: 102]))
    #expect(value.status == .close)
    #expect(try compared(ids, summary(.i64, [3], [.maximum: 103])).status == .diverged)
  }

  @Test func `an extreme that the tool cast to float32 agrees with the element it was`() throws {
    let dev = Value.Content.tensor(tensor(.i64, [0, 16_777_217]))
    #expect(try compared(dev, summary(.i64, [2], [.maximum: 16_777_216])).status == .close)
    #expect(try compared(dev, summary(.i64, [2], [.maximum: 16_777_212])).status == .diverged)
  }

  @Test func `a tensor that cannot be read is not comparable`() throws {
    let broken = Tensor(dtype: .f32, shape: Shape([2])!, bytes: BrokenBytes())
    let value = try compared(.tensor(broken), summary(.f32, [2], ramp))
    #expect(value.status == .notComparable)
    #expect(value.problem?.file == "broken")
  }

  @Test func `what is cancelled stays pending`() throws {
    let comparison = try Comparison(
      dev: trace([stage("x", four)]), prod: trace([stage("x", summary(.f32, [2, 2], ramp))]),
      settings: ComparisonSettings(), overrides: .init())
    let found = ComparisonEngine.run(comparison, workerCount: 1, isCancelled: { true })
    #expect(found.pairs[0].status == .pending)
  }

  // MARK: Digests

  @Test func `the same digest of the same dtype is an agreement that sees the order`() throws {
    let dev = summary(.f32, [4], digest: "9f8e7d6c")
    let value = try compared(dev, dev)
    #expect(value.status == .close)
    #expect(value.summary?.hasSameDigest == true)
    #expect(value.summary?.seesOrder == true)
  }

  @Test func `another digest decides where nothing is tolerated, or nothing else is there`() throws
  {
    let dev = summary(.f32, [2, 2], ramp, digest: "9f8e7d6c")
    let prod = summary(.f32, [2, 2], ramp, digest: "00000000")
    #expect(try compared(dev, prod).status == .close)
    #expect(try compared(dev, prod).summary?.seesOrder == false)
    #expect(try compared(dev, prod, exact).kind == .values)
    let alone = try compared(
      summary(.f32, [4], digest: "9f8e7d6c"), summary(.f32, [4], digest: "00000000"))
    #expect(alone.kind == .values)
    #expect(alone.relativeError == nil)
    let integers = try compared(
      summary(.i64, [4], [.minimum: 1], digest: "9f8e7d6c"),
      summary(.i64, [4], [.minimum: 1], digest: "00000000"))
    #expect(integers.kind == .values)
  }

  @Test func `digests of other dtypes or other hashes say nothing`() throws {
    let dev = summary(.f32, [4], digest: "9f8e7d6c")
    #expect(try compared(dev, summary(.bf16, [4], digest: "00000000")).status == .notComparable)
    #expect(
      try compared(dev, summary(.f32, [4], digest: "0x9f8e7d6c00000000")).status == .notComparable)
  }

  // MARK: Whole traces

  @Test func `stages are never paired by what was summarized of them`() throws {
    let found = try compared(
      [stage("a", summary(.f32, [2, 2], ramp)), stage("b", 1)],
      [stage("c", summary(.f32, [2, 2], ramp)), stage("b", 1)])
    #expect(found.outline == ["c only_prod extra", "a only_dev missing", "b identical healed"])
  }

  @Test func `summaries that agree give a match, counted and remarked on`() throws {
    let found = try compared(
      [stage("a", 1), stage("b", summary(.f32, [2, 2], ramp))],
      [stage("a", 1), stage("b", four)])
    #expect(found.verdict == .match)
    #expect(found.coverage.summaries == 1)
    #expect(
      found.remarks == ["1 of 2 stages are summaries; where they agree, elements may still differ"])
  }

  @Test func `a difference that grows through summaries is followed`() throws {
    func layer(_ name: String, _ mean: Double, input: Double) -> Stage {
      var stage = stage(name, summary(.f32, [100], [.mean: mean, .norm: 10]))
      stage.values.append(
        Value(
          name: "in", role: .input, content: summary(.f32, [100], [.mean: input, .norm: 10])))
      return stage
    }
    let found = try compared(
      [layer("a", 0.1, input: 0), layer("b", 0.1, input: 0.1), layer("c", 0.1, input: 0.1)],
      [layer("a", 0.101, input: 0), layer("b", 0.102, input: 0.101), layer("c", 0.9, input: 0.102)])
    #expect(
      found.outline == [
        "a diverged values origin", "b diverged values inherited", "c diverged values amplified",
      ])
  }
}

/// Bytes that no one can read.
private struct BrokenBytes: ByteSource {
  var byteCount: Int { 8 }
  var origin: Origin { Origin(file: "broken") }

  func read(into destination: UnsafeMutableRawBufferPointer, at byteOffset: Int)
    throws(FormatError)
  {
    throw origin.error(.changedWhileOpen)
  }
}
