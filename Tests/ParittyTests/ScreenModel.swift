import TraceScreen

/// What a terminal would show of the bytes it was sent: as much of xterm and vt100 as ncurses uses.
///
/// Sequences that the model does not know are kept in ``unknown``, so that a test can insist that there are none.
/// - Source: ECMA-48, fifth edition; "XTerm Control Sequences", E. Moy, S. Gildea, T. Dickey.
struct ScreenModel {
  private(set) var width: Int
  private(set) var height: Int
  private(set) var rows: [[Cell]]
  private(set) var x = 0
  private(set) var y = 0
  /// Whether the second screen is shown, the one for pictures.
  private(set) var isAlternate = false
  private(set) var isCursorVisible = true
  /// The private modes that are set, by number: 1 cursor keys, 7 wrapping, 25 cursor, 47 and 1049 second screen.
  private(set) var modes: Set<Int> = [7, 25]
  private(set) var isKeypadApplication = false
  /// How often the whole screen was cleared.
  private(set) var clearCount = 0
  private(set) var unknown: [String] = []

  private var style = Style.plain
  private var firstScrolled = 0
  private var lastScrolled: Int
  /// Whether the last column was just written, and the next character goes to the next row.
  private var wrapsNext = false
  private var inserts = false
  private var lastScalar: Unicode.Scalar = " "
  private var savedPosition = (x: 0, y: 0)
  /// The rows of the first screen and the place of its cursor while the second is shown.
  private var firstScreen: (rows: [[Cell]], x: Int, y: Int)?
  /// The bytes of a sequence that has not arrived whole.
  private var pending: [UInt8] = []

  init(width: Int, height: Int) {
    self.width = width
    self.height = height
    lastScrolled = height - 1
    rows = Self.blankRows(width: width, height: height)
  }

  private static func blankRows(width: Int, height: Int) -> [[Cell]] {
    [[Cell]](repeating: [Cell](repeating: Cell(), count: width), count: height)
  }

  /// The cell in column `x` of row `y`.
  subscript(x: Int, y: Int) -> Cell { rows[y][x] }

  /// Row `y` as text, blanks at its end left out.
  func line(_ y: Int) -> String {
    guard rows.indices.contains(y) else { return "" }
    var text = String.UnicodeScalarView()
    for cell in rows[y] where !cell.isTail { text.append(cell.scalar) }
    while text.last == " " { text.removeLast() }
    return String(text)
  }

  var text: String {
    (0..<height).map(line).joined(separator: "\n")
  }

  /// Takes another size; rows and columns are cut off at the end, or blank ones added.
  mutating func resize(width newWidth: Int, height newHeight: Int) {
    rows = Self.resized(rows, width: newWidth, height: newHeight)
    if let first = firstScreen {
      firstScreen?.rows = Self.resized(first.rows, width: newWidth, height: newHeight)
      firstScreen?.x = min(first.x, newWidth - 1)
      firstScreen?.y = min(first.y, newHeight - 1)
    }
    width = newWidth
    height = newHeight
    firstScrolled = 0
    lastScrolled = newHeight - 1
    moveTo(x: x, y: y)
  }

  private static func resized(_ rows: [[Cell]], width: Int, height: Int) -> [[Cell]] {
    var result = blankRows(width: width, height: height)
    for (y, row) in rows.prefix(height).enumerated() {
      for (x, cell) in row.prefix(width).enumerated() { result[y][x] = cell }
    }
    return result
  }

  // MARK: - Bytes

  /// Takes in what was sent; a sequence or character cut at the end waits for its rest.
  mutating func feed(_ bytes: some Sequence<UInt8>) {
    pending.append(contentsOf: bytes)
    var position = 0
    while position < pending.count, let next = consume(from: position) { position = next }
    pending.removeFirst(position)
  }

  /// Carries out what begins at `position`; nil where its end has not arrived.
  private mutating func consume(from position: Int) -> Int? {
    let byte = pending[position]
    switch byte {
    case 0x1B: return consumeEscape(from: position)
    case 0x00, 0x07: break  // padding, bell
    case 0x0E, 0x0F: break  // the other character set: never asked for a character
    case 0x08: moveTo(x: x - 1, y: y)
    case 0x09: moveTo(x: (x / 8 + 1) * 8, y: y)
    case 0x0A: feedLine()
    case 0x0D: moveTo(x: 0, y: y)
    case 0x20...0x7E: put(Unicode.Scalar(byte))
    case 0x80...: return consumeCharacter(from: position)
    default: unknown.append("byte \(byte)")
    }
    return position + 1
  }

  private mutating func consumeCharacter(from position: Int) -> Int? {
    let lead = pending[position]
    let length = lead >= 0xF0 ? 4 : lead >= 0xE0 ? 3 : lead >= 0xC0 ? 2 : 1
    guard position + length <= pending.count else { return nil }
    let text = String(decoding: pending[position..<(position + length)], as: UTF8.self)
    for scalar in text.unicodeScalars {
      if scalar == "\u{FFFD}" || scalar.value < 0xA0 { unknown.append("byte \(lead)") }
      put(scalar)
    }
    return position + length
  }

