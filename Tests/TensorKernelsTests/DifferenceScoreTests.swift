import PipelineTrace
import TensorKernels
import Testing

@Suite struct DifferenceScoreTests {
  private let half = Tolerance(relative: 0.5, absolute: 1)

  @Test func `the tolerance is the unit`() {
    let score = DifferenceScore(dev: .f32, prod: .f32, tolerance: half)
    #expect(score.score(dev: 4, prod: 4) == 0)
    #expect(score.score(dev: 4, prod: 5.5) == 0.5)
    #expect(score.score(dev: 4, prod: 7) == 1)
    #expect(score.score(dev: 4, prod: -2) == 2)
  }

  @Test func `special elements agree or are infinitely far apart`() {
    let score = DifferenceScore(dev: .f32, prod: .f32, tolerance: half)
    #expect(score.score(dev: .nan, prod: .nan) == 0)
    #expect(score.score(dev: .infinity, prod: .infinity) == 0)
    #expect(score.score(dev: .nan, prod: 1) == .infinity)
    #expect(score.score(dev: .infinity, prod: 1) == .infinity)
    #expect(score.score(dev: 1, prod: -.infinity) == .infinity)
    #expect(score.score(dev: .infinity, prod: -.infinity) == .infinity)
    let strict = Tolerance(relative: 0, absolute: 0, nanEqualsNaN: false)
    let strictScore = DifferenceScore(dev: .f32, prod: .f32, tolerance: strict)
    #expect(strictScore.score(dev: .nan, prod: .nan) == .infinity)
    #expect(strictScore.score(dev: 0, prod: 0) == 0)
    #expect(strictScore.score(dev: 0, prod: 1) == .infinity)
  }

  @Test func `integers score beyond 1 wherever they differ`() {
    let score = DifferenceScore(dev: .u8, prod: .u8, tolerance: .exact)
    #expect(score.score(dev: 9, prod: 9) == 0)
    #expect(score.score(dev: 9, prod: 10) == 2)
    #expect(score.score(dev: 200, prod: 0) == 201)
  }

  @Test func `a row has the scores of its pairs`() {
    let score = DifferenceScore(dev: .f32, prod: .f32, tolerance: half)
    let dev = [4, 4, .nan]
    let prod = [4, 7, 1.0]
    var scores = [-1.0, -1, -1]
    dev.withUnsafeBufferPointer { dev in
      prod.withUnsafeBufferPointer { prod in
        scores.withUnsafeMutableBufferPointer { score.write(dev: dev, prod: prod, to: $0) }
      }
    }
    #expect(scores == [0, 1, .infinity])
  }
}
