import Glibc

/// A function that pipelines apply to each element by itself.
struct ElementFunction: Sendable {
  /// As sentences call it.
  var name: String
  var function: @Sendable (Double) -> Double

  /// NaN where a function is not defined.
  static let all: [ElementFunction] = [
    ElementFunction(name: "sigmoid") { sigmoid($0) },
    ElementFunction(name: "tanh") { tanh($0) },
    ElementFunction(name: "exp") { exp($0) },
    ElementFunction(name: "log") { log($0) },
    ElementFunction(name: "log1p") { log1p($0) },
    ElementFunction(name: "expm1") { expm1($0) },
    ElementFunction(name: "log2") { log2($0) },
    ElementFunction(name: "log10") { log10($0) },
    ElementFunction(name: "GELU by erf") { x in
      0.5 * x * (1 + erf(x * 0.5.squareRoot()))
    },
    ElementFunction(name: "GELU by tanh") { x in
      0.5 * x * (1 + tanh((2 / Double.pi).squareRoot() * (x + 0.044715 * x * x * x)))
    },
    ElementFunction(name: "SiLU") { $0 * sigmoid($0) },
    ElementFunction(name: "quick GELU") { $0 * sigmoid(1.702 * $0) },
    ElementFunction(name: "softplus") { max($0, 0) + log1p(exp(-$0.magnitude)) },
    ElementFunction(name: "square") { $0 * $0 },
    ElementFunction(name: "square root") { $0.squareRoot() },
    ElementFunction(name: "absolute value") { $0.magnitude },
    ElementFunction(name: "reciprocal") { 1 / $0 },
    ElementFunction(name: "sRGB to linear light") { x in
      x <= 0.04045 ? x / 12.92 : pow((x + 0.055) / 1.055, 2.4)
    },
    ElementFunction(name: "linear light to sRGB") { x in
      x <= 0.0031308 ? x * 12.92 : 1.055 * pow(x, 1 / 2.4) - 0.055
    },
  ]

  private static func sigmoid(_ x: Double) -> Double { 1 / (1 + exp(-x)) }
}
