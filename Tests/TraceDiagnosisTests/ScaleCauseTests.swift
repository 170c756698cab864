import Glibc
import PipelineTrace
import TestTraces
import Testing

@testable import TraceDiagnosis

@Suite struct ScaleCauseTests {
  /// A picture of 3 channels, 8 rows and 10 columns, from 0 to 255.
  private let bytes = noise(240, seed: 11).map { min(255, max(0, ($0 * 60 + 120).rounded())) }
  private let activations = noise(600, seed: 12, mean: 0.3)

  private func best(_ dev: Tensor, _ prod: Tensor) throws -> Finding {
    try #require(try found(dev, prod).first)
  }

  @Test func `one factor with a name`() throws {
    let finding = try best(
      tensor(.f32, bytes.map { $0 / 255 }, [3, 8, 10]), tensor(.f32, bytes, [3, 8, 10]))
    #expect(finding.cause == "scaled")
    #expect(
      finding.summary == "prod is dev times 255; redone, 0 of 240 elements differ")
    #expect(finding.confidence == 1)
    #expect(finding.details == [Finding.Detail("factor", .number(255))])
  }

  @Test func `bytes that were not divided, against floats that were`() throws {
    let finding = try best(
      tensor(.u8, bytes, [3, 8, 10]), tensor(.f32, bytes.map { $0 / 255 }, [3, 8, 10]))
    #expect(finding.cause == "scaled")
    #expect(finding.summary == "prod is dev times 1/255; redone, 0 of 240 elements differ")
  }

  @Test func `a factor that nobody named, with noise and a few corrupt elements`() throws {
    var prod = activations.map { $0 * 1.2345 }
    for (i, wobble) in noise(600, seed: 13).enumerated() { prod[i] += wobble * 1e-7 }
    #expect(
      try best(tensor(.f32, activations), tensor(.f32, prod)).summary
        == "prod is dev times 1.2345; redone, 0 of 600 elements differ")
    prod[7] = 40
    prod[300] = -9
    let finding = try best(tensor(.f32, activations), tensor(.f32, prod))
    #expect(finding.cause == "scaled")
    #expect(finding.confidence == 0.8)
    #expect(
      finding.summary
        == "looks like: prod is dev times 1.2345; redone, 2 of 600 elements differ")
  }

  @Test func `a factor where one side is stored in 16 bits`() throws {
    let half = activations.map { $0 / 1024.squareRoot() }
    for dtype in [DType.f16, .bf16] {
      #expect(try causes(tensor(.f32, activations), tensor(dtype, half)) == ["scaled"])
      #expect(try causes(tensor(dtype, activations), tensor(.f32, half)) == ["scaled"])
    }
  }

  @Test func `a factor and an offset, by formula and free`() throws {
    let unit = bytes.map { $0 / 255 }
    let named = try best(tensor(.f32, unit), tensor(.f32, unit.map { 2 * $0 - 1 }))
    #expect(named.cause == "affine")
    #expect(named.summary == "prod is 2 * dev - 1; redone, 0 of 240 elements differ")
    #expect(
      named.details == [
        Finding.Detail("factor", .number(2)), Finding.Detail("offset", .number(-1)),
      ])
    let free = try best(
      tensor(.f32, activations), tensor(.f32, activations.map { 1.25 * $0 + 0.5 }))
    #expect(free.cause == "affine")
    #expect(free.summary == "prod is 1.25 * dev + 0.5; redone, 0 of 600 elements differ")
    #expect(
      try best(tensor(.u8, bytes), tensor(.u8, bytes.map { 255 - $0 })).summary
        == "prod is 255 - dev; redone, 0 of 240 elements differ")
    #expect(
      try best(tensor(.f32, activations), tensor(.f32, activations.map { $0 + 3 })).summary
        == "prod is dev + 3; redone, 0 of 600 elements differ")
  }

  @Test func `brightness that saturates`() throws {
    let unit = noise(2000, seed: 14, mean: 0.5, deviation: 0.25).map { min(1, max(0, $0)) }
    let finding = try best(
      tensor(.f32, unit, [2, 25, 40]),
      tensor(.f32, unit.map { min(1, 1.2 * $0 + 0.05) }, [2, 25, 40]))
    #expect(finding.cause == "affine")
    #expect(
      finding.summary == "prod is 1.2 * dev + 0.05, then clipped to 0.05...1;"
        + " redone, 0 of 2,000 elements differ")
  }

  @Test func `one column of a table in another unit`() throws {
    let table = noise(600, seed: 15, mean: 4)
    let prod = table.enumerated().map { $0 % 10 == 3 ? $1 * 2.54 : $1 }
    let finding = try best(tensor(.f64, table, [60, 10]), tensor(.f64, prod, [60, 10]))
    #expect(finding.cause == "affine")
    #expect(
      finding.summary == "prod is dev times 2.54 at index 3 of axis 1, the same elsewhere;"
        + " redone, 0 of 600 elements differ")
    #expect(
      finding.details == [
        Finding.Detail("per", .text("axis 1")), Finding.Detail("moved", .count(1)),
        Finding.Detail("factors", .text("1,1,1,2.54,1,1,1,1")),
      ])
  }

  @Test func `a factor and an offset per channel, and one corrupt element`() throws {
    let dev = noise(1200, seed: 16, mean: 1)
    var prod = dev.enumerated().map { i, x in x * [0.5, 2, 1.5][i / 400] + [0.25, -1, 3][i / 400] }
    let (a, b) = (tensor(.f32, dev, [3, 20, 20]), tensor(.f32, prod, [3, 20, 20]))
    #expect(
      try best(a, b).summary == "prod is dev times one factor (0.5 to 2) plus one offset per"
        + " index of axis 0; redone, 0 of 1,200 elements differ")
    prod[450] = 1e6
    let finding = try best(a, tensor(.f32, prod, [3, 20, 20]))
    #expect(finding.cause == "affine")
    #expect(finding.summary.hasSuffix("redone, 1 of 1,200 elements differ"))
  }

  /// A picture in units of 1 and what the ImageNet statistics make of it.
  private func normalized(_ x: [Double], _ plane: Int) -> [Double] {
    let (means, deviations) = ([0.485, 0.456, 0.406], [0.229, 0.224, 0.225])
    return x.enumerated().map { ($1 - means[$0 / plane % 3]) / deviations[$0 / plane % 3] }
  }

  @Test func `a normalisation with published statistics that one side lacks, or does twice`() throws
  {
    let unit = bytes.map { $0 / 255 }
    let once = normalized(unit, 80)
    let dev = tensor(.f32, once, [3, 8, 10])
    let lacking = try best(dev, tensor(.f32, unit, [3, 8, 10]))
    #expect(lacking.cause == "not-normalized")
    #expect(
      lacking.summary == "prod is dev before the ImageNet normalisation along axis 0"
        + " (mean 0.485, 0.456, 0.406 and std 0.229, 0.224, 0.225);"
        + " redone, 0 of 240 elements differ")
    #expect(
      try best(dev, tensor(.f32, bytes, [3, 8, 10])).cause == "not-normalized")
    let twice = try best(dev, tensor(.f32, normalized(once, 80), [3, 8, 10]))
    #expect(twice.cause == "normalized-twice")
    #expect(twice.summary.hasSuffix("redone, 0 of 240 elements differ"))
    let half = unit.map { ($0 - 0.5) / 0.5 }
    let other = try best(dev, tensor(.f32, half, [3, 8, 10]))
    #expect(other.cause == "affine")
    #expect(
      other.summary == "prod is normalised along axis 0 with the 0.5/0.5 statistics, dev with"
        + " those of ImageNet; redone, 0 of 240 elements differ")
    for dtype in [DType.f16, .bf16] {
      #expect(
        try best(dev, tensor(dtype, unit, [3, 8, 10])).cause == "not-normalized")
    }
  }

  @Test func `a stage that prod left out or did twice, by its input`() throws {
    let input = tensor(.f32, activations, [60, 10])
    let once = activations.map { ($0 - 0.7) / 1.9 }
    func finding(_ prod: [Double]) throws -> Finding {
      try #require(
        try found(
          [stage("in", input), stage("norm", tensor(.f32, once, [60, 10]))],
          [stage("in", input), stage("norm", tensor(.f32, prod, [60, 10]))]
        ).first)
    }
    let missing = try finding(activations)
    #expect(missing.cause == "not-normalized")
    #expect(
      missing.summary == "prod is its own input 'in'; in dev the stage is 0.526316 * x - 0.368421;"
        + " redone, 0 of 600 elements differ")
    let twice = try finding(once.map { ($0 - 0.7) / 1.9 })
    #expect(twice.cause == "normalized-twice")
    #expect(
      twice.summary == "prod had the stage done twice: it is 0.526316 * x - 0.368421 of dev again;"
        + " redone, 0 of 600 elements differ")
  }

  @Test func `columns that dev standardised`() throws {
    var table = noise(1000, seed: 17)
    let raw = table.enumerated().map { $1 * Double(1 + $0 % 5) + Double($0 % 5) * 7 }
    // Mean 0 and deviation 1 of each column, as sklearn's StandardScaler gives them.
    for column in 0..<5 {
      let values = (0..<200).map { raw[$0 * 5 + column] }
      let mean = values.reduce(0, +) / 200
      let deviation = (values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / 200).squareRoot()
      for row in 0..<200 { table[row * 5 + column] = (raw[row * 5 + column] - mean) / deviation }
    }
    let finding = try best(tensor(.f64, table, [200, 5]), tensor(.f64, raw, [200, 5]))
    #expect(finding.cause == "not-normalized")
  }

  @Test func `what is no scale`() throws {
    let dev = tensor(.f32, activations)
    #expect(try causes(dev, tensor(.f32, noise(600, seed: 99))) == [])
    // Two columns are never fitted row by row.
    let rows = tensor(.f32, noise(40, seed: 18), [20, 2])
    #expect(try causes(rows, tensor(.f32, noise(40, seed: 19), [20, 2])) == [])
    // A mask turned into its opposite is 1 - dev only where numbers are held, not flags.
    let small = tensor(.f32, [0.1, 0.7, 0.2])
    #expect(try causes(small, tensor(.f32, [0.4, 0.1, 0.5])) == [])
  }
}

