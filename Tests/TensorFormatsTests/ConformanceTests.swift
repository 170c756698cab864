import PipelineTrace
import TensorFormats
import Testing

/// The same eleven stages as numpy, safetensors and torch write them, read from every format.
@Suite struct ConformanceTests {
  static let files = [
    "stored.npz", "deflated.npz", "npydir", "numpy.safetensors", "ordereddict.pt",
  ]

  @Test(arguments: files) func `names, order, dtypes and shapes`(file: String) throws {
    let trace = try example(file)
    // safetensors' numpy interface cannot write a scalar and gives it an axis.
    let scalar = file == "numpy.safetensors" ? "scalar f32 1" : "scalar f32 scalar"
    #expect(
      trace.outline.prefix(11) == [
        "raw_text text scalar", "tokens text 7", "input_ids tokens i64 1×7", "image u8 4×5×3",
        "x f32 2×3×4", "half f16 2×3×4", "double f64 2×3×4", "mask bool 1×3", scalar,
        "empty f32 0×3", "special f32 5",
      ])
    #expect(trace.stages.map(\.position) == Array(0..<trace.stages.count))
    #expect(trace.stages.count == (file == "ordereddict.pt" ? 15 : 11))
    #expect(trace.stages.allSatisfy { $0.values.map(\.name) == [$0.name] })
    #expect(trace.stages.allSatisfy { $0.values[0].role == .output })
    #expect(trace.isComplete)
    #expect(trace.warnings == [])
  }

  @Test(arguments: files) func `elements`(file: String) throws {
    let trace = try example(file)
    #expect(try trace.output("input_ids").numbers() == [101, 7, 8, 1010, 1879, 1755, 102])
    let image = try trace.output("image").numbers()
    #expect(image.prefix(6) == [121, 131, 193, 243, 8, 36])
    #expect(image.suffix(3) == [41, 82, 248])
    #expect(image.reduce(0, +) == 7562)
    let x = [
      -3, -2.75, -2.5, -2.25, -2, -1.75, -1.5, -1.25, -1, -0.75, -0.5, -0.25, 0, 0.25, 0.5, 0.75,
      1, 1.25, 1.5, 1.75, 2, 2.25, 2.5, 2.75,
    ]
    #expect(try trace.output("x").numbers() == x)
    #expect(try trace.output("half").numbers() == x)
    #expect(try trace.output("double").numbers().last == 0.9166666666666666)
    #expect(try trace.output("mask").numbers() == [1, 0, 1])
    #expect(try trace.output("scalar").numbers() == [0.5])
    #expect(try trace.output("empty").numbers() == [])
    let special = try trace.output("special").numbers()
    #expect(special[0].isNaN)
    #expect(special[1...] == [.infinity, -.infinity, 0, 1.401298464324817e-45])
    #expect(special[3].sign == .minus)
  }

  @Test(arguments: files) func `texts`(file: String) throws {
    let trace = try example(file)
    #expect(try trace.output("raw_text").texts() == ["grüße, 東京\n2nd line"])
    #expect(
      try trace.output("tokens").texts() == ["[CLS]", "gr", "##üße", ",", "東", "京", "[SEP]"])
  }

  @Test func `every trace knows its format`() throws {
    #expect(
      try Self.files.map { try example($0).format } == [
        "npz", "npz", "npy-folder", "safetensors", "pytorch",
      ])
  }

  @Test func `types that numpy loses are guessed and said`() throws {
    let trace = try example("bf16-as-void.npz")
    #expect(trace.outline == ["bf16 bf16 2×3×4", "f8 f8_e4m3 2×3×4"])
    #expect(try trace.output("bf16").numbers().prefix(3) == [-3, -2.75, -2.5])
    #expect(try trace.output("f8").numbers().prefix(3) == [-3, -2.75, -2.5])
    #expect(
      trace.warnings == [
        """
        In 'bf16' the type of the elements is lost (dtype '<V2', raw bytes of 16 bits); \
        bf16 is assumed, safetensors would keep it.
        """,
        """
        In 'f8' the type of the elements is lost (dtype '<V1', raw bytes of 8 bits); \
        f8_e4m3 is assumed, safetensors would keep it.
        """,
      ])
  }

  @Test func `what torch writes beyond numpy: short floats and views`() throws {
    let trace = try example("ordereddict.pt")
    #expect(
      trace.outline.suffix(4) == [
        "bf16 bf16 2×3×4", "f8_e4m3 f8_e4m3 2×3×4", "transposed f32 4×2×3", "slice_of_x f32 3×2",
      ])
    #expect(try trace.output("bf16").numbers().prefix(3) == [-3, -2.75, -2.5])
    #expect(try trace.output("f8_e4m3").numbers().suffix(3) == [2.25, 2.5, 2.75])
    #expect(
      try trace.output("transposed").numbers() == [
        -3, -2, -1, 0, 1, 2, -2.75, -1.75, -0.75, 0.25, 1.25, 2.25, -2.5, -1.5, -0.5, 0.5, 1.5, 2.5,
        -2.25, -1.25, -0.25, 0.75, 1.75, 2.75,
      ])
    #expect(try trace.output("slice_of_x").numbers() == [0.25, 0.5, 1.25, 1.5, 2.25, 2.5])
  }

  @Test func `every dtype of torch's safetensors, in the order of the names' numbers`() throws {
    let trace = try example("torch-bf16-f8.safetensors")
    #expect(
      trace.outline == [
        "f32 f32 2×3×4", "bf16 bf16 2×3×4", "f16 f16 2×3×4", "f8_e4m3 f8_e4m3 2×3×4",
        "f8_e5m2 f8_e5m2 2×3×4", "i8 i8 2×3×4", "bool bool 2×3×4", "i64 i64 2×3×4",
        "scalar f32 scalar", "empty f32 0×3", "f64 f64 2×3×4", "i16 i16 2×3×4", "i32 i32 2×3×4",
        "u8 u8 2×3×4",
      ])
    for name in ["f32", "bf16", "f16", "f8_e4m3", "f64"] {
      #expect(try trace.output(name).numbers().prefix(4) == [-3, -2.75, -2.5, -2.25])
    }
    // Two bits of mantissa: -2.75 and -2.25 have no place of their own.
    #expect(try trace.output("f8_e5m2").numbers().prefix(4) == [-3, -3, -2.5, -2])
    for name in ["i8", "i16", "i32", "i64"] {
      #expect(try trace.output(name).numbers().prefix(5) == [-3, -2, -2, -2, -2])
    }
    #expect(try trace.output("u8").numbers().prefix(5) == [3, 2, 2, 2, 2])
    #expect(try trace.output("bool").numbers()[12...14] == [0, 1, 1])
  }
}