  private mutating func consumeEscape(from position: Int) -> Int? {
    guard position + 1 < pending.count else { return nil }
    let kind = Character(Unicode.Scalar(pending[position + 1]))
    switch kind {
    case "[": return consumeControlSequence(from: position + 2)
    case "]": return consumeSystemCommand(from: position + 2)
    case "(", ")", "*", "+":  // the choice of a character set
      return position + 3 <= pending.count ? position + 3 : nil
    case "=": isKeypadApplication = true
    case ">": isKeypadApplication = false
    case "7": savedPosition = (x, y)
    case "8": moveTo(x: savedPosition.x, y: savedPosition.y)
    case "D": feedLine()
    case "E":
      moveTo(x: 0, y: y)
      feedLine()
    case "M": feedLineBackwards()
    case "H": break  // a tab stop
    default: unknown.append("ESC \(kind)")
    }
    return position + 2
  }

  private mutating func consumeControlSequence(from start: Int) -> Int? {
    var end = start
    while end < pending.count, !(0x40...0x7E).contains(pending[end]) { end += 1 }
    guard end < pending.count else { return nil }
    let parameters = String(decoding: pending[start..<end], as: UTF8.self)
    carryOut(parameters, final: Character(Unicode.Scalar(pending[end])))
    return end + 1
  }

  private mutating func consumeSystemCommand(from start: Int) -> Int? {
    var end = start
    while end < pending.count {
      if pending[end] == 0x07 { return end + 1 }
      if pending[end] == 0x5C, pending[end - 1] == 0x1B { return end + 1 }
      end += 1
    }
    return nil
  }

  // MARK: - Characters

  private mutating func put(_ scalar: Unicode.Scalar) {
    let columns = scalar.columnCount
    if wrapsNext || x + columns > width {
      moveTo(x: 0, y: y)
      feedLine()
    }
    if inserts { insertBlanks(columns) }
    for column in x..<min(x + columns, width) { breakWideCharacter(at: column) }
    rows[y][x] = Cell(scalar, style: style)
    if columns == 2, x + 1 < width {
      rows[y][x + 1] = Cell(" ", style: style)
      rows[y][x + 1].isTail = true
    }
    lastScalar = scalar
    if x + columns < width {
      x += columns
    } else {
      x = width - 1
      wrapsNext = modes.contains(7)
    }
  }

  /// What is left of a wide character that loses one half is a blank.
  private mutating func breakWideCharacter(at column: Int) {
    if rows[y][column].isTail, column > 0 { rows[y][column - 1].scalar = " " }
    if column + 1 < width, rows[y][column + 1].isTail { rows[y][column + 1].isTail = false }
    rows[y][column].isTail = false
  }

  /// A blank as erasing leaves it: with the present background, and no attributes.
  private var blank: Cell {
    Cell(" ", style: Style(background: style.background))
  }

  private var blankRow: [Cell] {
    [Cell](repeating: blank, count: width)
  }

  private mutating func erase(_ columns: Range<Int>) {
    for column in columns.clamped(to: 0..<width) {
      breakWideCharacter(at: column)
      rows[y][column] = blank
    }
  }

  private mutating func insertBlanks(_ count: Int) {
    let kept = rows[y][x...].dropLast(count)
    let inserted = [Cell](repeating: blank, count: min(count, width - x))
    rows[y].replaceSubrange(x..., with: inserted + kept)
  }

  private mutating func deleteCharacters(_ count: Int) {
    let kept = rows[y][x...].dropFirst(count)
    let appended = [Cell](repeating: blank, count: min(count, width - x))
    rows[y].replaceSubrange(x..., with: kept + appended)
  }

  // MARK: - Rows

  private mutating func moveTo(x newX: Int, y newY: Int) {
    x = max(0, min(width - 1, newX))
    y = max(0, min(height - 1, newY))
    wrapsNext = false
  }

  private mutating func feedLine() {
    if y == lastScrolled {
      scrollUp(from: firstScrolled, by: 1)
    } else {
      moveTo(x: x, y: y + 1)
    }
    wrapsNext = false
  }

  private mutating func feedLineBackwards() {
    if y == firstScrolled {
      scrollDown(from: firstScrolled, by: 1)
    } else {
      moveTo(x: x, y: y - 1)
    }
  }

  private mutating func scrollUp(from first: Int, by count: Int) {
    guard first <= lastScrolled else { return }
    for _ in 0..<min(count, lastScrolled - first + 1) {
      rows.remove(at: first)
      rows.insert(blankRow, at: lastScrolled)
    }
  }

  private mutating func scrollDown(from first: Int, by count: Int) {
    guard first <= lastScrolled else { return }
    for _ in 0..<min(count, lastScrolled - first + 1) {
      rows.remove(at: lastScrolled)
      rows.insert(blankRow, at: first)
    }
  }

  private mutating func eraseRows(_ range: Range<Int>) {
    for row in range.clamped(to: 0..<height) { rows[row] = blankRow }
  }

  // MARK: - Control sequences

