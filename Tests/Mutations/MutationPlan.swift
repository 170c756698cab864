import PipelineTrace

/// Which mutants a run goes through: all changes of every byte, as far as the count allows, and random
/// ones for the rest, the same number for each seed.
package struct MutationPlan: Sendable {
  /// A seed with the mutants of it that are wanted.
  package struct Part: Sendable {
    package var seed: Seed
    package var mutator: Mutator
    /// How many single changes lie between two that are wanted.
    fileprivate var step: Int
    fileprivate var randomCount: Int

    fileprivate var everyByteCount: Int { (mutator.everyByteCount + step - 1) / step }
    fileprivate var count: Int { everyByteCount + randomCount }

    fileprivate func number(at position: Int) -> Int {
      position < everyByteCount
        ? position * step : mutator.everyByteCount + position - everyByteCount
    }
  }

  package let parts: [Part]

  /// - Parameters:
  ///   - count: How many mutants there are at least.
  ///   - formatName: The only format that is wanted; `nil` for all.
  package init(count: Int, randomSeed: UInt64, formatName: String? = nil) throws(FormatError) {
    var files: [[SeedFile]] = []
    for seed in allSeeds { files.append(try seed.files()) }
    let strangers = files.flatMap { $0.map(\.bytes) }
    var parts: [Part] = []
    for (seed, files) in zip(allSeeds, files)
    where formatName == nil || seed.format.name == formatName {
      let mutator = Mutator(files: files, strangers: strangers, randomSeed: randomSeed)
      parts.append(Part(seed: seed, mutator: mutator, step: 1, randomCount: 0))
    }
    let singleCount = parts.reduce(0) { $0 + $1.mutator.everyByteCount }
    let step = max(1, (singleCount * 4 + count * 3 - 1) / max(1, count * 3))
    for i in parts.indices { parts[i].step = step }
    let rest = max(0, count - parts.reduce(0) { $0 + $1.everyByteCount })
    for i in parts.indices { parts[i].randomCount = (rest + parts.count - 1) / parts.count }
    self.parts = parts
  }

  package var count: Int { parts.reduce(0) { $0 + $1.count } }

  /// The seed and the number of the mutant that comes as number `position`.
  package func mutant(at position: Int) -> (partIndex: Int, number: Int) {
    var position = position
    var index = 0
    while position >= parts[index].count {
      position -= parts[index].count
      index += 1
    }
    return (index, parts[index].number(at: position))
  }
}
