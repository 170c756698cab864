import PipelineTrace
import Testing

@testable import TensorFormats

@Suite struct JSONReaderTests {
  private func read(_ text: String) throws(FormatError) -> JSONValue {
    try JSONReader.read(Array(text.utf8), origin: Origin(file: "t.json"))
  }

  private func mistake(_ text: String) -> String {
    do throws(FormatError) {
      return "reads as \(try read(text).compact)"
    } catch {
      guard case .malformed(let what) = error.problem else { return "\(error)" }
      return what + (error.place.map { ", \($0)" } ?? "")
    }
  }

  @Test func `order of keys and spelling of numbers are kept`() throws {
    let text = #"{"z":1,"a":[1.0,-2.5e-3,1E5,0],"m":{"b":null,"a":true,"":false}}"#
    #expect(try read(text).compact == text)
    #expect(try read(" [ 1 , \t{ } ,\n[ ] ] ").compact == "[1,{},[]]")
  }

  @Test func `Python's numbers that are none`() throws {
    let value = try read("[NaN, Infinity, -Infinity]")
    #expect(value.compact == "[NaN,Infinity,-Infinity]")
    #expect(value.elements?[2].double == -.infinity)
    #expect(value.elements?[0].double?.isNaN == true)
  }

  @Test func `escapes, pairs of surrogates and lone ones`() throws {
    #expect(try read(#""\"\\\/\b\f\n\r\t\u00e9\u6771""#).text == "\"\\/\u{8}\u{C}\n\r\té東")
    #expect(try read(#""\ud83d\ude42!""#).text == "🙂!")
    #expect(try read(#""a\ud83dz\ude42""#).text == #"a\ud83dz\ude42"#)
    #expect(try read(#""\ud83d\u0041""#).text == #"\ud83dA"#)
    #expect(try read(#""\u0007""#).compact == #""\u0007""#)
  }

  @Test func `integers are only what is written as one`() throws {
    let values = try #require(try read("[24, -1, 2.4e1, 24.0, 9223372036854775808]").elements)
    #expect(values.map(\.integer) == [24, -1, nil, nil, nil])
    #expect(values[2].double == 24)
  }

  @Test func `names count by their bytes`() throws {
    // é in one scalar and in two: the same to String, two names here.
    let value = try read("{\"\u{E9}\":1,\"e\u{301}\":2}")
    #expect(value["e\u{301}"]?.integer == 2)
    #expect(
      mistake(#"{"a":1,"\u0061":2}"#)
        == "the name 'a' stands twice in one object, line 1, column 8")
    let many = (0..<20).map { "\"\($0)\":0" }.joined(separator: ",")
    #expect(try read("{\(many)}").members?.count == 20)
    #expect(mistake("{\(many),\"3\":0}").hasPrefix("the name '3' stands twice"))
    #expect(mistake("{\(many),\"19\":0}").hasPrefix("the name '19' stands twice"))
  }

  @Test func `mistakes say what was expected, and where`() {
    for (text, what) in [
      ("", "it ends where a value should be, line 1, column 1"),
      ("{", "it ends where a name should be, line 1, column 2"),
      ("[1 2]", "expected a comma or ], line 1, column 4"),
      ("[1,]", "expected a value, line 1, column 4"),
      (#"{"a":1,}"#, "expected a name, line 1, column 8"),
      (#"{"a" 1}"#, "expected a colon, line 1, column 6"),
      ("01", "it ends where a number should be, line 1, column 3"),
      ("1.", "it ends where a digit should be, line 1, column 3"),
      ("-", "it ends where a number should be, line 1, column 2"),
      ("nul", "expected a value, line 1, column 1"),
      ("1 2", "expected nothing more, line 1, column 3"),
      ("\"a\nb\"", "expected no control character in a text, line 1, column 3"),
      (#""\x41""#, "expected an escape, line 1, column 3"),
      (#""\u00g0""#, "expected a hexadecimal digit, line 1, column 6"),
      (#""abc"#, "it ends where the end of a text should be, line 1, column 5"),
    ] {
      #expect(mistake(text) == what)
    }
  }

  @Test func `nesting is bounded`() {
    let deepest = String(repeating: "[", count: 64) + String(repeating: "]", count: 64)
    #expect(mistake(deepest) == "reads as \(deepest)")
    #expect(
      mistake(String(repeating: "[", count: 50_000))
        == "expected at most 64 levels of nesting, line 1, column 66")
  }

  @Test func `cut after any byte, it throws`() {
    let text = #"{"a":[1,2.5e3,"\u00e9\n"],"b":{"c":null}}"#
    let bytes = Array(text.utf8)
    for count in 0..<bytes.count {
      #expect(throws: FormatError.self) {
        try JSONReader.read(Array(bytes[..<count]), origin: Origin(file: "t.json"))
      }
    }
  }

  @Test func `the window may end anywhere`() throws {
    let text = #"{"x":-12.5e-3,"\u00e9\\":[NaN,true,null,-Infinity,"\ud83d\ude42"],"grün":"a\nb"}"#
    for byteCount in 9...90 {
      let source = LiteralBytes(Array(text.utf8))
      var reader = JSONReader(
        source, origin: Origin(file: "t.json"), windowByteCount: byteCount)
      let value = try reader.value()
      try reader.finish()
      #expect(
        value.compact
          == #"{"x":-12.5e-3,"é\\":[NaN,true,null,-Infinity,"🙂"],"grün":"a\nb"}"#)
    }
  }

  @Test func `walking, and passing over what is not wanted`() throws {
    let text = #"{"a":{"b":[1,{"c":"\"]}"}]},"n":[7,-1,1.0,12345678901234567890,"x"],"z":null}"#
    var reader = JSONReader(LiteralBytes(Array(text.utf8)), origin: Origin(file: "t.json"))
    try reader.enterObject()
    #expect(try reader.nextName() == "a")
    try reader.skip()
    #expect(try reader.nextName() == "n")
    try reader.enterArray()
    var counts: [Int?] = []
    while try reader.nextElement() { counts.append(try reader.count()) }
    #expect(counts == [7, nil, nil, nil, nil])
    #expect(try reader.nextName() == "z")
    #expect(try reader.kind() == .null)
    try reader.skip()
    #expect(try reader.nextName() == nil)
    try reader.finish()
  }
}
