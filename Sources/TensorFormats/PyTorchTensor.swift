import PipelineTrace

/// A tensor as a pickle of torch describes it: a storage, and how the elements lie in it.
///
/// | function of `torch._utils` | arguments |
/// | --- | --- |
/// | `_rebuild_tensor` | storage, offset, size, stride |
/// | `_rebuild_tensor_v2` | the same, requires_grad, hooks, perhaps metadata |
/// | `_rebuild_tensor_v3` | the same, dtype, perhaps metadata; for dtypes without a storage class |
/// | `_rebuild_parameter`, `…_with_state` | a tensor, requires_grad, hooks, perhaps state |
///
/// A storage is a persistent id: `("storage", class, key, device, count)`. The class gives the dtype,
/// and the count is one of elements; in `_rebuild_tensor_v3` it is `UntypedStorage`, and the count is
/// one of bytes. Offset and strides count elements. Metadata says that the elements stand for their
/// conjugates or negatives, which is not supported; nor are quantized and sparse tensors.
struct PyTorchTensor: Equatable {
  /// What one element is in the storage.
  struct Element: Equatable {
    var dtype: DType
    /// Whether there are two of that dtype: real, imaginary.
    var isComplex = false

    var byteCount: Int { isComplex ? 2 * dtype.byteCount : dtype.byteCount }
  }

  var element: Element
  var shape: Shape
  var strides: [Int]
  var firstElement: Int
  /// The name of its entry among those of the storages.
  var storageKey: String
  /// Elements of the storage, as announced.
  var storageElementCount: Int

  /// How many parameters may be wrapped around each other; torch wraps once.
  private static let wrapperLimit = 8

  /// The tensor that `call` would make.
  ///
  /// - Parameter origin: What errors name.
  /// - Returns: `nil` where it is a call of another function.
  /// - Throws: `malformed` for arguments of another kind or number, `unsupported` for tensors of a
  ///   kind that cannot be read, `unknownDType`.
  init?(_ call: PickleNode, in pickle: Pickle, origin: Origin) throws(FormatError) {
    var call = call
    for _ in 0..<Self.wrapperLimit {
      guard case .call(let function) = call.kind else { return nil }
      guard !call.hasState else { return nil }
      switch "\(function)" {
      case "torch._utils._rebuild_tensor", "torch._utils._rebuild_tensor_v2":
        try self.init(arguments: call.values, hasDType: false, in: pickle, origin: origin)
        return
      case "torch._utils._rebuild_tensor_v3":
        try self.init(arguments: call.values, hasDType: true, in: pickle, origin: origin)
        return
      case "torch._utils._rebuild_parameter", "torch._utils._rebuild_parameter_with_state":
        guard let inner = call.values.first.flatMap(pickle.node) else { return nil }
        call = inner
      case "torch._tensor._rebuild_from_type_v2":
        // A tensor with attributes of Python: function, type, arguments, attributes.
        guard call.values.count == 4, case .global(let inner)? = pickle.node(call.values[0])?.kind,
          let arguments = pickle.elements(of: call.values[2])
        else { return nil }
        call = PickleNode(kind: .call(inner), values: arguments)
      default: return nil
      }
    }
    return nil
  }

  private init(
    arguments: [PickleValue], hasDType: Bool, in pickle: Pickle, origin: Origin
  ) throws(FormatError) {
    func malformed(_ what: String) -> FormatError { origin.error(.malformed(what)) }
    let plainCount = hasDType ? 7 : 6
    guard [4, plainCount, plainCount + 1].contains(arguments.count),
      !hasDType || arguments.count > 4
    else { throw malformed("a tensor is made of \(arguments.count) arguments") }
    if arguments.count > plainCount {
      try Self.checkMetadata(arguments[plainCount], in: pickle, origin: origin)
    }
    let storage = try Storage(arguments[0], in: pickle, origin: origin)
    if hasDType {
      guard storage.element == nil else {
        throw malformed("a tensor has a dtype, and so has its storage")
      }
      element = try Self.element(ofDType: arguments[6], in: pickle, origin: origin)
      storageElementCount = storage.count / element.byteCount
    } else {
      guard let known = storage.element else {
        throw malformed("neither a tensor nor its storage has a dtype")
      }
      element = known
      storageElementCount = storage.count
    }
    storageKey = storage.key
    guard case .integer(let offset) = arguments[1], offset >= 0 else {
      throw malformed("its offset in the storage is no count")
    }
    let extents = try Self.counts(arguments[2], of: "its shape", in: pickle, origin: origin)
    let steps = try Self.counts(arguments[3], of: "its strides", in: pickle, origin: origin)
    guard extents.count == steps.count else {
      throw malformed("its shape has \(extents.count) axes and its strides have \(steps.count)")
    }
    guard extents.count <= NpyHeader.axisLimit else {
      throw malformed("its shape has \(extents.count) axes, at most \(NpyHeader.axisLimit) can be")
    }
    guard let shape = Shape(extents) else {
      throw malformed("its shape \(extents) has more elements than 64 bits count")
    }
    self.shape = shape
    guard shape.elementCount > 0 else {
      firstElement = 0
      strides = shape.rowMajorStrides
      return
    }
    firstElement = offset
    // The stride of an axis of extent 1 says nothing, and torch writes anything for it.
    strides = zip(extents, steps).map { $0 > 1 ? $1 : 0 }
    var last = (partialValue: offset, overflow: false)
    for (extent, stride) in zip(extents, strides) where !last.overflow {
      let reach = (extent - 1).multipliedReportingOverflow(by: stride)
      last = last.partialValue.addingReportingOverflow(reach.partialValue)
      last.overflow = last.overflow || reach.overflow
    }
    guard !last.overflow, last.partialValue < storageElementCount else {
      throw malformed(
        "shape \(extents) with strides \(steps) from element \(offset) on reaches beyond its "
          + "storage of \(storageElementCount) elements")
    }
  }

