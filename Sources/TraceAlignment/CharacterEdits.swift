/// How one text becomes another, in runs that a person can read.
package struct CharacterEdits: Sendable, Equatable {
  /// Over Unicode scalars, as ``devUnits`` and ``prodUnits`` number them.
  ///
  /// Minimal means: before it was made readable.
  package var script: EditScript
  package var devUnits: TextUnits
  package var prodUnits: TextUnits

  /// The same runs as ranges of bytes; no scalar is split.
  package var byteRuns: [EditScript.Run] {
    script.runs.map { run in
      EditScript.Run(
        kind: run.kind, dev: devUnits.byteRange(of: run.dev),
        prod: prodUnits.byteRange(of: run.prod))
    }
  }
}

/// The edits between two texts, scalar by scalar.
///
/// Long texts are compared line by line first, and scalar by scalar where lines changed. Then what
/// only a machine would say is said otherwise: an insertion or removal that could as well stand some
/// letters further on moves to where words begin or end, and an equal run of under three scalars is
/// absorbed where it is the rest of a changed word, or shorter than the changes on both its sides.
package func characterEdits(dev: [UInt8], prod: [UInt8]) -> CharacterEdits {
  let devUnits = TextUnits(dev)
  let prodUnits = TextUnits(prod)
  let isLong = devUnits.count + prodUnits.count > 20_000
  var script =
    isLong
    ? scriptByLines(dev: devUnits.values, prod: prodUnits.values)
    : editScript(dev: devUnits.values, prod: prodUnits.values)
  var readable = ReadableRuns(dev: devUnits.values, prod: prodUnits.values, runs: script.runs)
  readable.absorbShortEqualRuns()
  readable.moveToWordBorders()
  script.runs = readable.runs
  return CharacterEdits(script: script, devUnits: devUnits, prodUnits: prodUnits)
}

/// The script of the lines, with changed lines taken apart into scalars.
private func scriptByLines(dev: [UInt32], prod: [UInt32]) -> EditScript {
  let devLines = lines(of: dev)
  let prodLines = lines(of: prod)
  let script = editScript(dev: devLines.map { dev[$0] }, prod: prodLines.map { prod[$0] })
  var runs: [EditScript.Run] = []
  func units(_ lines: [Range<Int>], _ range: Range<Int>, end: Int) -> Range<Int> {
    let start = range.lowerBound < lines.count ? lines[range.lowerBound].lowerBound : end
    return start..<(range.isEmpty ? start : lines[range.upperBound - 1].upperBound)
  }
  for run in script.runs {
    let devRange = units(devLines, run.dev, end: dev.count)
    let prodRange = units(prodLines, run.prod, end: prod.count)
    guard run.kind == .replaced else {
      runs.append(EditScript.Run(kind: run.kind, dev: devRange, prod: prodRange))
      continue
    }
    let inner = editScript(dev: Array(dev[devRange]), prod: Array(prod[prodRange]))
    for part in inner.runs {
      runs.append(
        EditScript.Run(
          kind: part.kind, dev: part.dev.shifted(by: devRange.lowerBound),
          prod: part.prod.shifted(by: prodRange.lowerBound)))
    }
  }
  // Lines that stay together need not be the fewest scalars that change.
  return EditScript(runs: joined(runs), isMinimal: script.changedCount == 0)
}

/// The lines of a text, each with its line feed.
private func lines(of units: [UInt32]) -> [Range<Int>] {
  var lines: [Range<Int>] = []
  var start = 0
  for (i, unit) in units.enumerated() where unit == 0x0A {
    lines.append(start..<(i + 1))
    start = i + 1
  }
  if start < units.count { lines.append(start..<units.count) }
  return lines
}

/// Runs in order with neighbours of one kind made one, and changes that touch made one change.
private func joined(_ runs: [EditScript.Run]) -> [EditScript.Run] {
  var joined: [EditScript.Run] = []
  for run in runs where !run.dev.isEmpty || !run.prod.isEmpty {
    guard let last = joined.last, (last.kind == .equal) == (run.kind == .equal) else {
      joined.append(run)
      continue
    }
    let dev = last.dev.lowerBound..<run.dev.upperBound
    let prod = last.prod.lowerBound..<run.prod.upperBound
    joined[joined.count - 1] =
      run.kind == .equal ? .equal(dev: dev, prod: prod) : .changed(dev: dev, prod: prod)
  }
  return joined
}

extension Range<Int> {
  fileprivate func shifted(by offset: Int) -> Range<Int> {
    (lowerBound + offset)..<(upperBound + offset)
  }
}

