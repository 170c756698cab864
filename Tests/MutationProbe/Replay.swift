import Glibc
import Mutations
import PipelineTrace

/// One mutant, written to the working folder and examined in this process.
enum Replay {
  static func run(_ text: String, _ options: ProbeOptions) throws {
    let parts = text.split(separator: ":")
    let plan = try MutationPlan(count: 0, randomSeed: options.randomSeed)
    guard parts.count == 2, let number = Int(parts[1]), number >= 0,
      let part = plan.parts.first(where: { $0.seed.name == parts[0] })
    else { throw ProbeOptions.Mistake(description: "--replay SEED:NUMBER, as a failure names it") }
    let mutant = part.mutator.mutant(number)
    let path = "mutant-\(number)-\(part.seed.name)"
    for file in mutant.files {
      if file.path.isEmpty {
        MutantPlace.write(file.bytes, to: path)
      } else {
        var folder = path
        for step in file.path.split(separator: "/").dropLast() {
          mkdir(folder, 0o700)
          folder += "/\(step)"
        }
        mkdir(folder, 0o700)
        MutantPlace.write(file.bytes, to: path + file.path)
      }
    }
    let changed = mutant.changedByte.map { ", byte \($0)" } ?? ""
    say(
      "wrote \(path); changed: \(part.seed.name)\(mutant.files[mutant.changedFile].path)\(changed)")
    let examination = try Examination(path: part.seed.path, files: part.mutator.files)
    let (outcome, complaints) = examination.examine(mutant, at: path)
    say("\(outcome), peak \(Worker.peakKilobytes()) KiB")
    for complaint in complaints { say("FAILED: \(complaint)") }
  }
}
