import TensorKernels
import TestTraces
import Testing
import TraceComparison

@Suite struct GlobTests {
  @Test(arguments: [
    ("resize", "resize"), ("*", ""), ("*", "encoder/layer.3"), ("encoder*", "encoder/layer.3/out"),
    ("*.weight", "a.b.weight"), ("layer.?", "layer.3"), ("layer.[0-3]", "layer.2"),
    ("layer.[!0-3]", "layer.4"), ("[]]", "]"), ("[!]]", "a"), ("a*b*c", "a-bb-c"), ("**", "x"),
    ("[a-]", "-"), ("?", "é"), ("[ä-ü]", "ö"), ("a[b", "a[b"), ("", ""),
  ])
  func `a name fits`(pattern: String, name: String) {
    #expect(Glob(pattern).matches(name))
  }

  @Test(arguments: [
    ("resize", "resize2"), ("resize", "Resize"), ("", "a"), ("?", ""), ("?", "ab"),
    ("layer.[0-3]", "layer.4"), ("layer.[!0-3]", "layer.3"), ("a*b", "a-b-c"), ("a[b", "ab"),
    ("[]]", "a"), ("*x", "xy"), (".", "a"),
  ])
  func `a name does not fit`(pattern: String, name: String) {
    #expect(!Glob(pattern).matches(name))
  }

  @Test func `many stars do not take forever`() {
    let pattern = String(repeating: "a*", count: 30) + "b"
    #expect(!Glob(pattern).matches(String(repeating: "a", count: 2000)))
  }
}

@Suite struct ComparisonSettingsTests {
  @Test func `the last tolerance that fits a stage holds for it`() {
    var settings = ComparisonSettings()
    settings.stageTolerances = [
      .init(glob: Glob("*"), relative: 1, absolute: 2),
      .init(glob: Glob("encoder*"), relative: 3, absolute: 4),
      .init(glob: Glob("*norm"), relative: 5, absolute: 6),
    ]
    #expect(
      settings.tolerance(stageName: "logits", dev: .f32, prod: .f32)
        == Tolerance(relative: 1, absolute: 2))
    #expect(
      settings.tolerance(stageName: "encoder.0", dev: .f32, prod: .f32)
        == Tolerance(relative: 3, absolute: 4))
    #expect(
      settings.tolerance(stageName: "encoder.norm", dev: .f32, prod: .f32)
        == Tolerance(relative: 5, absolute: 6))
  }

  @Test func `a stage's own tolerance goes before that for all`() {
    var settings = ComparisonSettings()
    settings.relative = 1
    settings.stageTolerances = [.init(glob: Glob("x"), relative: 0, absolute: 0)]
    #expect(settings.tolerance(stageName: "x", dev: .f64, prod: .f64) == .exact)
    #expect(
      settings.tolerance(stageName: "y", dev: .f64, prod: .f64)
        == Tolerance(relative: 1, absolute: 1e-7))
  }

  @Test func `whole numbers are held to no tolerance`() {
    var settings = ComparisonSettings()
    settings.relative = 1
    settings.absolute = 1
    settings.stageTolerances = [.init(glob: Glob("*"), relative: 2, absolute: 2)]
    #expect(settings.tolerance(stageName: "x", dev: .i32, prod: .u8) == .exact)
  }

  @Test func `a tolerance for one stage changes the status of that stage alone`() throws {
    var settings = ComparisonSettings()
    settings.stageTolerances = [.init(glob: Glob("loose"), relative: 0.5, absolute: 0)]
    let found = try compared(
      [stage("loose", 1), stage("tight", 1)], [stage("loose", 1.25), stage("tight", 1.25)],
      settings)
    #expect(found.outline == ["loose close", "tight diverged values origin"])
  }
}
