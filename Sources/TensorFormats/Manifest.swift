import PipelineTrace

/// What a recorder says about a trace beyond its tensors: the order, names and context of stages.
///
/// JSON text, version 1; the keys are those of the public contract (`label`, `stages`, …). Keys
/// that are not known are ignored, so that recorders may add some. A stage without values, which
/// has nothing to compare, is left out with a warning.
struct Manifest: Sendable, Equatable {
  /// One value of a stage, and where its content is.
  struct RecordedValue: Sendable, Equatable {
    enum Content: Sendable, Equatable {
      /// The tensor or text of this name in the file.
      case named(String)
      case text(String)
      case texts([String])
    }

    var name: String
    var role: Value.Role
    var content: Content
    var pieces: [String]?
  }

  struct RecordedStage: Sendable, Equatable {
    var name: String
    var source: Stage.Source?
    var parameters: [Fact]
    var seconds: Double?
    var values: [RecordedValue]
  }

  var label: String?
  var request: String?
  var capturedAt: String?
  var isComplete: Bool
  var error: String?
  var environment: [Fact]
  var artifacts: [Fact]
  var stages: [RecordedStage]
  private var origin: Origin

  /// The highest version that is understood.
  private static let version = 1

  /// Takes the text of a manifest apart.
  ///
  /// - Throws: `malformed` with the path to the value that has another type than it should,
  ///   `unsupported` for later versions.
  init(json: [UInt8], origin: Origin) throws(FormatError) {
    let value = try JSONReader.read(json, origin: origin)
    let fields = try ManifestFields(value, path: "the manifest", origin: origin)
    if let version = fields["version"]?.integer, version != Self.version {
      throw origin.error(
        .unsupported(
          "the manifest has version \(version), known is \(Self.version)",
          advice: "read it with a later Paritty"))
    }
    label = try fields.optionalText("label")
    request = try fields.optionalText("request")
    capturedAt = try fields.optionalText("captured_at")
    error = try fields.optionalText("error")
    if let flag = fields["complete"] {
      guard let boolean = flag.boolean else { throw fields.mistake("complete", "true or false") }
      isComplete = boolean
    } else {
      isComplete = true
    }
    environment = try fields.facts("environment", asRecorded: false)
    artifacts = try fields.facts("artifacts", asRecorded: false)
    stages = []
    self.origin = origin
    for (index, stage) in try fields.list("stages").enumerated() {
      stages.append(try RecordedStage(stage, path: "stages[\(index)]", origin: origin))
    }
  }

  /// Gives `trace` what this manifest says, and the stages with their content from `items`.
  ///
  /// Items that the manifest does not name become stages of their own, after the others. Where the
  /// file was cut off, what the manifest names and the file does not have is lost.
  ///
  /// - Throws: `malformed` where the manifest names a tensor that a file that is whole does not have.
  func fill(_ trace: inout Trace, with items: [Recording.Item]) throws(FormatError) {
    trace.label = label
    trace.request = request
    trace.capturedAt = capturedAt
    trace.error = error
    trace.environment = environment
    trace.artifacts = artifacts
    let isCutOff = !trace.isComplete && !trace.isEndKnown
    trace.isComplete = trace.isComplete && isComplete
    // Each stage of a file that was cut off has its name here, unless the request itself ended early.
    trace.isEndKnown = isComplete && (isCutOff || trace.isEndKnown)
    var rest: Set<ExactName> = []
    var contents: [ExactName: Value.Content] = [:]
    for item in items {
      contents[ExactName(item.name)] = item.content
      rest.insert(ExactName(item.name))
    }
    for stage in stages {
      var values: [Value] = []
      for value in stage.values {
        let place = "value '\(value.name)' of stage '\(stage.name)'"
        var content: Value.Content
        switch value.content {
        case .text(let text): content = .text(TextArray(text))
        case .texts(let texts): content = .text(TextArray(listOf: texts, origin: origin))
        case .named(let name):
          guard let named = contents[ExactName(name)] else {
            guard !isCutOff else {
              content = .unreadable(
                FormatError(
                  file: origin.file, place: "tensor '\(name)'",
                  problem: .cutOff(foundByteCount: 0)))
              trace.warnings.append("'\(name.visible)' is lost, since the file was cut off.")
              break
            }
            throw origin.error(
              .malformed("\(place) names tensor '\(name)', which the file does not have"))
          }
          rest.remove(ExactName(name))
          content = named.recognisingTokens(named: value.name)
        }
        if let pieces = value.pieces {
          content = content.with(
            pieces: pieces, place: place.visible, warnings: &trace.warnings)
        }
        values.append(Value(name: value.name, role: value.role, content: content))
      }
      guard !values.isEmpty else {
        trace.warnings.append("Stage '\(stage.name.visible)' has no values and is left out.")
        continue
      }
      trace.stages.append(
        Stage(
          name: stage.name, position: trace.stages.count, values: values, source: stage.source,
          parameters: stage.parameters, seconds: stage.seconds))
    }
    for item in items where rest.contains(ExactName(item.name)) {
      trace.warnings.append(
        "'\(item.name.visible)' is not named by the manifest; it stands at the end.")
      trace.stages.append(Stage(item: item, position: trace.stages.count))
    }
  }
}

