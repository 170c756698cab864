import PipelineTrace
import TraceComparison

/// Two stages that may be one under two names: each stands alone, at the same place, alike in kind.
///
/// A guess, to be offered and never taken: their values differ, or they would have been paired.
package struct PairingHint: Sendable, Equatable {
  package var dev: String
  package var prod: String

  /// The option that would pair them, quoted so that a shell takes it for one word.
  package var option: String {
    let pair = "\(dev.replacing(["=": #"\="#]))=\(prod)"
    return "--pair '\(pair.replacing(["'": #"'\''"#]))'"
  }

  /// Stages that stand alone between the same paired neighbours, whose values are alike in dtype and
  /// shape, one on each side. Names that can only be shown as escapes are left out: what is shown of
  /// them would not be understood as an option.
  package static func all(in comparison: Comparison) -> [PairingHint] {
    var hints: [PairingHint] = []
    var dev: [PairComparison] = []
    var prod: [PairComparison] = []
    func close() {
      for left in dev {
        let alike = prod.filter { kind(of: $0) == kind(of: left) }
        let rivals = dev.filter { kind(of: $0) == kind(of: left) }
        if alike.count == 1, rivals.count == 1, isPlain(left.name), isPlain(alike[0].name) {
          hints.append(PairingHint(dev: left.name, prod: alike[0].name))
        }
      }
      dev = []
      prod = []
    }
    for pair in comparison.pairs {
      switch pair.status {
      case .onlyDev: dev.append(pair)
      case .onlyProd: prod.append(pair)
      default: close()
      }
    }
    close()
    return hints
  }

  private static func isPlain(_ name: String) -> Bool { name.visible == name }

  private static func kind(of pair: PairComparison) -> [String] {
    (pair.dev ?? pair.prod)?.values.filter { $0.role != .input }.map {
      "\(DivergenceText.dtype(of: $0)) \(DivergenceText.shape(of: $0))"
    } ?? []
  }
}
