import Glibc

/// Numbers that a worker and its supervisor share in memory, so that they outlive the worker.
///
/// Each is written by the worker alone, a word at a time; the supervisor only looks on.
struct Ledger {
  enum Entry: Int {
    /// The position in the plan that is at work; -1 before the first.
    case position
    case refusedCount
    case openedCount
    case complaintCount
    /// The largest resident set so far, in KiB.
    case peakKilobytes
    /// 1 once the worker has gone through all of its mutants.
    case isDone
  }

  private static let entryCount = 8
  let path: String
  private let words: UnsafeMutablePointer<Int>

  init(path: String) {
    self.path = path
    let descriptor = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
    let byteCount = Self.entryCount * MemoryLayout<Int>.size
    guard descriptor >= 0, ftruncate(descriptor, off_t(byteCount)) == 0,
      let start = mmap(nil, byteCount, PROT_READ | PROT_WRITE, MAP_SHARED, descriptor, 0),
      start != MAP_FAILED
    else { fatalError("\(path): cannot be mapped") }
    close(descriptor)
    words = start.assumingMemoryBound(to: Int.self)
  }

  subscript(_ entry: Entry) -> Int {
    get { words[entry.rawValue] }
    nonmutating set { words[entry.rawValue] = newValue }
  }
}
