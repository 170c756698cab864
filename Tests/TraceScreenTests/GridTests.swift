import PipelineTrace
import Testing
import TraceScreen

@Suite struct GridTests {
  @Test func `text is written into its row and cut at the border`() {
    var grid = Grid(width: 6, height: 2)
    #expect(grid.write("decode", x: 2, y: 1) == 6)
    #expect(grid.text == "\n  deco")
  }

  @Test func `no more columns are written than were given`() {
    var grid = Grid(width: 8, height: 1)
    #expect(grid.write("decode", x: 1, y: 0, columns: 3) == 4)
    #expect(grid.text == " dec")
  }

  @Test func `what falls outside on any side is dropped`() {
    var grid = Grid(width: 3, height: 1)
    grid.write("abc", x: -1, y: 0)
    grid.write("xyz", x: 0, y: -1)
    grid.write("xyz", x: 0, y: 1)
    grid.fill(x: 2, y: -5, width: 90, height: 90, style: Style(attributes: .reverse))
    #expect(grid.text == "bc")
    #expect(grid[2, 0] == Cell(" ", style: Style(attributes: .reverse)))
    #expect(grid[3, 0] == Cell())
    #expect(grid[0, -1] == Cell())
  }

  @Test func `a wide character takes two cells, the right one its tail`() {
    var grid = Grid(width: 4, height: 1)
    #expect(grid.write("a界b", x: 0, y: 0) == 4)
    #expect(grid[1, 0].scalar == "界")
    #expect(!grid[1, 0].isTail)
    #expect(grid[2, 0].isTail)
    #expect(grid.text == "a界b")
  }

  @Test func `a wide character of which one half fits is left out`() {
    var grid = Grid(width: 3, height: 1)
    #expect(grid.write("ab界", x: 0, y: 0) == 2)
    #expect(grid.text == "ab")
  }

  @Test func `characters that move a cursor or the writing direction are shown as escapes`() {
    var grid = Grid(width: 40, height: 1)
    grid.write("a\u{1B}[2J\n\u{202E}\u{85}é", x: 0, y: 0)
    #expect(grid.text == #"a\x1b[2J\n\u202e\x85é"#)
  }

  @Test func `a part is copied to its place and cut at the border`() {
    var part = Grid(width: 3, height: 2)
    part.write("abc", x: 0, y: 0)
    part.write("def", x: 0, y: 1)
    var grid = Grid(width: 4, height: 2)
    grid.place(part, x: 2, y: 1)
    #expect(grid.text == "\n  ab")
  }

  @Test func `filling without clearing keeps the characters`() {
    var grid = Grid(width: 3, height: 1)
    grid.write("abc", x: 0, y: 0)
    grid.fill(x: 0, y: 0, width: 2, style: Style(attributes: .bold), clearing: false)
    #expect(grid.text == "abc")
    #expect(grid[1, 0].style.attributes == .bold)
    #expect(grid[2, 0].style.attributes == [])
  }

  @Test func `a grid of no cells takes everything and shows nothing`() {
    var grid = Grid(width: 0, height: 0)
    grid.write("abc", x: 0, y: 0)
    grid[0, 0] = Cell("x")
    #expect(grid.cells.isEmpty)
    #expect(grid.text == "")
  }
}