extension Value.Content {
  /// Token ids as the integers that they are.
  private var withoutPieces: Value.Content {
    if case .tokens(let tensor, _) = self { .tensor(tensor) } else { self }
  }

  /// These token ids with the pieces they stand for; as they are where the pieces do not fit.
  fileprivate func with(pieces: [String], place: String, warnings: inout [String])
    -> Value.Content
  {
    guard case .tensor(let tensor) = withoutPieces, !tensor.dtype.isFloat, tensor.dtype != .bool
    else {
      warnings.append("The pieces of \(place) are ignored, since it has no integers.")
      return self
    }
    guard tensor.shape.elementCount == pieces.count else {
      warnings.append(
        "The \(pieces.count) pieces of \(place) are ignored, since it has "
          + "\(tensor.shape.elementCount) elements.")
      return self
    }
    return .tokens(tensor, pieces: pieces.map { Array($0.utf8) })
  }
}

extension TextArray {
  /// A list of texts along one axis.
  init(listOf texts: [String], origin: Origin) {
    self.init(texts.map { Array($0.utf8) }, shape: .vector(texts.count), origin: origin)
  }
}

extension Manifest.RecordedStage {
  fileprivate init(_ value: JSONValue, path: String, origin: Origin) throws(FormatError) {
    let fields = try ManifestFields(value, path: path, origin: origin)
    name = try fields.text("name")
    seconds = fields["seconds"]?.double
    parameters = try fields.facts("params", asRecorded: true)
    if let recorded = fields["source"] {
      let place = try ManifestFields(recorded, path: "source of \(path)", origin: origin)
      source = Stage.Source(
        file: try place.text("file"), line: place["line"]?.integer,
        function: try place.optionalText("function"))
    }
    values = []
    for (index, value) in try fields.list("values").enumerated() {
      let place = "\(path).values[\(index)]"
      values.append(
        try Manifest.RecordedValue(value, stageName: name, path: place, origin: origin))
    }
  }
}

extension Manifest.RecordedValue {
  fileprivate init(_ value: JSONValue, stageName: String, path: String, origin: Origin)
    throws(FormatError)
  {
    let fields = try ManifestFields(value, path: path, origin: origin)
    name = try fields.optionalText("name") ?? stageName
    let word = try fields.optionalText("role") ?? Value.Role.output.rawValue
    guard let role = Value.Role(rawValue: word) else {
      throw fields.mistake("role", "input, output or state")
    }
    self.role = role
    pieces = try fields.texts("pieces")
    let tensor = try fields.optionalText("tensor")
    let text = try fields.optionalText("text")
    let texts = try fields.texts("texts")
    switch (tensor, text, texts) {
    case (let tensor?, nil, nil): content = .named(tensor)
    case (nil, let text?, nil): content = .text(text)
    case (nil, nil, let texts?): content = .texts(texts)
    default:
      throw origin.error(.malformed("\(path) should have one of 'tensor', 'text' and 'texts'"))
    }
  }
}
