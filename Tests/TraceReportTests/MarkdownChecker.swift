/// Looks at a Markdown report as GitHub does: blocks by lines, cells by bars, then code spans.
///
/// Written from GitHub Flavored Markdown 0.29 (4.5, 4.10, 6.2, 6.3), to judge what the report wrote.
struct MarkdownChecker {
  private typealias Scalars = ArraySlice<Unicode.Scalar>

  /// The headings, without their marks.
  private(set) var headings: [String] = []
  /// The cells of each row of each table, as they are read: code without its fence, bars restored.
  private(set) var tables: [[[String]]] = []
  private(set) var items: [String] = []
  private(set) var faults: [String] = []

  init(_ report: String) {
    var fence: Scalars?
    var isInTable = false
    let scalars = Array(report.unicodeScalars)
    for line in scalars.split(separator: "\n", omittingEmptySubsequences: false) {
      if let open = fence {
        if line == open { fence = nil }
        continue
      }
      let run = line.prefix { $0 == "`" }
      if run.count >= 3, !line.dropFirst(run.count).contains("`") {
        fence = run
      } else if line.first == "|" {
        if !isInTable { tables.append([]) }
        isInTable = true
        tables[tables.count - 1].append(cells(of: line))
        continue
      } else if line.first == "#" {
        headings.append(inline(line.drop { $0 == "#" }.dropFirst()))
      } else if line.starts(with: Array("- ".unicodeScalars)) {
        items.append(inline(line.dropFirst(2)))
      } else if !line.isEmpty {
        var line = line
        let title = Array("**LIKELY CAUSE** ".unicodeScalars)
        if line.starts(with: title) { line = line.dropFirst(title.count) }
        if line.first != "`" { faults.append("a paragraph of words: \(text(line))") }
        _ = inline(line)
      }
      isInTable = false
    }
    if fence != nil { faults.append("a block of code does not end") }
  }

  private func text(_ scalars: Scalars) -> String {
    String(String.UnicodeScalarView(scalars))
  }

  /// Cut at each bar, as every reader does that knows no escapes; a backslash may stand before none.
  private mutating func cells(of line: Scalars) -> [String] {
    let parts = line.split(separator: "|", omittingEmptySubsequences: false)
    guard parts.count > 2, parts.first?.isEmpty == true, parts.last?.isEmpty == true else {
      faults.append("no row: \(text(line))")
      return []
    }
    return parts.dropFirst().dropLast().map { part in
      guard part.first == " ", part.last == " " else {
        faults.append("no blank beside a bar: \(text(line))")
        return ""
      }
      return part.count == 1 ? "" : inline(part.dropFirst().dropLast())
    }
  }

  /// The text of a line as it is read; what stands outside of code has to be plain words.
  private mutating func inline(_ line: Scalars) -> String {
    var read: Scalars = []
    var words: Scalars = []
    var rest = line
    while let scalar = rest.first {
      if scalar == "`" {
        read += code(&rest)
      } else if let (length, meaning) = reference(rest) {
        read.append(meaning)
        rest = rest.dropFirst(length)
      } else {
        read.append(scalar)
        words.append(scalar)
        rest = rest.dropFirst()
      }
    }
    let outside = text(words).replacing("*empty*", with: "")
    let active = outside.unicodeScalars.filter { "`*_[]<>&#~!@|\\$".unicodeScalars.contains($0) }
    // A lone number sign heads the column of numbers.
    if !active.isEmpty, outside != "#" {
      faults.append("\(String(active)) outside of code: \(text(line))")
    }
    return text(read)
  }

  /// A reference at the start of what is left, its length and what it stands for.
  private func reference(_ rest: Scalars) -> (Int, Unicode.Scalar)? {
    let references: [(String, Unicode.Scalar)] = [("&#124;", "|"), ("&lt;", "<"), ("&gt;", ">")]
    for (name, meaning) in references where rest.starts(with: Array(name.unicodeScalars)) {
      return (name.unicodeScalars.count, meaning)
    }
    return nil
  }

  /// The code span at the start of what is left, which is taken away.
  private mutating func code(_ rest: inout Scalars) -> Scalars {
    let length = rest.prefix { $0 == "`" }.count
    rest = rest.dropFirst(length)
    var code: Scalars = []
    while let scalar = rest.first {
      let run = rest.prefix { $0 == "`" }
      if run.isEmpty {
        code.append(scalar)
        rest = rest.dropFirst()
        continue
      }
      rest = rest.dropFirst(run.count)
      if run.count == length {
        let isPadded =
          code.first == " " && code.last == " " && code.contains { $0 != " " }
        return isPadded ? code.dropFirst().dropLast() : code
      }
      code += run
    }
    faults.append("code does not end: \(text(code))")
    return code
  }
}