  /// Sizes or strides: a tuple of numbers from 0 on.
  private static func counts(
    _ value: PickleValue, of what: String, in pickle: Pickle, origin: Origin
  ) throws(FormatError) -> [Int] {
    guard let elements = pickle.elements(of: value) else {
      throw origin.error(.malformed("what stands for \(what) is no tuple"))
    }
    var counts: [Int] = []
    for element in elements {
      guard case .integer(let count) = element, count >= 0 else {
        throw origin.error(.malformed("a number of \(what) is no count"))
      }
      counts.append(count)
    }
    return counts
  }

  /// Refuses elements that stand for others: conjugates, negatives.
  private static func checkMetadata(_ value: PickleValue, in pickle: Pickle, origin: Origin)
    throws(FormatError)
  {
    if value == .none { return }
    guard let node = pickle.node(value), node.kind == .dictionary else {
      throw origin.error(.malformed("the metadata of a tensor are no dict"))
    }
    guard node.values.allSatisfy({ $0 == .boolean(false) }) else {
      throw origin.error(
        .unsupported(
          "it is a conjugated or negated view", advice: "save .resolve_conj().resolve_neg() of it"))
    }
  }
}

// MARK: Storages and dtypes

extension PyTorchTensor {
  /// A persistent id, taken apart.
  private struct Storage {
    /// `nil` where the class leaves it to the tensor.
    var element: Element?
    var key: String
    /// Of elements; of bytes where `element` is `nil`.
    var count: Int

    init(_ value: PickleValue, in pickle: Pickle, origin: Origin) throws(FormatError) {
      guard let node = pickle.node(value), node.kind == .persistent, node.values.count == 5,
        pickle.string(node.values[0]) == "storage",
        case .global(let kind)? = pickle.node(node.values[1])?.kind,
        let key = pickle.string(node.values[2]), case .integer(let count) = node.values[4],
        count >= 0
      else { throw origin.error(.malformed("a tensor has no storage")) }
      self.key = key
      self.count = count
      if ["torch.storage.UntypedStorage", "torch.UntypedStorage"].contains("\(kind)") { return }
      if kind.module == "torch", let element = PyTorchTensor.elementsOfStorages[kind.name] {
        self.element = element
        return
      }
      guard kind.module == "torch", kind.name.hasPrefix("Q") else {
        throw origin.error(.unknownDType("\(kind)"))
      }
      throw origin.error(
        .unsupported("it is a quantized tensor (\(kind))", advice: "save .dequantize() of it"))
    }
  }

  private static let elementsOfStorages: [String: Element] = [
    "BoolStorage": Element(dtype: .bool), "ByteStorage": Element(dtype: .u8),
    "CharStorage": Element(dtype: .i8), "ShortStorage": Element(dtype: .i16),
    "IntStorage": Element(dtype: .i32), "LongStorage": Element(dtype: .i64),
    "HalfStorage": Element(dtype: .f16), "BFloat16Storage": Element(dtype: .bf16),
    "FloatStorage": Element(dtype: .f32), "DoubleStorage": Element(dtype: .f64),
    "ComplexFloatStorage": Element(dtype: .f32, isComplex: true),
    "ComplexDoubleStorage": Element(dtype: .f64, isComplex: true),
  ]

  /// As the dtypes call themselves when they are pickled or printed: `float32`, never `float`.
  private static let elementsOfDTypes: [String: Element] = [
    "bool": Element(dtype: .bool), "uint8": Element(dtype: .u8), "uint16": Element(dtype: .u16),
    "uint32": Element(dtype: .u32), "uint64": Element(dtype: .u64), "int8": Element(dtype: .i8),
    "int16": Element(dtype: .i16), "int32": Element(dtype: .i32), "int64": Element(dtype: .i64),
    "float16": Element(dtype: .f16), "bfloat16": Element(dtype: .bf16),
    "float32": Element(dtype: .f32), "float64": Element(dtype: .f64),
    "float8_e4m3fn": Element(dtype: .f8e4m3), "float8_e5m2": Element(dtype: .f8e5m2),
    "complex32": Element(dtype: .f16, isComplex: true),
    "complex64": Element(dtype: .f32, isComplex: true),
    "complex128": Element(dtype: .f64, isComplex: true),
  ]

  /// The element of a dtype as torch prints it, `torch.float32`; `nil` where it is not known.
  static func element(ofPrintedDType text: String) -> Element? {
    text.hasPrefix("torch.") ? elementsOfDTypes[String(text.dropFirst(6))] : nil
  }

  /// Whether `global` is a dtype of torch that is known here.
  static func isDType(_ global: PickleGlobal) -> Bool {
    global.module == "torch" && elementsOfDTypes[global.name] != nil
  }

  private static func element(ofDType value: PickleValue, in pickle: Pickle, origin: Origin)
    throws(FormatError) -> Element
  {
    guard case .global(let global)? = pickle.node(value)?.kind else {
      throw origin.error(.malformed("the dtype of a tensor is no name"))
    }
    guard isDType(global), let element = elementsOfDTypes[global.name] else {
      throw origin.error(.unknownDType("\(global)"))
    }
    return element
  }
}
