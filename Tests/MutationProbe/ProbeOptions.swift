import Glibc
import TensorFormats

/// What the command line asks for.
struct ProbeOptions {
  var randomSeed: UInt64 = 1
  var count = 200_000
  var formatName: String?
  var workerCount = max(1, sysconf(Int32(_SC_NPROCESSORS_ONLN)))
  /// `SEED:NUMBER`: the one mutant that is wanted.
  var replay: String?
  /// Set in the processes that the probe starts of itself.
  var worker: WorkerTask?

  /// The mutants at `first`, `first + step`, … of the plan, and where to write down how far it is.
  struct WorkerTask {
    var first: Int
    var step: Int
    var ledgerPath: String
  }

  struct Mistake: Error, CustomStringConvertible {
    var description: String
  }

  init(_ arguments: ArraySlice<String>) throws {
    var rest = arguments
    while let name = rest.popFirst() {
      guard let text = rest.popFirst() else { throw Mistake(description: "\(name) needs a value") }
      func number() throws -> Int {
        guard let number = Int(text), number >= 0 else {
          throw Mistake(description: "\(name) \(text) is no count")
        }
        return number
      }
      switch name {
      case "--seed": randomSeed = UInt64(try number())
      case "--count": count = try number()
      case "--only":
        guard allFormats.contains(where: { $0.name == text }) else {
          let names = allFormats.map { $0.name }.joined(separator: ", ")
          throw Mistake(description: "--only \(text) is none of: \(names)")
        }
        formatName = text
      case "--workers": workerCount = max(1, try number())
      case "--replay": replay = text
      case "--worker":
        let parts = text.split(separator: ",", maxSplits: 2)
        guard parts.count == 3, let first = Int(parts[0]), let step = Int(parts[1]), step > 0 else {
          throw Mistake(description: "--worker FIRST,STEP,LEDGER")
        }
        worker = WorkerTask(first: first, step: step, ledgerPath: String(parts[2]))
      default: throw Mistake(description: "unknown option \(name)")
      }
    }
  }

  /// The options that a worker has in common with the probe that starts it.
  var shared: [String] {
    ["--seed", "\(randomSeed)", "--count", "\(count)"] + (formatName.map { ["--only", $0] } ?? [])
  }
}
