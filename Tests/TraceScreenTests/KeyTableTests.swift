import Testing
import TraceScreen

@Suite struct KeyTableTests {
  private let bindings = keyTable.flatMap(\.bindings)

  @Test func `every action has one binding and a sentence of help`() {
    for action in Action.allCases {
      let own = bindings.filter { $0.action == action }
      #expect(own.count == 1, "\(action)")
      #expect(own.first?.help.isEmpty == false, "\(action)")
      #expect(own.first?.sequences.isEmpty == false, "\(action)")
    }
  }

  @Test func `no keys stand for two actions`() {
    var known: [[Key]: Action] = [:]
    for binding in bindings {
      for sequence in binding.sequences {
        #expect(known[sequence] == nil, "\(binding.keyNames)")
        known[sequence] = binding.action
      }
    }
  }

  @Test func `one key finds its action`() {
    #expect(KeyLookup.find([.character("j")]) == .action(.moveDown))
    #expect(KeyLookup.find([.down]) == .action(.moveDown))
    #expect(KeyLookup.find([.control("c")]) == .action(.cancel))
    #expect(KeyLookup.find([.function(1)]) == .action(.help))
  }

  @Test func `g waits for a second g`() {
    #expect(KeyLookup.find([.character("g")]) == .prefix(nil))
    #expect(KeyLookup.find([.character("g"), .character("g")]) == .action(.moveToFirst))
    #expect(KeyLookup.find([.character("g"), .character("j")]) == .unknown)
  }

  @Test func `a bracket acts alone and with the c of vim`() {
    #expect(KeyLookup.find([.character("]")]) == .prefix(.nextDivergedStage))
    #expect(KeyLookup.find([.character("]"), .character("c")]) == .action(.nextDivergedStage))
    #expect(KeyLookup.find([.character("["), .character("c")]) == .action(.previousDivergedStage))
  }

  @Test func `a key without a meaning is unknown`() {
    #expect(KeyLookup.find([.character("ß")]) == .unknown)
    #expect(KeyLookup.find([.other]) == .unknown)
    #expect(KeyLookup.find([.function(12)]) == .unknown)
  }

  @Test func `keys are named as a person reads them`() {
    func names(_ action: Action) -> String? { bindings.first { $0.action == action }?.keyNames }
    #expect(names(.moveDown) == "j, Down")
    #expect(names(.moveToFirst) == "gg, Home")
    #expect(names(.nextDivergedStage) == "], ]c")
    #expect(names(.pageDown) == "PgDn, Ctrl-f, Space")
    #expect(names(.previousPane) == "Shift-Tab")
    #expect(Key.character("\u{7}").name == #"\x07"#)
  }
}
