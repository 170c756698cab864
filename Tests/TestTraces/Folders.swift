import Glibc

/// The folder of the whole package.
package let packageFolder: String = {
  "/" + #filePath.split(separator: "/").dropLast(3).joined(separator: "/")
}()

/// The names of what lies in a folder, sorted.
package func fileNames(in folder: String) -> [String] {
  guard let stream = opendir(folder) else { return [] }
  defer { closedir(stream) }
  var names: [String] = []
  while let entry = readdir(stream) {
    let bytes = withUnsafeBytes(of: &entry.pointee.d_name) { Array($0.prefix { $0 != 0 }) }
    names.append(String(decoding: bytes, as: UTF8.self))
  }
  return names.filter { !$0.hasPrefix(".") }.sorted()
}
