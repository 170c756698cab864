import PipelineTrace
import Testing

@Suite struct StageNameTests {
  @Test func `a leading number is the order`() {
    for (recorded, order, name): (String, Int?, String) in [
      ("03_resize", 3, "resize"), ("003.resize", 3, "resize"), ("3-resize", 3, "resize"),
      ("3 resize", 3, "resize"), ("resize", nil, "resize"), ("42", nil, "42"), ("3_", nil, "3_"),
      ("3d_conv", nil, "3d_conv"), ("", nil, ""), ("00_a/01_b", 0, "a/01_b"),
      ("99999999999999999999_a", nil, "99999999999999999999_a"),
    ] {
      let parts = StageName.split(recorded)
      #expect(parts.order == order, "\(recorded)")
      #expect(parts.name == name)
    }
  }

  @Test func `runs of digits compare as numbers`() {
    let names = ["layer10", "layer2", "b", "02_x", "1_x", "layer", "a10b2", "a10b1", "10", "9"]
    #expect(
      names.sorted(by: StageName.precedesNaturally) == [
        "1_x", "02_x", "9", "10", "a10b1", "a10b2", "b", "layer", "layer2", "layer10",
      ])
    #expect(!StageName.precedesNaturally("a", "a"))
    #expect(StageName.precedesNaturally("a01", "a1") != StageName.precedesNaturally("a1", "a01"))
    #expect(StageName.precedesNaturally("z", "é"))
    #expect(StageName.precedesNaturally("9", "99999999999999999999999"))
  }
}
