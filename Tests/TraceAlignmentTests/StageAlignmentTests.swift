import PipelineTrace
import TestTraces
import Testing

@testable import TraceAlignment

/// A trace whose stages have these names and one scalar each.
func trace(_ names: [String]) -> Trace {
  let scalar = Tensor(dtype: .u8, shape: .scalar, bytes: LiteralBytes([0]))
  return Trace(
    path: "memory", format: "test",
    stages: names.enumerated().map { position, name in
      Stage(
        name: name, position: position,
        values: [Value(name: "output", content: .tensor(scalar))])
    })
}

/// Pairs as a picture: `a` for equal names, `a=b` for others, `a=` and `=b` for a missing side, with
/// their marks behind.
func picture(_ pairs: [StagePair], dev: Trace, prod: Trace) -> [String] {
  pairs.map { pair in
    let devName = pair.dev.map { dev.stages[$0].name }
    let prodName = pair.prod.map { prod.stages[$0].name }
    var line = devName == prodName ? devName ?? "" : "\(devName ?? "")=\(prodName ?? "")"
    if pair.isMoved { line += " moved" }
    if pair.isRenamed { line += " renamed" }
    if pair.matchedBy == .content { line += " by content" }
    if pair.matchedBy == .user { line += " by user" }
    if let repeats = pair.repeats { line += " repeats \(repeats)" }
    return line
  }
}

private func aligned(
  _ dev: String, _ prod: String, overrides: AlignmentOverrides = AlignmentOverrides()
) throws(AlignmentError) -> [String] {
  let devTrace = trace(dev.split(separator: " ").map(String.init))
  let prodTrace = trace(prod.split(separator: " ").map(String.init))
  let pairs = try align(dev: devTrace, prod: prodTrace, overrides: overrides)
  return picture(pairs, dev: devTrace, prod: prodTrace)
}

@Suite struct StageAlignmentTests {
  @Test func `equal names in equal order are pairs`() throws {
    #expect(try aligned("decode resize", "decode resize") == ["decode", "resize"])
  }

  @Test func `a stage that prod lacks stands alone in dev's place`() throws {
    #expect(try aligned("a b c", "a c") == ["a", "b=", "c"])
  }

  @Test func `a stage that only prod has follows its predecessor`() throws {
    #expect(try aligned("a b c", "a x y b c z") == ["a", "=x", "=y", "b", "c", "=z"])
  }

  @Test func `a prod stage without a predecessor comes before everything`() throws {
    #expect(try aligned("a b", "x a b") == ["=x", "a", "b"])
  }

  @Test func `nothing in common gives no pair`() throws {
    #expect(try aligned("a b", "x y") == ["=x", "=y", "a=", "b="])
  }

  @Test func `an empty trace pairs with nothing`() throws {
    #expect(try aligned("", "") == [])
    #expect(try aligned("a", "") == ["a="])
    #expect(try aligned("", "x") == ["=x"])
  }

