import PipelineTrace
import TestTraces
import Testing

@testable import TraceDiagnosis

/// Seeded random faults of the layout group, each plain, with noise, and stored as f16 on one side.
@Suite struct LayoutBenchmarkTests {
  private static let caseCount = 16

  /// A fault that is injected: what it makes of a tensor, and the word that has to be found.
  private struct Fault: Sendable {
    var word: String
    var make: @Sendable (Tensor, inout SplitMix64) throws -> (dev: Tensor, prod: Tensor)?
  }

  private struct Score {
    var cases = 0
    var right = 0
    var wrong = 0
    /// What was said instead, for a person to read.
    var others: [String] = []
  }

  @Test func `random layout faults are named, and nothing else is`() throws {
    var scores: [String: Score] = [:]
    for (kind, fault) in Self.faults.enumerated() {
      var generator = SplitMix64(state: UInt64(1000 + kind))
      for index in 0..<Self.caseCount {
        var sides: (dev: Tensor, prod: Tensor)?
        for _ in 0..<50 where sides == nil {
          sides = try fault.make(Self.base(&generator), &generator)
        }
        guard var (dev, prod) = sides else { continue }
        let shape = prod.shape.extents
        switch index % 4 {
        case 1:
          let wobble = noise(
            prod.shape.elementCount, seed: generator.next(), deviation: 0x1p-23)
          prod = TestTraces.tensor(.f32, zip(try prod.numbers(), wobble).map { $0 + $1 }, shape)
        case 2: prod = TestTraces.tensor(.f16, try prod.numbers(), shape)
        case 3: dev = TestTraces.tensor(.f16, try dev.numbers(), dev.shape.extents)
        default: break
        }
        let finding = try found(dev, prod).first { $0.cause != "unknown" }
        scores[fault.word, default: Score()].cases += 1
        if finding?.cause ?? "" == fault.word {
          scores[fault.word]?.right += 1
        } else {
          let said = finding?.summary ?? "unknown"
          scores[fault.word]?.others.append("case \(index), \(dev.shape): \(said)")
          if finding != nil { scores[fault.word]?.wrong += 1 }
        }
      }
    }
    #expect(scores.values.reduce(0) { $0 + $1.cases } == 208)
    #expect(scores.values.reduce(0) { $0 + $1.wrong } <= 1, "\(scores)")
    #expect(scores.values.reduce(0) { $0 + $1.right } >= 206, "\(scores)")
  }

  /// A tensor to inject a fault into: activations, a picture or a table.
  private static func base(_ generator: inout SplitMix64) -> Tensor {
    switch Int.random(in: 0..<4, using: &generator) {
    case 0: picture(&generator)
    case 1: table(&generator)
    default: activations(&generator)
    }
  }

  /// A smooth picture of bytes divided by 255, channels last.
  private static func picture(_ generator: inout SplitMix64) -> Tensor {
    let (rows, columns) = (
      Int.random(in: 14...24, using: &generator), Int.random(in: 14...24, using: &generator)
    )
    let spots = noise(24, seed: generator.next())
    let grain = noise(rows * columns * 3, seed: generator.next(), deviation: 3)
    let numbers = (0..<(rows * columns * 3)).map { i -> Double in
      let (row, column, channel) = (i / 3 / columns, i / 3 % columns, i % 3)
      let x =
        Double(row) * (0.1 + 0.02 * spots[channel]) + Double(column) * 0.07 * spots[3 + channel]
      let y = Double(column) * 0.11 - Double(row) * 0.03 * spots[6 + channel]
      let light = 128 + 50 * (x - x.rounded()) * 2 + 40 * (y - y.rounded()) * 2 + grain[i]
      return min(255, max(0, light.rounded())) / 255
    }
    return tensor(.f32, numbers, [rows, columns, 3])
  }

  /// Rows of a table: columns of very unequal size, on grids, one of them three classes.
  private static func table(_ generator: inout SplitMix64) -> Tensor {
    let rows = Int.random(in: 12...40, using: &generator)
    let columns = Int.random(in: 4...8, using: &generator)
    let plain = noise(rows * columns, seed: generator.next())
    let numbers = plain.enumerated().map { i, number -> Double in
      switch i % columns {
      case 0: (number * 10).rounded() / 10
      case 1: (100 + number * 30).rounded()
      case 2: number > 0.5 ? 2 : number > -0.5 ? 1 : 0
      default: ((5 + number) * 20).rounded() / 20
      }
    }
    return tensor(.f32, numbers, [rows, columns])
  }

  /// Random numbers of rank 2 to 4 with features of unequal size and an offset.
  private static func activations(_ generator: inout SplitMix64) -> Tensor {
    let rank = Int.random(in: 2...4, using: &generator)
    let extents = (0..<rank).map { axis in
      rank == 4 && axis == 0 ? 2 : Int.random(in: 4...(rank == 2 ? 30 : 12), using: &generator)
    }
    let count = extents.reduce(1, *)
    let sizes = (0..<extents[rank - 1]).map { _ in Double.random(in: 0.3..<3, using: &generator) }
    let plain = noise(count, seed: generator.next())
    let offset = Double.random(in: -1..<1, using: &generator)
    return tensor(
      .f32, plain.enumerated().map { ($0.element + offset) * sizes[$0.offset % sizes.count] },
      extents)
  }

