import Glibc

/// A factor that people multiply with on purpose, and its name.
struct NamedFactor {
  var factor: Double
  var name: String

  /// How near a fitted factor has to come, relative to it.
  private static let nearness = 2e-4

  /// The one nearest to a fitted factor; `nil` where none is near.
  static func nearest(to factor: Double) -> NamedFactor? {
    let near = all.filter {
      ($0.factor - factor).magnitude <= nearness * $0.factor.magnitude
    }
    return near.min { ($0.factor - factor).magnitude < ($1.factor - factor).magnitude }
  }

  private static let all: [NamedFactor] = {
    var all = [
      NamedFactor(factor: -1, name: "-1"),
      NamedFactor(factor: .pi / 180, name: "pi/180, degrees to radians"),
      NamedFactor(factor: 180 / .pi, name: "180/pi, radians to degrees"),
      NamedFactor(factor: log(2), name: "ln 2"), NamedFactor(factor: 1 / log(2), name: "1/ln 2"),
      NamedFactor(factor: log(10), name: "ln 10"),
      NamedFactor(factor: 1 / log(10), name: "1/ln 10"),
    ]
    let whole = [2, 3, 4, 8, 10, 16, 100, 127, 127.5, 128, 255, 256, 1000, 32767, 32768, 65535]
    for number in whole {
      let name = brief(number)
      all.append(NamedFactor(factor: number, name: name))
      all.append(NamedFactor(factor: 1 / number, name: "1/\(name)"))
    }
    // Sizes of heads and of models: attention divides by their roots, embeddings multiply with them.
    for size in [32, 48, 80, 96, 128, 192, 320, 384, 512, 640, 768, 1024, 1280, 2048, 4096, 5120] {
      let root = Double(size).squareRoot()
      guard root != root.rounded() else { continue }
      all.append(NamedFactor(factor: root, name: "sqrt(\(size))"))
      all.append(NamedFactor(factor: 1 / root, name: "1/sqrt(\(size))"))
    }
    for size in [1024, 4096] {
      let root = Double(size).squareRoot()
      all.append(NamedFactor(factor: root, name: "sqrt(\(size))"))
      all.append(NamedFactor(factor: 1 / root, name: "1/sqrt(\(size))"))
    }
    return all
  }()
}
