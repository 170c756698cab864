import TestTraces
import Testing

@testable import TraceAlignment

/// What the script makes of dev, taking from prod only what changed.
func applied<Element>(_ script: EditScript, dev: [Element], prod: [Element]) -> [Element] {
  script.runs.flatMap { $0.kind == .equal ? Array(dev[$0.dev]) : Array(prod[$0.prod]) }
}

/// Whether the runs cover both sides without a hole, take turns and are called what they are.
func isSound<Element: Equatable>(_ script: EditScript, dev: [Element], prod: [Element]) -> Bool {
  var end = (0, 0)
  var wasEqual: Bool?
  for run in script.runs {
    guard (run.dev.lowerBound, run.prod.lowerBound) == end else { return false }
    end = (run.dev.upperBound, run.prod.upperBound)
    let isEqual = run.kind == .equal
    guard isEqual != wasEqual else { return false }
    wasEqual = isEqual
    switch run.kind {
    case .equal:
      guard !run.dev.isEmpty, Array(dev[run.dev]) == Array(prod[run.prod]) else { return false }
    case .replaced: guard !run.dev.isEmpty, !run.prod.isEmpty else { return false }
    case .removed: guard !run.dev.isEmpty, run.prod.isEmpty else { return false }
    case .inserted: guard run.dev.isEmpty, !run.prod.isEmpty else { return false }
    }
  }
  return end == (dev.count, prod.count) && applied(script, dev: dev, prod: prod) == prod
}

/// The length of a longest common subsequence, by its definition.
private func commonCount(_ dev: [Int], _ prod: [Int]) -> Int {
  var row = [Int](repeating: 0, count: prod.count + 1)
  for element in dev {
    var diagonal = 0
    for (j, other) in prod.enumerated() {
      let above = row[j + 1]
      row[j + 1] = element == other ? diagonal + 1 : max(above, row[j])
      diagonal = above
    }
  }
  return row[prod.count]
}

/// `dev` with about `percent` of a hundred elements removed, inserted or replaced.
func edited(_ dev: [Int], percent: Int, using generator: inout SeededGenerator) -> [Int] {
  var prod: [Int] = []
  for element in dev {
    guard Int.random(in: 0..<100, using: &generator) < percent else {
      prod.append(element)
      continue
    }
    switch Int.random(in: 0..<3, using: &generator) {
    case 0: break
    case 1: prod += [element, Int.random(in: 0..<50_000, using: &generator)]
    default: prod.append(Int.random(in: 0..<50_000, using: &generator))
    }
  }
  return prod
}

@Suite struct EditScriptTests {
  @Test func `equal sequences are one equal run`() {
    let script = editScript(dev: [7, 8, 9], prod: [7, 8, 9])
    #expect(script.runs == [.equal(dev: 0..<3, prod: 0..<3)])
    #expect(script.isMinimal)
  }

  @Test func `two empty sequences have no run`() {
    #expect(editScript(dev: [Int](), prod: []).runs.isEmpty)
  }

  @Test func `everything is inserted into an empty sequence`() {
    #expect(
      editScript(dev: [], prod: [1, 2]).runs == [
        .init(kind: .inserted, dev: 0..<0, prod: 0..<2)
      ])
  }

  @Test func `a token that prod lacks is removed`() {
    let script = editScript(dev: [101, 1037, 4937, 102], prod: [101, 4937, 102])
    #expect(
      script.runs == [
        .equal(dev: 0..<1, prod: 0..<1), .init(kind: .removed, dev: 1..<2, prod: 1..<1),
        .equal(dev: 2..<4, prod: 1..<3),
      ])
    #expect(script.changedCount == 1)
    #expect(script.equalCount == 3)
    #expect(script.changedRunCount == 1)
  }

  @Test func `a removal beside an insertion is one replacement`() {
    let script = editScript(dev: ["a", "cat", "sat"], prod: ["a", "dog", "bird", "sat"])
    #expect(
      script.runs == [
        .equal(dev: 0..<1, prod: 0..<1), .init(kind: .replaced, dev: 1..<2, prod: 1..<3),
        .equal(dev: 2..<3, prod: 3..<4),
      ])
  }

  @Test func `the example of Myers's paper takes five changes`() {
    let script = editScript(dev: Array("ABCABBA"), prod: Array("CBABAC"))
    #expect(script.changedCount == 5)
    #expect(isSound(script, dev: Array("ABCABBA"), prod: Array("CBABAC")))
  }

  @Test func `one composed letter and its two scalars differ as bytes`() {
    let script = editScript(dev: Array("é".utf8), prod: Array("e\u{301}".utf8))
    #expect(script.runs == [.init(kind: .replaced, dev: 0..<2, prod: 0..<3)])
  }

  @Test func `no shorter script exists for small inputs`() {
    var generator = SeededGenerator(seed: 1)
    for _ in 0..<3000 {
      let letters = Int.random(in: 1...6, using: &generator)
      let side = { (generator: inout SeededGenerator) in
        (0..<Int.random(in: 0...14, using: &generator)).map { _ in
          Int.random(in: 0..<letters, using: &generator)
        }
      }
      let dev = side(&generator)
      let prod = side(&generator)
      let script = editScript(dev: dev, prod: prod)
      #expect(isSound(script, dev: dev, prod: prod), "\(dev) \(prod)")
      #expect(script.isMinimal)
      #expect(script.equalCount == commonCount(dev, prod), "\(dev) \(prod)")
    }
  }

  @Test func `no shorter script exists for inputs of uneven length`() {
    var generator = SeededGenerator(seed: 2)
    for _ in 0..<100 {
      let long = (0..<120).map { _ in Int.random(in: 0..<8, using: &generator) }
      let short = (0..<9).map { _ in Int.random(in: 0..<8, using: &generator) }
      #expect(editScript(dev: long, prod: short).equalCount == commonCount(long, short))
      #expect(editScript(dev: short, prod: long).equalCount == commonCount(short, long))
    }
  }

  @Test func `a long sequence with few edits has the shortest script`() {
    var generator = SeededGenerator(seed: 3)
    let dev = (0..<20_000).map { _ in Int.random(in: 0..<50_000, using: &generator) }
    let prod = edited(dev, percent: 1, using: &generator)
    let script = editScript(dev: dev, prod: prod)
    #expect(script.isMinimal)
    #expect(isSound(script, dev: dev, prod: prod))
  }

  @Test func `unrelated long sequences get a valid script that owns up to its length`() {
    var generator = SeededGenerator(seed: 4)
    let dev = (0..<12_000).map { _ in Int.random(in: 0..<5_000, using: &generator) }
    let prod = (0..<12_000).map { _ in Int.random(in: 0..<5_000, using: &generator) }
    let script = editScript(dev: dev, prod: prod)
    #expect(!script.isMinimal)
    #expect(isSound(script, dev: dev, prod: prod))
    #expect(script.equalCount > 0)
  }

  @Test func `the longest increasing subsequence prefers low costs and late ends`() {
    #expect(longestIncreasingSubsequence(of: [0, 1, 2]) == [0, 1, 2])
    #expect(longestIncreasingSubsequence(of: [3, 4, 1, 2]) == [2, 3])
    #expect(longestIncreasingSubsequence(of: [1, 0]) == [1])
    #expect(longestIncreasingSubsequence(of: [1, 0], costs: [1, 5]) == [0])
    #expect(longestIncreasingSubsequence(of: [5, 0, 1, 7, 2]) == [1, 2, 4])
    #expect(longestIncreasingSubsequence(of: []) == [])
  }
}
