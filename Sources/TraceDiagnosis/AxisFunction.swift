import Glibc
import PipelineTrace

/// A function of all elements along an axis: softmax, normalisation to unit length.
struct AxisFunction: Sendable {
  /// As sentences call it.
  var name: String
  /// What it makes of the elements along the axis.
  var function: @Sendable ([Double]) -> [Double]

  /// Elements up to which a result is held in memory.
  private static let elementLimit = 1 << 22
  /// Slices that a function has to explain before it is computed in full, and elements of all of them.
  private static let slicesTried = 8
  private static let elementsTried = 1 << 16

  static let probabilities: [AxisFunction] = [
    AxisFunction(name: "softmax") { x in
      let largest = x.max() ?? 0
      let powers = x.map { exp($0 - largest) }
      let sum = powers.reduce(0, +)
      return powers.map { $0 / sum }
    },
    AxisFunction(name: "log-softmax") { x in
      let largest = x.max() ?? 0
      let logarithm = log(x.reduce(0) { $0 + exp($1 - largest) })
      return x.map { $0 - largest - logarithm }
    },
  ]

  static let normalizations: [AxisFunction] = [
    AxisFunction(name: "L2 normalisation") { x in
      let norm = x.reduce(0) { $0 + $1 * $1 }.squareRoot()
      return norm > 0 ? x.map { $0 / norm } : x
    },
    AxisFunction(name: "standardisation") { x in
      let mean = x.reduce(0, +) / Double(x.count)
      let deviation = (x.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(x.count))
        .squareRoot()
      return deviation > 0 ? x.map { ($0 - mean) / deviation } : x.map { $0 - mean }
    },
    AxisFunction(name: "min-max scaling") { x in
      guard let low = x.min(), let high = x.max(), low < high else { return x.map { _ in 0 } }
      return x.map { ($0 - low) / (high - low) }
    },
  ]

  /// What one side would be if it were a function of the other along an axis, or of all elements.
  ///
  /// - Parameter isProdRedone: Whether dev is put through the function to give prod; else prod to give
  ///   dev.
  static func candidates(
    for evidence: TensorEvidence, _ word: String, functions: [AxisFunction], isProdRedone: Bool
  ) throws(FormatError) -> [Candidate] {
    let count = evidence.elementCount
    guard evidence.holdsQuantities, evidence.dev.dtype.isFloat || evidence.prod.dtype.isFloat,
      count <= elementLimit, let sample = evidence.sample
    else { return [] }
    let source = isProdRedone ? evidence.dev : evidence.prod
    let target = isProdRedone ? evidence.prod : evidence.dev
    let shape = source.shape
    let strides = shape.rowMajorStrides
    var axes = shape.extents.indices.filter { shape.extents[$0] > 1 }.map {
      Slices(label: "along axis \($0)", stride: strides[$0], extent: shape.extents[$0])
    }
    if axes.count > 1 {
      axes.append(Slices(label: "of all elements", stride: 1, extent: count))
    }
    var numbers: [Double]?
    var candidates: [Candidate] = []
    for slices in axes {
      let starts = slices.starts(through: sample.mismatched, limit: slicesTried)
      for function in functions {
        if evidence.isCancelled() { return [] }
        guard
          try holds(function, slices, starts, source: source, target: target, evidence)
        else { continue }
        if numbers == nil { numbers = try source.numbers() }
        guard let values = numbers else { continue }
        let result = Tensor(numbers: slices.applying(function, to: values), shape: shape)
        let (name, other) = isProdRedone ? ("prod", "dev") : ("dev", "prod")
        var candidate = Candidate(
          word, cost: 10, dev: isProdRedone ? result : evidence.dev,
          prod: isProdRedone ? evidence.prod : result,
          summary: "\(name) is \(other) after \(function.name) \(slices.label)",
          details: [
            Finding.Detail("function", .text(function.name)),
            Finding.Detail("side", .text(name)),
          ], isRedone: true)
        let size = evidence.devRootMeanSquare
        let targetSize =
          isProdRedone ? evidence.spread.prod.rootMeanSquare : evidence.spread.dev.rootMeanSquare
        candidate.absoluteFactor = size > 0 ? min(1, targetSize / size) : 1
        candidate.slope = 4
        candidates.append(candidate)
      }
    }
    return candidates
  }

  /// Whether 80 % of the elements of some slices are as the function makes them.
  private static func holds(
    _ function: AxisFunction, _ slices: Slices, _ starts: [Int], source: Tensor, target: Tensor,
    _ evidence: TensorEvidence
  ) throws(FormatError) -> Bool {
    var agreeing = 0
    var seen = 0
    let narrow = max(evidence.dev.dtype.narrowRounding, evidence.prod.dtype.narrowRounding)
    let relative = max(1e-5, 8 * narrow)
    for start in starts {
      let places = slices.places(from: start)
      let results = function.function(try source.numbers(at: places))
      let targets = try target.numbers(at: places)
      let size = targets.rootMeanSquare
      for (result, target) in zip(results, targets) {
        let limit = relative * (target.magnitude + 0.1 * size)
        if (result - target).magnitude <= limit { agreeing += 1 }
      }
      seen += places.count
      if seen >= elementsTried { break }
    }
    return seen > 0 && Double(agreeing) >= 0.8 * Double(seen)
  }

  /// The runs of elements along an axis.
  private struct Slices {
    var label: String
    var stride: Int
    var extent: Int

    func start(ofSliceThrough element: Int) -> Int {
      element - element / stride % extent * stride
    }

    /// The first elements of some slices through these.
    func starts(through elements: [Int], limit: Int) -> [Int] {
      var starts: [Int] = []
      let step = max(1, elements.count / limit)
      for i in Swift.stride(from: 0, to: elements.count, by: step) {
        let start = start(ofSliceThrough: elements[i])
        if !starts.contains(start) { starts.append(start) }
        if starts.count == limit { break }
      }
      return starts
    }

    func places(from start: Int) -> [Int] { (0..<extent).map { start + $0 * stride } }

    func applying(_ function: AxisFunction, to values: [Double]) -> [Double] {
      var results = values
      var slice = [Double](repeating: 0, count: extent)
      for outer in Swift.stride(from: 0, to: values.count, by: stride * extent) {
        for start in outer..<(outer + stride) {
          for k in 0..<extent { slice[k] = values[start + k * stride] }
          for (k, result) in function.function(slice).enumerated() {
            results[start + k * stride] = result
          }
        }
      }
      return results
    }
  }
}
