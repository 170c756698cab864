import PipelineTrace
import TraceComparison
import TraceReport

/// Searching, and what is typed behind a colon.
extension Debugger {
  mutating func search(_ text: String) {
    if !text.isEmpty { searchText = text }
    guard !searchText.isEmpty else { return }
    isSearching = true
    repeatSearch(forward: true)
  }

  mutating func repeatSearch(forward: Bool) {
    let count = comparison.pairs.count
    let wanted = searchText.lowercased()
    for step in 1...count {
      let index = (stageList.selection + (forward ? step : count - step)) % count
      if searchableText(of: comparison.pairs[index]).contains(wanted) {
        isSelectedByHand = true
        select(index)
        message = "/\(searchText.visible)   n next match, N previous; Esc ends the search"
        return
      }
    }
    isSearching = false
    message = "no stage has '\(searchText.visible)' in its name, dtype or shape"
  }

  private func searchableText(of pair: PairComparison) -> String {
    let value = pair.leadingValue
    return [
      pair.dev?.name ?? "", pair.prod?.name ?? "",
      value.map { DivergenceText.dtypes(of: $0) } ?? "",
      value.map { DivergenceText.shapes(of: $0) } ?? "",
    ].joined(separator: " ").lowercased()
  }

  mutating func run(_ line: String) -> [Effect] {
    guard !line.isEmpty else { return [] }
    commandHistory.append(line)
    do throws(Command.Problem) {
      switch try Command(line) {
      case .quit: return [.quit]
      case .help: helpPage = HelpPage()
      case .stage(let name): selectStage(named: name)
      case .element(let index): goToElement(index)
      case .tolerance(let relative, let absolute):
        comparison.settings.relative = relative
        comparison.settings.absolute = absolute
        comparison.settings.stageTolerances = []
        return compareAgain()
      }
    } catch {
      message = error.description
    }
    return []
  }

  private mutating func compareAgain() -> [Effect] {
    comparison.pairs = comparison.pairs.map {
      PairComparison($0.pair, dev: comparison.dev, prod: comparison.prod)
    }
    findings = []
    progress = .comparing(bytesDone: 0, bytesTotal: 0)
    isSelectedByHand = false
    open(pair: subject.pairIndex, value: subject.isValueChosen ? subject.valueIndex : nil)
    return [.compareAgain]
  }

  private mutating func selectStage(named name: String) {
    let pairs = comparison.pairs
    let index =
      Int(name).flatMap { pairs.indices.contains($0) ? $0 : nil }
      ?? pairs.firstIndex { $0.dev?.name == name || $0.prod?.name == name }
      ?? pairs.firstIndex { $0.dev?.name.hasPrefix(name) ?? $0.prod?.name.hasPrefix(name) ?? false }
      ?? pairs.firstIndex {
        "\($0.dev?.name ?? "") \($0.prod?.name ?? "")".lowercased().contains(name.lowercased())
      }
    guard let index else {
      message = "no stage '\(name.visible)'"
      return
    }
    isSelectedByHand = true
    select(index)
  }

  private mutating func goToElement(_ index: [Int]) {
    guard let shape = subject.view?.shape else {
      message = "no tensor is open"
      return
    }
    guard let element = shape.element(at: index) else {
      message = "no element [\(index.map(String.init).joined(separator: ", "))] in \(shape)"
      return
    }
    subject.view?.go(toElement: element)
    subject.isPlacedByHand = true
    focus = .detail
    show(ValuesPanel.title)
  }
}
