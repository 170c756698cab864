import TestTraces
import Testing
import TraceDiagnosis

@Suite struct CauseTests {
  @Test func `every cause of the folder stands in the list`() {
    let folder = "\(packageFolder)/Sources/TraceDiagnosis/Causes"
    let files = fileNames(in: folder).flatMap { group in
      fileNames(in: "\(folder)/\(group)").filter { $0.hasSuffix(".swift") }
    }
    let listed = Set(allCauses.map { "\($0).swift" })
    for file in files {
      #expect(
        listed.contains(file),
        "add the line `\(file.dropLast(6)).self,` to allCauses in Cause.swift")
    }
    #expect(allCauses.count == files.count)
  }

  @Test func `no two causes share a word`() {
    #expect(Set(allCauses.map { $0.word }).count == allCauses.count)
  }
}
