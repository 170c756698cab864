import PipelineTrace

/// Follows the instructions of a pickle far enough to see what it holds, and runs none of it.
///
/// | bytes | meaning |
/// | --- | --- |
/// | `80 02` | PROTO, the protocol: 2 to 5 |
/// | instructions | one byte each (``PickleOpcode``) and what belongs to it; they push onto a stack |
/// | `2e` | STOP: the value on the stack is the object |
///
/// After PEP 307, PEP 3154, PEP 574 and Python's `pickletools`. A pickle is a program: it names
/// functions and calls them. Here a call stays what it is, a name with arguments, but for `OrderedDict`,
/// `defaultdict` and `torch.Size`, which are containers. Names that only an attack or another kind of
/// file has use for (``PickleGlobal/isSuspect``) end the reading, as do all other instructions.
///
/// Memory is bounded by ``valueLimit``, whatever the bytes say; texts stay where they are.
struct PickleReader {
  /// How many values, marks and memo entries there may be: at most 150 MB of memory.
  static let valueLimit = 1_000_000
  /// Bytes of a dict's key, of a module's and of a function's name at most.
  static let nameByteLimit = 4096
  /// Bytes of all names of classes and functions together at most; sound files name a few.
  static let globalByteLimit = 16 << 20

  private var input: PickleInput
  private var stack: [PickleValue] = []
  /// For each mark, how high the stack was.
  private var marks: [Int] = []
  private var memo: [Int: PickleValue] = [:]
  private var nodes: [PickleNode] = []
  /// The keys of each dict that has some, to find one that stands twice.
  private var keysOfNodes: [Int: KeySet] = [:]
  private var valueCount = 0
  private var globalByteCount = 0

  private struct KeySet {
    var texts: Set<KeyBytes> = []
    var integers: Set<Int> = []
  }

  /// The bytes of a key, which the pickle may share between any number of dicts: hashed in one go.
  private struct KeyBytes: Hashable {
    let slice: ArraySlice<UInt8>

    func hash(into hasher: inout Hasher) {
      slice.withUnsafeBytes { hasher.combine(bytes: $0) }
    }
  }

  /// What `bytes` hold.
  ///
  /// - Parameter origin: What errors name; where it has a byte offset, theirs are counted from it.
  static func read(_ bytes: [UInt8], origin: Origin) throws(FormatError) -> Pickle {
    var reader = PickleReader(input: PickleInput(bytes, origin: origin))
    let root = try reader.run()
    return Pickle(bytes: bytes, origin: origin, nodes: reader.nodes, root: root)
  }

  private init(input: PickleInput) { self.input = input }

  private mutating func run() throws(FormatError) -> PickleValue {
    guard input.bytes.first == PickleOpcode.proto.rawValue else {
      throw input.error(
        .unsupported(
          "it is no pickle of protocol 2 to 5",
          advice: "save it with torch.save, without another pickle_protocol"))
    }
    while true {
      let byte = try input.instruction()
      guard let opcode = PickleOpcode(rawValue: byte) else {
        throw input.error(
          .unsupported(
            "the pickle instruction \(PickleOpcode.name(of: byte)) is not followed here",
            advice: "save a dict of tensors with torch.save"))
      }
      if opcode == .stop { return try result() }
      try follow(opcode)
    }
  }

  private mutating func result() throws(FormatError) -> PickleValue {
    let root = try pop()
    guard stack.isEmpty, marks.isEmpty else {
      throw input.malformed(
        "\(stack.count + marks.count) values too many are on the stack at its end")
    }
    guard input.position == input.bytes.count else {
      throw input.malformed("\(input.bytes.count - input.position) bytes follow its end")
    }
    return root
  }

