import PipelineTrace
import TestTraces
import Testing

@testable import TraceDiagnosis

@Suite struct LayoutCauseTests {
  /// A picture of 3 channels, 8 rows and 10 columns.
  private let picture = noise(240, seed: 1)

  private func view(_ tensor: Tensor) throws -> Tensor {
    TestTraces.tensor(.f32, try tensor.numbers(), tensor.shape.extents)
  }

  @Test func `channels in reverse order`() throws {
    let dev = tensor(.f32, picture, [3, 8, 10])
    let prod = try view(dev.reversed(alongAxes: [0]))
    let finding = try #require(try found(dev, prod).first)
    #expect(finding.cause == "channel-reversed")
    #expect(
      finding.summary
        == "prod is dev with axis 0 reversed (RGB/BGR); undone, 0 of 240 elements differ")
    #expect(finding.confidence == 1)
    #expect(finding.explained == 1)
    #expect(finding.details == [Finding.Detail("axis", .count(0))])
  }

  @Test func `a mirrored picture, and one turned by a quarter`() throws {
    let dev = tensor(.f32, picture, [3, 8, 10])
    let mirrored = try found(dev, try view(dev.reversed(alongAxes: [2])))
    #expect(mirrored.map(\.cause) == ["axis-flipped"])
    #expect(mirrored.first?.summary.hasPrefix("prod is dev flipped along axis 2;") == true)
    let turned = try view(dev.transposed([0, 2, 1]).reversed(alongAxes: [1]))
    #expect(try causes(dev, turned) == ["axes-permuted"])
  }

  @Test func `channels last where they were first`() throws {
    let dev = tensor(.f32, picture, [3, 8, 10])
    let finding = try #require(try found(dev, try view(dev.transposed([1, 2, 0]))).first)
    #expect(finding.cause == "axes-permuted")
    #expect(
      finding.summary == "prod is dev with its axes in another order"
        + " (dev is prod.transpose(2, 0, 1)); undone, 0 of 240 elements differ")
  }

  @Test func `a few other elements besides do not hide it`() throws {
    let many = tensor(.f32, noise(12_000, seed: 2), [3, 40, 100])
    var numbers = try many.reversed(alongAxes: [0]).numbers()
    numbers[5] += 3
    let finding = try #require(try found(many, tensor(.f32, numbers, [3, 40, 100])).first)
    #expect(finding.cause == "channel-reversed")
    #expect(finding.confidence == 0.99)
    #expect(finding.summary.hasSuffix("undone, 1 of 12,000 elements differ"))
  }

  @Test func `three numbers in reverse are no cause`() throws {
    #expect(try causes(tensor(.f32, [1, 2, 3]), tensor(.f32, [3, 2, 1])) == [])
  }

  @Test func `other numbers have no layout`() throws {
    let dev = tensor(.f32, picture, [3, 8, 10])
    #expect(try causes(dev, tensor(.f32, noise(240, seed: 9), [3, 8, 10])) == [])
  }

  @Test func `noise of rounding has no cause`() throws {
    let dev = tensor(.f64, picture, [3, 8, 10])
    let prod = tensor(.f64, picture.map { $0 * (1 + 3e-7) }, [3, 8, 10])
    #expect(try causes(dev, prod) == [])
  }
}
