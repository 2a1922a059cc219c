import EngineCore

extension Kernels {
  /// `y[i] = f(x[i])`. **Types**: all numbers where the function makes sense; y has x's type.
  /// **Numerics**: the error of each function is `UnaryOperation.unitsInTheLastPlace`.
  public static func unary(_ operation: UnaryOperation, _ x: Tensor, into y: Tensor) throws {
    if try !vectorUnary(operation, x, y) { try PlainKernels.unary(operation, x, into: y) }
  }

  /// `y[i] = max(x[i], alpha·x[i])` for `alpha` < 1.
  public static func leakyRelu(_ x: Tensor, alpha: Float, into y: Tensor) throws {
    let table = table
    switch x.dtype {
    case .float32:
      let (source, target) = (x.elements(Float.self), y.elements(Float.self))
      blocks(x.elementCount, 250) { table.float.leakyRelu($1, alpha, source + $0, target + $0) }
    case .float64:
      let (source, target) = (x.elements(Double.self), y.elements(Double.self))
      blocks(x.elementCount, 500) { table.double.leakyRelu($1, Double(alpha), source + $0, target + $0) }
    default: try PlainKernels.leakyRelu(x, alpha: alpha, into: y)
    }
  }

  /// `dx = dy` where x > 0, `alpha·dy` elsewhere.
  public static func leakyReluGrad(_ dy: Tensor, _ x: Tensor, alpha: Float, into dx: Tensor) throws {
    let table = table
    switch x.dtype {
    case .float32:
      let (gradient, source, target) = (dy.elements(Float.self), x.elements(Float.self), dx.elements(Float.self))
      blocks(x.elementCount, 250) {
        table.float.leakyReluGrad($1, alpha, gradient + $0, source + $0, target + $0)
      }
    case .float64:
      let (gradient, source, target) = (dy.elements(Double.self), x.elements(Double.self), dx.elements(Double.self))
      blocks(x.elementCount, 500) {
        table.double.leakyReluGrad($1, Double(alpha), gradient + $0, source + $0, target + $0)
      }
    default: try PlainKernels.leakyReluGrad(dy, x, alpha: alpha, into: dx)
    }
  }

  /// `z = f(a, b)` with NumPy broadcasting; z has the broadcast shape and the inputs' type.
  /// In place only for an input of the same shape as z.
  /// **Errors**: `InvalidArgument` "Integer division by zero".
  public static func binary(_ operation: BinaryOperation, _ a: Tensor, _ b: Tensor, into z: Tensor) throws {
    if try !vectorBinary(operation, a, b, z) { try PlainKernels.binary(operation, a, b, into: z) }
  }

  /// `z: bool`, broadcast. **Types**: all, strings for equal and notEqual.
  public static func compare(_ operation: ComparisonOperation, _ a: Tensor, _ b: Tensor, into z: Tensor) throws {
    try PlainKernels.compare(operation, a, b, into: z)
  }

  /// `y: bool`.
  public static func test(_ test: FloatTest, _ x: Tensor, into y: Tensor) throws {
    try PlainKernels.test(test, x, into: y)
  }

  /// `z = condition ? a : b`, all three broadcast to z's shape. **Types**: all, also strings. Not in place.
  public static func select(_ condition: Tensor, _ a: Tensor, _ b: Tensor, into z: Tensor) throws {
    try PlainKernels.select(condition, a, b, into: z)
  }

  /// The sum of tensors of one shape. `into` may be the first of them.
  public static func addN(_ xs: [Tensor], into z: Tensor) throws {
    if try !vectorAddN(xs, z) { try PlainKernels.addN(xs, into: z) }
  }

  /// `y[i] = x[i]` as y's type: floats to integers towards zero, to bool as `!= 0`. Not in place.
  public static func cast(_ x: Tensor, into y: Tensor) throws {
    if !vectorCast(x, y) { try PlainKernels.cast(x, into: y) }
  }

  /// Every element of y becomes the scalar x. **Types**: all.
  public static func fill(_ y: Tensor, with x: Tensor) throws {
    try PlainKernels.fill(y, with: x)
  }
}
