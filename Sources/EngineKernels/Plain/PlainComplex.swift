import EngineCore

/// A complex number as two adjacent numbers in memory.
struct Complex<Part: FloatNumber>: BitwiseCopyable, Equatable {
  var real: Part
  var imaginary: Part

  static func + (a: Complex, b: Complex) -> Complex {
    Complex(real: a.real + b.real, imaginary: a.imaginary + b.imaginary)
  }
  static func - (a: Complex, b: Complex) -> Complex {
    Complex(real: a.real - b.real, imaginary: a.imaginary - b.imaginary)
  }
  static func * (a: Complex, b: Complex) -> Complex {
    Complex(
      real: a.real * b.real - a.imaginary * b.imaginary, imaginary: a.real * b.imaginary + a.imaginary * b.real)
  }
  /// Smith's method, which does not overflow where the result does not.
  static func / (a: Complex, b: Complex) -> Complex {
    if b.real.magnitude >= b.imaginary.magnitude {
      let ratio = b.imaginary / b.real
      let scale = b.real + b.imaginary * ratio
      return Complex(
        real: (a.real + a.imaginary * ratio) / scale, imaginary: (a.imaginary - a.real * ratio) / scale)
    }
    let ratio = b.real / b.imaginary
    let scale = b.real * ratio + b.imaginary
    return Complex(real: (a.real * ratio + a.imaginary) / scale, imaginary: (a.imaginary * ratio - a.real) / scale)
  }
  static var zero: Complex { Complex(real: 0, imaginary: 0) }
  static var one: Complex { Complex(real: 1, imaginary: 0) }
  var isZero: Bool { real == 0 && imaginary == 0 }
  var conjugate: Complex { Complex(real: real, imaginary: -imaginary) }
}

/// Loops over complex tensors.
struct ComplexLoops<Part: FloatNumber> {
  typealias Element = Complex<Part>

  private func pointer(_ tensor: Tensor) -> UnsafeMutablePointer<Element> {
    tensor.pointer.assumingMemoryBound(to: Element.self)
  }

  func unary(_ operation: UnaryOperation, _ x: Tensor, _ y: Tensor) throws {
    let (source, target) = (pointer(x), pointer(y))
    let function: (Element) -> Element
    switch operation {
    case .negate: function = { Complex(real: -$0.real, imaginary: -$0.imaginary) }
    case .square: function = { $0 * $0 }
    case .reciprocal: function = { .one / $0 }
    default:
      guard let wide = Complex<Double>.function(operation) else {
        throw Kernels.unsupported("\(operation)", x.dtype)
      }
      function = { Element(rounding: wide($0.wide)) }
    }
    for i in 0..<x.elementCount { target[i] = function(source[i]) }
  }

  func binary(_ operation: BinaryOperation, _ a: Tensor, _ b: Tensor, _ z: Tensor) throws {
    let function: (Element, Element) -> Element
    switch operation {
    case .add: function = { $0 + $1 }
    case .subtract: function = { $0 - $1 }
    case .multiply: function = { $0 * $1 }
    case .divide: function = { $0 / $1 }
    case .divideNoNan: function = { $1.isZero ? .zero : $0 / $1 }
    case .multiplyNoNan: function = { $1.isZero ? .zero : $0 * $1 }
    case .tanhGrad: function = { $1 * (.one - $0 * $0) }
    case .sigmoidGrad: function = { $1 * $0 * (.one - $0) }
    case .sqrtGrad: function = { $1 / ($0.conjugate + $0.conjugate) }
    case .rsqrtGrad:
      let half = Element(real: -0.5, imaginary: 0)
      function = { half * ($1 * $0.conjugate) * ($0.conjugate * $0.conjugate) }
    case .reciprocalGrad:
      function = {
        let square = $0.conjugate * $0.conjugate
        return $1 * Element(real: -square.real, imaginary: -square.imaginary)
      }
    case .power: function = { Element(rounding: $0.wide.power($1.wide)) }
    case .squaredDifference: function = { ($0 - $1) * ($0 - $1).conjugate }
    default: throw Kernels.unsupported("\(operation)", a.dtype)
    }
    let target = pointer(z)
    walk(a, b, z) { target[$2] = function($0, $1) }
  }

  func compare(_ operation: ComparisonOperation, _ a: Tensor, _ b: Tensor, _ z: Tensor) throws {
    let target = z.elements(Bool.self)
    switch operation {
    case .equal: walk(a, b, z) { target[$2] = $0 == $1 }
    case .notEqual: walk(a, b, z) { target[$2] = $0 != $1 }
    default: throw Kernels.unsupported("\(operation)", a.dtype)
    }
  }

  private func walk(_ a: Tensor, _ b: Tensor, _ z: Tensor, _ body: (Element, Element, Int) -> Void) {
    if z.elementCount == 0 { return }
    let (left, right) = (pointer(a), pointer(b))
    let plan = BroadcastPlan(output: z.shape, inputs: [a.shape, b.shape])
    for row in 0..<plan.rowCount {
      let (l, r) = (left + plan.offset(0, row: row), right + plan.offset(1, row: row))
      for i in 0..<plan.rowLength {
        body(l[i * plan.step(0)], r[i * plan.step(1)], row * plan.rowLength + i)
      }
    }
  }

  func reduce(_ operation: ReductionOperation, _ x: Tensor, _ axes: [Int], _ y: Tensor) throws {
    let (source, target) = (pointer(x), pointer(y))
    let isProduct = operation == .product
    guard isProduct || operation == .sum || operation == .mean else {
      throw Kernels.unsupported("\(operation)", x.dtype)
    }
    for i in 0..<y.elementCount { target[i] = isProduct ? .one : .zero }
    ReductionWalk(x.shape, axes).forEach { from, to in
      target[to] = isProduct ? target[to] * source[from] : target[to] + source[from]
    }
    if operation == .mean {
      let size = Complex(real: Part(axes.reduce(1) { $0 * x.shape[$1] }), imaginary: 0)
      for i in 0..<y.elementCount { target[i] = target[i] / size }
    }
  }

  func addN(_ xs: [Tensor], _ z: Tensor) {
    let target = pointer(z)
    for i in 0..<z.elementCount {
      var sum = Element.zero
      for x in xs { sum = sum + pointer(x)[i] }
      target[i] = sum
    }
  }

  func matmul(_ a: Tensor, _ b: Tensor, _ transposeA: Bool, _ transposeB: Bool, _ c: Tensor) {
    if c.elementCount == 0 { return }
    let batch = MatrixBatch(a, b, transposeA: transposeA, c)
    let (m, n, k) = (batch.rows, batch.columns, batch.inner)
    let (rowA, stepA) = transposeA ? (1, m) : (k, 1)
    let (columnB, stepB) = transposeB ? (k, 1) : (1, n)
    for index in 0..<batch.batchCount {
      let (left, right) = (pointer(a) + batch.offsetA(index), pointer(b) + batch.offsetB(index))
      let target = pointer(c) + batch.offsetC(index)
      for i in 0..<m {
        for j in 0..<n {
          var sum = Element.zero
          for p in 0..<k { sum = sum + left[i * rowA + p * stepA] * right[j * columnB + p * stepB] }
          target[i * n + j] = sum
        }
      }
    }
  }
}
