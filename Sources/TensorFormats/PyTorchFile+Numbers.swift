import PipelineTrace

/// Numbers and texts of Python, which stand in the pickle itself.
extension PyTorchFile {
  /// What a list or a tuple is read as.
  enum ListKind {
    /// One vector of booleans, of integers, or of floats with integers among them.
    case numbers
    case texts
    /// Several values, each for itself.
    case others
  }

  func listKind(of node: PickleNode) -> ListKind {
    guard node.kind == .list || node.kind == .tuple, let first = node.values.first else {
      return .others
    }
    switch first {
    case .boolean:
      return node.values.allSatisfy { if case .boolean = $0 { true } else { false } }
        ? .numbers : .others
    case .integer, .wideInteger, .float:
      var hasFloat = false
      var isExact = true
      for value in node.values {
        switch value {
        case .float: hasFloat = true
        case .integer(let integer): isExact = isExact && Double(exactly: integer) != nil
        case .wideInteger: isExact = false
        default: return .others
        }
      }
      return !hasFloat || isExact ? .numbers : .others
    case .text:
      return node.values.allSatisfy { if case .text = $0 { true } else { false } }
        ? .texts : .others
    case .none, .bytes, .node: return .others
    }
  }

  /// - Precondition: `values` are numbers of one kind, as ``listKind(of:)`` says.
  func numbers(_ values: [PickleValue], shape: Shape, origin: Origin) throws(FormatError)
    -> Value.Content
  {
    var dtype = DType.i64
    for value in values {
      switch value {
      case .boolean: dtype = .bool
      case .float: dtype = .f64
      case .wideInteger:
        throw origin.error(
          .unsupported(
            "an integer takes more than 64 bits", advice: "save it as a text or as a float"))
      default: break
      }
    }
    var bytes: [UInt8] = []
    bytes.reserveCapacity(values.count * dtype.byteCount)
    for value in values {
      let word: UInt64
      switch value {
      case .boolean(let flag): word = flag ? 1 : 0
      case .integer(let integer) where dtype == .f64: word = Double(integer).bitPattern
      case .integer(let integer): word = UInt64(bitPattern: Int64(integer))
      case .float(let float): word = float.bitPattern
      default: preconditionFailure("\(value) is no number")
      }
      withUnsafeBytes(of: word.littleEndian) { bytes += $0.prefix(dtype.byteCount) }
    }
    return .tensor(
      Tensor(dtype: dtype, shape: shape, bytes: LiteralBytes(bytes, origin: origin)))
  }

  func texts(_ ranges: [Range<Int>], shape: Shape) -> TextArray {
    TextArray(
      shape: shape, encoding: .ranges(ranges),
      bytes: LiteralBytes(pickle.bytes, origin: pickle.origin))
  }
}
