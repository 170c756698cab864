/// One step of a pipeline, with what it took in and gave out.
package struct Stage: Sendable {
  /// Where in the pipeline's own code the step stands.
  package struct Source: Sendable, Equatable {
    package var file: String
    package var line: Int?
    package var function: String?

    package init(file: String, line: Int? = nil, function: String? = nil) {
      self.file = file
      self.line = line
      self.function = function
    }
  }

  /// The name without the number that gives its order: `resize` for `03_resize`.
  package var name: String
  /// Zero-based place in the trace's order of execution.
  package var position: Int
  /// Outputs first as recorded, then inputs and state; at least one.
  package var values: [Value]
  package var source: Source?
  /// What the step was called with, in the order recorded, each as the text it was recorded as.
  package var parameters: [Fact]
  package var seconds: Double?

  package init(
    name: String, position: Int, values: [Value], source: Source? = nil, parameters: [Fact] = [],
    seconds: Double? = nil
  ) {
    self.name = name
    self.position = position
    self.values = values
    self.source = source
    self.parameters = parameters
    self.seconds = seconds
  }
}

/// A named fact beside the data: a parameter, a version, a hash.
package struct Fact: Sendable, Equatable {
  package var name: String
  package var text: String

  package init(name: String, text: String) {
    self.name = name
    self.text = text
  }
}
