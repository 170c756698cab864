/// Brown to yellow: magnitudes, and differences where prod is larger than dev.
package enum OrangeMap: ColorMap {
  package static let name = "orange"
  package static let dark: [UInt8] = [52, 94, 130, 172, 208, 214, 222]
  package static let light: [UInt8] = [223, 222, 215, 208, 172, 130, 94]
  package static let basic: UInt8 = 3
}
