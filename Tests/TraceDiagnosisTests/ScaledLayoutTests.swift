import PipelineTrace
import TestTraces
import Testing

@testable import TraceDiagnosis

@Suite struct ScaledLayoutTests {
  /// Whole numbers from 0 to 255: 3 channels, 12 rows, 16 columns.
  private let bytes = noise(576, seed: 61, mean: 128, deviation: 50).map {
    min(255, max(0, $0.rounded()))
  }

  @Test func `bytes with channels last against floats from 0 to 1 with channels first`() throws {
    let dev = tensor(.f32, bytes.map { $0 / 255 }, [3, 12, 16])
    let first = tensor(.u8, bytes, [3, 12, 16])
    let prod = tensor(.u8, try first.transposed([1, 2, 0]).numbers(), [12, 16, 3])
    let finding = try #require(try found(dev, prod).first)
    #expect(finding.cause == "axes-permuted")
    #expect(
      finding.summary
        == "prod is dev with its axes in another order (dev is prod.transpose(2, 0, 1)),"
        + " times 255; undone, 0 of 576 elements differ")
    #expect(
      finding.details == [
        Finding.Detail("order", .text("2,0,1")), Finding.Detail("factor", .number(255)),
        Finding.Detail("offset", .number(0)),
      ])
    #expect(
      try found(prod, dev).map(\.summary) == [
        "prod is dev with its axes in another order (dev is prod.transpose(1, 2, 0)),"
          + " times 1/255; undone, 0 of 576 elements differ"
      ])
  }

  @Test func `a mirrored picture with a free factor and offset, stored narrow`() throws {
    let dev = tensor(.f32, bytes.map { $0 / 255 }, [3, 12, 16])
    let mirrored = try dev.reversed(alongAxes: [2]).numbers().map { 1.7 * $0 - 0.3 }
    #expect(try causes(dev, tensor(.f16, mirrored, [3, 12, 16])) == ["axis-flipped"])
    let finding = try #require(try found(dev, tensor(.f32, mirrored, [3, 12, 16])).first)
    #expect(finding.cause == "axis-flipped")
    #expect(
      finding.summary == "prod is dev flipped along axis 2, times 1.7 minus 0.3;"
        + " undone, 0 of 576 elements differ")
  }

  @Test func `colours reversed before a normalization per channel`() throws {
    let means = [0.485, 0.456, 0.406]
    let deviations = [0.229, 0.224, 0.225]
    let dev = bytes.enumerated().map { i, byte in
      (byte / 255 - means[i / 192]) / deviations[i / 192]
    }
    let prod = bytes.indices.map { i in
      (bytes[(2 - i / 192) * 192 + i % 192] / 255 - means[i / 192]) / deviations[i / 192]
    }
    let finding = try #require(
      try found(tensor(.f32, dev, [3, 12, 16]), tensor(.f32, prod, [3, 12, 16])).first)
    #expect(finding.cause == "channel-reversed")
    #expect(
      finding.summary == "prod is dev with axis 0 reversed (RGB/BGR) and a factor and an offset per"
        + " channel, as colours reversed before a normalization leave;"
        + " undone, 0 of 576 elements differ")
  }

  @Test func `three of four channels reversed`() throws {
    let dev = tensor(.u8, Array(bytes[..<384]), [8, 12, 4])
    let prod = tensor(.u8, try dev.taking([2, 1, 0, 3], alongAxis: 2).numbers(), [8, 12, 4])
    #expect(
      try found(dev, prod).map(\.summary) == [
        "prod is dev with the first three of axis 2 reversed (RGBA/BGRA);"
          + " undone, 0 of 384 elements differ"
      ])
  }

  @Test func `unrelated pictures have no layout in common`() throws {
    let dev = tensor(.f32, bytes.map { $0 / 255 }, [3, 12, 16])
    let other = noise(576, seed: 62, mean: 128, deviation: 50).map {
      min(255, max(0, $0.rounded()))
    }
    #expect(try causes(dev, tensor(.u8, other, [12, 16, 3])) == [])
    #expect(try causes(dev, tensor(.f32, other, [3, 12, 16])) == [])
  }
}
