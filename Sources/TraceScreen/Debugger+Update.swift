import PipelineTrace
import TraceComparison
import TraceDiagnosis

extension Debugger {
  /// Takes in what happened.
  ///
  /// - Returns: What is to be done, in order.
  package mutating func update(_ event: Event) -> [Effect] {
    var effects: [Effect] = []
    switch event {
    case .key(let key):
      message = ""
      effects = press(key)
    case .resized(let width, let height):
      self.width = width
      self.height = height
    case .compared(let updates):
      take(updates)
    case .comparisonEnded(let isCancelled):
      progress = isCancelled ? .cancelled : .done
    case .diagnosed(let found):
      findings = found
    case .finished(let job, let output):
      guard job == requestedJob else { break }
      if case .failed(let problem) = output {
        readingProblem = problem
      } else {
        panels[panelIndex].receive(output)
      }
    }
    fit()
    return effects + missingJob()
  }

  private mutating func take(_ updates: [ComparisonEngine.Update]) {
    var isRearranged = false
    for update in updates {
      switch update {
      case .aligned(let pairs):
        isRearranged = isRearranged || pairs.map(\.pair) != comparison.pairs.map(\.pair)
        comparison.pairs = pairs
      case .settled(let index, let pair): comparison.pairs[index] = pair
      case .progress(let bytesDone, let bytesTotal):
        progress = .comparing(bytesDone: bytesDone, bytesTotal: bytesTotal)
      }
    }
    comparison.assignRoles()
    findings = structuralFindings(of: comparison)
    if isRearranged {
      stageList.measure(comparison)
      follow(subject.pair)
    }
    if !isSelectedByHand, let first = comparison.firstDivergence {
      select(first)
      isSelectedByHand = true
    }
    let index = subject.valueIndex
    let tolerance = Job.tolerance(of: subject.value)
    subject.update(comparison.pairs[subject.pairIndex])
    // A picture that was drawn before its stage was compared knew nothing of the user's tolerance.
    if subject.valueIndex != index || Job.tolerance(of: subject.value) != tolerance {
      requestedJob = nil
    }
    if subject.valueIndex != index { choosePanel() }
  }

  /// Finds the selected pair again after the list was arranged anew.
  private mutating func follow(_ pair: PairComparison) {
    let index =
      comparison.pairs.firstIndex { $0.pair.dev == pair.pair.dev && pair.pair.dev != nil }
      ?? comparison.pairs.firstIndex { $0.pair.prod == pair.pair.prod && pair.pair.prod != nil }
    stageList.select(index ?? 0, count: comparison.pairs.count)
    open(pair: stageList.selection, value: nil)
  }

  // MARK: Keys

  private mutating func press(_ key: Key) -> [Effect] {
    if prompt != nil { return type(key) }
    let keys = pendingKeys + [key]
    pendingKeys = []
    switch KeyLookup.find(keys) {
    case .action(let action):
      // `]` has acted at once; the `c` that vim's users type behind it does it no second time.
      if keys.count > 1, KeyLookup.find(keys.dropLast()) == .prefix(action) { return [] }
      return perform(action)
    case .prefix(let action):
      pendingKeys = keys
      if let action { return perform(action) }
      message = "\(keys.map(\.name).joined())-"
      return []
    case .unknown:
      if keys.count > 1 { return key == .escape ? [] : press(key) }
      message = "no such key: \(key.name)   ? for help"
      return []
    }
  }

  private mutating func type(_ key: Key) -> [Effect] {
    guard var typed = prompt else { return [] }
    switch typed.update(key) {
    case .typing:
      prompt = typed
      return []
    case .cancelled:
      prompt = nil
      return []
    case .entered(let line):
      prompt = nil
      switch typed.purpose {
      case .command: return run(line)
      case .search:
        search(line)
        return []
      }
    }
  }

  private mutating func perform(_ action: Action) -> [Effect] {
    switch action {
    case .quit: return [.quit]
    case .suspend: return [.suspend]
    case .repaint: return [.repaint]
    case .cancel: return cancel()
    case .back: return goBack() ? [] : stop()
    case .close: return goBack() ? [] : [.quit]
    case .help: helpPage = helpPage == nil ? HelpPage() : nil
    case .command: prompt = Prompt(.command, history: commandHistory)
    case .search: prompt = Prompt(.search, history: searchText.isEmpty ? [] : [searchText])
    default:
      if helpPage != nil {
        let height = Layout(self).help.height
        _ = helpPage?.update(action, height: height)
      } else {
        navigate(action)
      }
    }
    return []
  }

