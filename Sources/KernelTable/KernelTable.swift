/// The kernels of one CPU level, as plain functions on memory. A class, because copies of so many functions cost.
public final class KernelTable: Sendable {
  /// `baseline`, `v3` or `v4`.
  public let levelName: String
  public let floatGemm: GemmKernels<Float>
  public let doubleGemm: GemmKernels<Double>
  public let float: VectorKernels<Float>
  public let double: VectorKernels<Double>

  public init(
    levelName: String, floatGemm: GemmKernels<Float>, doubleGemm: GemmKernels<Double>, float: VectorKernels<Float>,
    double: VectorKernels<Double>
  ) {
    self.levelName = levelName
    self.floatGemm = floatGemm
    self.doubleGemm = doubleGemm
    self.float = float
    self.double = double
  }
}
