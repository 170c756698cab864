import PipelineTrace

/// One thing that a pickle holds. What can hold others is a node of its ``Pickle``.
enum PickleValue: Sendable, Equatable {
  case none
  case boolean(Bool)
  case integer(Int)
  /// An integer that does not fit 64 bits.
  case wideInteger
  case float(Double)
  /// These bytes of the pickle, as UTF-8; Python leaves lone surrogates in it.
  case text(Range<Int>)
  /// These bytes of the pickle.
  case bytes(Range<Int>)
  /// The number of a ``PickleNode``.
  case node(Int)
}

/// What holds other values, or only names something of Python's.
///
/// Values refer to nodes by number, so that what is shared is there once, what contains itself does
/// no harm, and 100,000 lists in each other are freed without a recursion.
struct PickleNode: Sendable, Equatable {
  enum Kind: Sendable, Equatable {
    case list
    case tuple
    case set
    /// A dict or an OrderedDict, in order of insertion.
    case dictionary
    /// A class or a function by its name.
    case global(PickleGlobal)
    /// What a class or a function would make of `values`; it was never called.
    case call(PickleGlobal)
    /// What the writer put elsewhere, here a storage; `values` say where.
    case persistent
  }

  /// What a value of a dict stands under.
  enum Key: Sendable, Equatable {
    /// These bytes of the pickle, as UTF-8.
    case text(Range<Int>)
    case integer(Int)
    /// Anything else that Python can hash.
    case other
  }

  var kind: Kind
  /// As many as values in a dictionary, else none.
  var keys: [Key] = []
  var values: [PickleValue] = []
  /// Whether the pickle sets attributes of it, or puts items into a thing of unknown class.
  var hasState = false
}

/// What the one object of a pickle is made of. Nothing of it was imported or run.
struct Pickle: Sendable {
  let bytes: [UInt8]
  let origin: Origin
  let nodes: [PickleNode]
  let root: PickleValue

  func node(_ value: PickleValue) -> PickleNode? {
    if case .node(let number) = value { nodes[number] } else { nil }
  }

  /// The items of a tuple or a list.
  func elements(of value: PickleValue) -> [PickleValue]? {
    guard let node = node(value), node.kind == .tuple || node.kind == .list else { return nil }
    return node.values
  }

  /// A text, each byte of which that is no UTF-8 escaped.
  func string(_ value: PickleValue) -> String? {
    if case .text(let range) = value { string(range) } else { nil }
  }

  func string(_ range: Range<Int>) -> String { VisibleText.decode(bytes[range]) }

  /// What stands under `key` in a dict.
  func member(_ key: String, of value: PickleValue) -> PickleValue? {
    guard let node = node(value), node.kind == .dictionary else { return nil }
    for (found, member) in zip(node.keys, node.values) {
      if case .text(let range) = found, bytes[range].elementsEqual(key.utf8) { return member }
    }
    return nil
  }
}
