/// How one sequence becomes another, as runs that cover both from start to end.
@usableFromInline
package struct EditScript: Sendable, Equatable {
  /// Neighbouring elements that share one fate.
  ///
  /// Where one side has nothing, its range is empty and says where the other side's elements belong.
  package struct Run: Sendable, Equatable {
    package enum Kind: Sendable, Equatable {
      case equal
      /// Other elements in the same place; the two ranges may differ in length.
      case replaced
      /// Only in dev.
      case removed
      /// Only in prod.
      case inserted
    }

    package var kind: Kind
    package var dev: Range<Int>
    package var prod: Range<Int>

    package init(kind: Kind, dev: Range<Int>, prod: Range<Int>) {
      self.kind = kind
      self.dev = dev
      self.prod = prod
    }

    /// The elements of both ranges are the same, one by one.
    package static func equal(dev: Range<Int>, prod: Range<Int>) -> Run {
      Run(kind: .equal, dev: dev, prod: prod)
    }

    /// Elements that differ: replaced, or removed or inserted where one of the ranges is empty.
    package static func changed(dev: Range<Int>, prod: Range<Int>) -> Run {
      Run(kind: dev.isEmpty ? .inserted : prod.isEmpty ? .removed : .replaced, dev: dev, prod: prod)
    }
  }

  /// In order; an equal run and a changed one take turns, so a removal and an insertion that touch
  /// are one replacement. Empty where both sequences are.
  package var runs: [Run]
  /// Whether no script of fewer removed and inserted elements exists.
  ///
  /// Always, where ``changedCount`` is at most ``minimalChangeLimit``; beyond that the search takes
  /// short cuts, and the script is only a valid one.
  package var isMinimal: Bool

  package init(runs: [Run], isMinimal: Bool) {
    self.runs = runs
    self.isMinimal = isMinimal
  }

  /// Up to how many removed and inserted elements a script is always the shortest.
  package static let minimalChangeLimit = 2 * EditSearch.roundLimit

  /// Elements removed from dev and inserted from prod, in all.
  package var changedCount: Int {
    runs.reduce(0) { $0 + ($1.kind == .equal ? 0 : $1.dev.count + $1.prod.count) }
  }

  /// Elements that both sides have.
  package var equalCount: Int {
    runs.reduce(0) { $0 + ($1.kind == .equal ? $1.dev.count : 0) }
  }

  /// Runs that are not equal: how many places a person has to look at.
  package var changedRunCount: Int {
    runs.count { $0.kind != .equal }
  }
}

/// The shortest way from dev to prod, or a short one where the shortest takes too long to find.
///
/// Elements are compared by `==`, so texts should come as bytes: a `String` takes `é` in one and in
/// two scalars for equal.
///
/// Cost: O((n + m) · d) for d changes while the script is minimal, then bounded by a fixed number of
/// steps; memory linear in n + m.
/// - Source: E. Myers, "An O(ND) Difference Algorithm and Its Variations", Algorithmica 1 (1986),
///   section 4b (linear space); unique elements as anchors: B. Cohen's patience diff.
@inlinable  // so that callers get it compiled for their own elements: hashing is most of its time
package func editScript<Element: Hashable>(dev: [Element], prod: [Element]) -> EditScript {
  let shorter = min(dev.count, prod.count)
  var prefix = 0
  while prefix < shorter, dev[prefix] == prod[prefix] { prefix += 1 }
  var suffix = 0
  while suffix < shorter - prefix, dev[dev.count - 1 - suffix] == prod[prod.count - 1 - suffix] {
    suffix += 1
  }
  let devMiddle = dev[prefix..<(dev.count - suffix)]
  let prodMiddle = prod[prefix..<(prod.count - suffix)]
  var numbers: [Element: Int32] = [:]
  // Without a counterpart nothing has to be told apart.
  let isOneSided = devMiddle.isEmpty || prodMiddle.isEmpty
  if !isOneSided { numbers.reserveCapacity(min(devMiddle.count, 1 << 16)) }
  let devNumbers = devMiddle.map { element -> Int32 in
    if isOneSided { return 0 }
    let next = Int32(numbers.count)
    return { (stored: inout Int32) in
      if stored < 0 { stored = next }
      return stored
    }(&numbers[element, default: -1])
  }
  let prodNumbers = prodMiddle.map { numbers[$0] ?? -1 }
  return editScript(
    devNumbers: devNumbers, prodNumbers: prodNumbers, prefix: prefix, suffix: suffix)
}

/// The script of two sequences between a common prefix and suffix of so many elements.
///
/// - Parameters: dev's elements numbered from 0 on, and prod's, -1 for those that dev does not have.
@usableFromInline
package func editScript(devNumbers: [Int32], prodNumbers: [Int32], prefix: Int, suffix: Int)
  -> EditScript
{
  // What only one side has cannot be kept; without it the search is short and finds the same.
  var isInProd = [Bool](repeating: false, count: Int(devNumbers.max() ?? -1) + 1)
  for number in prodNumbers where number >= 0 { isInProd[Int(number)] = true }
  let devPlaces = devNumbers.indices.filter { !isInProd.isEmpty && isInProd[Int(devNumbers[$0])] }
  let prodPlaces = prodNumbers.indices.filter { prodNumbers[$0] >= 0 }
  var search = EditSearch(
    dev: devPlaces.map { devNumbers[$0] }, prod: prodPlaces.map { prodNumbers[$0] })
  search.run()
  var devKept = [Bool](repeating: true, count: prefix + devNumbers.count + suffix)
  var prodKept = [Bool](repeating: true, count: prefix + prodNumbers.count + suffix)
  for i in devNumbers.indices { devKept[prefix + i] = false }
  for i in prodNumbers.indices { prodKept[prefix + i] = false }
  for (place, isKept) in zip(devPlaces, search.devKept) { devKept[prefix + place] = isKept }
  for (place, isKept) in zip(prodPlaces, search.prodKept) { prodKept[prefix + place] = isKept }
  return EditScript(
    runs: runs(devKept: devKept, prodKept: prodKept), isMinimal: search.isMinimal)
}

/// The script that keeps the marked elements; as many are marked in dev as in prod.
private func runs(devKept: [Bool], prodKept: [Bool]) -> [EditScript.Run] {
  var runs: [EditScript.Run] = []
  var dev = 0
  var prod = 0
  while dev < devKept.count || prod < prodKept.count {
    let devStart = dev
    let prodStart = prod
    while dev < devKept.count, prod < prodKept.count, devKept[dev], prodKept[prod] {
      dev += 1
      prod += 1
    }
    if dev > devStart {
      runs.append(.equal(dev: devStart..<dev, prod: prodStart..<prod))
      continue
    }
    while dev < devKept.count, !devKept[dev] { dev += 1 }
    while prod < prodKept.count, !prodKept[prod] { prod += 1 }
    precondition(dev > devStart || prod > prodStart, "more is kept on one side than on the other")
    runs.append(.changed(dev: devStart..<dev, prod: prodStart..<prod))
  }
  return runs
}
