import KernelTable

let floatVectorKernels = VectorKernels<Float>(
  unary: floatUnary, binary: floatBinary, leakyRelu: floatLeakyRelu, leakyReluGrad: floatLeakyReluGrad, sum: floatSum,
  extremum: floatExtremum, sumRows: floatSumRows, extremumRows: floatExtremumRows, softmax: floatSoftmax,
  crossEntropy: floatCrossEntropy, sparseCrossEntropy: floatSparseCrossEntropy,
  gradientDescent: floatGradientDescent, momentum: floatMomentum, adam: floatAdam, adagrad: floatAdagrad,
  rmsProp: floatRMSProp)
