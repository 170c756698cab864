import PipelineTrace
import TensorFormats
import TestTraces
import Testing
import TraceAlignment
import TraceComparison

@testable import TraceDiagnosis

@Suite struct PrecisionCauseTests {
  private let activations = noise(1200, seed: 21, deviation: 3)

  private func best(_ dev: Tensor, _ prod: Tensor) throws -> Finding {
    try #require(try found(dev, prod).first)
  }

  /// What numpy and ml_dtypes make of these numbers, as float32.
  @Test func `formats round as numpy does`() {
    let numbers = [
      1.00390625, 1.01171875, -3.299999952316284, 70000.0, 9.999999974752427e-07,
      0.30000001192092896, 500.0, 6.0999998822808266e-05, 8.940696716308594e-08, 0.0146484375,
    ]
    let expected: [(RoundedFormat, Bool, [Double])] = [
      (
        .f16, false,
        [
          1.00390625, 1.01171875, -3.30078125, .infinity, 1.0132789611816406e-06, 0.300048828125,
          500.0, 6.097555160522461e-05, 1.1920928955078125e-07, 0.0146484375,
        ]
      ),
      (
        .bf16, false,
        [
          1.0, 1.015625, -3.296875, 70144.0, 9.98377799987793e-07, 0.30078125, 500.0,
          6.103515625e-05, 8.940696716308594e-08, 0.0146484375,
        ]
      ),
      (
        .tf32, false,
        [
          1.00390625, 1.01171875, -3.30078125, 70016.0, 1.000240445137024e-06, 0.300048828125,
          500.0, 6.1005353927612305e-05, 8.940696716308594e-08, 0.0146484375,
        ]
      ),
      (
        .bf16, true,
        [
          1.0, 1.0078125, -3.296875, 69632.0, 9.98377799987793e-07, 0.298828125, 500.0,
          6.079673767089844e-05, 8.940696716308594e-08, 0.0146484375,
        ]
      ),
      (
        .f8e4m3, false, [1.0, 1.0, -3.25, 448.0, 0.0, 0.3125, 448.0, 0.0, 0.0, 0.015625]
      ),
      (
        .f8e5m2, false,
        [1.0, 1.0, -3.5, 57344.0, 0.0, 0.3125, 512.0, 6.103515625e-05, 0.0, 0.015625]
      ),
    ]
    for (format, towardZero, results) in expected {
      #expect(
        numbers.map { format.rounded($0, towardZero: towardZero) } == results,
        "\(format), toward zero: \(towardZero)")
    }
    #expect(RoundedFormat.bf16.rounded(.nan).isNaN)
    #expect(RoundedFormat.f8e4m3.rounded(-.infinity) == -.infinity)
  }

  @Test func `values rounded to bfloat16, bit for bit`() throws {
    let floats = activations.map { Double(Float($0)) }
    let rounded = floats.map { RoundedFormat.bf16.rounded($0) }
    let finding = try best(tensor(.f32, floats), tensor(.f32, rounded))
    #expect(finding.cause == "rounding")
    #expect(finding.summary == "dev rounded to bfloat16 is prod, bit for bit")
    #expect(finding.confidence == 1)
    #expect(
      finding.details == [
        Finding.Detail("format", .text("bf16")), Finding.Detail("side", .text("prod")),
        Finding.Detail("mode", .text("nearest even")),
      ])
    #expect(
      try best(tensor(.f32, rounded), tensor(.f32, floats)).summary
        == "prod rounded to bfloat16 is dev, bit for bit")
    let cut = floats.map { RoundedFormat.bf16.rounded($0, towardZero: true) }
    #expect(
      try best(tensor(.f32, floats), tensor(.f32, cut)).summary
        == "dev rounded to bfloat16 toward zero is prod, bit for bit")
  }

  @Test func `the other formats`() throws {
    let floats = activations.map { Double(Float($0)) }
    let names: [(RoundedFormat, String)] = [
      (.f16, "float16 or tf32"), (.f8e4m3, "float8 e4m3"), (.f8e5m2, "float8 e5m2"),
    ]
    for (format, name) in names {
      let prod = floats.map { format.rounded($0) }
      #expect(
        try best(tensor(.f32, floats), tensor(.f32, prod)).summary
          == "dev rounded to \(name) is prod, bit for bit")
    }
    // Beyond float16's range it can only have been tf32.
    let large = floats.map { Double(Float($0 * 1e5)) }
    let prod = large.map { RoundedFormat.tf32.rounded($0) }
    #expect(
      try best(tensor(.f32, large), tensor(.f32, prod)).summary
        == "dev rounded to tf32 is prod, bit for bit")
  }

  @Test func `values rounded, and noise`() throws {
    let floats = activations.map { Double(Float($0)) }
    let wobble = noise(1200, seed: 22, deviation: 3e-7)
    let after = zip(floats, wobble).map { RoundedFormat.bf16.rounded($0) + $1 }
    let finding = try best(tensor(.f32, floats), tensor(.f32, after))
    #expect(finding.cause == "rounding")
    #expect(
      finding.summary == "dev rounded to bfloat16 is prod; redone, 0 of 1,200 elements differ")
    // Other noise before the rounding moves some elements by a step.
    let before = zip(floats, noise(1200, seed: 23, deviation: 1.5e-3)).map {
      RoundedFormat.bf16.rounded($0 + $1)
    }
    let grid = try best(tensor(.f32, floats), tensor(.f32, before))
    #expect(grid.cause == "rounding")
    #expect(
      grid.summary == "all of prod is on the grid of bfloat16, within one step of dev")
  }

  @Test func `the last bits of sums`() throws {
    let wobble = noise(1200, seed: 24, deviation: 3e-6)
    let prod = zip(activations, wobble).map(+)
    var settings = ComparisonSettings()
    settings.relative = 0
    settings.absolute = 0
    let finding = try #require(
      try found(
        [stage("s", tensor(.f32, activations, [30, 40]))],
        [stage("s", tensor(.f32, prod, [30, 40]))], settings
      ).first)
    #expect(finding.cause == "float-noise")
    #expect(
      finding.summary
        == "prod differs from dev by 9.9e-07 of its size, as float32 sums in another order do")
  }

  @Test func `arithmetic in fewer bits, by the size of its errors`() throws {
    let cases: [(Double, String, String)] = [
      (
        1e-4, "float-noise",
        "prod differs from dev by 3.4e-05 of its size everywhere and without a pattern,"
          + " as float32 arithmetic leaves behind many layers"
      ),
      (
        2e-3, "rounding",
        "looks like float16 or tf32 arithmetic in prod: the error is 0.00067 of the size"
          + " everywhere and without a pattern"
      ),
      (
        2e-2, "rounding",
        "looks like bfloat16 arithmetic in prod: the error is 0.0067 of the size"
          + " everywhere and without a pattern"
      ),
    ]
    for (deviation, cause, summary) in cases {
      let prod = zip(activations, noise(1200, seed: 25, deviation: deviation)).map(+)
      let finding = try best(
        tensor(.f32, activations, [30, 40]), tensor(.f32, prod, [30, 40]))
      #expect(finding.cause == cause)
      #expect(finding.summary == summary)
    }
  }

  @Test func `what is no rounding`() throws {
    let dev = tensor(.f32, activations, [30, 40])
    // Too large, in some rows only, all of one sign.
    let large = zip(activations, noise(1200, seed: 26, deviation: 0.3)).map(+)
    #expect(try causes(dev, tensor(.f32, large, [30, 40])) == [])
    let some = zip(activations, noise(1200, seed: 27, deviation: 2e-2)).enumerated().map {
      $0 < 700 ? $1.0 : $1.0 + $1.1
    }
    #expect(try causes(dev, tensor(.f32, some, [30, 40])) == [])
    let shifted = zip(activations, noise(1200, seed: 28, deviation: 1e-2)).map {
      $0 + 1e-2 + $1.magnitude
    }
    #expect(try causes(dev, tensor(.f32, shifted, [30, 40])) == [])
  }

  @Test func `a model that ran in bfloat16`() throws {
    let folder = "\(packageFolder)/Tests/Fixtures/pairs/p3-minilm-bf16"
    let names = fileNames(in: folder)
    let dev = try #require(names.first { $0.hasPrefix("dev") })
    let prod = try #require(names.first { $0.hasPrefix("prod") })
    var settings = ComparisonSettings()
    settings.relative = 1e-4
    settings.absolute = 1e-5
    for settings in [settings, ComparisonSettings()] {
      let comparison = try Comparison(
        dev: try openTrace(at: "\(folder)/\(dev)"), prod: try openTrace(at: "\(folder)/\(prod)"),
        settings: settings, overrides: AlignmentOverrides())
      let found = findings(
        of: ComparisonEngine.run(comparison, workerCount: 2), workerCount: 2)
      let finding = try #require(found.first)
      #expect(finding.cause == "rounding")
      #expect(finding.details.contains(Finding.Detail("format", .text("bf16"))))
      #expect(
        finding.summary == "looks like bfloat16 arithmetic in prod: the error is 0.0041 of the"
          + " size everywhere and without a pattern")
    }
  }
}

