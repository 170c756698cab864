import PipelineTrace

/// What is wrong with an override, and how to say it instead.
package struct AlignmentError: Error, Equatable, Sendable, CustomStringConvertible {
  /// Which of the two kinds of override.
  package enum Option: String, Sendable {
    case pair
    case rename
  }

  package enum Problem: Equatable, Sendable {
    case noEqualsSign
    /// Nothing stands on one side of the `=`.
    case emptyPart
    /// The text is the regular expression engine's own.
    case badPattern(String)
    /// The replacement names a group that the pattern does not have.
    case noSuchGroup(Int, groupCount: Int)
    /// No stage of `side` (`dev` or `prod`) has this name; some that look like it, the nearest first.
    case noSuchStage(String, side: String, near: [String])
    case pairedTwice(String, side: String)
  }

  package var option: Option
  /// The override as the user gave it.
  package var text: String
  package var problem: Problem

  package init(option: Option, text: String, problem: Problem) {
    self.option = option
    self.text = text
    self.problem = problem
  }

  /// One line, safe to print.
  package var description: String {
    "--\(option) '\(text.visible)': \(sentence)"
  }

  private var sentence: String {
    let form = option == .pair ? "DEV=PROD" : "REGEX=REPLACEMENT"
    switch problem {
    case .noEqualsSign:
      return "there is no '=' in it; write \(form)"
    case .emptyPart:
      return "nothing stands before or after the '='; write \(form)"
    case .badPattern(let reason):
      return "the pattern is no regular expression (\(reason.visible)); mend it"
    case .noSuchGroup(let group, let groupCount):
      return "the replacement names group \(group), the pattern has \(groupCount);"
        + " put parentheses around what it stands for"
    case .noSuchStage(let name, let side, let near):
      let advice =
        near.isEmpty
        ? "list its stages with 'paritty inspect'"
        : "did you mean \(near.map { "'\($0.visible)'" }.joined(separator: " or "))?"
      return "\(side) has no stage '\(name.visible)'; \(advice)"
    case .pairedTwice(let name, let side):
      return "\(side)'s stage '\(name.visible)' is in a pair already; name each stage once"
    }
  }
}
