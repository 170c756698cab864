/// Navy to sky: differences where prod is smaller than dev.
package enum BlueMap: ColorMap {
  package static let name = "blue"
  package static let dark: [UInt8] = [17, 18, 25, 26, 33, 75, 117]
  package static let light: [UInt8] = [153, 117, 75, 33, 26, 25, 18]
  package static let basic: UInt8 = 4
}