  private mutating func follow(_ opcode: PickleOpcode) throws(FormatError) {
    switch opcode {
    case .proto:
      let version = try input.number(UInt8.self)
      guard (2...5).contains(version) else { throw input.malformed("its protocol is \(version)") }
    case .frame:
      let byteCount = try input.length(UInt64.self)
      try input.require(byteCount)
    case .stop: break
    case .none: try push(.none)
    case .newTrue: try push(.boolean(true))
    case .newFalse: try push(.boolean(false))
    case .binInt: try push(.integer(Int(Int32(bitPattern: input.number(UInt32.self)))))
    case .binInt1: try push(.integer(Int(input.number(UInt8.self))))
    case .binInt2: try push(.integer(Int(input.number(UInt16.self))))
    case .long1: try push(input.integer(in: input.take(input.length(UInt8.self))))
    case .long4: try push(input.integer(in: input.take(input.length(UInt32.self))))
    case .binFloat: try push(.float(Double(bitPattern: input.number(UInt64.self).byteSwapped)))
    case .shortBinUnicode, .shortBinString: try push(.text(input.take(input.length(UInt8.self))))
    case .binUnicode, .binString: try push(.text(input.take(input.length(UInt32.self))))
    case .binUnicode8: try push(.text(input.take(input.length(UInt64.self))))
    case .shortBinBytes: try push(.bytes(input.take(input.length(UInt8.self))))
    case .binBytes: try push(.bytes(input.take(input.length(UInt32.self))))
    case .binBytes8, .byteArray8: try push(.bytes(input.take(input.length(UInt64.self))))
    case .emptyTuple: try push(PickleNode(kind: .tuple))
    case .emptyList: try push(PickleNode(kind: .list))
    case .emptyDict: try push(PickleNode(kind: .dictionary))
    case .emptySet: try push(PickleNode(kind: .set))
    case .tuple1: try push(PickleNode(kind: .tuple, values: pop(count: 1)))
    case .tuple2: try push(PickleNode(kind: .tuple, values: pop(count: 2)))
    case .tuple3: try push(PickleNode(kind: .tuple, values: pop(count: 3)))
    case .tuple: try push(PickleNode(kind: .tuple, values: popToMark()))
    case .frozenSet: try push(PickleNode(kind: .set, values: popToMark()))
    case .mark:
      try count()
      marks.append(stack.count)
    case .pop: _ = try pop()
    case .popMark: _ = try popToMark()
    case .append: try extend(.list, by: pop(count: 1))
    case .appends: try extend(.list, by: popToMark())
    case .addItems: try extend(.set, by: popToMark())
    case .setItem: try setItems(pop(count: 2))
    case .setItems: try setItems(popToMark())
    case .binPut: try keep(as: Int(input.number(UInt8.self)))
    case .longBinPut: try keep(as: Int(input.number(UInt32.self)))
    case .memoize: try keep(as: memo.count)
    case .binGet: try recall(Int(input.number(UInt8.self)))
    case .longBinGet: try recall(Int(input.number(UInt32.self)))
    case .global: try pushGlobal(module: input.line(), name: input.line())
    case .stackGlobal:
      let names = try pop(count: 2)
      guard case .text(let module) = names[0], case .text(let name) = names[1] else {
        throw input.malformed("a class or function has no text for its name")
      }
      try pushGlobal(module: module, name: name)
    case .reduce, .newObj:
      let parts = try pop(count: 2)
      try call(parts[0], with: parts[1])
    case .newObjEx:
      let parts = try pop(count: 3)
      try call(parts[0], with: parts[1], hasNamedArguments: true)
    case .binPersID:
      guard case .node(let number) = try pop(), nodes[number].kind == .tuple else {
        throw input.malformed("a persistent id is no tuple")
      }
      try push(PickleNode(kind: .persistent, values: nodes[number].values))
    case .build: try build()
    }
  }

  // MARK: Stack and memo

  private mutating func count() throws(FormatError) {
    valueCount += 1
    guard valueCount <= Self.valueLimit else {
      throw input.malformed("it makes more than \(Self.valueLimit) values")
    }
  }

  private mutating func push(_ value: PickleValue) throws(FormatError) {
    try count()
    stack.append(value)
  }

  private mutating func push(_ node: PickleNode) throws(FormatError) {
    nodes.append(node)
    try push(.node(nodes.count - 1))
  }

  private mutating func pop() throws(FormatError) -> PickleValue {
    guard stack.count > marks.last ?? 0, let value = stack.popLast() else {
      throw input.malformed("it takes more from the stack than there is")
    }
    return value
  }

  /// The topmost values, the lowest first.
  private mutating func pop(count: Int) throws(FormatError) -> [PickleValue] {
    var values: [PickleValue] = []
    for _ in 0..<count { values.append(try pop()) }
    return values.reversed()
  }

  /// All values above the last mark, the lowest first; the mark goes too.
  private mutating func popToMark() throws(FormatError) -> [PickleValue] {
    guard let height = marks.popLast() else {
      throw input.malformed("there is no mark on the stack")
    }
    let values = Array(stack[height...])
    stack.removeSubrange(height...)
    return values
  }

  /// The number of the node on top of the stack, which stays there.
  private func topNode() throws(FormatError) -> Int {
    guard stack.count > marks.last ?? 0, case .node(let number)? = stack.last else {
      throw input.malformed("there is nothing on the stack that could take in a value")
    }
    return number
  }

  private mutating func keep(as number: Int) throws(FormatError) {
    guard stack.count > marks.last ?? 0, let value = stack.last else {
      throw input.malformed("it keeps a value where there is none")
    }
    try count()
    memo[number] = value
  }

