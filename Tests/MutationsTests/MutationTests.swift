import Mutations
import TensorFormats
import Testing

/// Some thousand mutants of every format in this process; MutationProbe goes through all.
@Suite struct MutationTests {
  @Test func `every format has a seed`() {
    let seeded = Set(allSeeds.map { $0.format.name })
    #expect(allFormats.map { $0.name }.filter { !seeded.contains($0) } == [], "add it to allSeeds")
  }

  @Test(arguments: allSeeds.indices)
  func `a seed opens, in its own format, and matches itself`(index: Int) throws {
    let seed = allSeeds[index]
    #expect(try openTrace(at: seed.path).format == seed.format.name)
    let files = try seed.files()
    let examination = try Examination(path: seed.path, files: files)
    let place = MutantPlace()
    let path = place.write(files, as: seed.name)
    let (outcome, complaints) = examination.examine(Mutant(files: files, changedFile: 0), at: path)
    #expect(outcome == .opened)
    #expect(complaints == [])
  }

  @Test func `mutants open or are refused, and nothing that is said of them is wrong`() throws {
    let plan = try MutationPlan(count: 3000, randomSeed: 7)
    var opened = 0
    var refused = 0
    let place = MutantPlace()
    for (index, part) in plan.parts.enumerated() {
      let examination = try Examination(path: part.seed.path, files: part.mutator.files)
      for position in 0..<plan.count where plan.mutant(at: position).partIndex == index {
        let number = plan.mutant(at: position).number
        let mutant = part.mutator.mutant(number)
        let path = place.write(mutant.files, as: part.seed.name)
        let (outcome, complaints) = examination.examine(mutant, at: path)
        if outcome == .opened { opened += 1 } else { refused += 1 }
        #expect(complaints == [], "\(part.seed.name):\(number)")
      }
    }
    #expect(opened + refused >= 3000)
    #expect(opened > 100)
    #expect(refused > 1000)
  }

  @Test func `a mutant is the same in every run, and its changed byte is where it says`() throws {
    let files = [SeedFile(path: "", bytes: [10, 20, 30])]
    let mutator = Mutator(files: files, strangers: [[1, 2]], randomSeed: 5)
    #expect(mutator.everyByteCount == 42)
    #expect(mutator.mutant(0).files[0].bytes == [11, 20, 30])
    #expect(mutator.mutant(14 + 7).files[0].bytes == [10, 148, 30])
    #expect(mutator.mutant(14 + 7).changedByte == 1)
    #expect(mutator.mutant(8).files[0].bytes == [0, 20, 30])
    #expect(mutator.mutant(28 + 9).files[0].bytes == [10, 20, 127])
    #expect(mutator.mutant(28 + 10).files[0].bytes == [10, 20, 255])
    #expect(mutator.mutant(28 + 11).files[0].bytes == [10, 20])
    #expect(mutator.mutant(11).files[0].bytes == [])
    #expect(mutator.mutant(14 + 12).files[0].bytes == [10, 20, 20, 30])
    #expect(mutator.mutant(14 + 13).files[0].bytes == [10, 30])
    #expect(mutator.mutant(14 + 13).changedByte == nil)
    #expect(mutator.mutant(99).files == mutator.mutant(99).files)
    let others = Mutator(files: files, strangers: [[1, 2]], randomSeed: 6)
    #expect((42..<142).contains { mutator.mutant($0).files != others.mutant($0).files })
  }
}
