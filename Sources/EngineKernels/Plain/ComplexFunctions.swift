import EngineCore
import Glibc

/// Functions of complex numbers in double precision; `complex64` is rounded once from them.
extension Complex<Double> {
  init(_ real: Double, _ imaginary: Double) { self.init(real: real, imaginary: imaginary) }

  var magnitude: Double { hypot(real, imaginary) }
  var angle: Double { atan2(imaginary, real) }
  /// `i·z`
  private var turned: Complex { Complex(-imaginary, real) }
  /// `−i·z`
  private var turnedBack: Complex { Complex(imaginary, -real) }

  static prefix func - (a: Complex) -> Complex { Complex(-a.real, -a.imaginary) }

  var exponential: Complex {
    let scale = Glibc.exp(real)
    // A real number stays one, also where the scale is infinite.
    return Complex(scale * cos(imaginary), imaginary == 0 ? imaginary : scale * sin(imaginary))
  }

  /// `eᶻ − 1` without cancellation near 0.
  var exponentialMinusOne: Complex {
    let half = sin(imaginary / 2)
    return Complex(Glibc.expm1(real) * cos(imaginary) - 2 * half * half, Glibc.exp(real) * sin(imaginary))
  }

  var logarithm: Complex { Complex(Glibc.log(magnitude), angle) }

  /// `log(1 + z)` without cancellation near 0.
  var logarithmOnePlus: Complex {
    guard magnitude < 0.5 else { return (.one + self).logarithm }
    return Complex(0.5 * log1p(2 * real + real * real + imaginary * imaginary), atan2(imaginary, 1 + real))
  }

  /// The root in the right half plane.
  var squareRoot: Complex {
    if isZero { return Complex(0, imaginary) }
    let size = ((real.magnitude + magnitude) / 2).squareRoot()
    if real >= 0 { return Complex(size, imaginary / (2 * size)) }
    return Complex(imaginary.magnitude / (2 * size), imaginary.sign == .minus ? -size : size)
  }

  var hyperbolicSine: Complex { Complex(sinh(real) * cos(imaginary), cosh(real) * sin(imaginary)) }
  var hyperbolicCosine: Complex { Complex(cosh(real) * cos(imaginary), sinh(real) * sin(imaginary)) }
  var hyperbolicTangent: Complex {
    // Beyond 20, cosh 2x swamps the cosine in double precision, and would overflow soon.
    if real.magnitude > 20 {
      return Complex(real > 0 ? 1 : -1, 4 * sin(imaginary) * cos(imaginary) * Glibc.exp(-2 * real.magnitude))
    }
    let scale = cosh(2 * real) + cos(2 * imaginary)
    return Complex(sinh(2 * real) / scale, sin(2 * imaginary) / scale)
  }
  var inverseHyperbolicSine: Complex {
    if isZero { return self }
    // The function is odd; on the left the sum would cancel.
    if real.sign == .minus { return -(-self).inverseHyperbolicSine }
    if magnitude > 0x1p30 { return Complex(Glibc.log(magnitude) + Glibc.log(2.0), angle) }
    let square = self * self
    return (self + square / (.one + (square + .one).squareRoot)).logarithmOnePlus
  }
  var inverseHyperbolicCosine: Complex {
    (self + (self + .one).squareRoot * (self - .one).squareRoot).logarithm
  }
  var inverseHyperbolicTangent: Complex {
    if isZero { return self }
    let difference = logarithmOnePlus - (-self).logarithmOnePlus
    return Complex(difference.real / 2, difference.imaginary / 2)
  }

  var sine: Complex { turned.hyperbolicSine.turnedBack }
  var cosine: Complex { turned.hyperbolicCosine }
  var tangent: Complex { turned.hyperbolicTangent.turnedBack }
  var arcSine: Complex { turned.inverseHyperbolicSine.turnedBack }
  var arcCosine: Complex { Complex(.pi / 2 - arcSine.real, -arcSine.imaginary) }
  var arcTangent: Complex { turned.inverseHyperbolicTangent.turnedBack }

  var sigmoid: Complex { .one / (.one + (-self).exponential) }
  /// The number of the same direction and of length 1.
  var direction: Complex { isZero ? .zero : Complex(real / magnitude, imaginary / magnitude) }

  func power(_ exponent: Complex) -> Complex {
    if exponent.isZero { return .one }
    return isZero ? .zero : (exponent * logarithm).exponential
  }

  /// `nil` for operations that complex numbers have not, or that need no double precision.
  static func function(_ operation: UnaryOperation) -> ((Complex) -> Complex)? {
    switch operation {
    case .exp: { $0.exponential }
    case .expm1: { $0.exponentialMinusOne }
    case .log: { $0.logarithm }
    case .log1p: { $0.logarithmOnePlus }
    case .sqrt: { $0.squareRoot }
    case .rsqrt: { $0.isZero ? Complex(.infinity, .nan) : .one / $0.squareRoot }
    case .sign: { $0.direction }
    case .sin: { $0.sine }
    case .cos: { $0.cosine }
    case .tan: { $0.tangent }
    case .asin: { $0.arcSine }
    case .acos: { $0.arcCosine }
    case .atan: { $0.arcTangent }
    case .sinh: { $0.hyperbolicSine }
    case .cosh: { $0.hyperbolicCosine }
    case .tanh: { $0.hyperbolicTangent }
    case .asinh: { $0.inverseHyperbolicSine }
    case .acosh: { $0.inverseHyperbolicCosine }
    case .atanh: { $0.inverseHyperbolicTangent }
    case .sigmoid: { $0.sigmoid }
    default: nil
    }
  }
}

