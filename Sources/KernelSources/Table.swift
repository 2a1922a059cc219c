import KernelTable

/// The table of the level that this module is compiled for.
public let kernelTable = KernelTable(
  levelName: levelName, floatGemm: floatGemmKernels, doubleGemm: doubleGemmKernels, float: floatVectorKernels,
  double: doubleVectorKernels)