@Suite struct NonlinearCauseTests {
  private let activations = noise(600, seed: 31, deviation: 2)

  private func best(_ dev: Tensor, _ prod: Tensor) throws -> Finding {
    try #require(try found(dev, prod).first)
  }

  @Test func `values held between bounds, on either side`() throws {
    let clipped = activations.map { min(2.5, max(-1.5, $0)) }
    let finding = try best(tensor(.f32, activations), tensor(.f32, clipped))
    #expect(finding.cause == "clipped")
    #expect(
      finding.summary == "prod is dev clipped to -1.5...2.5; redone, 0 of 600 elements differ")
    #expect(
      finding.details == [
        Finding.Detail("side", .text("prod")), Finding.Detail("low", .number(-1.5)),
        Finding.Detail("high", .number(2.5)),
      ])
    #expect(
      try best(tensor(.f32, clipped), tensor(.f32, activations)).summary
        == "dev is prod clipped to -1.5...2.5; redone, 0 of 600 elements differ")
    #expect(
      try best(tensor(.f32, activations), tensor(.f32, activations.map { max(0, $0) })).summary
        == "prod is dev clipped below at 0, as ReLU does; redone, 0 of 600 elements differ")
  }

  @Test func `bounds with noise, corrupt elements and 16 bits`() throws {
    var clipped = zip(activations, noise(600, seed: 32, deviation: 1e-7)).map {
      min(1.75, $0) + $1
    }
    #expect(try causes(tensor(.f32, activations), tensor(.f32, clipped)) == ["clipped"])
    #expect(try causes(tensor(.f32, activations), tensor(.f16, clipped)) == ["clipped"])
    clipped[5] = 90
    clipped[6] = -90
    #expect(try causes(tensor(.f32, activations), tensor(.f32, clipped)) == ["clipped"])
  }

  @Test func `one column of a table is clipped`() throws {
    let table = noise(600, seed: 33, mean: 4)
    let prod = table.enumerated().map { $0 % 10 == 3 ? min(4.5, $1) : $1 }
    let finding = try best(tensor(.f64, table, [60, 10]), tensor(.f64, prod, [60, 10]))
    #expect(
      finding.summary
        == "prod is dev clipped above at 4.5 at index 3 of axis 1; redone, 0 of 600 elements differ"
    )
  }

  @Test func `integers that wrapped around`() throws {
    let wide = noise(400, seed: 34, mean: 200, deviation: 60).map { Double(Float($0)) }
    let prod = wide.map { ($0.rounded(.towardZero) + 256).truncatingRemainder(dividingBy: 256) }
    let finding = try best(tensor(.f32, wide), tensor(.u8, prod))
    #expect(finding.cause == "wrapped")
    #expect(
      finding.summary == "prod is dev truncated to 8 bits without a sign, and wrapped around;"
        + " redone, 0 of 400 elements differ")
    let bytes = wide.map { min(255, max(0, $0.rounded())) }
    #expect(
      try best(tensor(.u8, bytes), tensor(.i8, bytes.map { $0 > 127 ? $0 - 256 : $0 })).summary
        == "prod is dev read as 8 bits with a sign; redone, 0 of 400 elements differ")
  }

  @Test func `functions of each element`() throws {
    let functions: [(String, (Double) -> Double)] = [
      ("sigmoid", { 1 / (1 + exp(-$0)) }), ("tanh", { tanh($0) }), ("exp", { exp($0) }),
      ("absolute value", { $0.magnitude }), ("square", { $0 * $0 }),
      ("SiLU", { $0 / (1 + exp(-$0)) }),
      ("GELU by erf", { $0 * 0.5 * (1 + erf($0 / 2.0.squareRoot())) }),
    ]
    for (name, function) in functions {
      let result = activations.map(function)
      let finding = try best(tensor(.f32, activations), tensor(.f32, result))
      #expect(finding.cause == "nonlinearity")
      #expect(
        finding.summary == "prod is \(name) of dev; redone, 0 of 600 elements differ")
      #expect(
        try best(tensor(.f32, result), tensor(.f32, activations)).summary
          == "dev is \(name) of prod; redone, 0 of 600 elements differ")
      #expect(try causes(tensor(.f32, activations), tensor(.f16, result)) == ["nonlinearity"])
    }
  }

  @Test func `a gamma`() throws {
    let light = noise(600, seed: 35, mean: 0.5, deviation: 0.2).map { min(1, max(0, $0)) }
    let finding = try best(tensor(.f32, light), tensor(.f32, light.map { pow($0, 2.2) }))
    #expect(finding.cause == "nonlinearity")
    #expect(
      finding.summary == "prod is the power 2.2 of dev; redone, 0 of 600 elements differ")
  }

  @Test func `functions along an axis`() throws {
    // Rows of 20: probabilities, and unit length.
    var probabilities: [Double] = []
    var unit: [Double] = []
    for row in 0..<30 {
      let x = Array(activations[(row * 20)..<(row * 20 + 20)])
      let sum = x.reduce(0) { $0 + exp($1) }
      let norm = x.reduce(0) { $0 + $1 * $1 }.squareRoot()
      probabilities += x.map { exp($0) / sum }
      unit += x.map { $0 / norm }
    }
    let dev = tensor(.f32, activations, [30, 20])
    let softmax = try best(dev, tensor(.f32, probabilities, [30, 20]))
    #expect(softmax.cause == "nonlinearity")
    #expect(
      softmax.summary == "prod is dev after softmax along axis 1; redone, 0 of 600 elements differ")
    let back = try best(tensor(.f32, probabilities, [30, 20]), dev)
    #expect(
      back.summary == "dev is prod after softmax along axis 1; redone, 0 of 600 elements differ")
    #expect(try best(dev, tensor(.f32, unit, [30, 20])).cause == "nonlinearity")
    let lacking = try best(tensor(.f32, unit, [30, 20]), dev)
    #expect(lacking.cause == "not-normalized")
    #expect(
      lacking.summary
        == "dev is prod after L2 normalisation along axis 1; redone, 0 of 600 elements differ")
  }

  @Test func `what is none of these`() throws {
    let dev = tensor(.f32, activations, [30, 20])
    #expect(try causes(dev, tensor(.f32, noise(600, seed: 36), [30, 20])) == [])
    #expect(
      try causes(dev, tensor(.f32, activations.map { _ in 0.5 }, [30, 20]))
        == ["constant-output"])
    // A handful of classes against unrelated ones.
    let classes = noise(60, seed: 37).map { ($0.magnitude * 2).rounded(.towardZero) }
    let others = noise(60, seed: 38).map { ($0.magnitude * 2).rounded(.towardZero) }
    #expect(try causes(tensor(.i64, classes), tensor(.i64, others)) == [])
  }
}