/// The clean-up of a script over scalars.
private struct ReadableRuns {
  let dev: [UInt32]
  let prod: [UInt32]
  var runs: [EditScript.Run]

  /// Equal runs of at least so many scalars stay as they are.
  static let readableCount = 3

  mutating func absorbShortEqualRuns() {
    var kept: [EditScript.Run] = []
    for (i, run) in runs.enumerated() {
      guard let last = kept.last, last.kind != .equal else {
        kept.append(run)
        continue
      }
      if run.kind == .equal {
        let following = i + 1 < runs.count ? runs[i + 1] : nil
        guard let following, isAbsorbed(run, between: last, and: following) else {
          kept.append(run)
          continue
        }
      }
      kept[kept.count - 1] = .changed(
        dev: last.dev.lowerBound..<run.dev.upperBound,
        prod: last.prod.lowerBound..<run.prod.upperBound)
    }
    runs = kept
  }

  /// Whether an equal run says less than the changes around it would say without it.
  private func isAbsorbed(
    _ run: EditScript.Run, between change: EditScript.Run, and other: EditScript.Run
  ) -> Bool {
    guard run.dev.count < Self.readableCount else { return false }
    if min(size(change), size(other)) > run.dev.count { return true }
    return dev[run.dev].allSatisfy(isWordUnit) && isJoined(change, atEnd: true)
      && isJoined(other, atEnd: false)
  }

  private func size(_ run: EditScript.Run) -> Int { max(run.dev.count, run.prod.count) }

  /// Whether a change ends, or begins, within a word.
  private func isJoined(_ change: EditScript.Run, atEnd: Bool) -> Bool {
    let units = [
      atEnd ? dev[change.dev].last : dev[change.dev].first,
      atEnd ? prod[change.prod].last : prod[change.prod].first,
    ]
    return units.contains { $0.map(isWordUnit) ?? false }
  }

  /// Moves what was only removed or only inserted to where it covers whole words, if it can.
  mutating func moveToWordBorders() {
    for i in runs.indices.dropFirst().dropLast() {
      switch runs[i].kind {
      case .removed: move(i, units: dev, range: runs[i].dev)
      case .inserted: move(i, units: prod, range: runs[i].prod)
      case .equal, .replaced: continue
      }
    }
    runs = joined(runs)
  }

  private mutating func move(_ i: Int, units: [UInt32], range: Range<Int>) {
    // As long as the scalar before the change is its last one, the change can start one earlier.
    var back = 0
    while back < runs[i - 1].dev.count,
      units[range.lowerBound - 1 - back] == units[range.upperBound - 1 - back]
    {
      back += 1
    }
    var forth = 0
    while forth < runs[i + 1].dev.count,
      units[range.lowerBound + forth] == units[range.upperBound + forth]
    {
      forth += 1
    }
    var best = (score: -1, shift: 0)
    for distance in 0...max(back, forth) {
      for shift in [distance, -distance] where shift >= -back && shift <= forth {
        let score =
          borderScore(units, range.lowerBound + shift)
          + borderScore(units, range.upperBound + shift)
        if score > best.score { best = (score, shift) }
      }
    }
    guard best.shift != 0 else { return }
    let shift = best.shift
    runs[i - 1].dev = runs[i - 1].dev.lowerBound..<(runs[i - 1].dev.upperBound + shift)
    runs[i - 1].prod = runs[i - 1].prod.lowerBound..<(runs[i - 1].prod.upperBound + shift)
    runs[i].dev = runs[i].dev.shifted(by: shift)
    runs[i].prod = runs[i].prod.shifted(by: shift)
    runs[i + 1].dev = (runs[i + 1].dev.lowerBound + shift)..<runs[i + 1].dev.upperBound
    runs[i + 1].prod = (runs[i + 1].prod.lowerBound + shift)..<runs[i + 1].prod.upperBound
  }

  /// How good a place between two scalars is to start or end a change.
  private func borderScore(_ units: [UInt32], _ place: Int) -> Int {
    guard place > 0, place < units.count else { return 4 }
    if units[place - 1] == 0x0A { return 4 }
    let before = isWordUnit(units[place - 1])
    let after = isWordUnit(units[place])
    // A change should begin where a word begins, and so end behind the blank before the next one.
    return after && !before ? 3 : before != after ? 2 : before ? 0 : 1
  }

  /// Whether a scalar is a part of words: letters, digits, their marks, `_`.
  private func isWordUnit(_ unit: UInt32) -> Bool {
    guard let scalar = Unicode.Scalar(unit) else { return false }
    return scalar.properties.isAlphabetic || scalar.properties.numericType != nil
      || scalar == "_" || scalar.properties.canonicalCombiningClass != .notReordered
  }
}
