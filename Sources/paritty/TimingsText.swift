import Glibc
import TraceComparison

extension Timings {
  /// A line for each part: bytes of both sides, seconds, GB/s; for the end of a report on standard error.
  ///
  /// Equality and metrics go on side by side, so their seconds are those that all threads spent,
  /// shared out evenly.
  func text(workerCount: Int) -> String {
    let total = ContinuousClock.now - start
    var lines = [line("open", opening)]
    lines.append(line("align", aligning))
    for kind in WalkKind.allCases {
      let share = share(of: kind)
      lines.append(
        line(kind.rawValue, share.busy / workerCount, byteCount: share.byteCount))
    }
    lines.append(line("roles, report", total - (comparing ?? total)))
    lines.append(line("total", total))
    lines.append(
      firstDivergence.map { line("first divergence after", $0) } ?? "timings: no divergence")
    var usage = rusage()
    getrusage(numericCast(RUSAGE_SELF.rawValue), &usage)
    lines.append(
      "timings: \(workerCount) threads, instruction set \(instructionSet),"
        + " peak of resident memory \(usage.ru_maxrss / 1024) MiB")
    return lines.map { $0 + "\n" }.joined()
  }

  /// What the kernels were chosen for.
  private var instructionSet: String { "portable" }

  private func line(_ name: String, _ duration: Duration, byteCount: Int? = nil) -> String {
    let microseconds = Int(duration / .microseconds(1))
    var line = "timings: \(name) \(Self.thousandths(microseconds)) ms"
    if let byteCount {
      let nanoseconds = max(1, Int(duration / .nanoseconds(1)))
      line += ", \(byteCount) bytes, \(Self.thousandths(byteCount * 1000 / nanoseconds)) GB/s"
    }
    return line
  }

  private static func thousandths(_ count: Int) -> String {
    let rest = String(count % 1000)
    return "\(count / 1000).\(String(repeating: "0", count: 3 - rest.count))\(rest)"
  }
}
