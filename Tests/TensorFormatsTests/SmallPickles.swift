/// Instructions of a pickle, as `torch.save` writes them with protocol 2.
enum Pickled {
  static func text(_ text: String) -> [UInt8] {
    [0x58] + littleEndian(UInt32(text.utf8.count)) + Array(text.utf8)
  }

  static func integer(_ value: Int) -> [UInt8] {
    switch value {
    case 0..<256: [0x4B, UInt8(value)]
    case Int(Int32.min)...Int(Int32.max): [0x4A] + littleEndian(Int32(value))
    default: [0x8A, 8] + littleEndian(Int64(value))
    }
  }

  static func tuple(_ items: [[UInt8]]) -> [UInt8] { [0x28] + items.joined() + [0x74] }

  static func list(_ items: [[UInt8]]) -> [UInt8] { [0x5D, 0x28] + items.joined() + [0x65] }

  static func dict(_ items: [(String, [UInt8])]) -> [UInt8] {
    [0x7D, 0x28] + items.flatMap { text($0) + $1 } + [0x75]
  }

  static func global(_ module: String, _ name: String) -> [UInt8] {
    Array("c\(module)\n\(name)\n".utf8)
  }

  static func call(_ function: [UInt8], _ arguments: [[UInt8]]) -> [UInt8] {
    function + tuple(arguments) + [0x52]
  }

  static let none: [UInt8] = [0x4E]
  static let yes: [UInt8] = [0x88]
  static let no: [UInt8] = [0x89]
  static let orderedDict = global("collections", "OrderedDict") + [0x29, 0x52]

  static func storage(_ key: String, _ kind: String, count: Int, module: String = "torch")
    -> [UInt8]
  {
    tuple([text("storage"), global(module, kind), text(key), text("cpu"), integer(count)]) + [0x51]
  }

  /// `_rebuild_tensor_v2` over a typed storage.
  static func tensor(
    _ key: String, _ kind: String, count: Int, _ shape: [Int], _ strides: [Int], offset: Int = 0,
    metadata: [UInt8]? = nil
  ) -> [UInt8] {
    call(
      global("torch._utils", "_rebuild_tensor_v2"),
      [
        storage(key, kind, count: count), integer(offset), tuple(shape.map(integer)),
        tuple(strides.map(integer)), no, orderedDict,
      ] + [metadata].compactMap(\.self))
  }

  /// `_rebuild_tensor_v3` over an untyped storage of so many bytes.
  static func tensor(
    _ key: String, dtype: String, byteCount: Int, _ shape: [Int], _ strides: [Int]
  ) -> [UInt8] {
    call(
      global("torch._utils", "_rebuild_tensor_v3"),
      [
        storage(key, "UntypedStorage", count: byteCount, module: "torch.storage"), integer(0),
        tuple(shape.map(integer)), tuple(strides.map(integer)), no, orderedDict,
        global("torch", dtype),
      ])
  }
}

/// A file of `torch.save` with this object, without PROTO and STOP, and these storages `0`, `1`, ….
func torchFile(_ object: [UInt8], _ storages: [[UInt8]] = [], byteOrder: String? = "little")
  -> [UInt8]
{
  var files = [ZippedFile("archive/data.pkl", [0x80, 2] + object + [0x2E])]
  if let byteOrder { files.append(ZippedFile("archive/byteorder", Array(byteOrder.utf8))) }
  for (i, storage) in storages.enumerated() {
    var file = ZippedFile("archive/data/\(i)", storage)
    file.hasDescriptor = true
    files.append(file)
  }
  return zip(files + [ZippedFile("archive/version", Array("3\n".utf8))])
}
