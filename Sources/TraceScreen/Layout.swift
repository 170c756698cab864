/// Where the parts of the screen stand, by its size and by what is open.
struct Layout: Equatable {
  struct Box: Equatable {
    var x = 0
    var y = 0
    var width = 0
    var height = 0
  }

  /// The lines of the answer at the top.
  var answer: Box
  /// The rule under the answer that names the pane below it; without rows where there is no room.
  var stagesTitle: Box
  var stages: Box
  /// What is known of the selected stage in numbers, where a short list leaves room under it.
  var numbersTitle: Box
  var numbers: Box
  var detailTitle: Box
  var detail: Box
  /// The rule between two panes that stand side by side; without columns where they do not.
  var divider: Box
  var status: Box
  /// What the help has under its title, where it covers the panes.
  var help: Box

  /// Columns from which the panes stand side by side.
  static let sideBySideWidth = 100

  init(_ debugger: Debugger) {
    let width = debugger.width
    let height = debugger.height
    let answerHeight = height >= 16 ? 3 : min(height, height >= 8 ? 2 : 1)
    let statusHeight = height >= 4 ? 1 : 0
    answer = Box(width: width, height: answerHeight)
    status = Box(y: height - statusHeight, width: width, height: statusHeight)
    help = Box(
      y: answerHeight + 1, width: width, height: max(0, height - answerHeight - 1 - statusHeight))
    stagesTitle = Box()
    stages = Box()
    numbersTitle = Box()
    numbers = Box()
    detailTitle = Box()
    detail = Box()
    divider = Box()
    let top = answerHeight
    let room = max(0, height - answerHeight - statusHeight)
    let isOneAlone = debugger.isMaximized || height < 16
    if isOneAlone {
      let body = Box(y: top + 1, width: width, height: max(0, room - 1))
      let title = Box(y: top, width: width, height: min(1, room))
      if debugger.focus == .stages {
        stagesTitle = title
        stages = body
      } else {
        detailTitle = title
        detail = body
      }
    } else if width >= Self.sideBySideWidth {
      let most = width < 120 ? width / 2 : width * 3 / 5
      let left = max(50, min(most, debugger.stageList.measure.width))
      stagesTitle = Box(y: top, width: left, height: 1)
      let count = debugger.comparison.pairs.count
      let spare = room - 1 - count
      stages = Box(y: top + 1, width: left, height: spare >= 8 ? count : room - 1)
      if spare >= 8 {
        numbersTitle = Box(y: top + 1 + count, width: left, height: 1)
        numbers = Box(y: top + 2 + count, width: left, height: spare - 1)
      }
      divider = Box(x: left, y: top, width: 1, height: room)
      detailTitle = Box(x: left + 1, y: top, width: width - left - 1, height: 1)
      detail = Box(x: left + 1, y: top + 1, width: width - left - 1, height: room - 1)
    } else {
      let rows = min(debugger.comparison.pairs.count, max(3, (room - 2) * 2 / 5))
      stagesTitle = Box(y: top, width: width, height: 1)
      stages = Box(y: top + 1, width: width, height: rows)
      detailTitle = Box(y: top + 1 + rows, width: width, height: 1)
      detail = Box(y: top + 2 + rows, width: width, height: max(0, room - rows - 2))
    }
  }
}
