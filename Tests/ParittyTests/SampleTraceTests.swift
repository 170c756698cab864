import Glibc
import PipelineTrace
import Testing

@testable import TensorFormats

/// The pairs in `sample-traces`: each a demo, a document and a test.
@Suite struct SampleTraceTests {
  private struct Sample {
    var name: String
    var folder: String
    var dev: String
    var prod: String
  }

  private static let root = "\(checkout)/sample-traces"

  /// The folders that hold a `dev` and a `prod`.
  private static let samples: [Sample] = names(in: root).compactMap { name in
    let folder = "\(root)/\(name)"
    let files = names(in: folder)
    func trace(_ side: String) -> String? {
      files.first { $0 == side || $0.hasPrefix("\(side).") }
    }
    guard let dev = trace("dev"), let prod = trace("prod") else { return nil }
    return Sample(name: name, folder: folder, dev: dev, prod: prod)
  }

  private static func json(_ text: String) throws -> JSONValue {
    try JSONReader.read(Array(text.utf8), origin: Origin(file: "report"))
  }

  @Test func `every sample has a README whose first line is its title`() throws {
    #expect(Self.samples.count >= 8)
    for sample in Self.samples {
      let readme = try content(of: "\(sample.folder)/README.md")
      #expect(readme.hasPrefix("# "), "\(sample.name)")
    }
  }

  @Test func `every sample gives the report that is kept beside it`() throws {
    for sample in Self.samples {
      let ended = try paritty("report", sample.dev, sample.prod, folder: sample.folder)
      let expected = try content(of: "\(sample.folder)/expected.txt")
      #expect(ended.output == expected, "\(sample.name)")
      #expect(ended.errors == "", "\(sample.name)")
      #expect(ended.status == (expected.hasPrefix("MATCH") ? 0 : 1), "\(sample.name)")
    }
  }

  /// `facts.json` was made by numpy alone; see `check.py`.
  @Test func `verdict, first divergence and numbers are those that numpy finds`() throws {
    let facts = try Self.json(try content(of: "\(Self.root)/facts.json"))
    #expect(facts.members?.map(\.name).sorted() == Self.samples.map(\.name))
    for sample in Self.samples {
      let fact = try #require(facts[sample.name], "no facts of \(sample.name)")
      let ended = try paritty(
        "report", "--format", "json", sample.dev, sample.prod, folder: sample.folder)
      let report = try Self.json(ended.output)
      #expect(report["verdict"] == fact["verdict"], "\(sample.name)")
      #expect(ended.status == (fact["verdict"]?.text == "match" ? 0 : 1), "\(sample.name)")
      for side in ["dev", "prod", "kind"] {
        #expect(
          report["first_divergence"]?[side] == fact["first_divergence"]?[side],
          "\(sample.name), \(side)")
      }
      let pairs = try #require(report["pairs"]?.elements)
      let stages = try #require(fact["stages"]?.elements)
      #expect(pairs.count == stages.count, "\(sample.name)")
      for stage in stages {
        let pair = try #require(
          pairs.first { $0["dev"] == stage["dev"] && $0["prod"] == stage["prod"] },
          "\(sample.name): no pair \(stage["dev"]?.compact ?? "")")
        check(pair, against: stage, "\(sample.name), \(stage["dev"]?.text ?? "")")
      }
      if let origins = fact["origins"]?.texts {
        let found = report["origins"]?.elements?.compactMap(\.integer).map {
          pairs[$0]["dev"]?.text ?? ""
        }
        #expect(found == origins, "\(sample.name)")
      }
    }
  }

  private func check(_ pair: JSONValue, against fact: JSONValue, _ place: String) {
    #expect(pair["status"] == fact["status"], "\(place)")
    let outputs = (pair["values"]?.elements ?? []).filter { $0["role"] == nil }
    guard let value = outputs.first(where: { $0["status"] == pair["status"] }) ?? outputs.first
    else { return }
    guard fact["status"]?.text != "identical" else { return }
    // Lists of texts that differ in length have another shape for numpy, and other texts for a person.
    let isText = value["kind"]?.text == "text"
    if let kind = fact["kind"] {
      #expect(value["divergence"] == (isText ? .text("text") : kind), "\(place)")
    }
    guard let mismatched = fact["mismatched"]?.integer, value["mismatched"] != nil else { return }
    #expect(value["mismatched"]?.integer == mismatched, "\(place)")
    #expect(value["elements"]?.integer == fact["elements"]?.integer, "\(place)")
    #expect(value["max_abs"]?.double == fact["max_abs"]?.double, "\(place)")
    let index = value["max_abs_index"]?.elements?.compactMap(\.integer)
    #expect(index == fact["max_abs_index"]?.elements?.compactMap(\.integer), "\(place)")
  }
}
