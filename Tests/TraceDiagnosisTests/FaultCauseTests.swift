import PipelineTrace
import TestTraces
import Testing

@testable import TraceDiagnosis

private func said(_ dev: Tensor, _ prod: Tensor) throws -> [String] {
  try found(dev, prod).map { "\($0.cause): \($0.summary)" }
}

@Suite struct FaultCauseTests {
  private let numbers = noise(240, seed: 5)

  /// The numbers with some of them changed.
  private func changed(_ places: [Int], _ change: (Double) -> Double) -> [Double] {
    var other = numbers
    for place in places { other[place] = change(other[place]) }
    return other
  }

  @Test func `NaN that appear, with what the stage took in there`() throws {
    let prod = changed([7, 30]) { _ in .nan }
    #expect(
      try said(tensor(.f32, numbers, [24, 10]), tensor(.f32, prod, [24, 10])) == [
        "nan-born: 2 elements become NaN here, first at [0, 7]"
      ])
    var taken = noise(240, seed: 6).map { abs($0) + 0.1 }
    taken[7] = -1
    taken[30] = -0.5
    let input = tensor(.f32, taken, [24, 10])
    #expect(
      try found(
        [stage("x", input), stage("s", tensor(.f32, numbers, [24, 10]))],
        [stage("x", input), stage("s", tensor(.f32, prod, [24, 10]))]
      ).map(\.summary) == [
        "2 elements become NaN here, first at [0, 7]; prod's 'x' is negative at all of them "
          + "(a logarithm or a root?)"
      ])
  }

  @Test func `overflow of float16`() throws {
    let dev = numbers.map { $0 * 40_000 }
    let prod = dev.map { abs($0) > 65_504 ? Double.infinity * ($0 < 0 ? -1 : 1) : $0 }
    let findings = try found(tensor(.f32, dev), tensor(.f32, prod))
    #expect(findings.map(\.cause) == ["inf-born"])
    #expect(findings.first?.explained == 1)
    #expect(
      findings.first?.summary.hasSuffix(
        "; dev is beyond 65504, the largest float16, at all of them") == true)
  }

  @Test func `NaN on both sides are none that appear`() throws {
    let dev = changed([3]) { _ in .nan }
    var prod = dev
    prod[9] = 4
    #expect(
      try found(tensor(.f32, dev, [24, 10]), tensor(.f32, prod, [24, 10])).map(\.cause)
        == ["sparse-corruption"])
  }

  @Test func `one bit of one element`() throws {
    let dev = numbers.map { Double(Float($0)) }
    var prod = dev
    prod[13] = Double(Float(bitPattern: Float(dev[13]).bitPattern ^ (1 << 30)))
    #expect(
      try said(tensor(.f32, dev, [24, 10]), tensor(.f32, prod, [24, 10])) == [
        "bit-flip: one element differs, by one bit: at [1, 3] bit 30 of 32, an exponent bit"
      ])
    prod[13] = -dev[13]
    #expect(
      try said(tensor(.f32, dev, [24, 10]), tensor(.f32, prod, [24, 10])) == [
        "bit-flip: one element differs, by one bit: at [1, 3] bit 31 of 32, the sign"
      ])
    prod[13] = dev[13] * 1.7 + 0.3
    #expect(
      try found(tensor(.f32, dev, [24, 10]), tensor(.f32, prod, [24, 10])).map(\.cause)
        == ["sparse-corruption"])
  }

  @Test func `one bit of a byte may be chance`() throws {
    let dev = (0..<64).map { Double($0 * 3) }
    var prod = dev
    prod[5] = 14  // 15 in dev
    #expect(try !causes(tensor(.u8, dev), tensor(.u8, prod)).contains("bit-flip"))
  }

  @Test func `a constant in the place of numbers`() throws {
    #expect(
      try said(tensor(.f32, numbers), tensor(.f32, numbers.map { _ in 0 })) == [
        "constant-output: every element of prod is 0; redone, 0 of 240 elements differ"
      ])
    #expect(
      try said(tensor(.f32, [1, 2, 3, 4]), tensor(.f32, [0.25, 0.25, 0.25, 0.25])) == [
        "constant-output: every element of prod is 0.25, dev has different ones"
      ])
    let other = tensor(.f32, [1, 2, 3, 4])
    #expect(try found(tensor(.f32, [0, 0, 0, 0]), other).map(\.cause) == ["unknown"])
  }

  @Test func `the output of an earlier stage`() throws {
    let (one, two, three) = (
      tensor(.f32, noise(60, seed: 7)), tensor(.f32, noise(60, seed: 8)),
      tensor(.f32, noise(60, seed: 9))
    )
    let dev = [stage("a", one), stage("b", two), stage("c", three)]
    #expect(
      try found(dev, [stage("a", one), stage("b", two), stage("c", one)]).map(\.summary) == [
        "prod is what the earlier stage 'a' gave out; redone, 0 of 60 elements differ"
      ])
    #expect(
      try found(dev, [stage("a", one), stage("b", two), stage("c", two)]).map(\.summary) == [
        "prod is its own input 'b' unchanged: the stage did nothing; redone, "
          + "0 of 60 elements differ"
      ])
  }

  @Test func `one row, one column, a block, some places`() throws {
    let dev = tensor(.f32, numbers, [24, 10])
    func prod(_ isChanged: (Int, Int) -> Bool) -> Tensor {
      let other = noise(240, seed: 11)
      return tensor(
        .f32, numbers.indices.map { isChanged($0 / 10, $0 % 10) ? other[$0] : numbers[$0] },
        [24, 10])
    }
    #expect(
      try said(dev, prod { row, _ in row == 5 }) == [
        "sparse-corruption: only index 5 of axis 0 differs (10 of 240 elements), without a pattern"
      ])
    #expect(
      try said(dev, prod { _, column in column == 3 }) == [
        "sparse-corruption: only index 3 of axis 1 differs (24 of 240 elements), without a pattern"
      ])
    #expect(
      try said(dev, prod { row, column in (4..<9).contains(row) && (2..<6).contains(column) }) == [
        "sparse-corruption: only the block [4..<9, 2..<6] differs (20 of 240 elements)"
      ])
    #expect(
      try said(dev, prod { row, column in row == column && row > 6 }) == [
        "sparse-corruption: 3 of 240 elements differ, first at [7, 7], all others agree"
      ])
  }
}
