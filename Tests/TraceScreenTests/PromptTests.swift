import PipelineTrace
import Testing
import TraceScreen

@Suite struct PromptTests {
  @Test func `what is typed stands behind the colon`() {
    var prompt = Prompt(.command, history: [])
    for key in [Key.character("t"), .character("o"), .backspace, .character("a")] {
      #expect(prompt.update(key) == .typing)
    }
    #expect(picture(of: prompt, width: 10) == ":ta")
    #expect(prompt.update(.enter) == .entered("ta"))
  }

  @Test func `a search has a slash in front`() {
    var prompt = Prompt(.search, history: [])
    _ = prompt.update(.character("x"))
    #expect(picture(of: prompt, width: 10) == "/x")
  }

  @Test func `Escape, Ctrl-C and Backspace on nothing leave it`() {
    var prompt = Prompt(.command, history: [])
    #expect(prompt.update(.escape) == .cancelled)
    #expect(prompt.update(.control("c")) == .cancelled)
    #expect(prompt.update(.backspace) == .cancelled)
  }

  @Test func `Ctrl-U takes the whole line away`() {
    var prompt = Prompt(.command, history: [])
    for _ in 0..<5 { _ = prompt.update(.character("x")) }
    _ = prompt.update(.control("u"))
    #expect(prompt.text == "")
  }

  @Test func `Up and Down walk through earlier lines and back to an empty one`() {
    var prompt = Prompt(.command, history: ["stage 1", "tol 1"])
    _ = prompt.update(.up)
    #expect(prompt.text == "tol 1")
    _ = prompt.update(.up)
    _ = prompt.update(.up)
    #expect(prompt.text == "stage 1")
    _ = prompt.update(.down)
    _ = prompt.update(.down)
    #expect(prompt.text == "")
  }

  @Test func `of a long line the end is shown`() {
    var prompt = Prompt(.command, history: [])
    for scalar in "stage encoder".unicodeScalars { _ = prompt.update(.character(scalar)) }
    #expect(picture(of: prompt, width: 8) == "encoder")
  }

  @Test func `no more than 500 characters are taken`() {
    var prompt = Prompt(.command, history: [])
    for _ in 0..<600 { _ = prompt.update(.character("x")) }
    #expect(prompt.text.count == 500)
  }

  private func picture(of prompt: Prompt, width: Int) -> String {
    var grid = Grid(width: width, height: 1)
    prompt.draw(into: &grid, y: 0, theme: Theme(.plain))
    return grid.text
  }
}