  private mutating func recall(_ number: Int) throws(FormatError) {
    guard let value = memo[number] else {
      throw input.malformed("it asks for value \(number) of its memo, which was never kept")
    }
    try push(value)
  }

  // MARK: Containers

  private mutating func extend(_ kind: PickleNode.Kind, by values: [PickleValue])
    throws(FormatError)
  {
    let number = try topNode()
    if nodes[number].kind == kind {
      nodes[number].values += values
    } else {
      try giveState(to: number)
    }
  }

  private mutating func setItems(_ items: [PickleValue]) throws(FormatError) {
    guard items.count.isMultiple(of: 2) else {
      throw input.malformed("a key of a dict has no value")
    }
    let number = try topNode()
    guard nodes[number].kind == .dictionary else { return try giveState(to: number) }
    for i in stride(from: 0, to: items.count, by: 2) {
      nodes[number].keys.append(try key(items[i], in: number))
      nodes[number].values.append(items[i + 1])
    }
  }

  /// `value` as a new key of a dict.
  private mutating func key(_ value: PickleValue, in number: Int) throws(FormatError)
    -> PickleNode.Key
  {
    switch value {
    case .text(let range):
      guard range.count <= Self.nameByteLimit else {
        throw input.malformed("a key of a dict has \(range.count) bytes")
      }
      guard
        keysOfNodes[number, default: KeySet()].texts.insert(KeyBytes(slice: input.bytes[range]))
          .inserted
      else {
        throw input.malformed(
          "the key '\(VisibleText.decode(input.bytes[range]))' stands twice in one dict")
      }
      return .text(range)
    case .integer(let integer):
      guard keysOfNodes[number, default: KeySet()].integers.insert(integer).inserted else {
        throw input.malformed("the key \(integer) stands twice in one dict")
      }
      return .integer(integer)
    default: return .other
    }
  }

  /// Notes that a thing of unknown class is filled or changed in a way that only its class knows.
  private mutating func giveState(to number: Int) throws(FormatError) {
    guard case .call = nodes[number].kind else {
      throw input.malformed("there is nothing on the stack that could take in a value")
    }
    nodes[number].hasState = true
  }

  private mutating func build() throws(FormatError) {
    _ = try pop()
    let number = try topNode()
    // Attributes of an OrderedDict, such as the `_metadata` of a state dict, are none of its items.
    if nodes[number].kind != .dictionary { try giveState(to: number) }
  }

  // MARK: Names and calls

  private mutating func pushGlobal(module: Range<Int>, name: Range<Int>) throws(FormatError) {
    guard max(module.count, name.count) <= Self.nameByteLimit else {
      throw input.malformed(
        "the name of a class or function has \(max(module.count, name.count)) bytes")
    }
    globalByteCount += module.count + name.count
    guard globalByteCount <= Self.globalByteLimit else {
      throw input.error(
        .tooLarge(
          byteCount: globalByteCount, limit: Self.globalByteLimit,
          what: "the list of names of classes and functions"))
    }
    let global = PickleGlobal(
      module: VisibleText.decode(input.bytes[module]), name: VisibleText.decode(input.bytes[name]))
    guard !global.isSuspect else {
      throw input.error(
        .unsupported(
          "it holds \(global), which is never executed here", advice: "save a dict of tensors"))
    }
    try push(PickleNode(kind: .global(global)))
  }

  /// Pushes what `function` would give for `arguments`.
  private mutating func call(
    _ function: PickleValue, with arguments: PickleValue, hasNamedArguments: Bool = false
  ) throws(FormatError) {
    guard case .node(let number) = arguments, nodes[number].kind == .tuple else {
      throw input.malformed("the arguments of a call are no tuple")
    }
    let values = nodes[number].values
    guard case .node(let called) = function else {
      throw input.malformed("it calls what is no function")
    }
    switch nodes[called].kind {
    case .global(let global) where hasNamedArguments:
      try push(PickleNode(kind: .call(global), values: values, hasState: true))
    case .global(let global):
      switch ("\(global)", values.count) {
      case ("collections.OrderedDict", 0), ("collections.defaultdict", 0...1):
        try push(PickleNode(kind: .dictionary))
      case ("torch.Size", 1):
        try push(values[0])
      default:
        try push(PickleNode(kind: .call(global), values: values))
      }
    case .call(let global):
      // The result of a call, called in its turn: known by the name of the first.
      try push(PickleNode(kind: .call(global), values: values, hasState: true))
    default: throw input.malformed("it calls what is no function")
    }
  }
}
