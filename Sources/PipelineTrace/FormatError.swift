/// What is wrong with a file, where, and what its owner can do about it.
///
/// The description is one line, safe to print: whatever stems from the file is shown by ``VisibleText``.
package struct FormatError: Error, Equatable, Sendable, CustomStringConvertible {
  package enum Problem: Equatable, Sendable {
    /// The system refused to open or read it; the text is the system's own.
    case cannotRead(String)
    /// No format recognises it; the text says what it looks like.
    case notATrace(String)
    /// It ends, or a part of it does, before what it announces.
    case truncated(expectedByteCount: Int, foundByteCount: Int)
    /// The file ends within a part of it whose size was to be written behind it.
    case cutOff(foundByteCount: Int)
    case unknownDType(String)
    /// Sound, but nothing that can be read here; the advice says how to save it instead.
    case unsupported(String, advice: String)
    /// Two facts in it disagree, or a rule of the format is broken.
    case malformed(String)
    /// Its data do not give the CRC-32 that was stored with them.
    case wrongChecksum(expected: UInt32, found: UInt32)
    /// Reading it would take more memory than is allowed.
    case tooLarge(byteCount: Int, limit: Int, what: String)
    /// It was longer when it was opened.
    case changedWhileOpen
  }

  /// The path as the user gave it, or of the file inside a folder that they gave.
  package var file: String
  /// The part of the file by its own name, say `entry 'resize.npy'`; `nil` for the file as a whole.
  package var place: String?
  /// Where in the file, in bytes from its start; `nil` where no one byte is to blame.
  package var byteOffset: Int?
  package var problem: Problem

  package init(file: String, place: String? = nil, byteOffset: Int? = nil, problem: Problem) {
    self.file = file
    self.place = place
    self.byteOffset = byteOffset
    self.problem = problem
  }

  package var description: String {
    var whereabouts = file.visible
    if let place { whereabouts += ", \(place.visible)" }
    if let byteOffset { whereabouts += ", byte \(byteOffset)" }
    return "\(whereabouts): \(sentence)"
  }

  /// Whether the file ends where there should be more of it.
  package var isCut: Bool {
    switch problem {
    case .truncated, .cutOff: true
    default: false
    }
  }

  /// Whether something that was recorded is lost; a kind of data that is not read here is none.
  package var isDamage: Bool {
    switch problem {
    case .unsupported, .unknownDType: false
    default: true
    }
  }

  private var sentence: String {
    switch problem {
    case .cannotRead(let reason):
      "\(reason.visible); check the path and its permissions"
    case .notATrace(let look):
      "\(look.visible); expected an .npz, .npy, .safetensors or .pt file, a folder of .npy, or what "
        + "the Hugging Face debugger or msprobe writes"
    case .truncated(let expected, let found):
      "\(expected) bytes announced, \(found) present; copy it again"
    case .cutOff(let found):
      found == 0
        ? "the file ends before its first byte; copy it again"
        : "the file ends within it, \(found) bytes after its start; copy it again"
    case .unknownDType(let name):
      "dtype '\(name.visible)' is not known; save as float32"
    case .unsupported(let what, let advice):
      "\(what.visible); \(advice)"
    case .malformed(let what):
      "\(what.visible); the file is damaged or not what it claims to be, save it again"
    case .wrongChecksum(let expected, let found):
      "CRC-32 announced \(hexadecimal(expected)), data give \(hexadecimal(found)); copy it again"
    case .tooLarge(let byteCount, let limit, let what):
      "\(what.visible) takes \(byteCount) bytes, the limit is \(limit); save it in smaller parts"
    case .changedWhileOpen:
      "it became shorter while it was open; wait until it is written, then start again"
    }
  }
}

/// Eight digits with `0x` in front, as `crc32` tools print it.
private func hexadecimal(_ checksum: UInt32) -> String {
  let digits = String(checksum, radix: 16)
  return "0x" + String(repeating: "0", count: 8 - digits.count) + digits
}
