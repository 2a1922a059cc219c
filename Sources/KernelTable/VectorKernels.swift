/// Loops over contiguous elements of one floating type. Outputs may be the memory of an input.
public struct VectorKernels<Scalar: Sendable>: Sendable {
  public typealias Input = UnsafePointer<Scalar>
  public typealias Output = UnsafeMutablePointer<Scalar>

  /// `y[i] = f(x[i])`: `(operation, count, x, y)`; false when there is no vector form.
  public let unary: @Sendable (UnaryOperation, Int, Input, Output) -> Bool
  /// `z[i] = f(a[i·aStep], b[i·bStep])`, steps 0 or 1: `(operation, count, a, aStep, b, bStep, z)`; false when there
  /// is no vector form.
  public let binary: @Sendable (BinaryOperation, Int, Input, Int, Input, Int, Output) -> Bool
  /// `(count, alpha, x, y)`
  public let leakyRelu: @Sendable (Int, Scalar, Input, Output) -> Void
  /// `(count, alpha, dy, x, dx)`
  public let leakyReluGrad: @Sendable (Int, Scalar, Input, Input, Output) -> Void
  /// The sum of elements, or of their squares: `(count, x, squared)`.
  public let sum: @Sendable (Int, Input, Bool) -> Scalar
  /// The largest or smallest element; NaN if there is one: `(count, x, largest)`.
  public let extremum: @Sendable (Int, Input, Bool) -> Scalar
  /// `y[j] (+)= Σ x[i, j]` over rows: `(rows, count, x, y)`, y is overwritten.
  public let sumRows: @Sendable (Int, Int, Input, Output) -> Void
  /// The same with the largest or smallest: `(rows, count, x, largest, y)`.
  public let extremumRows: @Sendable (Int, Int, Input, Bool, Output) -> Void
  /// One row: `(count, x, logarithmic, y)`.
  public let softmax: @Sendable (Int, Input, Bool, Output) -> Void
  /// One row of `(count, logits, labels, backprop)`; gives the loss.
  public let crossEntropy: @Sendable (Int, Input, Input, Output) -> Scalar
  /// One row of `(count, logits, label, backprop)`; gives the loss.
  public let sparseCrossEntropy: @Sendable (Int, Input, Int, Output) -> Scalar
  /// `(count, w, g, rate)`
  public let gradientDescent: @Sendable (Int, Output, Input, Scalar) -> Void
  /// `(count, w, a, g, rate, momentum, nesterov)`
  public let momentum: @Sendable (Int, Output, Output, Input, Scalar, Scalar, Bool) -> Void
  /// `(count, w, m, v, g, alpha, beta1, beta2, epsilon, nesterov)`
  public let adam: @Sendable (Int, Output, Output, Output, Input, Scalar, Scalar, Scalar, Scalar, Bool) -> Void
  /// `(count, w, a, g, rate, epsilon, updateSlots)`
  public let adagrad: @Sendable (Int, Output, Output, Input, Scalar, Scalar, Bool) -> Void
  /// `(count, w, r, mom, g, rate, rho, momentum, epsilon)`
  public let rmsProp: @Sendable (Int, Output, Output, Output, Input, Scalar, Scalar, Scalar, Scalar) -> Void

  public init(
    unary: @escaping @Sendable (UnaryOperation, Int, Input, Output) -> Bool,
    binary: @escaping @Sendable (BinaryOperation, Int, Input, Int, Input, Int, Output) -> Bool,
    leakyRelu: @escaping @Sendable (Int, Scalar, Input, Output) -> Void,
    leakyReluGrad: @escaping @Sendable (Int, Scalar, Input, Input, Output) -> Void,
    sum: @escaping @Sendable (Int, Input, Bool) -> Scalar,
    extremum: @escaping @Sendable (Int, Input, Bool) -> Scalar,
    sumRows: @escaping @Sendable (Int, Int, Input, Output) -> Void,
    extremumRows: @escaping @Sendable (Int, Int, Input, Bool, Output) -> Void,
    softmax: @escaping @Sendable (Int, Input, Bool, Output) -> Void,
    crossEntropy: @escaping @Sendable (Int, Input, Input, Output) -> Scalar,
    sparseCrossEntropy: @escaping @Sendable (Int, Input, Int, Output) -> Scalar,
    gradientDescent: @escaping @Sendable (Int, Output, Input, Scalar) -> Void,
    momentum: @escaping @Sendable (Int, Output, Output, Input, Scalar, Scalar, Bool) -> Void,
    adam: @escaping @Sendable (Int, Output, Output, Output, Input, Scalar, Scalar, Scalar, Scalar, Bool) -> Void,
    adagrad: @escaping @Sendable (Int, Output, Output, Input, Scalar, Scalar, Bool) -> Void,
    rmsProp: @escaping @Sendable (Int, Output, Output, Output, Input, Scalar, Scalar, Scalar, Scalar) -> Void
  ) {
    self.unary = unary
    self.binary = binary
    self.leakyRelu = leakyRelu
    self.leakyReluGrad = leakyReluGrad
    self.sum = sum
    self.extremum = extremum
    self.sumRows = sumRows
    self.extremumRows = extremumRows
    self.softmax = softmax
    self.crossEntropy = crossEntropy
    self.sparseCrossEntropy = sparseCrossEntropy
    self.gradientDescent = gradientDescent
    self.momentum = momentum
    self.adam = adam
    self.adagrad = adagrad
    self.rmsProp = rmsProp
  }
}
