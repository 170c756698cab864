import PipelineTrace
import TraceAlignment
import TraceComparison
import TraceDiagnosis
import TraceReport

/// The whole state of the screen: what is compared, what is selected, what is open.
///
/// A value. Events change it and give back effects to be carried out; drawing only reads it.
/// Neither knows of a terminal, a clock or a thread.
package struct Debugger: Sendable {
  package enum Event: Sendable {
    case key(Key)
    case resized(width: Int, height: Int)
    case compared([ComparisonEngine.Update])
    case comparisonEnded(isCancelled: Bool)
    /// Why the traces differ, once all is compared.
    case diagnosed([Finding])
    case finished(Job, Job.Output)
  }

  package enum Effect: Sendable, Equatable {
    case quit
    case suspend
    case repaint
    /// Do this and report it; it takes the place of an earlier job.
    case perform(Job)
    case cancelComparison
    /// Compare anew, with the settings that the comparison now has.
    case compareAgain
  }

  enum Focus: Sendable, Equatable {
    case stages
    case detail
  }

  /// What is going on in the background.
  enum Progress: Sendable, Equatable {
    case comparing(bytesDone: Int, bytesTotal: Int)
    case cancelled
    case done
  }

  package internal(set) var comparison: Comparison
  /// Why the traces differ, as far as they are compared.
  var findings: [Finding] = []
  package let theme: Theme
  var width: Int
  var height: Int
  var stageList: StageList
  var subject: Subject
  var panels: [any Panel]
  var panelIndex = 0
  var focus = Focus.stages
  var isMaximized = false
  var helpPage: HelpPage?
  var prompt: Prompt?
  var commandHistory: [String] = []
  var searchText = ""
  /// Whether `n` looks for the last search rather than for divergences.
  var isSearching = false
  var pendingKeys: [Key] = []
  /// A sentence for the person, until the next key.
  var message = ""
  var progress = Progress.comparing(bytesDone: 0, bytesTotal: 0)
  /// The job whose result the panel shows or waits for.
  var requestedJob: Job? {
    didSet { readingProblem = nil }
  }
  /// Why what was requested could not be read; shown in place of the panel.
  var readingProblem: FormatError?
  /// Whether the person chose a stage, so that the first divergence must not take the selection away.
  var isSelectedByHand = false

  package init(comparison: Comparison, display: Display, width: Int, height: Int) {
    self.comparison = comparison
    theme = Theme(display)
    stageList = StageList(comparison)
    self.width = width
    self.height = height
    panels = allPanels.map { $0.init() }
    subject = Subject(pairIndex: 0, pair: comparison.pairs[0], remarks: comparison.remarks)
    choosePanel()
    fit()
    let remarks = comparison.remarks
    if let first = remarks.first {
      message = remarks.count > 1 ? "\(first) (and \(remarks.count - 1) more: t)" : first
    }
  }

  var panel: any Panel { panels[panelIndex] }

  /// The panel that shows most of the subject: the text of texts, the picture of tensors, the
  /// statistics of what was recorded as no more than that.
  mutating func choosePanel() {
    let value = subject.value
    let wanted: String
    if value.dev?.summary != nil || value.prod?.summary != nil {
      wanted = StatisticsPanel.title
    } else {
      switch (value.dev ?? value.prod)?.content {
      case .text, .tokens: wanted = TextPanel.title
      default: wanted = HeatmapPanel.title
      }
    }
    panelIndex =
      panels.firstIndex { type(of: $0).title == wanted && type(of: $0).canShow(subject) }
      ?? panels.firstIndex { type(of: $0).canShow(subject) } ?? 0
  }

  /// Gives every part its place, and asks for what the open panel lacks.
  mutating func fit() {
    subject.findings = findings.filter { $0.pairIndex == subject.pairIndex }
    let layout = Layout(self)
    stageList.resize(height: layout.stages.height, count: comparison.pairs.count)
    panels[panelIndex].resize(
      width: layout.detail.width, height: layout.detail.height, subject: &subject, theme: theme)
  }

  /// The job that the open panel wants done now, where it was not asked for yet.
  mutating func missingJob() -> [Effect] {
    let job = panel.job(for: subject)
    guard job != requestedJob else { return [] }
    requestedJob = job
    return job.map { [.perform($0)] } ?? []
  }

  mutating func select(_ index: Int) {
    stageList.select(index, count: comparison.pairs.count)
    guard stageList.selection != subject.pairIndex else { return }
    open(pair: stageList.selection, value: nil)
  }

  mutating func open(pair index: Int, value: Int?) {
    let mode = subject.view?.mode
    subject = Subject(
      pairIndex: index, pair: comparison.pairs[index], valueIndex: value, remarks: subject.remarks)
    if let mode, subject.hasCommonShape { subject.view?.mode = mode }
    for i in panels.indices { panels[i].forget() }
    requestedJob = nil
    choosePanel()
  }
}

extension Debugger {
  /// The pair that is open, whose comparison is wanted before all others.
  package var visiblePair: StagePair { subject.pair.pair }

  /// The job that is wanted now; whatever else was asked for is not any more.
  package var wantedJob: Job? { requestedJob }

  /// The value that a job of the open panel is about.
  package func value(for job: Job) -> ValueComparison? {
    job.pairIndex == subject.pairIndex ? subject.value : nil
  }
}
