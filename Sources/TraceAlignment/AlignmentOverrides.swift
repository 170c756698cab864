import PipelineTrace

/// What the user knows better about which stages belong together.
package struct AlignmentOverrides: Sendable, Equatable {
  /// Two stages that are a pair, by their names as recorded.
  ///
  /// Where a name occurs several times it means the first; `normalize#2` is the second. The order
  /// number of a name may be there or not.
  package struct NamePair: Sendable, Equatable {
    package var dev: String
    package var prod: String

    package init(dev: String, prod: String) {
      self.dev = dev
      self.prod = prod
    }
  }

  /// How dev's names turn into prod's.
  package struct Rename: Sendable, Equatable {
    /// A regular expression in Swift's syntax, which is that of Perl; it may match anywhere.
    package var pattern: String
    /// What each match becomes; `$1` to `$9` and `\1` to `\9` are groups, `$0` is the whole match,
    /// `$$` and `\\` are the signs themselves.
    package var replacement: String

    package init(pattern: String, replacement: String) {
      self.pattern = pattern
      self.replacement = replacement
    }
  }

  /// Taken before anything else.
  package var pairs: [NamePair]
  /// Applied to each of dev's names, one after the other; a stage whose new name prod does not have
  /// keeps its own.
  package var renames: [Rename]

  package init(pairs: [NamePair] = [], renames: [Rename] = []) {
    self.pairs = pairs
    self.renames = renames
  }

  /// Overrides as the command line has them.
  ///
  /// - Parameters:
  ///   - pairs: `DEV=PROD`, cut at the first `=` that has no `\` before it.
  ///   - renames: `REGEX=REPLACEMENT`, cut at the last `=`, as patterns may hold some (`(?=…)`).
  /// - Throws: where there is no `=`, nothing beside it, or the pattern is no regular expression.
  package init(pairs: [String], renames: [String]) throws(AlignmentError) {
    self.init()
    for text in pairs { self.pairs.append(try NamePair(text)) }
    for text in renames { self.renames.append(try Rename(text)) }
  }
}

extension AlignmentOverrides.NamePair {
  fileprivate init(_ text: String) throws(AlignmentError) {
    func error(_ problem: AlignmentError.Problem) -> AlignmentError {
      AlignmentError(option: .pair, text: text, problem: problem)
    }
    var dev: String?
    var name = ""
    var isEscaped = false
    for character in text {
      if character == "=", isEscaped {
        name.removeLast()
        name.append(character)
      } else if character == "=", dev == nil {
        dev = name
        name = ""
      } else {
        name.append(character)
      }
      isEscaped = character == "\\"
    }
    guard let dev else { throw error(.noEqualsSign) }
    guard !dev.isEmpty, !name.isEmpty else { throw error(.emptyPart) }
    self.init(dev: dev, prod: name)
  }

  fileprivate func error(_ problem: AlignmentError.Problem) -> AlignmentError {
    AlignmentError(option: .pair, text: "\(dev)=\(prod)", problem: problem)
  }
}

extension AlignmentOverrides.Rename {
  fileprivate init(_ text: String) throws(AlignmentError) {
    func error(_ problem: AlignmentError.Problem) -> AlignmentError {
      AlignmentError(option: .rename, text: text, problem: problem)
    }
    guard let equals = text.lastIndex(of: "=") else { throw error(.noEqualsSign) }
    self.init(
      pattern: String(text[..<equals]), replacement: String(text[text.index(after: equals)...]))
    guard !pattern.isEmpty else { throw error(.emptyPart) }
    _ = try regex()
  }

  private func error(_ problem: AlignmentError.Problem) -> AlignmentError {
    AlignmentError(option: .rename, text: "\(pattern)=\(replacement)", problem: problem)
  }

  private func regex() throws(AlignmentError) -> Regex<AnyRegexOutput> {
    do {
      return try Regex(pattern).matchingSemantics(.unicodeScalar)
    } catch let reason {
      throw error(.badPattern("\(reason)"))
    }
  }

  /// The names with every match replaced.
  fileprivate func applied(to names: [String]) throws(AlignmentError) -> [String] {
    let regex = try regex()
    var renamed: [String] = []
    for name in names {
      var text = ""
      var end = name.startIndex
      for match in name.matches(of: regex) {
        text += name[end..<match.range.lowerBound]
        text += try replaced(match.output)
        end = match.range.upperBound
      }
      renamed.append(text + name[end...])
    }
    return renamed
  }

