import KernelTable

#if arch(x86_64)
  import KernelsV4

  extension KernelTable {
    /// Built here and not in the level's module, so that the module holds nothing but kernels: code that the compiler
    /// makes for shared types could be merged by the linker, and then run on a processor below the level.
    static let v4 = KernelTable(
      levelName: "v4",
      floatGemm: GemmKernels(
        columnTile: floatColumnTile, rowTile: floatRowTile, block: floatGemmBlock, packPanel: floatPackPanel,
        packRows: floatPackRows, dots: floatDots, rowTimes: floatRowTimes, products: floatProducts),
      doubleGemm: GemmKernels(
        columnTile: doubleColumnTile, rowTile: doubleRowTile, block: doubleGemmBlock, packPanel: doublePackPanel,
        packRows: doublePackRows, dots: doubleDots, rowTimes: doubleRowTimes, products: doubleProducts),
      float: VectorKernels(
        unary: floatUnary, binary: floatBinary, leakyRelu: floatLeakyRelu, leakyReluGrad: floatLeakyReluGrad,
        sum: floatSum,
        extremum: floatExtremum, sumRows: floatSumRows, extremumRows: floatExtremumRows, softmax: floatSoftmax,
        crossEntropy: floatCrossEntropy, sparseCrossEntropy: floatSparseCrossEntropy,
        gradientDescent: floatGradientDescent, momentum: floatMomentum, adam: floatAdam, adagrad: floatAdagrad,
        rmsProp: floatRMSProp),
      double: VectorKernels(
        unary: doubleUnary, binary: doubleBinary, leakyRelu: doubleLeakyRelu, leakyReluGrad: doubleLeakyReluGrad,
        sum: doubleSum,
        extremum: doubleExtremum, sumRows: doubleSumRows, extremumRows: doubleExtremumRows, softmax: doubleSoftmax,
        crossEntropy: doubleCrossEntropy, sparseCrossEntropy: doubleSparseCrossEntropy,
        gradientDescent: doubleGradientDescent, momentum: doubleMomentum, adam: doubleAdam, adagrad: doubleAdagrad,
        rmsProp: doubleRMSProp))
  }
#endif
