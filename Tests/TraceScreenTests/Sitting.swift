import PipelineTrace
import TraceAlignment
import TraceComparison

@testable import TraceScreen

/// A person before the debugger, without a terminal: keys in, frame out.
///
/// ```
/// var sitting = try Sitting(dev: [stage("a", vector([1]))], prod: [stage("a", vector([2]))])
/// sitting.compare()
/// sitting.press("j")
/// #expect(sitting.line(1) == " FIRST DIVERGENCE  0 a  …")
/// ```
///
/// What the debugger wants read is read at once; what it wants of the program is kept in ``effects``.
struct Sitting {
  var debugger: Debugger
  /// What the debugger asked of the program, but for the reading that was done here.
  var effects: [Debugger.Effect] = []
  /// Jobs that were carried out, the latest last.
  var jobs: [Job] = []
  /// Whether what is to be read is read; if not, panels go on waiting.
  var isReading = true

  init(
    dev: [Stage], prod: [Stage], width: Int = 80, height: Int = 24,
    display: Display = Display(palette: .monochrome), settings: ComparisonSettings = .init(),
    overrides: AlignmentOverrides = .init(), devPath: String = "dev.npz",
    prodPath: String = "prod.npz", isComplete: Bool = true, warnings: [String] = []
  ) throws {
    let comparison = try Comparison(
      dev: Trace(path: devPath, format: "npz", stages: numbered(dev)),
      prod: Trace(
        path: prodPath, format: "npz", stages: numbered(prod), isComplete: isComplete,
        warnings: warnings),
      settings: settings, overrides: overrides)
    debugger = Debugger(comparison: comparison, display: display, width: width, height: height)
  }

  // MARK: Events

  mutating func send(_ event: Debugger.Event) {
    carryOut(debugger.update(event))
  }

  private mutating func carryOut(_ asked: [Debugger.Effect]) {
    for effect in asked {
      guard isReading, case .perform(let job) = effect, let value = debugger.value(for: job) else {
        effects.append(effect)
        continue
      }
      jobs.append(job)
      guard let output = job.run(on: value, isCancelled: { false }) else { continue }
      carryOut(debugger.update(.finished(job, output)))
    }
  }

  /// What comparing everything reports, in its order.
  var updates: [ComparisonEngine.Update] {
    var updates: [ComparisonEngine.Update] = []
    _ = ComparisonEngine.run(
      debugger.comparison, workerCount: 1, report: { updates.append($0) })
    return updates
  }

  /// Compares everything and tells the debugger.
  mutating func compare() {
    send(.compared(updates))
    send(.comparisonEnded(isCancelled: false))
  }

  /// Presses one key for each character; a newline is Enter, a tab is Tab, `\u{1B}` is Escape.
  mutating func press(_ text: String) {
    for scalar in text.unicodeScalars {
      switch scalar {
      case "\n": send(.key(.enter))
      case "\t": send(.key(.tab))
      case "\u{1B}": send(.key(.escape))
      case "\u{7F}": send(.key(.backspace))
      default: send(.key(.character(scalar)))
      }
    }
  }

  mutating func press(_ keys: Key...) {
    for key in keys { send(.key(key)) }
  }

  mutating func resize(width: Int, height: Int) {
    send(.resized(width: width, height: height))
  }

  // MARK: The frame

  var frame: Grid { debugger.draw() }
  var text: String { frame.text }
  /// Row `y`; rows below zero count from the bottom.
  func line(_ y: Int) -> String {
    let frame = frame
    return frame.line(y < 0 ? frame.height + y : y)
  }
  /// The first row that has `part` in it, as text.
  func line(with part: String) -> String? {
    row(with: part).map { frame.line($0) }
  }
  /// The number of the first row that has `part` in it.
  func row(with part: String) -> Int? {
    let frame = frame
    return (0..<frame.height).first { frame.line($0).contains(part) }
  }
  /// Rows `range`, each ended by `|`, so that blanks at its end can be seen to be none.
  func lines(_ range: Range<Int>) -> String {
    let frame = frame
    return range.map { frame.line($0) + "|" }.joined(separator: "\n")
  }
}

extension Display {
  /// Characters of ASCII and attributes alone.
  static let plain = Display(palette: .monochrome, isUnicode: false)
  static let colors256 = Display(palette: .colors256)
}

// MARK: - Traces of a few numbers

private func numbered(_ stages: [Stage]) -> [Stage] {
  stages.enumerated().map { position, stage in
    var stage = stage
    stage.position = position
    return stage
  }
}

func stage(_ name: String, _ values: Value..., parameters: [Fact] = []) -> Stage {
  Stage(name: name, position: 0, values: values, parameters: parameters)
}

/// A tensor of float32.
func tensor(_ extents: [Int], _ numbers: [Float], name: String = "out") -> Value {
  let bytes = numbers.flatMap { number in
    withUnsafeBytes(of: number.bitPattern.littleEndian) { Array($0) }
  }
  return Value(
    name: name,
    content: .tensor(
      Tensor(dtype: .f32, shape: Shape(extents)!, bytes: LiteralBytes(bytes))))
}

func vector(_ numbers: [Float], name: String = "out") -> Value {
  tensor([numbers.count], numbers, name: name)
}

/// A tensor of 32-bit integers.
func integers(_ extents: [Int], _ numbers: [Int32]) -> Value {
  Value(name: "out", content: .tensor(integerTensor(extents, numbers)))
}

private func integerTensor(_ extents: [Int], _ numbers: [Int32]) -> Tensor {
  let bytes = numbers.flatMap { number in withUnsafeBytes(of: number.littleEndian) { Array($0) } }
  return Tensor(dtype: .i32, shape: Shape(extents)!, bytes: LiteralBytes(bytes))
}

/// A summary of a tensor of float32, all figures printed to four decimals.
func summary(
  _ extents: [Int], _ statistics: [TensorSummary.Statistic: Double], _ printed: [Int: Double] = [:]
) -> Value {
  Value(
    name: "out",
    content: .summary(
      TensorSummary(
        dtype: .f32, shape: Shape(extents)!,
        statistics: statistics.mapValues { TensorSummary.Figure($0, halfUnit: 0.00005) },
        printed: printed.sorted { $0.key < $1.key }.map {
          TensorSummary.PrintedElement(
            element: $0.key, figure: TensorSummary.Figure($0.value, halfUnit: 0.00005))
        }, origin: Origin(file: "tree.json"))))
}

func text(_ text: String, name: String = "out") -> Value {
  Value(name: name, content: .text(TextArray(text)))
}

func texts(_ texts: [String]) -> Value {
  Value(
    name: "out",
    content: .text(TextArray(texts.map { Array($0.utf8) }, shape: .vector(texts.count))))
}

func tokens(_ ids: [Int32], pieces: [String]? = nil) -> Value {
  Value(
    name: "ids",
    content: .tokens(integerTensor([ids.count], ids), pieces: pieces?.map { Array($0.utf8) }))
}

/// `count` numbers from 0 up, with some of them replaced.
func ramp(_ count: Int, but changes: [Int: Float] = [:]) -> [Float] {
  (0..<count).map { changes[$0] ?? Float($0) }
}
