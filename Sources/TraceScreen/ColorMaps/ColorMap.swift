/// Seven steps of growing strength for differences of one sign.
///
/// Lightness grows with the strength on a dark background and falls on a light one, so that the
/// steps stay in order in grey and for every kind of colour vision.
package protocol ColorMap: Sendable {
  static var name: String { get }
  /// Entries of the 256-colour palette on a dark background, weakest first.
  static var dark: [UInt8] { get }
  static var light: [UInt8] { get }
  /// The background of an eight-colour terminal; strength is then told by a glyph.
  static var basic: UInt8 { get }
}

/// The maps by their use, in the order of signs: prod above dev, prod below dev.
package let allColorMaps: [any ColorMap.Type] = [OrangeMap.self, BlueMap.self]
