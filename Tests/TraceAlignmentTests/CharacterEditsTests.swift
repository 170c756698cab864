import TestTraces
import Testing

@testable import TraceAlignment

/// The edits as a picture: equal text as it is, changes as `[dev→prod]`.
private func picture(_ dev: String, _ prod: String) -> String {
  let devBytes = Array(dev.utf8)
  let prodBytes = Array(prod.utf8)
  return characterEdits(dev: devBytes, prod: prodBytes).byteRuns.map { run in
    let devText = String(decoding: devBytes[run.dev], as: UTF8.self)
    let prodText = String(decoding: prodBytes[run.prod], as: UTF8.self)
    return run.kind == .equal ? devText : "[\(devText)→\(prodText)]"
  }.joined()
}

@Suite struct CharacterEditsTests {
  @Test func `equal texts have no change`() {
    #expect(picture("a cat", "a cat") == "a cat")
    #expect(picture("", "") == "")
  }

  @Test func `a changed letter is one change`() {
    #expect(picture("a cat sat", "a cut sat") == "a c[a→u]t sat")
  }

  @Test func `a word that was added is marked as that word`() {
    #expect(picture("the cat came", "the came") == "the [cat →]came")
    #expect(picture("the came", "the cat came") == "the [→cat ]came")
  }

  @Test func `a single equal letter within a changed word is absorbed`() {
    #expect(picture("kitten", "sitting") == "[k→s]itt[en→ing]")
  }

  @Test func `other words have no letters in common`() {
    #expect(picture("foo bar", "qux zip") == "[foo bar→qux zip]")
  }

  @Test func `changed punctuation leaves the words between alone`() {
    #expect(picture("a.b.c", "a,b,c") == "a[.→,]b[.→,]c")
  }

  @Test func `composed and decomposed letters differ and are not split`() {
    #expect(picture("caf\u{E9}s", "cafe\u{301}s") == "caf[\u{E9}→e\u{301}]s")
    let runs = characterEdits(dev: Array("é".utf8), prod: Array("è".utf8)).byteRuns
    #expect(runs == [.changed(dev: 0..<2, prod: 0..<2)])
  }

  @Test func `invalid bytes are units of their own`() {
    let units = TextUnits([0x61, 0xC3, 0x28, 0xED, 0xA0, 0x80, 0xF0, 0x9F, 0x98, 0x80, 0xFF])
    #expect(
      units.values == [
        0x61, 0x1100C3, 0x28, 0x1100ED, 0x1100A0, 0x110080, 0x1F600, 0x1100FF,
      ])
    #expect(units.byteRange(of: 6..<7) == 6..<10)
    let runs = characterEdits(dev: [0x61, 0xC3, 0x28], prod: [0x61, 0x28]).byteRuns
    #expect(
      runs == [
        .equal(dev: 0..<1, prod: 0..<1), .changed(dev: 1..<2, prod: 1..<1),
        .equal(dev: 2..<3, prod: 1..<2),
      ])
  }

  @Test func `every valid scalar is one unit`() {
    let scalars: [Unicode.Scalar] = [
      "\u{0}", "\u{7F}", "\u{80}", "\u{7FF}", "\u{800}", "\u{D7FF}", "\u{E000}", "\u{FFFF}",
      "\u{10000}", "\u{10FFFF}",
    ]
    var text = ""
    text.unicodeScalars.append(contentsOf: scalars)
    #expect(TextUnits(Array(text.utf8)).values == scalars.map(\.value))
    let overlong: [UInt8] = [0xC0, 0x80, 0xE0, 0x80, 0x80, 0xF4, 0x90, 0x80, 0x80]
    #expect(TextUnits(overlong).values == overlong.map { 0x110000 + UInt32($0) })
  }

  @Test func `a long text is compared line by line`() {
    var lines = (0..<3_000).map { "line \($0) of the text" }
    let dev = Array(lines.joined(separator: "\n").utf8)
    lines[1_500] = "line 1500 of a text"
    lines.remove(at: 2_000)
    let prod = Array(lines.joined(separator: "\n").utf8)
    let edits = characterEdits(dev: dev, prod: prod)
    #expect(isSound(edits.script, dev: edits.devUnits.values, prod: edits.prodUnits.values))
    let changes = edits.byteRuns.filter { $0.kind != .equal }
    #expect(
      changes.map { String(decoding: dev[$0.dev], as: UTF8.self) }
        == ["the", "line 2000 of the text\n"])
    #expect(changes.map { String(decoding: prod[$0.prod], as: UTF8.self) } == ["a", ""])
  }

  @Test func `readable edits of random texts still make prod of dev`() {
    var generator = SeededGenerator(seed: 7)
    let letters = Array("ab é\n.".unicodeScalars)
    for _ in 0..<1000 {
      let text = { (generator: inout SeededGenerator) in
        var text = ""
        for _ in 0..<Int.random(in: 0...20, using: &generator) {
          text.unicodeScalars.append(letters.randomElement(using: &generator) ?? "a")
        }
        return Array(text.utf8)
      }
      let dev = text(&generator)
      let prod = text(&generator)
      let edits = characterEdits(dev: dev, prod: prod)
      #expect(isSound(edits.script, dev: edits.devUnits.values, prod: edits.prodUnits.values))
      #expect(edits.byteRuns.last?.dev.upperBound ?? 0 == dev.count)
      #expect(edits.byteRuns.last?.prod.upperBound ?? 0 == prod.count)
    }
  }

  // MARK: The first difference

  private func first(_ dev: String, _ prod: String) -> TextPosition? {
    firstDifference(dev: Array(dev.utf8), prod: Array(prod.utf8))
  }

  @Test func `equal texts have no first difference`() {
    #expect(first("a cat", "a cat") == nil)
    #expect(first("", "") == nil)
  }

  @Test func `the first difference is told in bytes, scalars and lines`() {
    #expect(
      first("é\nb", "é\nc") == TextPosition(byteOffset: 3, characterOffset: 2, line: 2))
  }

  @Test func `the first difference never splits a scalar`() {
    #expect(first("aé", "aè") == TextPosition(byteOffset: 1, characterOffset: 1, line: 1))
    #expect(first("😀", "😁") == TextPosition(byteOffset: 0, characterOffset: 0, line: 1))
  }

  @Test func `a text that ends early differs at its end`() {
    #expect(first("ab", "abc") == TextPosition(byteOffset: 2, characterOffset: 2, line: 1))
    #expect(first("ab\n", "ab") == TextPosition(byteOffset: 2, characterOffset: 2, line: 1))
  }

  @Test func `composed and decomposed letters differ where they begin`() {
    #expect(
      first("caf\u{E9}", "cafe\u{301}")
        == TextPosition(byteOffset: 3, characterOffset: 3, line: 1))
  }

  @Test func `a sequence that is cut in one text differs where it begins`() {
    let position = firstDifference(dev: [0x61, 0xC3, 0xA9], prod: [0x61, 0xC3, 0x41])
    #expect(position == TextPosition(byteOffset: 1, characterOffset: 1, line: 1))
    #expect(firstDifference(dev: [0x61, 0xC3], prod: [0x61, 0xC3, 0xA9])?.byteOffset == 1)
    #expect(firstDifference(dev: [0xFF, 0xFE], prod: [0xFF, 0xFD])?.byteOffset == 1)
  }
}
