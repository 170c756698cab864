import CTensorKernels

extension DifferenceKernel {
  /// The statistics of one block, at least one pair, by the loops in C; `nil` by the portable path.
  func vectorStatistics(
    _ devStart: UnsafeRawPointer, _ prodStart: UnsafeRawPointer, count: Int, firstElement: Int
  ) -> DifferenceStatistics? {
    guard let code = path.code, let devCode = dev.kernelCode, let prodCode = prod.kernelCode else {
      return nil
    }
    var found = ctk_differences()
    ctk_compare(
      code, ctk_run(elements: devStart, dtype: devCode),
      ctk_run(elements: prodStart, dtype: prodCode), count,
      ctk_tolerance(
        absolute: tolerance.absolute, relative: tolerance.relative,
        nan_equals_nan: tolerance.nanEqualsNaN),
      &found)

    func element(_ index: Int64) -> Int? { index < 0 ? nil : firstElement + Int(index) }
    var block = DifferenceStatistics()
    block.elementCount = count
    block.mismatchedCount = Int(found.mismatched_count)
    block.differingCount = Int(found.differing_count)
    block.finitePairCount = Int(found.finite_count)
    block.firstMismatch = element(found.first_mismatch)
    block.firstSpecialMismatch = element(found.first_special_mismatch)
    if block.finitePairCount > 0 {
      block.maxAbsolute = found.max_absolute
      block.maxAbsoluteElement = element(found.max_absolute_element)
      block.maxRelative = found.max_relative
      block.maxRelativeElement = element(found.max_relative_element)
      block.maxULP = dev == prod && dev.isFloat ? found.max_ulp : nil
    }
    block.histogram = LogHistogram(found)
    block.dev = SideStatistics(found.dev)
    block.prod = SideStatistics(found.prod)
    block.absolutes = CompensatedSum(found.absolutes)
    block.squares = CompensatedSum(found.squares)
    block.devSquares = CompensatedSum(found.dev_squares)
    block.prodSquares = CompensatedSum(found.prod_squares)
    block.products = CompensatedSum(found.products)
    return block
  }
}

extension LogHistogram {
  fileprivate init(_ found: ctk_differences) {
    self.init(
      counts: withUnsafeBytes(of: found.histogram) { counts in
        counts.bindMemory(to: Int64.self).map { Int($0) }
      })
  }
}

extension SideStatistics {
  fileprivate init(_ found: ctk_side) {
    self.init(
      minimum: found.minimum + 0, maximum: found.maximum + 0,  // −0 becomes 0
      nanCount: Int(found.nan_count), infinityCount: Int(found.infinity_count))
  }
}
