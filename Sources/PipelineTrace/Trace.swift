/// One captured run of a pipeline on one input.
package struct Trace: Sendable {
  /// The path as the user gave it.
  package var path: String
  /// The format's own name, say `npz`.
  package var format: String
  /// In order of execution.
  package var stages: [Stage]
  /// False where the request failed or was cut off, or where a part of the file is lost.
  package var isComplete: Bool
  /// Whether the file lists all stages, so that none can be lost without a name: of no interest
  /// where the trace is complete.
  package var isEndKnown = false
  /// What a reader had to guess, skip or correct; whole sentences, safe to print.
  package var warnings: [String]
  package var label: String?
  package var request: String?
  package var capturedAt: String?
  /// What made the request fail, as it was recorded.
  package var error: String?
  package var environment: [Fact]
  package var artifacts: [Fact]

  package init(
    path: String, format: String, stages: [Stage], isComplete: Bool = true,
    warnings: [String] = [], label: String? = nil, request: String? = nil,
    capturedAt: String? = nil, error: String? = nil, environment: [Fact] = [],
    artifacts: [Fact] = []
  ) {
    self.path = path
    self.format = format
    self.stages = stages
    self.isComplete = isComplete
    self.warnings = warnings
    self.label = label
    self.request = request
    self.capturedAt = capturedAt
    self.error = error
    self.environment = environment
    self.artifacts = artifacts
  }
}
