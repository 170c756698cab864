import Foundation
import PipelineTrace
import TensorFormats
import TestTraces
import Testing
import TraceComparison

/// What `expected.json` says of a pair, computed by numpy in float64.
private struct Expectation {
  let object: [String: Any]

  init(_ folder: String) throws {
    let data = try Data(contentsOf: URL(fileURLWithPath: "\(folder)/expected.json"))
    object = try #require(JSONSerialization.jsonObject(with: data) as? [String: Any])
  }

  func names(_ key: String) -> [String] { object[key] as? [String] ?? [] }

  var stages: [[String: Any]] { object["stages"] as? [[String: Any]] ?? [] }

  /// The pairs that are right as the first divergence, as `dev/prod`.
  var firstDivergences: [String] {
    let first = object["first_divergent"] as? [String: Any]
    let others = object["also_accepted_first_divergent"] as? [[String: Any]] ?? []
    return ([first].compactMap(\.self) + others).map {
      "\($0["dev"] as? String ?? "-")/\($0["prod"] as? String ?? "-")"
    }
  }
}

private func isNear(_ found: Double?, _ expected: Double) -> Bool {
  guard let found else { return false }
  return abs(found - expected) <= 1e-12 * abs(expected)
}

private let pairFolders = [
  "p1-image-channels-reversed", "p2-text-vanishing-acronym", "p3-minilm-bf16",
  "p4-tabular-dropped-scaler", "p6-onnx-attention-mask-ones",
]

/// Those that agree within the tolerance.
private let matchingFolders = ["p5-match-float64-vs-float32"]

@Suite struct CorpusPairTests {
  private let settings: ComparisonSettings = {
    var settings = ComparisonSettings()
    settings.relative = 1e-4
    settings.absolute = 1e-5
    return settings
  }()

  private func comparison(_ folder: String) throws -> Comparison {
    let names = fileNames(in: folder)
    let dev = try #require(names.first { $0.hasPrefix("dev") })
    let prod = try #require(names.first { $0.hasPrefix("prod") })
    return try compared(
      try openTrace(at: "\(folder)/\(dev)"), try openTrace(at: "\(folder)/\(prod)"), settings)
  }

