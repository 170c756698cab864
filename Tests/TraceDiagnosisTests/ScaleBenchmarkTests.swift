import Glibc
import PipelineTrace
import TestTraces
import Testing

@testable import TraceDiagnosis

/// Seeded faults of scale and precision on values of many kinds: how many are named, how many wrongly.
@Suite struct ScaleBenchmarkTests {
  private static let caseCount = 6

  /// Values of a random shape: activations with features of unequal size, a picture, a table.
  private func base(_ random: inout SplitMix64) -> (numbers: [Double], extents: [Int]) {
    let seed = random.next()
    switch seed % 3 {
    case 0:
      let extents = [
        Int.random(in: 4...12, using: &random), Int.random(in: 20...40, using: &random),
      ]
      let scales = noise(extents[1], seed: seed).map { exp($0 / 2) }
      let numbers = noise(extents[0] * extents[1], seed: seed ^ 1, mean: 0.2)
      return (numbers.enumerated().map { $1 * scales[$0 % extents[1]] }, extents)
    case 1:
      let extents = [
        3, Int.random(in: 8...14, using: &random), Int.random(in: 8...14, using: &random),
      ]
      let numbers = noise(extents.reduce(1, *), seed: seed, mean: 0.5, deviation: 0.2)
      return (numbers.map { min(0.99, max(0.01, $0)) }, extents)
    default:
      let extents = [
        Int.random(in: 40...90, using: &random), Int.random(in: 4...9, using: &random),
      ]
      let numbers = noise(extents[0] * extents[1], seed: seed, mean: 3)
      return (numbers.enumerated().map { $1 * Double(1 + $0 % extents[1]) }, extents)
    }
  }

  private typealias Fault = (String, @Sendable ([Double], [Int], inout SplitMix64) -> [Double])

  private static let faults: [Fault] = [
    (
      "scaled",
      { x, _, random in
        let factor = [1 / 255.0, 255, 0.125, -1, 3.7, 0.91].randomElement(using: &random)!
        return x.map { $0 * factor }
      }
    ),
    (
      "affine",
      { x, _, random in
        let factor = Double.random(in: 0.3...3, using: &random)
        let offset = Double.random(in: 0.2...2, using: &random)
        return x.map { $0 * factor + offset }
      }
    ),
    (
      "affine",
      { x, extents, random in
        let last = extents.last!
        let column = Int.random(in: 0..<last, using: &random)
        return x.enumerated().map { $0 % last == column ? $1 * 1.8 + 32 : $1 }
      }
    ),
    (
      "rounding",
      { x, _, random in
        let format = RoundedFormat.allCases.randomElement(using: &random)!
        return x.map { format.rounded($0) }
      }
    ),
    (
      "quantized",
      { x, _, random in
        let levels = [127.0, 7].randomElement(using: &random)!
        let step = x.map(\.magnitude).max()! / levels
        return x.map { ($0 / step).rounded(.toNearestOrEven) * step }
      }
    ),
    (
      "clipped",
      { x, _, random in
        let sorted = x.sorted()
        let high = sorted[sorted.count * Int.random(in: 70...90, using: &random) / 100]
        return x.map { min($0, high) }
      }
    ),
    (
      "nonlinearity",
      { x, _, random in
        let functions: [@Sendable (Double) -> Double] = [
          { tanh($0) }, { 1 / (1 + exp(-$0)) }, { exp($0) }, { $0 * $0 },
        ]
        return x.map(functions.randomElement(using: &random)!)
      }
    ),
    (
      "-",
      { x, _, random in
        let other = noise(x.count, seed: random.next())
        return zip(x, other).map { $0 * 0.5 + $1 }
      }
    ),
  ]

  @Test func `what is injected is named, and nothing else`() throws {
    var named = 0
    var wrong: [String] = []
    var missed: [String] = []
    for (row, fault) in Self.faults.enumerated() {
      for index in 0..<Self.caseCount {
        var random = SplitMix64(state: UInt64(row * 1000 + index))
        let (x, extents) = base(&random)
        let dev = x.map { Double(Float($0)) }
        var prod = fault.1(dev, extents, &random)
        let size = prod.rootMeanSquare
        if index % 4 == 1 {
          prod = zip(prod, noise(prod.count, seed: random.next(), deviation: 0x1p-23 * size)).map(+)
        }
        if index % 4 == 2, prod.count > 400 { prod[index] += 5 * size }
        let finding = try found(
          tensor(index % 4 == 3 && fault.0 != "rounding" ? .f16 : .f32, dev, extents),
          tensor(.f32, prod, extents)
        ).first { $0.cause != "unknown" }
        let word = finding?.cause ?? "-"
        let text = "\(fault.0) \(row)/\(index) \(extents): \(word) \(finding?.summary ?? "")"
        if word == fault.0 {
          named += 1
        } else if word == "-" {
          missed.append(text)
        } else {
          wrong.append(text)
        }
      }
    }
    #expect(wrong == [])
    #expect(named >= 46, "of 48; missed: \(missed)")
  }
}
