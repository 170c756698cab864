import PipelineTrace
import TestTraces
import Testing
import TraceAlignment

@testable import TraceComparison

private func compare(_ dev: TextArray, _ prod: TextArray) throws -> TextComparison {
  try #require(try TextComparison.compare(dev: dev, prod: prod, isCancelled: { false }))
}

/// A text array as numpy stores `<U…`: code units of four bytes, padded with NUL.
private func numpyTexts(_ texts: [String], width: Int) -> TextArray {
  let bytes = texts.flatMap { text -> [UInt8] in
    let units = text.unicodeScalars.map(\.value)
    return (units + Array(repeating: 0, count: width - units.count)).flatMap { unit in
      (0..<4).map { UInt8(truncatingIfNeeded: unit >> (8 * UInt32($0))) }
    }
  }
  return TextArray(
    shape: .vector(texts.count), encoding: .utf32(unitCount: width, byteOrder: .little),
    bytes: LiteralBytes(bytes))
}

@Suite struct TextComparisonTests {
  @Test func `equal texts are identical`() throws {
    let found = try compared([stage("t", text: "a cat")], [stage("t", text: "a cat")])
    #expect(found.outline == ["t identical"])
  }

  @Test func `texts that only look alike differ`() throws {
    let found = try compare(TextArray("caf\u{E9}"), TextArray("cafe\u{301}"))
    #expect(found.differingCount == 1)
    #expect(found.first == .init(element: 0, byteOffset: 3, characterOffset: 3))
    #expect(found.edits == nil)
  }

  @Test func `the first difference is counted in bytes and in characters`() throws {
    let found = try compare(TextArray("äöü!"), TextArray("äöü?"))
    #expect(found.first == .init(element: 0, byteOffset: 6, characterOffset: 3))
  }

  @Test func `a text that goes on differs where the other ends`() throws {
    #expect(
      try compare(TextArray("ab"), TextArray("abc")).first
        == .init(element: 0, byteOffset: 2, characterOffset: 2))
    #expect(
      try compare(TextArray(""), TextArray("a")).first
        == .init(element: 0, byteOffset: 0, characterOffset: 0))
  }

  @Test func `a list with an insertion has an edit script`() throws {
    let found = try compare(texts("a", "b", "c"), texts("a", "x", "b", "c"))
    #expect(found.devCount == 3)
    #expect(found.prodCount == 4)
    #expect(found.differingCount == 3)
    #expect(found.differingFraction == 0.75)
    #expect(found.first == .init(element: 1, byteOffset: 0, characterOffset: 0))
    #expect(
      found.edits?.runs == [
        .equal(dev: 0..<1, prod: 0..<1), .changed(dev: 1..<1, prod: 1..<2),
        .equal(dev: 1..<3, prod: 2..<4),
      ])
  }

  @Test func `a list that only goes on differs behind its end`() throws {
    let found = try compare(texts("a"), texts("a", "b"))
    #expect(found.differingCount == 1)
    #expect(found.first == .init(element: 1, byteOffset: 0, characterOffset: 0))
  }

  @Test func `empty lists are equal`() throws {
    let none = TextArray([], shape: .vector(0))
    #expect(try compare(none, none).first == nil)
  }

  @Test func `the width of numpy's texts does not count`() throws {
    let found = try compare(numpyTexts(["a", "bc"], width: 2), numpyTexts(["a", "bc"], width: 9))
    #expect(found.differingCount == 0)
    let value = try compared(
      [stage("t", .text(numpyTexts(["a"], width: 1)))],
      [stage("t", .text(numpyTexts(["a"], width: 5)))])
    #expect(value.outline == ["t identical"])
  }

  @Test func `differences beyond the first thousand are found`() throws {
    let dev = (0..<2500).map { Array("\($0)".utf8) }
    var prod = dev
    prod[2400] = Array("other".utf8)
    let found = try compare(
      TextArray(dev, shape: .vector(2500)), TextArray(prod, shape: .vector(2500)))
    #expect(found.differingCount == 1)
    #expect(found.first?.element == 2400)
  }

  @Test func `the same texts in another shape are a divergence of shape`() throws {
    let list = TextArray([[97], [98]], shape: Shape([2])!)
    let table = TextArray([[97], [98]], shape: Shape([2, 1])!)
    let found = try compared([stage("t", .text(list))], [stage("t", .text(table))])
    #expect(found.outline == ["t diverged shape origin"])
    let single = try compared([stage("t", text: "a")], [stage("t", .text(texts("a")))])
    #expect(single.outline == ["t diverged shape origin"])
  }

  @Test func `a text that cannot be decoded is not comparable`() throws {
    let broken = TextArray(
      shape: .vector(1), encoding: .utf32(unitCount: 1, byteOrder: .little),
      bytes: LiteralBytes([0, 0, 17, 0]))
    let found = try compared([stage("t", .text(broken))], [stage("t", .text(texts("a")))])
    #expect(found.outline == ["t not_comparable"])
    #expect(found.verdict == .undecided)
  }

  @Test func `a cancelled comparison says nothing`() throws {
    #expect(
      try TextComparison.compare(dev: texts("a"), prod: texts("b"), isCancelled: { true }) == nil)
  }
}

@Suite struct TokenEditsTests {
  private func tokens(_ ids: [Double], _ extents: [Int]? = nil) -> Stage {
    stage("ids", .tokens(tensor(.i64, ids, extents), pieces: nil))
  }

  @Test func `an inserted token is found though all others moved`() throws {
    let found = try compared([tokens([101, 7, 8, 102])], [tokens([101, 9, 7, 8, 102])])
    #expect(found.outline == ["ids diverged shape origin"])
    #expect(
      found.pairs[0].values[0].tokenEdits?.script.runs == [
        .equal(dev: 0..<1, prod: 0..<1), .changed(dev: 1..<1, prod: 1..<2),
        .equal(dev: 1..<4, prod: 2..<5),
      ])
  }

  @Test func `a replaced token is one replacement`() throws {
    let found = try compared([tokens([[1, 2, 3]].flatMap(\.self))], [tokens([1, 5, 3])])
    #expect(found.outline == ["ids diverged values origin"])
    #expect(
      found.pairs[0].values[0].tokenEdits?.script.runs == [
        .equal(dev: 0..<1, prod: 0..<1), .changed(dev: 1..<2, prod: 1..<2),
        .equal(dev: 2..<3, prod: 2..<3),
      ])
  }

  @Test func `equal tokens have no edits`() throws {
    let found = try compared([tokens([1, 2], [1, 2])], [tokens([1, 2], [1, 2])])
    #expect(found.outline == ["ids identical"])
    #expect(found.pairs[0].values[0].tokenEdits == nil)
  }

  @Test func `ids are exact for every integer dtype and byte order`() throws {
    #expect(try TokenEdits.ids(of: tensor(.u16, [0, 65_535])) == [0, 65_535])
    #expect(try TokenEdits.ids(of: tensor(.i8, [-1, 127])) == [-1, 127])
    #expect(
      try TokenEdits.ids(of: tensor(.i64, bits: [0x0020_0000_0000_0001]))
        == [9_007_199_254_740_993])
    let swapped = Tensor(
      dtype: .u16, shape: .vector(1), bytes: LiteralBytes([1, 2]), byteOrder: .big)
    #expect(try TokenEdits.ids(of: swapped) == [258])
  }
}
