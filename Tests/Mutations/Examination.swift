import PipelineTrace
import TensorFormats
import TraceAlignment
import TraceComparison
import TraceDiagnosis
import TraceReport

/// What the program does with a trace, done to a mutant: open, read, list, compare with the original
/// both ways, explain, report; and what must hold of the outcome whatever the mutant is.
package struct Examination {
  package enum Outcome: Sendable, Equatable {
    case refused
    case opened
  }

  private let original: Trace
  private let contents: [RecordedContent?]
  /// Where in the seed's files the bytes of a tensor lie as they are, beside nothing like them.
  private let plainRanges: [[Range<Int>]]

  /// - Parameter path: Where the sound trace lies, and stays.
  package init(path: String, files: [SeedFile]) throws(FormatError) {
    original = try openTrace(at: path)
    var contents: [RecordedContent?] = []
    for value in original.stages.flatMap(\.values) { contents.append(try RecordedContent(value)) }
    self.contents = contents
    plainRanges = files.map { file in
      contents.compactMap { $0?.tensorBytes }.compactMap { Self.onlyPlace(of: $0, in: file.bytes) }
    }
  }

  /// Where `run` stands in `bytes`, if it does so once.
  private static func onlyPlace(of run: [UInt8], in bytes: [UInt8]) -> Range<Int>? {
    guard run.count >= 8, bytes.count >= run.count else { return nil }
    let places = (0...(bytes.count - run.count)).filter { bytes[$0...].starts(with: run) }
    return places.count == 1 ? places[0]..<(places[0] + run.count) : nil
  }

  /// Whether opening the mutant at `path` went as it should; each complaint is one sentence.
  package func examine(_ mutant: Mutant, at path: String) -> (Outcome, complaints: [String]) {
    examine(mutant, at: path) { () throws(FormatError) in try openTrace(at: path) }
  }

  /// The same of a mutant that `open` opens, whose errors name `path`.
  package func examine(_ mutant: Mutant, at path: String, open: () throws(FormatError) -> Trace)
    -> (Outcome, complaints: [String])
  {
    var complaints: [String] = []
    let trace: Trace
    do throws(FormatError) {
      trace = try open()
    } catch {
      Self.check(error, path: path, &complaints)
      return (.refused, complaints)
    }
    let values = trace.stages.flatMap(\.values)
    var recorded: [RecordedContent?] = []
    for value in values {
      do throws(FormatError) {
        recorded.append(try RecordedContent(value))
      } catch {
        Self.check(error, path: path, &complaints)
        recorded.append(nil)
      }
    }
    let (listing, problem) = TraceListing.render(trace, workerCount: 1)
    Self.check(listing, "the listing", &complaints)
    if let problem { Self.check(problem, path: path, &complaints) }
    for warning in trace.warnings where warning != warning.visible {
      complaints.append("a warning cannot be printed: \(warning.debugDescription)")
    }
    compare(dev: original, prod: trace, path: path, &complaints)
    let there = compare(dev: trace, prod: original, path: path, &complaints)
    if let there, let byte = mutant.changedByte,
      plainRanges[mutant.changedFile].contains(where: { $0.contains(byte) }),
      there.pairs.flatMap(\.values).allSatisfy({ $0.status == .identical })
    {
      complaints.append("byte \(byte) of an element differs, and all values are identical")
    }
    return (.opened, complaints)
  }

  // MARK: Comparing

  @discardableResult
  private func compare(dev: Trace, prod: Trace, path: String, _ complaints: inout [String])
    -> Comparison?
  {
    var settings = ComparisonSettings()
    settings.describesIdentical = true
    let started: Comparison
    do {
      started = try Comparison(
        dev: dev, prod: prod, settings: settings, overrides: AlignmentOverrides())
    } catch {
      complaints.append("no comparison: \(error)")
      return nil
    }
    let comparison = ComparisonEngine.run(started, workerCount: 1)
    let findings = findings(of: comparison, workerCount: 1)
    for format in allReportFormats {
      Self.check(
        format.render(comparison, findings: findings), "report \(format.name)", &complaints)
    }
    if !comparison.isFinished { complaints.append("the comparison does not end") }
    for pair in comparison.pairs {
      for value in pair.values {
        if let problem = value.problem { Self.check(problem, path: path, &complaints) }
        if let complaint = Self.misjudgement(of: value) {
          complaints.append("stage '\(pair.name.visible)': \(complaint)")
        }
      }
    }
    if comparison.verdict == .match {
      if !dev.isComplete || !prod.isComplete || dev.stages.count != prod.stages.count
        || dev.stages.count != comparison.pairs.count
      {
        complaints.append("a match of traces that are not whole")
      }
      if comparison.pairs.contains(where: { $0.values.isEmpty }) {
        complaints.append("a match of stages without values")
      }
    }
    return comparison
  }

  /// What is wrong with the status of a value, judged anew element by element.
  private static func misjudgement(of value: ValueComparison) -> String? {
    guard let dev = value.dev, let prod = value.prod else {
      return value.status.isDivergence ? nil : "one side alone is \(value.status.rawValue)"
    }
    guard let devContent = try? RecordedContent(dev), let prodContent = try? RecordedContent(prod)
    else {
      return value.status == .identical || value.status == .close
        ? "a side that cannot be read is \(value.status.rawValue)" : nil
    }
    guard let difference = devContent.difference(from: prodContent) else { return nil }
    switch (value.status, difference) {
    case (.identical, .none), (.close, .small), (.diverged, .large), (.notComparable, _): return nil
    default: return "\(value.status.rawValue), and the difference is \(difference)"
    }
  }

  // MARK: What is printed

  private static func check(_ error: FormatError, path: String, _ complaints: inout [String]) {
    let sentence = "\(error)"
    if sentence != sentence.visible {
      complaints.append("an error cannot be printed: \(sentence.debugDescription)")
    }
    if !sentence.contains(path.visible) && !sentence.contains(Seed.folder) {
      complaints.append("an error does not name the file: \(sentence.visible)")
    }
    if sentence.utf8.count > 20_000 {
      complaints.append("an error has \(sentence.utf8.count) bytes")
    }
  }

  /// Nothing that a terminal obeys, turns or hides may stand in a text, but for the ends of its lines.
  private static func check(_ text: String, _ what: String, _ complaints: inout [String]) {
    let strange = text.unicodeScalars.first { scalar in
      switch scalar.value {
      case 0x0A: false
      case 0..<0x20, 0x7F..<0xA0, 0x61C, 0x200B...0x200F, 0x2028...0x202E, 0x2060...0x206F,
        0xFEFF, 0xFFF9...0xFFFB:
        true
      default: false
      }
    }
    if let strange {
      complaints.append("U+\(String(strange.value, radix: 16, uppercase: true)) stands in \(what)")
    }
  }
}
