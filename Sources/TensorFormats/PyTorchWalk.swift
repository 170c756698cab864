import PipelineTrace

/// A walk over the tree of a PyTorch file, depth first, that takes down one item a leaf.
///
/// Trees come from a stranger: a list may contain itself, and ten lists of ten references each hold ten
/// thousand million leaves. The walk counts what it passes and ends with an error beyond the limits.
struct PyTorchWalk {
  /// How deep containers may lie in each other.
  static let depthLimit = 64
  /// Items at most: a trace has some hundred or thousand stages.
  static let itemLimit = 100_000
  /// Values at most, those in lists of numbers included: as many as a pickle may make, each once.
  static let visitLimit = PickleReader.valueLimit
  /// Bytes of all names together at most.
  static let nameByteLimit = 64 << 20

  private let file: PyTorchFile
  private var itemCount = 0
  private var visitCount = 0
  private var nameByteCount = 0
  /// Bytes of elements that tensors may still take.
  private var byteLimit: Int
  /// The containers that the walk is in.
  private var path: [Int] = []
  private var skippedNames: [String] = []
  private var skippedCount = 0

  /// How many names of skipped values a warning tells.
  private static let toldNameCount = 5

  init(_ file: PyTorchFile) {
    self.file = file
    byteLimit = file.elementByteLimit
  }

  /// Takes down `value`, or what is in it: under `name` where it is one item, else under the keys.
  ///
  /// - Parameter prefix: What stands in front of the keys, and a dot.
  /// - Throws: Where the tree is too deep or too large, or contains itself.
  mutating func add(
    _ value: PickleValue, named name: String, under prefix: String? = nil,
    to recording: inout Recording
  ) throws(FormatError) {
    try visit(value, named: name, prefix: prefix.map { "\($0)." } ?? "", recording: &recording)
    if skippedCount > 0 {
      let names = skippedNames.map { "'\($0.visible)'" }.joined(separator: ", ")
      let rest = skippedCount - skippedNames.count
      recording.warnings.append(
        "Skipped, since None or empty: \(names)\(rest > 0 ? " and \(rest) more" : "").")
    }
  }

  private mutating func visit(
    _ value: PickleValue, named name: String, prefix: String, recording: inout Recording
  ) throws(FormatError) {
    nameByteCount += name.utf8.count
    guard nameByteCount <= Self.nameByteLimit else {
      throw error(
        .tooLarge(
          byteCount: nameByteCount, limit: Self.nameByteLimit, what: "the list of its names"))
    }
    guard case .node(let number) = value else {
      if value == .none { return skip(name) }
      return try addItem(value, named: name, to: &recording)
    }
    let node = file.pickle.nodes[number]
    switch node.kind {
    case .list, .tuple:
      guard !node.values.isEmpty else { return skip(name) }
      try count(node.values.count)
      guard file.listKind(of: node) == .others else {
        return try addItem(value, named: name, to: &recording)
      }
      try enter(number, named: name)
      for (i, element) in node.values.enumerated() {
        let child = "\(prefix)\(i)"
        try visit(element, named: child, prefix: "\(child).", recording: &recording)
      }
      path.removeLast()
    case .dictionary:
      guard !node.values.isEmpty else { return skip(name) }
      try count(node.values.count)
      guard !node.keys.contains(.other) else {
        try countItem()
        return recording.addUnreadable(
          name,
          because: error(
            .unsupported(
              "a key of the dict is neither text nor integer", advice: "save it with texts as keys"),
            at: name))
      }
      try enter(number, named: name)
      for (key, element) in zip(node.keys, node.values) {
        let child =
          switch key {
          case .text(let range): prefix + file.pickle.string(range)
          case .integer(let integer): "\(prefix)\(integer)"
          case .other: prefix
          }
        try visit(element, named: child, prefix: "\(child).", recording: &recording)
      }
      path.removeLast()
    case .set, .global, .call, .persistent:
      try addItem(value, named: name, to: &recording)
    }
  }

  private mutating func enter(_ number: Int, named name: String) throws(FormatError) {
    guard !path.contains(number) else {
      throw error(.malformed("it contains itself"), at: name)
    }
    guard path.count < Self.depthLimit else {
      throw error(
        .malformed("more than \(Self.depthLimit) lists and dicts lie in each other"))
    }
    path.append(number)
  }

  private mutating func addItem(
    _ value: PickleValue, named name: String, to recording: inout Recording
  ) throws(FormatError) {
    try countItem()
    let limit = byteLimit
    let file = file
    recording.add(name) { (notes) throws(FormatError) in
      try file.content(of: value, place: Self.place(name), notes: &notes, byteLimit: limit)
    }
    if case .tensor(let tensor)? = recording.items.last?.content { byteLimit -= tensor.byteCount }
  }

  private mutating func countItem() throws(FormatError) {
    itemCount += 1
    guard itemCount <= Self.itemLimit else {
      throw error(
        .unsupported(
          "it holds more than \(Self.itemLimit) values",
          advice: "save fewer, or lists of numbers as tensors"))
    }
  }

  private mutating func count(_ visits: Int) throws(FormatError) {
    visitCount += visits
    guard visitCount <= Self.visitLimit else {
      throw error(.malformed("it holds more than \(Self.visitLimit) values once it is unfolded"))
    }
  }

  private mutating func skip(_ name: String) {
    skippedCount += 1
    if skippedNames.count < Self.toldNameCount { skippedNames.append(name) }
  }

  private static func place(_ name: String) -> String { "item '\(name)'" }

  private func error(_ problem: FormatError.Problem, at name: String? = nil) -> FormatError {
    FormatError(
      file: file.file.path, place: name.map(Self.place) ?? file.pickle.origin.place,
      problem: problem)
  }
}