@Suite struct QuantizedTests {
  private let weights = noise(1280, seed: 41)

  private func best(_ dev: Tensor, _ prod: Tensor) throws -> Finding {
    try #require(try found(dev, prod).first)
  }

  /// Levels of a step that is the largest magnitude of each run of `size` over `divisor`.
  private func levels(_ x: [Double], size: Int, divisor: Double) -> [Double] {
    stride(from: 0, to: x.count, by: size).flatMap { start -> [Double] in
      let group = x[start..<(start + size)]
      let step = group.map(\.magnitude).max()! / divisor
      return group.map { ($0 / step).rounded(.toNearestOrEven) * step }
    }
  }

  @Test func `8 bits per tensor, per row and per block`() throws {
    let dev = tensor(.f32, weights, [20, 64])
    let whole = try best(dev, tensor(.f32, levels(weights, size: 1280, divisor: 127), [20, 64]))
    #expect(whole.cause == "quantized")
    #expect(
      whole.summary == "prod is dev rounded to 8 bits, one step per tensor (absmax/127);"
        + " redone, 0 of 1,280 elements differ")
    #expect(
      whole.details == [
        Finding.Detail("bits", .count(8)), Finding.Detail("per", .text("tensor")),
        Finding.Detail("step", .text("absmax/127")), Finding.Detail("side", .text("prod")),
      ])
    #expect(
      try best(dev, tensor(.f32, levels(weights, size: 64, divisor: 127), [20, 64])).summary
        == "prod is dev rounded to 8 bits, one step per index of axis 0 (absmax/127);"
        + " redone, 0 of 1,280 elements differ")
    #expect(
      try best(dev, tensor(.f32, levels(weights, size: 32, divisor: 7), [20, 64])).summary
        == "prod is dev rounded to 4 bits, one step per group of 32 (absmax/7);"
        + " redone, 0 of 1,280 elements differ")
  }

  @Test func `with noise, corrupt elements, and stored in 16 bits`() throws {
    let dev = tensor(.f32, weights, [20, 64])
    var prod = zip(
      levels(weights, size: 1280, divisor: 127), noise(1280, seed: 42, deviation: 1e-7)
    )
    .map(+)
    #expect(try causes(dev, tensor(.f32, prod, [20, 64])) == ["quantized"])
    #expect(
      try causes(dev, tensor(.f16, levels(weights, size: 64, divisor: 7), [20, 64]))
        == ["quantized"])
    prod[77] = 30
    #expect(try causes(dev, tensor(.f32, prod, [20, 64])) == ["quantized"])
  }

  @Test func `grey levels and whole numbers`() throws {
    let unit = noise(1200, seed: 43, mean: 0.5, deviation: 0.2)
    let grey = unit.map { ($0 * 255).rounded(.towardZero) / 255 }
    #expect(
      try best(tensor(.f32, unit), tensor(.f32, grey)).summary
        == "prod is dev truncated to steps of 1/255; redone, 0 of 1,200 elements differ")
    let large = noise(1200, seed: 44, mean: 120, deviation: 20)
    #expect(
      try best(tensor(.f32, large), tensor(.u8, large.map { $0.rounded() })).summary
        == "prod is dev rounded to steps of 1; redone, 0 of 1,200 elements differ")
  }

  @Test func `a grid whose step comes from elsewhere`() throws {
    // The range that a calibration gave is not that of these values.
    let prod = weights.map { ($0 / 0.0371).rounded() * 0.0371 }
    let finding = try best(tensor(.f32, weights), tensor(.f32, prod))
    #expect(finding.cause == "quantized")
    #expect(finding.summary.contains("(step 0.0371), nowhere more than half a step from dev"))
  }

  @Test func `what is no quantisation`() throws {
    let dev = tensor(.f32, weights, [20, 64])
    // Values that are not near, and grey levels on both sides.
    let other = noise(1280, seed: 45)
    #expect(
      try causes(dev, tensor(.f32, levels(other, size: 1280, divisor: 7), [20, 64])) == [])
    let grey = weights.map { ($0 * 40).rounded() }
    let moved = zip(grey, noise(1280, seed: 46)).map { $0 + $1.rounded() }
    #expect(try !causes(tensor(.f32, grey), tensor(.f32, moved)).contains("quantized"))
  }
}
