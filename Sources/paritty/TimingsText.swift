import Glibc
import TensorKernels
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
    lines.append(
      "timings: \(workerCount) threads, instruction set \(instructionSet),"
        + " peak of resident memory \(Self.peakByteCount >> 20) MiB")
    return lines.map { $0 + "\n" }.joined()
  }

  /// The most memory that this program had resident, in bytes; 0 where the system does not say.
  ///
  /// Not what `getrusage` says, which counts the program that started this one as well.
  private static var peakByteCount: Int {
    guard let file = fopen("/proc/self/status", "r") else { return 0 }
    defer { fclose(file) }
    var line = [CChar](repeating: 0, count: 256)
    var kilobyteCount = 0
    while fgets(&line, Int32(line.count), file) != nil {
      let text = String(
        decoding: line.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
      let words = text.split { $0.isWhitespace }
      if words.first == "VmHWM:", words.count > 1 { kilobyteCount = Int(words[1]) ?? 0 }
    }
    return kilobyteCount << 10
  }

  /// What the kernels were chosen for.
  private var instructionSet: String { KernelPath.widest.instructionSet }

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
