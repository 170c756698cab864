import PipelineTrace
import TraceComparison
import TraceReport

extension Debugger {
  /// The screen as it is to be shown now.
  package func draw() -> Grid {
    theme.display.isUnicode ? picture : picture.inASCII
  }

  private var picture: Grid {
    var grid = Grid(width: width, height: height)
    guard width >= 20, height >= 4 else {
      grid.write(tinyText, x: 0, y: 0, style: theme.bold)
      return grid
    }
    let layout = Layout(self)
    drawAnswer(into: &grid, layout.answer)
    if let helpPage {
      let top = layout.answer.height
      drawTitle(
        "Help: Esc closes it, j and k scroll", into: &grid,
        Layout.Box(y: top, width: width, height: 1), isFocused: true)
      var page = Grid(width: layout.help.width, height: layout.help.height)
      helpPage.draw(into: &page, theme: theme)
      grid.place(page, x: layout.help.x, y: layout.help.y)
    } else {
      drawPanes(into: &grid, layout)
    }
    drawStatus(into: &grid, layout.status)
    return grid
  }

  /// The answer in one line, for a terminal with room for nothing else.
  private var tinyText: String {
    guard let first = comparison.firstDivergence else {
      return comparison.isFinished ? "no divergence" : "comparing"
    }
    return "FIRST DIVERGENCE \(first) \(comparison.pairs[first].name)"
  }

  private func drawPanes(into grid: inout Grid, _ layout: Layout) {
    if layout.stages.height > 0 {
      drawTitle(
        "Stages  dev \(theme.glyphs.vertical) prod   \(comparison.pairs.count) in all",
        into: &grid, layout.stagesTitle, isFocused: focus == .stages)
      var list = Grid(width: layout.stages.width, height: layout.stages.height)
      stageList.draw(
        into: &list, comparison: comparison, theme: theme, isFocused: focus == .stages)
      grid.place(list, x: layout.stages.x, y: layout.stages.y)
      let title = layout.stagesTitle
      grid.write(
        " error ", x: title.x + title.width - 8, y: title.y, style: theme.faint)
    }
    if layout.numbers.height > 0 {
      drawTitle("In numbers", into: &grid, layout.numbersTitle, isFocused: false)
      var part = Grid(width: layout.numbers.width, height: layout.numbers.height)
      StatisticsPanel().draw(into: &part, subject: subject, theme: theme, isFocused: false)
      grid.place(part, x: layout.numbers.x, y: layout.numbers.y)
    }
    if layout.divider.width > 0 {
      for y in layout.divider.y..<(layout.divider.y + layout.divider.height) {
        grid.write(theme.glyphs.vertical, x: layout.divider.x, y: y, style: theme.faint)
      }
    }
    if layout.detail.height > 0 {
      drawTitle(detailTitle, into: &grid, layout.detailTitle, isFocused: focus == .detail)
      var part = Grid(width: layout.detail.width, height: layout.detail.height)
      if let readingProblem {
        part.write(" \(readingProblem)", x: 0, y: 1, style: theme.diverged)
      } else {
        panel.draw(into: &part, subject: subject, theme: theme, isFocused: focus == .detail)
      }
      grid.place(part, x: layout.detail.x, y: layout.detail.y)
    }
  }

  /// The selected stage and the tabs that can show it, the open one in brackets.
  private var detailTitle: String {
    let tabs = panels.filter { Swift.type(of: $0).canShow(subject) }.map { other in
      let title = Swift.type(of: other).title
      return title == Swift.type(of: panel).title ? "[\(title)]" : title
    }
    var name = subject.pair.name.visible
    if subject.pair.values.count > 1 {
      let role = subject.value.role == .output ? "" : "\(subject.value.role.rawValue) "
      name += " / \(role)\(subject.value.name.visible)"
    }
    let room = max(8, width / 3)
    return "\(subject.pairIndex) \(name.shortened(toColumns: room))  \(tabs.joined(separator: " "))"
  }

  private func drawTitle(_ text: String, into grid: inout Grid, _ box: Layout.Box, isFocused: Bool)
  {
    guard box.height > 0 else { return }
    let line = String(repeating: theme.glyphs.horizontal, count: box.width)
    grid.write(line, x: box.x, y: box.y, columns: box.width, style: theme.faint)
    grid.write(
      " \(text) ", x: box.x + 1, y: box.y, columns: max(0, box.width - 2),
      style: isFocused ? theme.bold : theme.faint)
  }

