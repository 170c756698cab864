extension Tolerance {
  /// Whether two elements agree: the rule that every count of mismatches follows.
  ///
  /// Two numbers that are no floats agree only when equal. NaN agrees with NaN where the tolerance
  /// says so, an infinity with the same infinity.
  package func accepts(dev: Element, prod: Element) -> Bool {
    let (x, y) = (dev.number, prod.number)
    guard x.isFinite && y.isFinite else { return x == y || (nanEqualsNaN && x.isNaN && y.isNaN) }
    let distance = Element.difference(dev: dev, prod: prod).magnitude
    return dev.isFloat || prod.isFloat ? distance <= bound(dev: x) : distance == 0
  }
}

extension Element {
  fileprivate var isFloat: Bool {
    if case .float = self { true } else { false }
  }
}