extension Complex {
  init(rounding value: Complex<Double>) { self.init(real: Part(value.real), imaginary: Part(value.imaginary)) }
  var wide: Complex<Double> { Complex<Double>(Double(real), Double(imaginary)) }
}

/// A real number that belongs to a complex one.
public enum ComplexPart: Sendable {
  case real, imaginary, magnitude, angle
}

extension Kernels {
  /// `y[i]` is a part of `x[i]`. `x: complex`, `y:` the real type of the same precision.
  /// **Errors**: `Unimplemented` for other types.
  public static func part(_ part: ComplexPart, of x: Tensor, into y: Tensor) throws {
    switch (x.dtype, y.dtype) {
    case (.complex64, .float32): ComplexLoops<Float>().part(part, x, y.elements(Float.self))
    case (.complex128, .float64): ComplexLoops<Double>().part(part, x, y.elements(Double.self))
    default: throw unsupported("complex \(part) as \(y.dtype)", x.dtype)
    }
  }

  /// `z[i] = real[i] + i·imaginary[i]`, broadcast. `real`, `imaginary:` one floating type, `z:` its complex type.
  /// **Errors**: `Unimplemented` for other types.
  public static func complex(_ real: Tensor, _ imaginary: Tensor, into z: Tensor) throws {
    switch (real.dtype, imaginary.dtype, z.dtype) {
    case (.float32, .float32, .complex64):
      ComplexLoops<Float>().join(real, real.elements(Float.self), imaginary, imaginary.elements(Float.self), z)
    case (.float64, .float64, .complex128):
      ComplexLoops<Double>().join(real, real.elements(Double.self), imaginary, imaginary.elements(Double.self), z)
    default: throw unsupported("complex numbers of \(imaginary.dtype)", real.dtype)
    }
  }

  /// `y[i]` is the conjugate of `x[i]`; may work in place.
  /// **Errors**: `Unimplemented` for types that are not complex.
  public static func conjugate(_ x: Tensor, into y: Tensor) throws {
    switch x.dtype {
    case .complex64: ComplexLoops<Float>().conjugate(x, y)
    case .complex128: ComplexLoops<Double>().conjugate(x, y)
    default: throw unsupported("conjugate", x.dtype)
    }
  }
}

extension ComplexLoops {
  func part(_ part: ComplexPart, _ x: Tensor, _ target: UnsafeMutablePointer<Part>) {
    let source = x.pointer.assumingMemoryBound(to: Element.self)
    for i in 0..<x.elementCount {
      target[i] =
        switch part {
        case .real: source[i].real
        case .imaginary: source[i].imaginary
        case .magnitude: Part(source[i].wide.magnitude)
        case .angle: Part(source[i].wide.angle)
        }
    }
  }

  func join(
    _ a: Tensor, _ real: UnsafeMutablePointer<Part>, _ b: Tensor, _ imaginary: UnsafeMutablePointer<Part>, _ z: Tensor
  ) {
    if z.elementCount == 0 { return }
    let target = z.pointer.assumingMemoryBound(to: Element.self)
    let plan = BroadcastPlan(output: z.shape, inputs: [a.shape, b.shape])
    for row in 0..<plan.rowCount {
      let (left, right) = (real + plan.offset(0, row: row), imaginary + plan.offset(1, row: row))
      for i in 0..<plan.rowLength {
        target[row * plan.rowLength + i] = Element(real: left[i * plan.step(0)], imaginary: right[i * plan.step(1)])
      }
    }
  }

  func conjugate(_ x: Tensor, _ y: Tensor) {
    let source = x.pointer.assumingMemoryBound(to: Element.self)
    let target = y.pointer.assumingMemoryBound(to: Element.self)
    for i in 0..<x.elementCount { target[i] = source[i].conjugate }
  }

  func cumulate(
    _ operation: ReductionOperation, _ x: Tensor, axis: Int, exclusive: Bool, reverse: Bool, _ y: Tensor
  ) throws {
    guard operation == .sum || operation == .product else {
      throw Kernels.unsupported("cumulative \(operation)", x.dtype)
    }
    if x.elementCount == 0 { return }
    let source = x.pointer.assumingMemoryBound(to: Element.self)
    let target = y.pointer.assumingMemoryBound(to: Element.self)
    let size = x.shape[axis]
    let inner = x.shape[(axis + 1)...].reduce(1, *)
    for start in 0..<x.elementCount / size {
      let base = start / inner * size * inner + start % inner
      var total = operation == .sum ? Element.zero : .one
      for step in 0..<size {
        let position = base + (reverse ? size - 1 - step : step) * inner
        let next = operation == .sum ? total + source[position] : total * source[position]
        target[position] = exclusive ? total : next
        total = next
      }
    }
  }
}