  // MARK: The answer

  private func drawAnswer(into grid: inout Grid, _ box: Layout.Box) {
    let lines = answerLines
    var y = 0
    if box.height >= 3 {
      drawHeader(into: &grid, y: 0)
      y = 1
    }
    for (i, line) in lines.prefix(box.height - y).enumerated() {
      grid.write(
        " \(line.text)".visible.truncated(toColumns: width), x: 0, y: y + i, style: line.style)
    }
  }

  private func drawHeader(into grid: inout Grid, y: Int) {
    let counts = comparison.counts
    let count = comparison.pairs.count
    var right =
      width < 100
      ? "\(counts.agreeing) agree, \(counts.diverged) differ"
      : "\(count) stages: \(counts.agreeing) agree, \(counts.diverged) differ"
    if counts.notComparable > 0 { right += ", \(counts.notComparable) not comparable" }
    if let state = progressText { right += "   \(state)" }
    right += " "
    let room = max(0, width - right.columnCount - 12)
    let (dev, prod) = pathTexts(columns: max(4, (room - 3) / 2))
    grid.write(" paritty ", x: 0, y: y, style: theme.bold)
    grid.write(
      "\(dev) \(theme.glyphs.vertical) \(prod)", x: 10, y: y, columns: room, style: theme.plain)
    grid.write(right, x: max(0, width - right.columnCount), y: y, style: theme.faint)
  }

  /// Both paths in at most `columns` each, cut so that what tells them apart stays; a trace that is
  /// not whole says so.
  private func pathTexts(columns: Int) -> (String, String) {
    let marks = [comparison.dev, comparison.prod].map { $0.isComplete ? "" : " INCOMPLETE" }
    let rooms = marks.map { max(4, columns - $0.count) }
    var dev = comparison.dev.path.visible
    var prod = comparison.prod.path.visible
    if dev.columnCount > rooms[0] || prod.columnCount > rooms[1] {
      // A common end, from a `.` or `/` on, says nothing that both do not say.
      let shared = zip(dev.reversed(), prod.reversed()).prefix { $0 == $1 }.count
      let end = dev.suffix(shared)
      if let border = end.lastIndex(where: { $0 == "/" }) ?? end.lastIndex(of: ".") {
        let count = end.distance(from: border, to: end.endIndex)
        dev.removeLast(count)
        prod.removeLast(count)
      }
    }
    return (
      dev.keepingEnd(columns: rooms[0]) + marks[0], prod.keepingEnd(columns: rooms[1]) + marks[1]
    )
  }

  private var progressText: String? {
    switch progress {
    case .comparing(let done, let total):
      total > 0 ? "comparing \(min(99, done * 100 / total)) %" : "comparing"
    case .cancelled: "stopped"
    case .done: nil
    }
  }

  private typealias AnswerLine = (text: String, style: Style)

  /// Two lines that say what the whole comparison found.
  private var answerLines: [AnswerLine] {
    if comparison.isFinished, !comparison.pairs.contains(where: \.pair.isWhole) {
      return [
        ("NOTHING TO COMPARE  no stage of dev has a counterpart in prod", theme.diverged),
        ("  start again with --pair DEV=PROD or --rename 'REGEX=REPLACEMENT'", theme.plain),
      ]
    }
    let cause = FindingText.likelyCause(of: comparison, findings)
    if let index = comparison.firstDivergence {
      let pair = comparison.pairs[index]
      let amount = FindingText.amount(of: pair, cause)
      let room = width - amount.columnCount - String(index).count - 22
      guard room >= min(12, pair.name.visible.columnCount) else {
        return [
          ("FIRST DIVERGENCE  \(index) \(pair.name)", theme.diverged),
          ("  \(amount)", theme.plain),
        ]
      }
      let name = pair.name.visible.shortened(toColumns: room)
      let first = "FIRST DIVERGENCE  \(index) \(name)  \(amount)"
      let second = cause.map(FindingText.line) ?? secondLine(for: pair)
      return [(first, theme.diverged), (second, theme.plain)]
    }
    switch progress {
    case .comparing:
      let counts = comparison.counts
      return [
        ("no divergence in the first \(counts.agreeing) stages, still comparing", theme.bold),
        ("Esc stops", theme.faint),
      ]
    case .cancelled, .done: break
    }
    let counts = comparison.counts
    switch comparison.verdict {
    case .match:
      let (verdict, subject) = CloseText.headline(of: comparison)
      return [
        ("\(verdict)  \(subject)", theme.bold),
        (CloseText.summary(of: comparison), theme.plain),
      ]
    case .diverged, .undecided:
      let reason =
        cause.map(FindingText.line) ?? comparison.firstProblem.map(\.description)
        ?? (counts.pending > 0 ? "\(counts.pending) stages were not compared" : loss)
      let isOnlyInputOpen =
        counts.agreeing == comparison.pairs.count && comparison.firstProblem != nil
      let rest =
        isOnlyInputOpen ? "but not every input could be compared" : "the others are not known"
      return [
        ("UNDECIDED  \(counts.agreeing) stages agree, \(rest)", theme.diverged),
        (reason, theme.plain),
      ]
    }
  }

