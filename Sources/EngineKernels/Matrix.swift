import EngineCore

extension Kernels {
  /// `c = op(a)·op(b)` over the last two axes; leading axes are batch axes, broadcast against each other.
  /// `a: [..., m, k]`, or `[..., k, m]` when transposed; `b: [..., k, n]`, or `[..., n, k]`; `c: [..., m, n]`.
  /// A `k` of 0 gives zeros. Not in place. **Types**: floating, int32, int64.
  public static func matmul(_ a: Tensor, _ b: Tensor, transposeA: Bool, transposeB: Bool, into c: Tensor) throws {
    try PlainKernels.matmul(a, b, transposeA: transposeA, transposeB: transposeB, into: c)
  }

  /// `y[..., j] = x[..., j] + bias[j]`; with `channelAxis` 1 (NCHW) the bias goes along axis 1.
  public static func biasAdd(_ x: Tensor, _ bias: Tensor, channelAxis: Int, into y: Tensor) throws {
    try PlainKernels.biasAdd(x, bias, channelAxis: channelAxis, into: y)
  }

  /// The sum of `dy` over all axes but `channelAxis`.
  public static func biasAddGrad(_ dy: Tensor, channelAxis: Int, into db: Tensor) throws {
    try PlainKernels.biasAddGrad(dy, channelAxis: channelAxis, into: db)
  }
}
