import Dispatch
import Glibc
import PipelineTrace
import Synchronization
import TensorKernels

// How fast the difference kernel is, over two files of raw elements with warm pages:
//   KernelBench DTYPE PATH THREADS mapped|pread|cached DEV PROD [figures]
// PATH is portable, baseline, avx2, avx512 or widest. `mapped` walks over mappings that are faulted in before the
// clock starts; `pread` reads blocks of 65,536 elements into buffers, as comparing a trace does; `cached` takes the
// first blocks of the mappings again and again. Prints the median of five rounds as `12.34 GB/s`, both files counted;
// with `figures` the figures instead, as JSON.

let arguments = CommandLine.arguments
guard arguments.count >= 7, let dtype = DType.allCases.first(where: { "\($0)" == arguments[1] }),
  let path = arguments[2] == "widest"
    ? .widest : KernelPath.allCases.first(where: { "\($0)" == arguments[2] }),
  let threadCount = Int(arguments[3]), threadCount > 0,
  ["mapped", "pread", "cached"].contains(arguments[4])
else {
  print("usage: KernelBench DTYPE PATH THREADS mapped|pread|cached DEV PROD [figures]")
  exit(2)
}
guard path.isAvailable else {
  print("this CPU has no \(path)")
  exit(2)
}

/// One of the two files, mapped and open.
struct BenchFile: @unchecked Sendable {  // only read
  let descriptor: Int32
  let bytes: UnsafeRawBufferPointer

  init(path: String) {
    descriptor = open(path, O_RDONLY)
    let byteCount = Int(lseek(descriptor, 0, SEEK_END))
    guard descriptor >= 0, byteCount > 0,
      let start = mmap(nil, byteCount, PROT_READ, MAP_SHARED | MAP_POPULATE, descriptor, 0),
      start != MAP_FAILED
    else { fatalError("cannot map \(path)") }
    bytes = UnsafeRawBufferPointer(start: start, count: byteCount)
  }
}

/// A worker's room for one block of each side.
final class BlockBuffers: @unchecked Sendable {  // each is used by one thread
  let dev: UnsafeMutableRawBufferPointer
  let prod: UnsafeMutableRawBufferPointer

  init(byteCount: Int) {
    dev = .allocate(byteCount: byteCount, alignment: 64)
    prod = .allocate(byteCount: byteCount, alignment: 64)
  }
}

let (dev, prod) = (BenchFile(path: arguments[5]), BenchFile(path: arguments[6]))
let kernel = DifferenceKernel(
  dev: dtype, prod: dtype, tolerance: Tolerance(relative: 1e-4, absolute: 1e-5), path: path)
let isRead = arguments[4] == "pread"
let isCached = arguments[4] == "cached"
let blockByteCount = DifferenceKernel.blockElementCount * dtype.byteCount
let byteCount = min(dev.bytes.count, prod.bytes.count) / dtype.byteCount * dtype.byteCount
let blockCount = (byteCount + blockByteCount - 1) / blockByteCount
let buffers = (0..<threadCount).map { _ in BlockBuffers(byteCount: blockByteCount) }

/// The statistics of one block.
@Sendable func statistics(ofBlock index: Int, _ buffers: BlockBuffers) -> DifferenceStatistics {
  // Both sides of the blocks of all threads have to fit into their second-level caches.
  let start = (isCached ? index % threadCount : index) * blockByteCount
  let end = min(byteCount, start + blockByteCount)
  guard isRead else {
    return kernel.statistics(
      dev: UnsafeRawBufferPointer(rebasing: dev.bytes[start..<end]),
      prod: UnsafeRawBufferPointer(rebasing: prod.bytes[start..<end]),
      firstElement: start / dtype.byteCount)
  }
  let count = end - start
  guard pread(dev.descriptor, buffers.dev.baseAddress, count, start) == count,
    pread(prod.descriptor, buffers.prod.baseAddress, count, start) == count
  else { fatalError("a file was cut") }
  return kernel.statistics(
    dev: UnsafeRawBufferPointer(rebasing: buffers.dev[..<count]),
    prod: UnsafeRawBufferPointer(rebasing: buffers.prod[..<count]),
    firstElement: start / dtype.byteCount)
}

/// Compares the files, block by block, and folds the blocks in order.
func compared() -> DifferenceStatistics {
  let parts = Mutex([DifferenceStatistics?](repeating: nil, count: blockCount))
  let next = Atomic<Int>(0)
  DispatchQueue.concurrentPerform(iterations: threadCount) { worker in
    while true {
      let index = next.wrappingAdd(1, ordering: .relaxed).oldValue
      guard index < blockCount else { return }
      let part = statistics(ofBlock: index, buffers[worker])
      parts.withLock { $0[index] = part }
    }
  }
  var whole = DifferenceStatistics()
  for part in parts.withLock({ $0 }) { whole.merge(part!) }
  return whole
}

if arguments.last == "figures" {
  let found = compared()
  func side(_ value: KeyPath<SideStatistics, Int>) -> [Int] {
    [found.dev[keyPath: value], found.prod[keyPath: value]]
  }
  print(
    """
    {"mismatch": \(found.mismatchedCount), "valid": \(found.finitePairCount),
    "zero": \(found.finitePairCount - found.histogram.counts.reduce(0, +)),
    "nan": \(side(\.nanCount)), "inf": \(side(\.infinityCount)),
    "max_abs": "\(found.maxAbsolute!)", "max_abs_at": \(found.maxAbsoluteElement ?? 0),
    "max_rel": "\(found.maxRelative!)", "max_rel_at": \(found.maxRelativeElement ?? 0),
    "max_ulp": \(found.maxULP ?? 0), "first_mismatch": \(found.firstMismatch ?? -1),
    "min": ["\(found.dev.minimum!)", "\(found.prod.minimum!)"],
    "max": ["\(found.dev.maximum!)", "\(found.prod.maximum!)"],
    "sum_abs": "\(found.absoluteSum)", "sum_sq": "\(found.squareSum)",
    "aa": "\(found.devSquareSum)", "bb": "\(found.prodSquareSum)", "ab": "\(found.productSum)",
    "hist": \(found.histogram.counts)}
    """)
  exit(0)
}

var speeds: [Double] = []
for _ in 0..<5 {
  let duration = ContinuousClock().measure { _ = compared() }.components
  let seconds = Double(duration.seconds) + Double(duration.attoseconds) / 1e18
  speeds.append(2 * Double(byteCount) / seconds / 1e9)
}
speeds.sort()
print("\((speeds[2] * 100).rounded() / 100) GB/s \(path.instructionSet)")
