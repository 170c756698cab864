import PipelineTrace
import Testing

@testable import TensorFormats

@Suite struct SGLangTests {
  /// The files of one rank, under names of a test's own.
  private func dump(_ names: [(original: Int, name: String)]) throws -> Scratch {
    let folder = "\(fixtures)/formats/sglang-dump/dump_20261121_031245_120001"
    let scratch = Scratch()
    for (index, name) in names {
      let file = try #require(
        fileNames(in: folder).first {
          $0.contains("rank=0___dump_index=\(index)___")
        })
      scratch.write(try fileBytes("\(folder)/\(file)"), as: name)
    }
    return scratch
  }

  @Test func `dumps in order, with the tags that tell them apart`() throws {
    let trace = try example("sglang-dump")
    #expect(
      trace.outline == [
        "input_ids tokens i64 3", "layer_id=0/attn_out f32 2×3", "layer_id=1/attn_out f32 2×3",
        "layer_id=1/heads.0 f32 3", "layer_id=1/heads.1 bf16 3", "step=1/input_ids tokens i64 3",
        "step=1/layer_id=0/attn_out f32 2×3", "step=1/layer_id=1/attn_out f32 2×3",
        "step=1/layer_id=1/heads.0 f32 3", "step=1/layer_id=1/heads.1 bf16 3",
      ])
    #expect(trace.format == "sglang")
    #expect(trace.isComplete)
    #expect(try trace.output("input_ids").numbers() == [101, 7, 102])
    #expect(try trace.output("layer_id=1/attn_out").numbers() == [0, 2, 4, 6, 8, 10])
    #expect(try trace.output("step=1/layer_id=1/heads.1").numbers() == [13, 14, 15])
    #expect(
      trace.stages[4].parameters.map { "\($0.name)=\($0.text)" } == [
        "step=0", "rank=0", "dump_index=4", "name=heads", "recompute_status=disabled",
        "layer_id=1", "world_rank=0", "world_size=2",
      ])
    #expect(trace.warnings == ["The dump has 2 ranks; this is rank0. '#rank1' names another."])
  }

  @Test func `a rank is a run`() throws {
    let trace = try example("sglang-dump#rank1")
    #expect(try trace.output("layer_id=0/attn_out").numbers() == [100, 101, 102, 103, 104, 105])
    #expect(trace.warnings == [])
    #expect(
      openingError("\(fixtures)/formats/sglang-dump#rank2")?.problem
        == .unsupported("'#rank2' names no run in it", advice: "it holds 'rank0/0', 'rank1/0'"))
  }

  @Test func `other files are skipped, damaged ones are lost by name`() throws {
    let scratch = try dump([
      (2, "step=0___rank=0___dump_index=10___name=b___recompute_status=original.pt"),
      (1, "step=0___rank=0___dump_index=9___name=a___recompute_status=recompute.pt"),
      (1, "input_ids.pt"), (1, "x___name=c.pt"),
    ])
    scratch.write([1, 2, 3], as: "step=0___rank=0___dump_index=11___name=c.pt")
    let trace = try openTrace(at: scratch.path)
    #expect(
      trace.outline == ["recompute_status=recompute/a i64 3", "b f32 2×3", "c unreadable"])
    #expect(!trace.isComplete)
    #expect(
      trace.warnings.prefix(2) == [
        "File 'input_ids.pt' is no dump and is skipped.",
        "File 'x___name=c.pt' is no dump and is skipped.",
      ])
  }

  @Test func `a value that was saved without meta`() throws {
    let scratch = Scratch()
    let alone = try fileBytes("\(fixtures)/formats/nested-dict.pt")
    scratch.write(alone, as: "dump_index=1___name=s.pt")
    let trace = try openTrace(at: scratch.path)
    #expect(trace.stages.allSatisfy { $0.name.hasPrefix("s.") && $0.parameters.isEmpty })
    #expect(trace.stages.count > 1)
  }
}