  @Test func `of two neighbours that changed places the first in dev moved`() throws {
    #expect(
      try aligned("lower stop_words acronyms ids", "lower acronyms stop_words ids")
        == ["lower", "stop_words moved", "acronyms", "ids"])
  }

  @Test func `the stage that jumped over the others is the moved one`() throws {
    #expect(try aligned("a b c d e", "b c d e a") == ["a moved", "b", "c", "d", "e"])
    #expect(try aligned("a b c d e", "e a b c d") == ["a", "b", "c", "d", "e moved"])
  }

  @Test func `a prod stage after a moved pair follows that pair`() throws {
    #expect(try aligned("a b c d", "b c d a x") == ["a moved", "=x", "b", "c", "d"])
  }

  @Test func `separators do not tell names apart`() throws {
    #expect(
      try aligned("encoder/layer.3 token_ids", "encoder.layer_3 token--ids")
        == ["encoder/layer.3=encoder.layer_3", "token_ids=token--ids"])
  }

  @Test func `a name as recorded is preferred to its like`() throws {
    #expect(try aligned("a_b", "a.b a_b") == ["=a.b repeats 1", "a_b"])
  }

  @Test func `case does not tell names apart where nothing else fits`() throws {
    #expect(try aligned("Resize b", "resize b") == ["Resize=resize", "b"])
  }

  @Test func `case tells names apart where two could be meant`() throws {
    #expect(try aligned("RELU", "relu Relu") == ["=relu", "=Relu", "RELU="])
  }

  @Test func `a second occurrence repeats the first`() throws {
    #expect(
      try aligned("resize normalize tensor", "resize normalize normalize_1 tensor")
        == ["resize", "normalize", "=normalize_1 repeats 1", "tensor"])
    #expect(
      try aligned("resize normalize tensor", "resize normalize normalize tensor")
        == ["resize", "normalize", "=normalize repeats 1", "tensor"])
  }

  @Test func `every way to number a repetition is one`() throws {
    for suffix in ["_1", "_2", ".1", ":1", "-1", "(2)", "#2"] {
      #expect(
        try aligned("n t", "n n\(suffix) t") == ["n", "=n\(suffix) repeats 0", "t"])
      #expect(try aligned("n n t", "n n\(suffix) t") == ["n", "n=n\(suffix)", "t"])
    }
  }

  @Test func `a number without its stem is a part of the name`() throws {
    #expect(try aligned("a conv_1", "a conv_2") == ["a", "=conv_2", "conv_1="])
  }

  @Test func `a repetition stands for another one where that keeps the order`() throws {
    #expect(
      try aligned("resize normalize tensor", "normalize resize normalize_1 tensor")
        == ["=normalize repeats 2", "resize", "normalize=normalize_1", "tensor"])
  }

  @Test func `the parts of a whole are not repetitions of it`() throws {
    #expect(
      try aligned("f f.0 f.1 f.2", "f f.0 f.2 f.3") == ["f", "f.0", "f.1=", "f.2", "=f.3"])
  }

  @Test func `repeated names pair in order`() throws {
    #expect(
      try aligned("conv relu conv relu fc", "conv relu relu conv relu fc")
        == ["conv", "relu", "=relu repeats 1", "conv", "relu", "fc"])
  }

  @Test func `repeated names that are left pair as moved`() throws {
    #expect(
      try aligned("a n b c d e n", "n a n b c d e")
        == ["a", "n", "b", "c", "d", "e", "n moved"])
  }

  @Test func `a thousand repeated names of a long trace pair in order`() throws {
    let names = (0..<1_500).map { $0 % 3 == 0 ? "linear" : "relu" }
    let prod = trace(Array(names.dropFirst(3)))
    let pairs = try align(dev: trace(names), prod: prod)
    #expect(pairs.count { $0.isWhole } == 1_497)
    #expect(!pairs.contains { $0.isMoved })
  }

  @Test func `the user's pair comes first`() throws {
    let overrides = try AlignmentOverrides(pairs: ["a=y", "n#2=n"], renames: [])
    #expect(
      try aligned("a n n", "y n a", overrides: overrides)
        == ["a=y renamed by user", "n= repeats 2", "n by user", "=a"])
  }

  @Test func `an order number in the user's name does not count`() throws {
    let overrides = try AlignmentOverrides(pairs: ["03_a=y"], renames: [])
    #expect(try aligned("a", "y", overrides: overrides) == ["a=y renamed by user"])
  }

  @Test func `a rename turns dev's names into prod's`() throws {
    for rename in [#"h\.(\d+)\.attn=layers.$1.attention"#, #"h\.(\d+)\.attn=layers.\1.attention"#] {
      let overrides = try AlignmentOverrides(pairs: [], renames: [rename])
      #expect(
        try aligned(
          "h.0.attn h.1.attn x", "layers.0.attention layers.1.attention x", overrides: overrides)
          == [
            "h.0.attn=layers.0.attention renamed by user",
            "h.1.attn=layers.1.attention renamed by user", "x",
          ])
    }
  }

  @Test func `a rename to a name that prod lacks is not made`() throws {
    let overrides = try AlignmentOverrides(pairs: [], renames: ["layer=block"])
    #expect(
      try aligned("layer.0 layer_norm", "block.0 layer_norm", overrides: overrides)
        == ["layer.0=block.0 renamed by user", "layer_norm"])
  }

  @Test func `a pattern may hold an equals sign`() throws {
    let overrides = try AlignmentOverrides(pairs: [#"a\=1=b"#], renames: ["x(?=y)=$$"])
    #expect(overrides.pairs == [.init(dev: "a=1", prod: "b")])
    #expect(overrides.renames == [.init(pattern: "x(?=y)", replacement: "$$")])
    #expect(try aligned("a=1 xy", "b $y", overrides: overrides).count == 2)
  }

  @Test func `every stage of a random trace is in one pair`() throws {
    var generator = SeededGenerator(seed: 5)
    let stems = ["a", "b", "c", "a_1", "a_2", "B", "c.0", "c.1", "x/y", "x_y", "c(2)"]
    for _ in 0..<500 {
      let names = { (generator: inout SeededGenerator) in
        (0..<Int.random(in: 0...9, using: &generator)).map { _ in
          stems.randomElement(using: &generator) ?? ""
        }
      }
      let dev = trace(names(&generator))
      let prod = trace(names(&generator))
      try expectSound(align(dev: dev, prod: prod), dev: dev, prod: prod)
    }
  }

  @Test func `five thousand names of which a tenth was edited align`() throws {
    var generator = SeededGenerator(seed: 6)
    let dev = trace((0..<5_000).map { "model.layers.\($0 / 12).op\($0 % 12)" })
    var names: [String] = []
    for (i, stage) in dev.stages.enumerated() {
      switch Int.random(in: 0..<30, using: &generator) {
      case 0: break
      case 1: names += [stage.name, "extra.\(i)x"]
      case 2: names.append("renamed.\(i)x")
      default: names.append(stage.name)
      }
    }
    let prod = trace(names)
    let pairs = try align(dev: dev, prod: prod)
    expectSound(pairs, dev: dev, prod: prod)
    #expect(!pairs.contains { $0.isMoved || $0.isRenamed })
    #expect(pairs.count { $0.isWhole } == Set(names).intersection(dev.stages.map(\.name)).count)
  }
}

/// Every stage is in one pair, dev's in order, and the pairs that are not moved are in prod's too.
func expectSound(_ pairs: [StagePair], dev: Trace, prod: Trace) {
  #expect(pairs.compactMap(\.dev) == Array(dev.stages.indices))
  #expect(pairs.compactMap(\.prod).sorted() == Array(prod.stages.indices))
  let kept = pairs.filter { $0.isWhole && !$0.isMoved }.compactMap(\.prod)
  #expect(kept == kept.sorted())
  #expect(pairs.allSatisfy { $0.isWhole == ($0.matchedBy != nil) })
  #expect(pairs.allSatisfy { !$0.isWhole || $0.repeats == nil })
}