  private mutating func cancel() -> [Effect] {
    if helpPage != nil {
      helpPage = nil
      return []
    }
    if case .comparing = progress { return [.cancelComparison] }
    return [.quit]
  }

  /// One step back: out of the help, out of a panel, out of a search.
  ///
  /// - Returns: False where there was nothing to go back from.
  private mutating func goBack() -> Bool {
    if helpPage != nil {
      helpPage = nil
    } else if focus == .detail {
      if panel is ValuesPanel, HeatmapPanel.canShow(subject) {
        show(HeatmapPanel.title)
      } else {
        focus = .stages
        isMaximized = false
      }
    } else if isMaximized {
      isMaximized = false
    } else if isSearching {
      isSearching = false
      message = "n and N go to divergences again"
    } else {
      return false
    }
    return true
  }

  /// Ends the comparison that runs; nothing else, as Esc is pressed too often to mean more.
  private mutating func stop() -> [Effect] {
    if case .comparing = progress { return [.cancelComparison] }
    message = "q quits"
    return []
  }

  private mutating func navigate(_ action: Action) {
    switch action {
    case .nextDivergedStage: selectDivergence(forward: true)
    case .previousDivergedStage: selectDivergence(forward: false)
    case .nextPane, .previousPane: focus = focus == .stages ? .detail : .stages
    case .nextTab: showNextTab()
    case .nextValue: showNextValue()
    case .maximize: isMaximized.toggle()
    case .nextDivergence where isSearching: repeatSearch(forward: true)
    case .previousDivergence where isSearching: repeatSearch(forward: false)
    default:
      if focus == .stages { navigateStages(action) } else { navigateDetail(action) }
    }
  }

  private mutating func navigateStages(_ action: Action) {
    switch action {
    case .nextDivergence: selectDivergence(forward: true)
    case .previousDivergence: selectDivergence(forward: false)
    case .open: focus = .detail
    default:
      if stageList.update(action, comparison: comparison) == .done {
        isSelectedByHand = true
        select(stageList.selection)
      } else {
        // What is not the list's is the picture's: zoom, axes, slices and modes work from here too.
        navigateDetail(action)
      }
    }
  }

  private mutating func navigateDetail(_ action: Action) {
    switch panels[panelIndex].update(action, subject: &subject) {
    case .done: break
    case .ignored: message = "that key means nothing here   ? for help"
    case .message(let sentence): message = sentence
    case .show(let title):
      focus = .detail
      show(title)
    }
  }

  mutating func show(_ title: String) {
    guard let index = panels.firstIndex(where: { Swift.type(of: $0).title == title }) else {
      return
    }
    panelIndex = index
    requestedJob = nil
  }

  private mutating func showNextTab() {
    for step in 1...panels.count {
      let index = (panelIndex + step) % panels.count
      if Swift.type(of: panels[index]).canShow(subject) {
        panelIndex = index
        requestedJob = nil
        return
      }
    }
  }

  private mutating func showNextValue() {
    let count = subject.pair.values.count
    guard count > 1 else {
      message = "this stage has one value"
      return
    }
    open(pair: subject.pairIndex, value: (subject.valueIndex + 1) % count)
    message = "value \(subject.valueIndex + 1) of \(count): \(subject.value.name.visible)"
  }

  private mutating func selectDivergence(forward: Bool) {
    isSelectedByHand = true
    isSearching = false
    let pairs = comparison.pairs
    let now = stageList.selection
    let next =
      forward
      ? pairs.indices.dropFirst(now + 1).first { pairs[$0].status.isDivergence }
      : pairs.indices.prefix(now).last { pairs[$0].status.isDivergence }
    guard let next else {
      let isOpen = pairs.contains { $0.status == .pending }
      message =
        "no divergence \(forward ? "after" : "before") this one"
        + (isOpen ? " among the stages compared so far" : "")
      return
    }
    select(next)
  }
}