  private mutating func carryOut(_ text: String, final: Character) {
    if text.hasPrefix("?"), final == "h" || final == "l" {
      for number in text.dropFirst().split(separator: ";") {
        setPrivateMode(Int(number) ?? -1, isOn: final == "h")
      }
      return
    }
    let fields = text.split(separator: ";", omittingEmptySubsequences: false)
    let numbers = fields.map { Int($0) ?? 0 }
    let hasOnlyNumbers = fields.allSatisfy { $0.isEmpty || Int($0) != nil }
    guard hasOnlyNumbers else {
      unknown.append("CSI \(text)\(final)")
      return
    }
    func number(_ index: Int = 0, or standard: Int = 1) -> Int {
      numbers.indices.contains(index) && numbers[index] != 0 ? numbers[index] : standard
    }
    switch final {
    case "H", "f": moveTo(x: number(1) - 1, y: number(0) - 1)
    case "A": moveTo(x: x, y: y - number())
    case "B": moveTo(x: x, y: y + number())
    case "C": moveTo(x: x + number(), y: y)
    case "D": moveTo(x: x - number(), y: y)
    case "G", "`": moveTo(x: number() - 1, y: y)
    case "d": moveTo(x: x, y: number() - 1)
    case "I": moveTo(x: (x / 8 + number()) * 8, y: y)
    case "Z": moveTo(x: ((x + 7) / 8 - number()) * 8, y: y)
    case "J": eraseDisplay(number(or: 0))
    case "K": eraseLine(number(or: 0))
    case "X": erase(x..<(x + number()))
    case "@": insertBlanks(number())
    case "P": deleteCharacters(number())
    case "L": scrollDown(from: y, by: number())
    case "M": scrollUp(from: y, by: number())
    case "S": scrollUp(from: firstScrolled, by: number())
    case "T": scrollDown(from: firstScrolled, by: number())
    case "b": for _ in 0..<number() { put(lastScalar) }
    case "r":
      firstScrolled = number(0) - 1
      lastScrolled = min(height, number(1, or: height)) - 1
      moveTo(x: 0, y: 0)
    case "m": setStyle(numbers)
    case "h" where numbers == [4]: inserts = true
    case "l" where numbers == [4]: inserts = false
    case "t" where numbers.first == 22 || numbers.first == 23: break  // the title of the window
    default: unknown.append("CSI \(text)\(final)")
    }
  }

  private mutating func eraseDisplay(_ part: Int) {
    switch part {
    case 0:
      if (x, y) == (0, 0) { clearCount += 1 }
      erase(x..<width)
      eraseRows((y + 1)..<max(y + 1, height))
    case 1:
      erase(0..<(x + 1))
      eraseRows(0..<y)
    default:
      clearCount += 1
      eraseRows(0..<height)
    }
  }

  private mutating func eraseLine(_ part: Int) {
    switch part {
    case 0: erase(x..<width)
    case 1: erase(0..<(x + 1))
    default: erase(0..<width)
    }
  }

  private mutating func setPrivateMode(_ mode: Int, isOn: Bool) {
    switch mode {
    case 1, 7, 12, 25, 47, 1034, 1049: break
    case 1000, 1002, 1003, 1006, 2004: break  // reports of the mouse, marks around what is pasted
    default: unknown.append("mode \(mode)")
    }
    if isOn { modes.insert(mode) } else { modes.remove(mode) }
    isCursorVisible = modes.contains(25)
    if mode == 47 || mode == 1049 { showScreen(alternate: isOn) }
  }

  private mutating func showScreen(alternate: Bool) {
    guard alternate != isAlternate else { return }
    isAlternate = alternate
    if alternate {
      firstScreen = (rows, x, y)
      rows = Self.blankRows(width: width, height: height)
    } else if let first = firstScreen {
      rows = first.rows
      moveTo(x: first.x, y: first.y)
      firstScreen = nil
    }
  }

  private mutating func setStyle(_ numbers: [Int]) {
    var rest = (numbers.isEmpty ? [0] : numbers)[...]
    while let number = rest.popFirst() {
      switch number {
      case 0: style = .plain
      case 1: style.attributes.insert(.bold)
      case 2: style.attributes.insert(.dim)
      case 4: style.attributes.insert(.underline)
      case 7: style.attributes.insert(.reverse)
      case 10: break  // the first character set
      case 22: style.attributes.subtract([.bold, .dim])
      case 24: style.attributes.remove(.underline)
      case 27: style.attributes.remove(.reverse)
      case 30...37: style.foreground = .palette(UInt8(number - 30))
      case 40...47: style.background = .palette(UInt8(number - 40))
      case 90...97: style.foreground = .palette(UInt8(number - 82))
      case 100...107: style.background = .palette(UInt8(number - 92))
      case 39: style.foreground = .standard
      case 49: style.background = .standard
      case 38, 48:
        guard rest.popFirst() == 5, let index = rest.popFirst(), let color = UInt8(exactly: index)
        else {
          unknown.append("SGR \(numbers)")
          return
        }
        if number == 38 {
          style.foreground = .palette(color)
        } else {
          style.background = .palette(color)
        }
      default: unknown.append("SGR \(number)")
      }
    }
  }
}
