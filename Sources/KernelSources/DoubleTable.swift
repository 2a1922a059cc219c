import KernelTable

let doubleVectorKernels = VectorKernels<Double>(
  unary: doubleUnary, binary: doubleBinary, leakyRelu: doubleLeakyRelu, leakyReluGrad: doubleLeakyReluGrad,
  sum: doubleSum,
  extremum: doubleExtremum, sumRows: doubleSumRows, extremumRows: doubleExtremumRows, softmax: doubleSoftmax,
  crossEntropy: doubleCrossEntropy, sparseCrossEntropy: doubleSparseCrossEntropy,
  gradientDescent: doubleGradientDescent, momentum: doubleMomentum, adam: doubleAdam, adagrad: doubleAdagrad,
  rmsProp: doubleRMSProp)
