import PipelineTrace

extension String {
  /// This text with other texts for some scalars.
  ///
  /// By scalar, since a mark that joins its neighbour (a skin tone, `ﾞ`) makes of `'` and itself a
  /// character that is not equal to `'`, yet no program that reads a report sees it so.
  func replacing(_ texts: [Unicode.Scalar: String]) -> String {
    var replaced = ""
    for scalar in unicodeScalars {
      if let text = texts[scalar] {
        replaced += text
      } else {
        replaced.unicodeScalars.append(scalar)
      }
    }
    return replaced
  }

  /// Without the blanks at its end.
  var trimmed: String {
    var text = Substring(self)
    while text.last == " " { text.removeLast() }
    return String(text)
  }

  /// The end of this text in at most `columns` columns; where something is lost the first is `…`.
  func lastPart(columns: Int) -> String {
    guard columnCount > columns else { return self }
    var kept = ""
    var used = 1
    for scalar in unicodeScalars.reversed() {
      used += scalar.columnCount
      guard used <= columns else { break }
      kept.unicodeScalars.append(scalar)
    }
    return columns > 0 ? "…" + String(String.UnicodeScalarView(kept.unicodeScalars.reversed())) : ""
  }

  /// This sentence in lines of at most `columns`, broken at blanks, the first indented by two, the
  /// others by four.
  package func wrapped(toColumns columns: Int) -> [String] {
    var lines: [String] = []
    var line = " "
    for word in visible.split(separator: " ") {
      if line.columnCount + 1 + String(word).columnCount > columns, line.columnCount > 4 {
        lines.append(line)
        line = "   "
      }
      line += " " + word
    }
    return lines + [line]
  }
}
