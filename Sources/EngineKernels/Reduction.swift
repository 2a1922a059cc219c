import EngineCore

extension Kernels {
  /// Reduces `x` over `axes` (distinct, non-negative). `y` has the kept dimensions' element count; its shape may have
  /// ones for the reduced axes. Over nothing, sum is 0, product 1, maximum the lowest value, mean NaN. Not in place.
  /// **Types**: all real numbers; `any` and `all` take bool.
  /// **Numerics**: float16 and bfloat16 accumulate in Float; integers wrap. Sums and means of n terms are off by at most
  /// 2 + √n/4 units in the last place of the result, or of √n times the largest term where terms cancel.
  public static func reduce(_ operation: ReductionOperation, _ x: Tensor, axes: [Int], into y: Tensor) throws {
    if try !vectorReduce(operation, x, axes, y) { try PlainKernels.reduce(operation, x, axes: axes, into: y) }
  }

  /// The position of the largest (or smallest) element along `axis`, the first of equals; y is int32 or int64.
  public static func argReduce(_ x: Tensor, axis: Int, largest: Bool, into y: Tensor) throws {
    try PlainKernels.argReduce(x, axis: axis, largest: largest, into: y)
  }

  /// Running sums or products along `axis`. **Types**: real numbers.
  public static func cumulate(
    _ operation: ReductionOperation, _ x: Tensor, axis: Int, exclusive: Bool, reverse: Bool, into y: Tensor
  ) throws {
    try PlainKernels.cumulate(operation, x, axis: axis, exclusive: exclusive, reverse: reverse, into: y)
  }

  /// `½·Σx²`, a scalar. **Types**: floating.
  public static func l2Loss(_ x: Tensor, into y: Tensor) throws {
    if try !vectorL2Loss(x, y) { try PlainKernels.l2Loss(x, into: y) }
  }
}