  /// `prod is not complete: 'b' is lost`.
  private var loss: String {
    FindingText.losses(of: comparison).first.map { "\($0.side) is not complete: \($0.loss)" } ?? ""
  }

  private func secondLine(for pair: PairComparison) -> String {
    var parts: [String] = []
    if let place = pair.leadingValue.flatMap({ DivergenceText.place(of: $0) }) {
      parts.append(place)
    }
    parts += FindingText.losses(of: comparison).map { "\($0.side): \($0.loss)" }
    if pair.status == .diverged, pair.pair.isMoved, let number = pair.pair.prod {
      parts.append("moved: number \(number) in prod")
    }
    if let hint = PairingHint.all(in: comparison).first(where: {
      $0.dev == pair.name || $0.prod == pair.name
    }), pair.status != .diverged {
      parts.append("the same stage under another name? \(hint.option)")
    }
    let later = comparison.origins.filter { $0 != comparison.firstDivergence }
    if !later.isEmpty {
      let names = later.map { "\($0) \(comparison.pairs[$0].name.visible)" }
      let text = "other origins: \(names.joined(separator: ", "))"
      let used = parts.joined(separator: "; ").columnCount + 5
      // Where the names do not fit, the numbers in the list do.
      parts.append(
        used + text.columnCount <= width
          ? text : "other origins: \(later.map(String.init).joined(separator: ", "))")
    }
    return "  " + parts.joined(separator: "; ")
  }

  // MARK: The status line

  private func drawStatus(into grid: inout Grid, _ box: Layout.Box) {
    guard box.height > 0 else { return }
    if let prompt {
      prompt.draw(into: &grid, y: box.y, theme: theme)
      return
    }
    guard message.isEmpty else {
      grid.write(" \(message)", x: 0, y: box.y, style: theme.bold)
      return
    }
    var x = 0
    for (keys, words) in keyHints {
      let text = " \(keys) "
      guard x + text.columnCount + words.columnCount <= width else { break }
      x = grid.write(text, x: x, y: box.y, style: theme.bold)
      x = grid.write(words, x: x, y: box.y, style: theme.faint)
    }
  }

  /// The keys that matter most where the person is.
  private var keyHints: [(String, String)] {
    if helpPage != nil { return [("Esc", "back"), ("j k", "scroll")] }
    if width < 60 {
      return [
        ("q", focus == .stages ? "quit" : "back"), ("?", "help"), ("Enter", "open"), ("n", "next"),
      ]
    }
    if focus == .stages {
      return [
        ("n", "next divergence"), ("Enter", "open"), ("t", "tab"), ("z", "full"),
        (":", "command"), ("/", "search"), ("?", "help"), ("q", "quit"),
      ]
    }
    switch panel {
    case is HeatmapPanel:
      return [
        ("Enter", "numbers"), ("n", "next"), ("+ -", "zoom"), ("m", "mode"), (", .", "slice"),
        ("t", "tab"), ("]", "stage"), ("?", "help"), ("q", "back"), ("x", "swap axes"),
      ]
    default:
      return [
        ("n", "next difference"), ("t", "tab"), ("]", "next stage"), ("?", "help"), ("q", "back"),
      ]
    }
  }
}

extension String {
  /// The end of a path, which tells two paths apart, in at most `columns`.
  fileprivate func keepingEnd(columns: Int) -> String {
    guard columnCount > columns else { return self }
    var kept = Substring(self)
    while kept.unicodeScalars.reduce(0, { $0 + $1.columnCount }) > columns - 1 {
      kept.unicodeScalars.removeFirst()
    }
    return "…" + kept
  }
}
