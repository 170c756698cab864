import PipelineTrace
import Testing

@testable import TensorFormats

@Suite struct TorchPrintTests {
  typealias Figure = TensorSummary.Figure

  static let origin = Origin(file: "tree.json", place: "M.a, outputs")

  static func printed(_ text: String, _ extents: [Int], limit: Int = 100) throws(FormatError)
    -> [TensorSummary.PrintedElement]
  {
    try TorchPrint.elements(text, shape: Shape(extents)!, limit: limit, origin: origin)
  }

  static func error(_ text: String, _ extents: [Int], limit: Int = 100) -> FormatError? {
    do throws(FormatError) {
      _ = try printed(text, extents, limit: limit)
      return nil
    } catch {
      return error
    }
  }

  @Test func `five digits are off by half of the last`() throws {
    let elements = try Self.printed("tensor([ 1.2917e-03, -4.0912e-06,  3.0000e+02])", [3])
    #expect(elements.map(\.element) == [0, 1, 2])
    #expect(elements.map(\.figure.value) == [1.2917e-03, -4.0912e-06, 300])
    #expect(elements.map(\.figure.halfUnit) == [5e-08, 5e-11, 5e-03])
  }

  @Test func `other notations`() throws {
    let fixed = try Self.printed("tensor([0.0000, 12.5000, -0.0001])", [3])
    #expect(
      fixed.map(\.figure) == [
        Figure(0, halfUnit: 5e-5), Figure(12.5, halfUnit: 5e-5), Figure(-0.0001, halfUnit: 5e-5),
      ])
    #expect(try Self.printed("tensor([1., -3.])", [2]).map(\.figure) == [Figure(1), Figure(-3)])
    #expect(try Self.printed("tensor([2e+05])", [1]).map(\.figure) == [Figure(2e5, halfUnit: 5e4)])
    #expect(
      try Self.printed("tensor([ True, False], device='cuda:0')", [2]).map(\.figure)
        == [Figure(1), Figure(0)])
    #expect(
      try Self.printed("tensor([9007199254740993, -7], dtype=torch.uint64)", [2]).map(\.figure)
        == [Figure(9_007_199_254_740_992, halfUnit: 1), Figure(-7)])
  }

  @Test func `zero in scientific notation is exact, and so is what is not finite`() throws {
    let elements = try Self.printed("tensor([0.0000e+00, inf, -inf, nan])", [4])
    #expect(elements.prefix(3).map(\.figure) == [Figure(0), Figure(.infinity), Figure(-.infinity)])
    #expect(elements[3].figure.value.isNaN)
    #expect(elements[3].figure.halfUnit == 0)
  }

  @Test func `gaps leave out the middle of each axis`() throws {
    let text = """
      tensor([[0, 1, 2,  ..., 7, 8, 9],
              [10, 11, 12,  ..., 17, 18, 19],
              ...,
              [80, 81, 82,  ..., 87, 88, 89],
              [90, 91, 92,  ..., 97, 98, 99]])
      """
    let elements = try Self.printed(text, [10, 10])
    #expect(
      elements.map(\.element) == [
        0, 1, 2, 7, 8, 9, 10, 11, 12, 17, 18, 19, 80, 81, 82, 87, 88, 89, 90, 91, 92, 97, 98, 99,
      ])
    #expect(elements.allSatisfy { Double($0.element) == $0.figure.value })
  }

  @Test func `scalars, empty tensors, parameters and tensors without data`() throws {
    #expect(try Self.printed("tensor(5)", []).map(\.figure) == [Figure(5)])
    #expect(try Self.printed("tensor([], size=(0, 3))", [0, 3]) == [])
    #expect(
      try Self.printed("Parameter containing:\ntensor([1.], requires_grad=True)", [1])
        == [.init(element: 0, figure: Figure(1))])
    #expect(try Self.printed("tensor(..., device='meta', size=(2, 3))", [2, 3]) == [])
  }

  @Test func `what disagrees with the shape is an error with its place`() {
    for (text, extents, sentence) in [
      ("tensor([1, 2])", [3], "expected 3 in axis 0, not 2 in line 1, column 14 of its print"),
      ("tensor([1, 2, 3])", [2], "expected no more than 2 in axis 0 in line 1, column 15"),
      ("tensor([[1],\n [2, 3]])", [2, 1], "expected no more than 1 in axis 1 in line 2, column 6"),
      ("tensor([1, ..., 2, ..., 3])", [9], "expected one gap in an axis"),
      ("tensor([1 2])", [2], "expected a comma or ]"),
      ("tensor([1, 2", [2], "expected a comma or ]"),
      ("tensor(1, 2)", [2], "expected ["),
      ("tensor([x])", [1], "expected a number"),
      ("tensor([--1])", [1], "expected a number"),
      ("tensor([1e9999999999999999999])", [1], "expected a number"),
      ("tensor(1", [], "expected )"),
      ("", [], "expected tensor("),
    ] {
      let message = Self.error(text, extents).map { "\($0)" } ?? "none"
      #expect(message.hasPrefix("tree.json, M.a, outputs: \(sentence)"), "\(message)")
    }
  }

  @Test func `other kinds of tensors are not supported`() {
    #expect(
      Self.error("tensor([1.0000e+00+2.0000e+00j])", [1])?.problem
        == .unsupported(
          "printed complex numbers are not read", advice: "save torch.view_as_real of it"))
    #expect(
      Self.error("tensor(indices=tensor([[0]]),\n values=tensor([1.]), size=(9,))", [])?.problem
        == .unsupported(
          "it is a print of a tensor of another kind (sparse, nested or quantized)",
          advice: "save .to_dense() of it"))
  }

  @Test func `no more elements are kept than allowed`() {
    #expect(
      Self.error("tensor([1, 2, 3])", [3], limit: 2)?.problem
        == .tooLarge(byteCount: 72, limit: 48, what: "what is printed"))
  }
}