  private static func copied(_ view: Tensor, _ extents: [Int]? = nil) throws -> Tensor {
    tensor(.f32, try view.numbers(), extents ?? view.shape.extents)
  }

  private static func axis(
    of tensor: Tensor, from extent: Int, _ generator: inout SplitMix64
  ) -> Int? {
    tensor.shape.extents.indices.filter { tensor.shape.extents[$0] >= extent }
      .randomElement(using: &generator)
  }

  private static let faults = [
    Fault(word: "channel-reversed") { dev, _ in
      let pixels = dev.sliced(0..<3, alongAxis: dev.shape.rank - 1)
      return (
        try copied(pixels), try copied(pixels.reversed(alongAxes: [dev.shape.rank - 1]))
      )
    },
    Fault(word: "axis-flipped") { dev, generator in
      guard let axis = axis(of: dev, from: 5, &generator) else { return nil }
      return (dev, try copied(dev.reversed(alongAxes: [axis])))
    },
    Fault(word: "axes-permuted") { dev, generator in
      let order = Array(0..<dev.shape.rank).shuffled(using: &generator)
      guard order != order.sorted() else { return nil }
      return (dev, try copied(dev.transposed(order)))
    },
    Fault(word: "axes-permuted") { dev, generator in
      let order = Array(0..<dev.shape.rank).shuffled(using: &generator)
      guard order != order.sorted() else { return nil }
      let view = dev.transposed(order)
      return (dev, tensor(.f32, try view.numbers().map { $0 * 1.3 + 0.2 }, view.shape.extents))
    },
    Fault(word: "memory-order") { dev, generator in
      let order = Array(0..<dev.shape.rank).shuffled(using: &generator)
      let view = dev.transposed(order)
      guard order != order.sorted(), view.shape != dev.shape else { return nil }
      let read = try copied(view, dev.shape.extents)
      return Bool.random(using: &generator) ? (dev, read) : (read, dev)
    },
    Fault(word: "memory-order") { dev, generator in
      let axis = dev.shape.rank - 1
      let extent = dev.shape.extents[axis]
      guard extent >= 6,
        let part = MemoryOrder.divisors(of: extent).randomElement(using: &generator)
      else { return nil }
      let split = dev.shape.extents[..<axis] + [part, extent / part]
      var order = Array(0...dev.shape.rank)
      order.swapAt(axis, axis + 1)
      guard let view = dev.reshaped(Array(split))?.transposed(order) else { return nil }
      return (dev, try copied(view, dev.shape.extents))
    },
    Fault(word: "shifted") { dev, generator in
      guard let axis = axis(of: dev, from: 8, &generator) else { return nil }
      let extent = dev.shape.extents[axis]
      let step = Int.random(in: 1...3, using: &generator)
      return (
        dev, try copied(dev.taking((0..<extent).map { ($0 + step) % extent }, alongAxis: axis))
      )
    },
    Fault(word: "shifted") { dev, generator in
      guard let axis = axis(of: dev, from: 8, &generator) else { return nil }
      let extent = dev.shape.extents[axis]
      let step = Int.random(in: 1...2, using: &generator)
      return (
        dev, try copied(dev.taking((0..<extent).map { max(0, $0 - step) }, alongAxis: axis))
      )
    },
    Fault(word: "cropped") { dev, generator in
      guard let axis = axis(of: dev, from: 6, &generator) else { return nil }
      let extent = dev.shape.extents[axis]
      let start = Int.random(in: 0...3, using: &generator)
      let part = try copied(dev.sliced(start..<(extent - 3 + start), alongAxis: axis))
      return Bool.random(using: &generator) ? (dev, part) : (part, dev)
    },
    Fault(word: "padding-length") { dev, generator in
      var numbers = try dev.numbers()
      let rows = dev.shape.extents[0]
      let longer = Int.random(in: 1...4, using: &generator)
      numbers += [Double](repeating: 0, count: numbers.count / rows * longer)
      let padded = tensor(.f32, numbers, [rows + longer] + dev.shape.extents[1...])
      return Bool.random(using: &generator) ? (dev, padded) : (padded, dev)
    },
    Fault(word: "padding-side") { dev, generator in
      let numbers = try dev.numbers()
      let rows = dev.shape.extents[0]
      let longer = Int.random(in: 1...4, using: &generator)
      let zeros = [Double](repeating: 0, count: numbers.count / rows * longer)
      let extents = [rows + longer] + dev.shape.extents[1...]
      return (tensor(.f32, numbers + zeros, extents), tensor(.f32, zeros + numbers, extents))
    },
    Fault(word: "items-permuted") { dev, generator in
      guard let axis = axis(of: dev, from: 5, &generator) else { return nil }
      let order = Array(0..<dev.shape.extents[axis]).shuffled(using: &generator)
      guard order.indices.count(where: { order[$0] != $0 }) > 3 else { return nil }
      return (dev, try copied(dev.taking(order, alongAxis: axis)))
    },
    Fault(word: "") { dev, generator in
      (
        dev,
        tensor(
          .f32, noise(dev.shape.elementCount, seed: generator.next()), dev.shape.extents)
      )
    },
  ]
}