  private func replaced(_ groups: AnyRegexOutput) throws(AlignmentError) -> String {
    var text = ""
    var mark: Character?
    for character in replacement {
      if let sign = mark {
        mark = nil
        if character.isASCII, let group = character.wholeNumberValue {
          guard group < groups.count else {
            throw error(.noSuchGroup(group, groupCount: groups.count - 1))
          }
          text += groups[group].substring ?? ""
          continue
        }
        text.append(sign)
        if character == sign { continue }
      }
      if character == "$" || character == "\\" {
        mark = character
      } else {
        text.append(character)
      }
    }
    if let mark { text.append(mark) }
    return text
  }
}

extension AlignmentOverrides {
  /// The stages that ``pairs`` names.
  func indices(dev: [String], prod: [String]) throws(AlignmentError) -> [(dev: Int, prod: Int)] {
    var found: [(dev: Int, prod: Int)] = []
    for pair in pairs {
      guard let devIndex = stageIndex(of: pair.dev, in: dev) else {
        throw pair.error(.noSuchStage(pair.dev, side: "dev", near: names(near: pair.dev, in: dev)))
      }
      guard let prodIndex = stageIndex(of: pair.prod, in: prod) else {
        throw pair.error(
          .noSuchStage(pair.prod, side: "prod", near: names(near: pair.prod, in: prod)))
      }
      if found.contains(where: { $0.dev == devIndex }) {
        throw pair.error(.pairedTwice(pair.dev, side: "dev"))
      }
      if found.contains(where: { $0.prod == prodIndex }) {
        throw pair.error(.pairedTwice(pair.prod, side: "prod"))
      }
      found.append((devIndex, prodIndex))
    }
    return found
  }

  /// The new names of those dev stages that ``renames`` gives a name that prod has.
  func renamed(dev: [String], prod: [String]) throws(AlignmentError) -> [Int: String] {
    guard !renames.isEmpty else { return [:] }
    var names = dev
    for rename in renames { names = try rename.applied(to: names) }
    let present = Set(prod.map(NormalizedName.normalized))
    var renamed: [Int: String] = [:]
    for (i, name) in names.enumerated() where name != dev[i] {
      if present.contains(NormalizedName.normalized(name)) { renamed[i] = name }
    }
    return renamed
  }
}

/// The stage that a user means by `name`, `name#2` or `03_name`.
private func stageIndex(of name: String, in names: [String]) -> Int? {
  if let index = names.firstIndex(of: name) { return index }
  if let mark = name.lastIndex(of: "#"), let number = Int(name[name.index(after: mark)...]),
    number > 0
  {
    let stem = String(name[..<mark])
    let places = names.indices.filter { names[$0] == stem }
    if number <= places.count { return places[number - 1] }
  }
  let (order, rest) = StageName.split(name)
  return order == nil ? nil : stageIndex(of: rest, in: names)
}

/// At most three names that a user may have meant, the nearest first.
private func names(near name: String, in names: [String]) -> [String] {
  let wanted = name.lowercased()
  var seen: Set<String> = []
  var near: [(distance: Int, name: String)] = []
  for candidate in names where seen.insert(candidate).inserted {
    let other = candidate.lowercased()
    let isPart = wanted.count > 2 && (other.contains(wanted) || wanted.contains(other))
    let limit = isPart ? Int.max : max(2, wanted.count / 3)
    let distance = editDistance(Array(wanted.unicodeScalars), Array(other.unicodeScalars))
    if distance <= limit { near.append((distance, candidate)) }
  }
  // Swift's sort is stable: names at one distance stay in the trace's order.
  return near.sorted { $0.distance < $1.distance }.prefix(3).map(\.name)
}

/// Letters to replace, add and remove (V. Levenshtein, 1965).
private func editDistance(_ first: [Unicode.Scalar], _ second: [Unicode.Scalar]) -> Int {
  var row = Array(0...second.count)
  for (i, scalar) in first.enumerated() {
    var diagonal = row[0]
    row[0] = i + 1
    for (j, other) in second.enumerated() {
      let replaced = diagonal + (scalar == other ? 0 : 1)
      diagonal = row[j + 1]
      row[j + 1] = min(replaced, diagonal + 1, row[j] + 1)
    }
  }
  return row[second.count]
}
