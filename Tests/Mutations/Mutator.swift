import TestTraces

/// Makes mutants of a seed; one number stands for the same mutant in every run of the same seed number.
///
/// The first ``everyByteCount`` are every change of every byte: cut before it, each bit flipped, set to
/// 0x00, 0x7f and 0xff, doubled, taken out. Those behind are one to four random changes each.
package struct Mutator: Sendable {
  package let files: [SeedFile]
  /// Bytes of other seeds, from which runs are copied over.
  private let strangers: [[UInt8]]
  private let randomSeed: UInt64

  private static let changesOfAByte = 14

  package init(files: [SeedFile], strangers: [[UInt8]], randomSeed: UInt64) {
    self.files = files
    self.strangers = strangers
    self.randomSeed = randomSeed
  }

  /// How many mutants change one byte.
  package var everyByteCount: Int {
    files.reduce(0) { $0 + $1.bytes.count } * Self.changesOfAByte
  }

  /// The files of mutant `number`, and where the only byte lies in which they differ, if there is one.
  package func mutant(_ number: Int) -> Mutant {
    var files = files
    guard number < everyByteCount else {
      var random = SeededGenerator(seed: randomSeed &+ UInt64(number) &* 0x9E6D_62D0_6F6A_02DD)
      let index = Int.random(in: files.indices, using: &random)
      for _ in 0..<Int.random(in: 1...4, using: &random) {
        change(&files[index].bytes, using: &random)
      }
      return Mutant(files: files, changedFile: index)
    }
    var position = number / Self.changesOfAByte
    var index = 0
    while position >= files[index].bytes.count {
      position -= files[index].bytes.count
      index += 1
    }
    var mutant = Mutant(files: files, changedFile: index)
    switch number % Self.changesOfAByte {
    case let bit where bit < 8: files[index].bytes[position] ^= 1 << bit
    case 8: files[index].bytes[position] = 0
    case 9: files[index].bytes[position] = 0x7F
    case 10: files[index].bytes[position] = 0xFF
    case 11: files[index].bytes.removeSubrange(position...)
    case 12: files[index].bytes.insert(files[index].bytes[position], at: position)
    default: files[index].bytes.remove(at: position)
    }
    if number % Self.changesOfAByte <= 10, files != self.files { mutant.changedByte = position }
    mutant.files = files
    return mutant
  }

  // MARK: Random changes

  private func change(_ bytes: inout [UInt8], using random: inout SeededGenerator) {
    guard !bytes.isEmpty else { return }
    switch Int.random(in: 0..<8, using: &random) {
    case 0: overwrite(&bytes, with: run(of: bytes, using: &random), using: &random)
    case 1: insert(run(of: bytes, using: &random), into: &bytes, using: &random)
    case 2:
      let stranger = strangers.randomElement(using: &random) ?? bytes
      overwrite(&bytes, with: run(of: stranger, using: &random), using: &random)
    case 3:
      let stranger = strangers.randomElement(using: &random) ?? bytes
      insert(run(of: stranger, using: &random), into: &bytes, using: &random)
    case 4:
      let start = Int.random(in: bytes.indices, using: &random)
      let count = Int.random(in: 1...16, using: &random)
      bytes.removeSubrange(start..<min(bytes.count, start + count))
    case 5, 6: changeInteger(&bytes, using: &random)
    default: changeToken(&bytes, using: &random)
    }
  }

  private func run(of bytes: [UInt8], using random: inout SeededGenerator) -> [UInt8] {
    guard !bytes.isEmpty else { return [] }
    let start = Int.random(in: bytes.indices, using: &random)
    let longest = Bool.random(using: &random) ? 8 : bytes.count
    return Array(bytes[start...].prefix(Int.random(in: 1...longest, using: &random)))
  }

  private func overwrite(
    _ bytes: inout [UInt8], with run: [UInt8], using random: inout SeededGenerator
  ) {
    let start = Int.random(in: bytes.indices, using: &random)
    bytes.replaceSubrange(start..<min(bytes.count, start + run.count), with: run)
  }

  private func insert(
    _ run: [UInt8], into bytes: inout [UInt8], using random: inout SeededGenerator
  ) {
    bytes.insert(contentsOf: run, at: Int.random(in: 0...bytes.count, using: &random))
  }

  /// Takes some bytes for an integer and makes it one at the border of something.
  private func changeInteger(_ bytes: inout [UInt8], using random: inout SeededGenerator) {
    let width = [1, 2, 4, 8].randomElement(using: &random) ?? 4
    guard bytes.count >= width else { return }
    let start = Int.random(in: 0...(bytes.count - width), using: &random)
    let old = bytes[start..<(start + width)].reversed().reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
    let size = UInt64(bytes.count)
    let borders: [UInt64] = [
      0, 1, .max, .max >> 1, 1 << (8 * UInt64(width) - 1), (1 << (8 * UInt64(width) - 1)) - 1,
      size, size - 1, size + 1, size - UInt64(start), old &+ 1, old &- 1, old &* 2, ~old, 1 << 32,
      0x7FFF_FFFF_FFFF_FFF0,
    ]
    let new = borders.randomElement(using: &random) ?? 0
    for i in 0..<width { bytes[start + i] = UInt8(truncatingIfNeeded: new >> (8 * UInt64(i))) }
  }

  /// Puts a word of some format over another, or over a single byte.
  private func changeToken(_ bytes: inout [UInt8], using random: inout SeededGenerator) {
    let word = Self.words.randomElement(using: &random) ?? []
    let start = Int.random(in: bytes.indices, using: &random)
    func isWord(_ byte: UInt8) -> Bool {
      byte >= 0x30 && byte < 0x3A || byte >= 0x41 && byte < 0x5B || byte >= 0x61 && byte < 0x7B
    }
    let end = bytes[start...].firstIndex { !isWord($0) } ?? bytes.count
    bytes.replaceSubrange(start..<max(start + 1, end), with: word)
  }

  /// Words that mean something to a reader, instructions of pickles among them.
  private static let words: [[UInt8]] =
    [
      "0", "-1", "1", "255", "65536", "2147483648", "4294967296", "9223372036854775807",
      "18446744073709551615", "99999999999999999999", "1e999", "1.5", "NaN", "null", "true", "True",
      "None", "{}", "[]", "()", "[[[[[[[[", "{\"a\":", "\"", "\\", "\\u0000", "\\ud800", "\\u202e",
      "'", ",", ":", "}", "]", ")", "\u{1B}[2J", "\u{202E}", "\u{9B}", "F64", "BF16", "F8_E4M3",
      "C64",
      "<f8", ">f4", "<c8", "|V2", "|O", "<U1", "<U0", "|S0", "<M8[s]", "|b1", "../../etc/passwd",
      "/etc/passwd", "data.pkl", "__paritty__.npy", "PK\u{1}\u{2}", "PK\u{3}\u{4}", "PK\u{5}\u{6}",
      "PK\u{6}\u{6}", "cos\nsystem\n", "ctorch\nSize\n", "ccollections\nOrderedDict\n",
      "ctorch._utils\n_rebuild_tensor_v2\n",
    ].map { Array($0.utf8) }
    + Array(".]})(tRbq\u{68}cKMJGNaeusQ0123lX}".utf8).map { [$0] }
    + (UInt8(0x80)...0x98).map { [$0] } + [[0xC0, 0x80], [0xED, 0xA0, 0x80], [0xFF], [0x0A], [0]]
}

/// Changed files of a seed.
package struct Mutant: Sendable {
  package var files: [SeedFile]
  /// Which of the files was changed.
  package var changedFile: Int
  /// Where one byte has another value, and nothing else is changed.
  package var changedByte: Int?

  package init(files: [SeedFile], changedFile: Int, changedByte: Int? = nil) {
    self.files = files
    self.changedFile = changedFile
    self.changedByte = changedByte
  }
}
