import Glibc
import PipelineTrace
import TensorFormats
import Testing

/// The folder of the files that other programs made, `Tests/Fixtures`.
let fixtures: String = {
  let parts = #filePath.split(separator: "/")
  return "/" + parts.dropLast(2).joined(separator: "/") + "/Fixtures"
}()

/// A trace from `Fixtures/formats`.
func example(_ name: String) throws -> Trace { try openTrace(at: "\(fixtures)/formats/\(name)") }

/// A folder of a test's own, removed when the test ends.
final class Scratch {
  let path: String

  init() {
    var template = Array("/tmp/paritty-formats-XXXXXX".utf8CString)
    path = template.withUnsafeMutableBufferPointer { String(cString: mkdtemp($0.baseAddress!)) }
  }

  deinit { remove(path, isFolder: true) }

  private func remove(_ path: String, isFolder: Bool) {
    for name in isFolder ? fileNames(in: path) : [] {
      var status = stat()
      lstat("\(path)/\(name)", &status)
      remove("\(path)/\(name)", isFolder: status.st_mode & S_IFMT == S_IFDIR)
    }
    _ = isFolder ? rmdir(path) : unlink(path)
  }

  /// Writes a file of this name and gives its path.
  @discardableResult
  func write(_ bytes: [UInt8], as name: String) -> String {
    let file = fopen("\(path)/\(name)", "wb")!
    fwrite(bytes, 1, bytes.count, file)
    fclose(file)
    return "\(path)/\(name)"
  }
}

/// The names of what lies in a folder, sorted.
func fileNames(in folder: String) -> [String] {
  guard let stream = opendir(folder) else { return [] }
  defer { closedir(stream) }
  var names: [String] = []
  while let entry = readdir(stream) {
    let bytes = withUnsafeBytes(of: &entry.pointee.d_name) { Array($0.prefix { $0 != 0 }) }
    names.append(String(decoding: bytes, as: UTF8.self))
  }
  return names.filter { $0 != "." && $0 != ".." }.sorted()
}

/// All bytes of a file.
func fileBytes(_ path: String) throws -> [UInt8] {
  let file = try TraceFile(path: path)
  return try file.bytes(in: 0..<file.byteCount)
}

extension Trace {
  /// The one output of the stage of this name.
  func output(_ name: String) throws -> Value {
    let stage = try #require(stages.first { $0.name == name })
    return try #require(stage.values.first)
  }

  /// dtype and shape of every stage's first value, `text` or `tokens` beside it: a line a stage.
  var outline: [String] {
    stages.map { stage in
      switch stage.values[0].content {
      case .tensor(let tensor): "\(stage.name) \(tensor.dtype.rawValue) \(tensor.shape)"
      case .tokens(let tensor, _): "\(stage.name) tokens \(tensor.dtype.rawValue) \(tensor.shape)"
      case .summary(let summary):
        "\(stage.name) summary \(summary.dtype.rawValue) \(summary.shape)"
      case .text(let texts): "\(stage.name) text \(texts.shape)"
      case .unreadable: "\(stage.name) unreadable"
      }
    }
  }

  /// Reads each element of each value once.
  func readEverything() throws {
    for value in stages.flatMap(\.values) {
      switch value.content {
      case .tensor(let tensor), .tokens(let tensor, _):
        var reader = TensorReader(tensor)
        let count = tensor.shape.elementCount
        var buffer = [UInt8](repeating: 0, count: 65_536 * tensor.dtype.byteCount)
        for start in stride(from: 0, to: count, by: 65_536) {
          let end = min(count, start + 65_536)
          try buffer.withUnsafeMutableBytes {
            let part = $0[..<((end - start) * tensor.dtype.byteCount)]
            try reader.read(start..<end, into: UnsafeMutableRawBufferPointer(rebasing: part))
          }
        }
      case .text(let texts): _ = try texts.elements(0..<texts.shape.elementCount)
      case .summary, .unreadable: break
      }
    }
  }
}

extension Value {
  /// All elements of a tensor, as the floats nearest to them.
  func numbers() throws -> [Double] {
    let tensor = try #require(tensor)
    var reader = TensorReader(tensor)
    return try (0..<tensor.shape.elementCount).map { element in
      let bits = try reader.bits(ofElement: element)
      return switch tensor.dtype {
      case .f64: Double(bitPattern: bits)
      case .f32: Double(Float(bitPattern: UInt32(bits)))
      case .bf16: Double(Float(bitPattern: UInt32(bits) << 16))
      case .f16: Double(Float16(bitPattern: UInt16(bits)))
      case .f8e5m2: Double(Float16(bitPattern: UInt16(bits) << 8))
      case .f8e4m3: Self.e4m3(UInt8(bits))
      case .i64: Double(Int64(bitPattern: bits))
      case .i32: Double(Int32(bitPattern: UInt32(bits)))
      case .i16: Double(Int16(bitPattern: UInt16(bits)))
      case .i8: Double(Int8(bitPattern: UInt8(bits)))
      default: Double(bits)
      }
    }
  }

  private static func e4m3(_ bits: UInt8) -> Double {
    let magnitude = Int(bits & 0x7F)
    let fraction = Double(magnitude & 7) / 8
    let size =
      magnitude < 8
      ? fraction / 64
      : (1 + fraction) * Double(sign: .plus, exponent: magnitude / 8 - 7, significand: 1)
    return bits & 0x80 == 0 ? size : -size
  }

  /// All texts, as Swift strings.
  func texts() throws -> [String] {
    guard case .text(let texts) = content else { return [] }
    return try texts.elements(0..<texts.shape.elementCount).map {
      String(decoding: $0, as: UTF8.self)
    }
  }
}

/// The error of opening a path, and `nil` where it opens.
func openingError(_ path: String) -> FormatError? {
  do throws(FormatError) {
    _ = try openTrace(at: path)
    return nil
  } catch {
    return error
  }
}