  @Test(arguments: pairFolders)
  func `a pair's verdict, first divergence and structure are those of the corpus`(name: String)
    throws
  {
    let folder = "\(packageFolder)/Tests/Fixtures/pairs/\(name)"
    let expected = try Expectation(folder)
    let found = try comparison(folder)
    #expect(found.verdict.rawValue == expected.object["verdict"] as? String)
    let pair = found.pairs[try #require(found.firstDivergence)]
    #expect(
      expected.firstDivergences.contains("\(pair.dev?.name ?? "-")/\(pair.prod?.name ?? "-")"))
    #expect(found.pairs.filter(\.pair.isMoved).map(\.name) == expected.names("reordered"))
    #expect(
      found.pairs.filter { $0.status == .onlyDev }.map(\.name) == expected.names("missing_in_prod"))
    #expect(
      found.pairs.filter { $0.status == .onlyProd }.map(\.name) == expected.names("extra_in_prod"))
    #expect(found.isFinished)
    #expect(found.coverage.notComparable == 0)
  }

  @Test(arguments: pairFolders)
  func `the first divergence has the corpus' numbers`(name: String) throws {
    let folder = "\(packageFolder)/Tests/Fixtures/pairs/\(name)"
    let expected = try Expectation(folder)
    let found = try comparison(folder)
    let pair = found.pairs[try #require(found.firstDivergence)]
    guard let mismatched = expected.object["mismatched_elements"] as? Int else {
      #expect(pair.leadingValue?.difference == nil)  // one text, or a stage that stands alone
      return
    }
    let difference = try #require(pair.leadingValue?.difference)
    #expect(difference.mismatchedCount == mismatched)
    #expect(difference.elementCount == expected.object["n_elements"] as? Int)
    #expect(difference.differingCount == expected.object["mismatched_exact"] as? Int)
    #expect(isNear(difference.maxAbsolute, expected.object["max_abs"] as? Double ?? .nan))
    let shape = try #require(pair.leadingValue?.dev?.tensor?.shape)
    #expect(
      difference.maxAbsoluteElement.map { shape.index(ofElement: $0) }
        == expected.object["max_abs_index"] as? [Int])
    #expect(
      difference.firstMismatch.map { shape.index(ofElement: $0) }
        == expected.object["first_mismatch_index"] as? [Int])
  }

  @Test(arguments: matchingFolders)
  func `a pair that differs by rounding matches`(name: String) throws {
    let folder = "\(packageFolder)/Tests/Fixtures/pairs/\(name)"
    let found = try comparison(folder)
    #expect(try Expectation(folder).object["verdict"] as? String == "match")
    #expect(found.verdict == .match)
    #expect(found.firstDivergence == nil)
    #expect(found.isFinished)
    #expect(found.coverage.notComparable == 0)
  }

  @Test func `what torch and numpy saved of the same tensors is a match`() throws {
    let formats = "\(packageFolder)/Tests/Fixtures/formats"
    let found = try compared(
      try openTrace(at: "\(formats)/ordereddict.pt"),
      try openTrace(at: "\(formats)/ordereddict-as-numpy.npz"), ComparisonSettings())
    #expect(found.verdict == .match)
    #expect(found.pairs.map(\.name).suffix(4) == ["bf16", "f8_e4m3", "transposed", "slice_of_x"])
    // numpy has no bfloat16 and no float8, so these are float32 of the same value there.
    #expect(
      found.pairs.map(\.status)
        == [Status](repeating: .identical, count: 11) + [.close, .close, .identical, .identical])
    #expect(found.coverage.paired == 15)
    #expect(found.coverage.notComparable == 0)
  }

  @Test(arguments: pairFolders + matchingFolders)
  func `every stage of a pair has the corpus' status and numbers`(name: String) throws {
    let folder = "\(packageFolder)/Tests/Fixtures/pairs/\(name)"
    let expected = try Expectation(folder)
    let found = try comparison(folder)
    #expect(found.pairs.count == expected.stages.count)
    for row in expected.stages {
      let dev = row["dev"] as? String
      let pair = try #require(
        found.pairs.first { $0.dev?.name == dev && $0.prod?.name == row["prod"] as? String },
        "no pair of \(row)")
      switch row["status"] as? String {
      case "match": #expect([.identical, .close].contains(pair.status), "\(dev ?? "")")
      case "only-dev": #expect(pair.status == .onlyDev, "\(dev ?? "")")
      default: #expect(pair.status == .diverged, "\(dev ?? "")")
      }
      guard let mismatched = row["mismatched"] as? Int else { continue }
      guard let difference = pair.leadingValue?.difference else {
        if case .text(let text) = pair.leadingValue?.detail {
          #expect(text.differingCount == mismatched, "\(dev ?? "")")
        } else {
          #expect(pair.status == .identical && mismatched == 0, "\(dev ?? "")")
          #expect(row["max_abs"] as? Double ?? 0 == 0, "\(dev ?? "")")
        }
        continue
      }
      #expect(difference.mismatchedCount == mismatched, "\(dev ?? "")")
      #expect(difference.differingCount == row["mismatched_exact"] as? Int, "\(dev ?? "")")
      #expect(difference.elementCount == row["n_elements"] as? Int, "\(dev ?? "")")
      #expect(isNear(difference.maxAbsolute, row["max_abs"] as? Double ?? .nan), "\(dev ?? "")")
      let shape = try #require(pair.leadingValue?.dev?.tensor?.shape)
      #expect(
        difference.maxAbsoluteElement.map { shape.index(ofElement: $0) }
          == row["max_abs_index"] as? [Int], "\(dev ?? "")")
    }
  }
}
