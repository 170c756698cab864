import Testing

@testable import TraceAlignment

@Suite struct AlignmentErrorTests {
  private func sentence(pairs: [String] = [], renames: [String] = []) -> String {
    do {
      let overrides = try AlignmentOverrides(pairs: pairs, renames: renames)
      _ = try align(
        dev: trace(["decode", "resize", "resize", "tokenize"]), prod: trace(["decode", "resize"]),
        overrides: overrides)
      return "no error"
    } catch {
      return "\(error)"
    }
  }

  @Test func `a pair without an equals sign says how to write it`() {
    #expect(
      sentence(pairs: ["resize"]) == "--pair 'resize': there is no '=' in it; write DEV=PROD")
  }

  @Test func `a rename without an equals sign says how to write it`() {
    #expect(
      sentence(renames: ["re.*"])
        == "--rename 're.*': there is no '=' in it; write REGEX=REPLACEMENT")
  }

  @Test func `a pair needs both names`() {
    #expect(
      sentence(pairs: ["resize="])
        == "--pair 'resize=': nothing stands before or after the '='; write DEV=PROD")
  }

  @Test func `a misspelt stage gets the names that are near`() {
    #expect(
      sentence(pairs: ["tokenise=resize"])
        == "--pair 'tokenise=resize': dev has no stage 'tokenise'; did you mean 'tokenize'?")
  }

  @Test func `an unheard of stage gets the way to list them`() {
    #expect(
      sentence(pairs: ["resize=mel"])
        == "--pair 'resize=mel': prod has no stage 'mel'; list its stages with 'paritty inspect'")
  }

  @Test func `a third occurrence of two is no stage`() {
    #expect(
      sentence(pairs: ["resize#3=resize"])
        == "--pair 'resize#3=resize': dev has no stage 'resize#3'; did you mean 'resize'?")
  }

  @Test func `a stage is paired once`() {
    #expect(
      sentence(pairs: ["resize=resize", "resize=decode"])
        == "--pair 'resize=decode': dev's stage 'resize' is in a pair already; name each stage once"
    )
  }

  @Test func `a broken pattern says what is wrong with it`() {
    #expect(
      sentence(renames: ["(re=x"])
        == "--rename '(re=x': the pattern is no regular expression (expected ')'); mend it")
  }

  @Test func `a replacement names only groups that are there`() {
    #expect(
      sentence(renames: ["(re)size=$2"])
        == "--rename '(re)size=$2': the replacement names group 2, the pattern has 1;"
        + " put parentheses around what it stands for")
  }
}
