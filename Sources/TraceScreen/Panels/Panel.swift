import TraceComparison

/// One way to look at a value: what it needs to know, how it answers keys, how it is drawn.
package protocol Panel: Sendable {
  /// The word on its tab.
  static var title: String { get }
  init()
  /// Whether there is anything to see for the value.
  static func canShow(_ subject: Subject) -> Bool
  /// Takes over the size of its place on the screen.
  mutating func resize(width: Int, height: Int, subject: inout Subject, theme: Theme)
  /// Answers a key.
  ///
  /// - Returns: What is to be done besides, or that the key means nothing here.
  mutating func update(_ action: Action, subject: inout Subject) -> PanelReply
  /// What has to be read before it can be drawn; `nil` where nothing has.
  func job(for subject: Subject) -> Job?
  /// Takes over what was read, which is what ``job(for:)`` asked for; a failure never comes here.
  mutating func receive(_ output: Job.Output)
  /// Forgets what was read, as the subject is another.
  mutating func forget()
  func draw(into grid: inout Grid, subject: Subject, theme: Theme, isFocused: Bool)
}

/// What a panel makes of a key.
package enum PanelReply: Sendable, Equatable {
  case done
  /// The key means nothing here.
  case ignored
  /// A sentence for the status line.
  case message(String)
  /// Another panel shows it better, by its title.
  case show(String)
}

/// Every panel, in the order of the tabs.
package let allPanels: [any Panel.Type] = [
  HeatmapPanel.self,
  ValuesPanel.self,
  TextPanel.self,
  StatisticsPanel.self,
]
