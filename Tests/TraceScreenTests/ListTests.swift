import Glibc
import Testing
import TraceScreen

/// The lists that stand beside their protocols hold what their folders hold.
@Suite struct ListTests {
  @Test func `every panel has a line in allPanels`() {
    let listed = allPanels.map { "\($0).swift" }
    let files = swiftFiles(in: "Panels").filter { $0 != "Panel.swift" }
    #expect(!files.isEmpty)
    for file in files {
      #expect(
        listed.contains(file), "add \(file.dropLast(6)).self to allPanels in Panels/Panel.swift")
    }
    for file in listed {
      #expect(
        files.contains(file), "allPanels names \(file.dropLast(6)), which has no file in Panels")
    }
  }

  @Test func `every colour map has a line in allColorMaps`() {
    let listed = allColorMaps.map { "\($0).swift" }
    let files = swiftFiles(in: "ColorMaps").filter { $0 != "ColorMap.swift" }
    #expect(!files.isEmpty)
    for file in files {
      #expect(
        listed.contains(file),
        "add \(file.dropLast(6)).self to allColorMaps in ColorMaps/ColorMap.swift")
    }
    for file in listed {
      #expect(files.contains(file), "allColorMaps names \(file.dropLast(6)), which has no file")
    }
  }

  @Test func `tabs have titles of their own`() {
    #expect(allPanels.map { $0.title } == ["Heatmap", "Values", "Text", "Statistics"])
  }

  @Test func `every colour map has seven steps of each kind`() {
    for map in allColorMaps {
      #expect(map.dark.count == HeatmapScale.stepCount, "\(map.name)")
      #expect(map.light.count == HeatmapScale.stepCount, "\(map.name)")
      #expect(Set(map.dark).count == HeatmapScale.stepCount, "\(map.name)")
      #expect((0...7).contains(map.basic), "\(map.name)")
    }
  }

  /// The names of the Swift files in a folder of the module, sorted.
  private func swiftFiles(in folder: String) -> [String] {
    let root = "/" + #filePath.split(separator: "/").dropLast(3).joined(separator: "/")
    guard let stream = opendir("\(root)/Sources/TraceScreen/\(folder)") else { return [] }
    defer { closedir(stream) }
    var names: [String] = []
    while let entry = readdir(stream) {
      let name = withUnsafeBytes(of: entry.pointee.d_name) { bytes in
        String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
      }
      if name.hasSuffix(".swift") { names.append(name) }
    }
    return names.sorted()
  }
}
