// A program for tests of the terminal: shows what it is told, crashes and hangs on demand.

import Dispatch
import Glibc
import TraceScreen
import TraceTerminal

let background = Style(background: .palette(25))

/// Cells whose looks the tests know: colours, attributes, a wide character, a scalar that must not be sent.
func drawSamples(into grid: inout Grid, y: Int) {
  grid.write("▀", x: 0, y: y, style: Style(foreground: .palette(214), background: .palette(25)))
  grid.write("!", x: 2, y: y, style: Style(background: .palette(226), attributes: .bold))
  grid.write("界x", x: 4, y: y)
  grid[8, y] = Cell("\u{1B}")
  grid.write("|", x: 9, y: y)
  grid.write("u", x: 11, y: y, style: Style(attributes: [.underline, .reverse]))
  grid.write("d", x: 12, y: y, style: Style(foreground: .palette(1), attributes: .dim))
  // A right half without its left one, and a left half without its right one.
  grid[14, y].isTail = true
  grid[16, y] = Cell("界")
  grid.write("|", x: 17, y: y)
}

/// Every pair of the colours that 8-colour terminals have, more than they can hold pairs of.
func drawAllPairs(into grid: inout Grid, y: Int) {
  let colors: [Color] = [.standard] + (0..<8).map { .palette($0) }
  for (row, foreground) in colors.enumerated() {
    for (column, background) in colors.enumerated() {
      grid[column, y + row] = Cell(
        "*", style: Style(foreground: foreground, background: background))
    }
  }
}

/// Fills the stack.
func recurse(_ depth: Int) -> Int {
  withUnsafeTemporaryAllocation(byteCount: 4096, alignment: 16) { bytes in
    bytes[0] = UInt8(truncatingIfNeeded: depth)
    return recurse(depth + 1) + Int(bytes[0])
  }
}

func writeToStandardError(_ text: String) {
  _ = text.withCString { write(2, $0, strlen($0)) }
}

func run(_ firstTerminal: Terminal) throws {
  var terminal = firstTerminal
  let mailbox = Mailbox<Int>()
  var keyCount = 0
  var lastKey = "none"
  var received: [Int] = []
  var resizeCount = 0
  var suspendCount = 0
  var cursor = 0
  var showsAllPairs = false

  while true {
    let (width, height) = terminal.size
    let display = terminal.display
    var grid = Grid(width: width, height: height)
    grid.write(
      "\(width)x\(height) \(display.palette) unicode=\(display.isUnicode) light=\(display.isLight)",
      x: 0, y: 0, style: Style(attributes: .reverse))
    grid.write("key \(keyCount) \(lastKey)", x: 0, y: 1)
    grid.write("received \(received)", x: 0, y: 2)
    grid.write("resized \(resizeCount), suspended \(suspendCount)", x: 0, y: 3)
    drawSamples(into: &grid, y: 4)
    if showsAllPairs { drawAllPairs(into: &grid, y: 6) }
    grid.fill(x: cursor, y: 5, width: 1, style: background)
    grid.write("end", x: width - 3, y: height - 1)
    terminal.present(grid)

    switch terminal.nextEvent() {
    case .key(let key):
      keyCount += 1
      lastKey = "\(key)"
      switch key {
      case .character("q"):
        terminal.close()
        return
      case .character("c"): cursor += 1
      case .character("p"): showsAllPairs.toggle()
      case .character("f"): fatalError("mistake on the screen's thread")
      case .character("F"):
        DispatchQueue.global().async { fatalError("mistake on a worker") }
      case .character("o"): lastKey = "\(recurse(0))"
      case .character("h"):
        grid.write("hanging", x: 0, y: 1)
        terminal.present(grid)
        while true { usleep(1000) }
      case .character("b"):
        while true {
          terminal.repaint()
          terminal.present(grid)
        }
      case .character("x"): DispatchQueue.global().async { exit(7) }
      case .character("e"): writeToStandardError("a stray line\n")
      case .character("r"):
        terminal.close()
        writeToStandardError("closed for a moment\n")
        terminal = try Terminal()
      case .character("w"):
        DispatchQueue.global().async { for number in 1...5 { mailbox.post(number) } }
      case .character("W"):
        Task.detached { mailbox.post(100) }
      case .control("z"):
        terminal.suspend()
        suspendCount += 1
      case .control("l"): terminal.repaint()
      default: break
      }
    case .wake: received += mailbox.drain()
    case .resize: resizeCount += 1
    case .suspend:
      terminal.suspend()
      suspendCount += 1
    case .quit(let signal):
      terminal.close()
      writeToStandardError("ended by signal \(signal)\n")
      Terminal.raiseDefault(signal: signal)
    case .hangup:
      terminal.close()
      Terminal.raiseDefault(signal: SIGHUP)
    case .none: break
    }
  }
}

do {
  let isForced = CommandLine.arguments.contains("--color")
  let terminal = try Terminal(colorChoice: isForced ? .always : .automatic)
  try run(terminal)
  print("done")
} catch {
  writeToStandardError("\(error)\n")
  exit(2)
}
