import PipelineTrace

/// The bytes of `value`, low byte first.
func littleEndian<T: FixedWidthInteger>(_ value: T) -> [UInt8] {
  withUnsafeBytes(of: value.littleEndian) { Array($0) }
}

/// An `.npy` file of version 1.0.
func npy(_ descriptor: String, _ shape: String, _ data: [UInt8], order: String = "False") -> [UInt8]
{
  let text = "{'descr': \(descriptor), 'fortran_order': \(order), 'shape': \(shape), }\n"
  return [0x93] + Array("NUMPY".utf8) + [1, 0] + littleEndian(UInt16(text.utf8.count))
    + Array(text.utf8) + data
}

/// An `.npy` file with one unicode scalar.
func npy(text: String) -> [UInt8] {
  let units = text.unicodeScalars.flatMap { littleEndian($0.value) }
  return npy("'<U\(units.count / 4)'", "()", units)
}

/// A safetensors file.
func safetensors(_ header: String, _ data: [UInt8] = []) -> [UInt8] {
  littleEndian(UInt64(header.utf8.count)) + Array(header.utf8) + data
}

/// One entry for ``zip(_:)``, with what a test wants to be wrong about it.
struct ZippedFile {
  var name: String
  var content: [UInt8]
  /// Bytes to write instead of the content, which method they are of, and what size is announced.
  var deflated: [UInt8]?
  var announcedByteCount: Int?
  var checksum: UInt32?
  /// What the local header has for sizes: ordinary, in a zip64 field, or after the data.
  var isZip64 = false
  var hasDescriptor = false

  init(_ name: String, _ content: [UInt8]) {
    self.name = name
    self.content = content
  }

  /// The same entry with method 8: one stored block, which needs no compressor to be written.
  var inDeflateBlock: ZippedFile {
    var copy = self
    let count = UInt16(content.count)
    copy.deflated = [1] + littleEndian(count) + littleEndian(~count) + content
    return copy
  }
}

/// A zip archive as numpy writes it.
func zip(_ files: [ZippedFile]) -> [UInt8] {
  var archive: [UInt8] = []
  var directory: [UInt8] = []
  for file in files {
    var check = CyclicRedundancyCheck()
    file.content.withUnsafeBytes { check.update($0) }
    let checksum = littleEndian(file.checksum ?? check.value)
    let stored = file.deflated ?? file.content
    let method = littleEndian(UInt16(file.deflated == nil ? 0 : 8))
    let flags = littleEndian(UInt16(file.hasDescriptor ? 8 : 0))
    let size = file.announcedByteCount ?? file.content.count
    let name = Array(file.name.utf8)
    let nameCount = littleEndian(UInt16(name.count))
    let sizes = littleEndian(UInt32(stored.count)) + littleEndian(UInt32(size))
    var localSizes = sizes
    var extra: [UInt8] = []
    if file.isZip64 {
      localSizes = [UInt8](repeating: 0xFF, count: 8)
      extra = [1, 0, 16, 0] + littleEndian(UInt64(size)) + littleEndian(UInt64(stored.count))
    }
    if file.hasDescriptor { localSizes = [UInt8](repeating: 0, count: 8) }
    let localChecksum = file.hasDescriptor ? [0, 0, 0, 0] : checksum
    let offset = littleEndian(UInt32(archive.count))
    archive += [0x50, 0x4B, 3, 4, 20, 0] + flags + method + [0, 0, 33, 0] + localChecksum
    archive += localSizes + nameCount + littleEndian(UInt16(extra.count)) + name + extra + stored
    if file.hasDescriptor { archive += [0x50, 0x4B, 7, 8] + checksum + sizes }
    directory += [0x50, 0x4B, 1, 2, 20, 0, 20, 0] + flags + method + [0, 0, 33, 0] + checksum
    directory += sizes + nameCount + [UInt8](repeating: 0, count: 12) + offset + name
  }
  let count = littleEndian(UInt16(files.count))
  return archive + directory + [0x50, 0x4B, 5, 6, 0, 0, 0, 0] + count + count
    + littleEndian(UInt32(directory.count)) + littleEndian(UInt32(archive.count)) + [0, 0]
}
