import PipelineTrace

/// Where the two tensors of a value lie, so that an input that is an earlier output is compared once.
struct TensorPlaces: Hashable {
  private struct Place: Hashable {
    var file: String
    var byteOffset: Int
    var firstElement: Int
    var strides: [Int]
    var isBigEndian: Bool
    var dtype: DType
    var shape: Shape

    init?(_ value: Value?) {
      guard let tensor = value?.tensor, let offset = tensor.bytes.origin.byteOffset else {
        return nil
      }
      file = tensor.bytes.origin.file
      byteOffset = offset
      firstElement = tensor.firstElement
      strides = tensor.strides
      isBigEndian = tensor.byteOrder == .big
      dtype = tensor.dtype
      shape = tensor.shape
    }
  }

  private var dev: Place
  private var prod: Place

  init?(_ value: ValueComparison) {
    guard let dev = Place(value.dev), let prod = Place(value.prod) else { return nil }
    self.dev = dev
    self.prod = prod
  }
}
