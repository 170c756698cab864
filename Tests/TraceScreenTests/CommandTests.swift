import Testing
import TraceScreen

@Suite struct CommandTests {
  @Test func `stages, elements and tolerances can be typed`() {
    #expect(command("stage resize") == .stage("resize"))
    #expect(command("  s   7 ") == .stage("7"))
    #expect(command("12") == .stage("12"))
    #expect(command("@3,0,17") == .element([3, 0, 17]))
    #expect(command("@[3, 0]") == .element([3, 0]))
    #expect(command("@") == .element([]))
    #expect(command("tol 1e-3") == .tolerance(relative: 0.001, absolute: nil))
    #expect(command("tol 1e-3,1e-5") == .tolerance(relative: 0.001, absolute: 0.00001))
    #expect(command("tol 0.1 0") == .tolerance(relative: 0.1, absolute: 0))
    #expect(command("tol default") == .tolerance(relative: nil, absolute: nil))
    #expect(command("help") == .help)
    #expect(command("q") == .quit)
    #expect(command("q!") == .quit)
  }

  @Test(arguments: [
    (
      "frobnicate",
      "no command 'frobnicate'; there are :stage NAME, :@i,j,k, :tol RTOL[,ATOL], :tol default, :help, :q"
    ),
    ("stage", "which stage? :stage NAME, or its number"),
    ("@1,x", "'1,x' is no index; write :@3,0,17"),
    ("@-1", "'-1' is no index; write :@3,0,17"),
    ("@1,,2", "'1,,2' is no index; write :@3,0,17"),
    (
      "tol", "a tolerance is :tol RTOL or :tol RTOL,ATOL, say :tol 1e-3,1e-5; or :tol default"
    ),
    (
      "tol nan", "a tolerance is :tol RTOL or :tol RTOL,ATOL, say :tol 1e-3,1e-5; or :tol default"
    ),
    (
      "tol -1", "a tolerance is :tol RTOL or :tol RTOL,ATOL, say :tol 1e-3,1e-5; or :tol default"
    ),
    (
      "tol 1,2,3",
      "a tolerance is :tol RTOL or :tol RTOL,ATOL, say :tol 1e-3,1e-5; or :tol default"
    ),
  ])
  func `a wrong command is answered with what is right`(line: String, sentence: String) {
    #expect(problem(line) == sentence)
  }

  @Test func `an unknown command cannot steer the terminal`() {
    #expect(problem("\u{1B}[2J").hasPrefix(#"no command '\x1b[2J'; "#))
  }

  private func command(_ line: String) -> Command? { try? Command(line) }

  /// What is wrong with a line; empty where it is a command.
  private func problem(_ line: String) -> String {
    do throws(Command.Problem) {
      _ = try Command(line)
      return ""
    } catch {
      return error.description
    }
  }
}
