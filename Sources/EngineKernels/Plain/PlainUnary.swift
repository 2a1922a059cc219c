import EngineCore
import Glibc

extension PlainKernels {
  package static func unary(_ operation: UnaryOperation, _ x: Tensor, into y: Tensor) throws {
    if x.dtype == .complex64 { return try ComplexLoops<Float>().unary(operation, x, y) }
    if x.dtype == .complex128 { return try ComplexLoops<Double>().unary(operation, x, y) }
    var name: String { "\(operation)" }
    switch operation {
    case .negate, .abs, .sign, .square, .relu, .relu6:
      try dispatch(real: x.dtype, name, RealUnary(operation: operation, x: x, y: y))
    case .reciprocal, .rint, .floor, .ceil:
      if x.dtype.isInteger {
        try dispatch(integer: x.dtype, name, IntegerUnary(operation: operation, x: x, y: y))
      } else {
        try dispatch(floating: x.dtype, name, FloatUnary(operation: operation, x: x, y: y))
      }
    case .logicalNot:
      guard x.dtype == .bool else { throw Kernels.unsupported(name, x.dtype) }
      let (source, target) = (x.elements(UInt8.self), y.elements(UInt8.self))
      for i in 0..<x.elementCount { target[i] = source[i] == 0 ? 1 : 0 }
    case .invert:
      try dispatch(integer: x.dtype, name, IntegerUnary(operation: operation, x: x, y: y))
    default:
      try dispatch(floating: x.dtype, name, FloatUnary(operation: operation, x: x, y: y))
    }
  }

  @inline(__always)
  static func map<Element: RealElement>(
    _ type: Element.Type, _ x: Tensor, _ y: Tensor, _ function: (Element.Value) -> Element.Value
  ) {
    let (source, target) = (x.elements(type), y.elements(type))
    for i in 0..<x.elementCount { target[i] = Element(value: function(source[i].value)) }
  }
}

private struct RealUnary: RealLoop {
  let operation: UnaryOperation
  let x: Tensor
  let y: Tensor

  func run<Element: RealElement>(_ type: Element.Type) throws {
    typealias Value = Element.Value
    let zero = Value.zero
    switch operation {
    case .negate:
      // −0 is not 0 − 0.
      let minusOne = zero.minus(.one)
      PlainKernels.map(type, x, y) { $0.times(minusOne) }
    case .abs:
      PlainKernels.map(type, x, y) { $0 < zero ? zero.minus($0) : $0 == zero ? zero : $0 }
    case .sign:
      PlainKernels.map(type, x, y) { $0 > zero ? .one : $0 < zero ? zero.minus(.one) : $0 == zero ? zero : $0 }
    case .square: PlainKernels.map(type, x, y) { $0.times($0) }
    case .relu: PlainKernels.map(type, x, y) { $0 < zero ? zero : $0 }
    case .relu6:
      let six = Value(count: 6)
      PlainKernels.map(type, x, y) { $0 < zero ? zero : $0 > six ? six : $0 }
    default: throw Kernels.unsupported("\(operation)", x.dtype)
    }
  }
}

private struct IntegerUnary: IntegerLoop {
  let operation: UnaryOperation
  let x: Tensor
  let y: Tensor

  func run<Element: IntegerElement>(_ type: Element.Type) throws {
    switch operation {
    case .invert: PlainKernels.map(type, x, y) { ~$0 }
    case .rint, .floor, .ceil: PlainKernels.map(type, x, y) { $0 }
    case .reciprocal: PlainKernels.map(type, x, y) { Element.one.over($0) }
    default: throw Kernels.unsupported("\(operation)", x.dtype)
    }
  }
}

private struct FloatUnary: FloatLoop {
  let operation: UnaryOperation
  let x: Tensor
  let y: Tensor

  func run<Element: FloatElement>(_ type: Element.Type) throws {
    typealias Value = Element.Value
    switch operation {
    case .sqrt: PlainKernels.map(type, x, y) { $0.squareRoot() }
    case .rsqrt: PlainKernels.map(type, x, y) { 1 / $0.squareRoot() }
    case .reciprocal: PlainKernels.map(type, x, y) { 1 / $0 }
    case .exp: PlainKernels.map(type, x, y) { $0.exponential }
    case .expm1: PlainKernels.map(type, x, y) { $0.exponentialMinusOne }
    case .log: PlainKernels.map(type, x, y) { $0.logarithm }
    case .log1p: PlainKernels.map(type, x, y) { $0.logarithmOnePlus }
    case .sin: PlainKernels.map(type, x, y) { $0.sine }
    case .cos: PlainKernels.map(type, x, y) { $0.cosine }
    case .tan: PlainKernels.map(type, x, y) { $0.tangent }
    case .asin: PlainKernels.map(type, x, y) { $0.arcSine }
    case .acos: PlainKernels.map(type, x, y) { $0.arcCosine }
    case .atan: PlainKernels.map(type, x, y) { $0.arcTangent }
    case .sinh: PlainKernels.map(type, x, y) { $0.hyperbolicSine }
    case .cosh: PlainKernels.map(type, x, y) { $0.hyperbolicCosine }
    case .tanh: PlainKernels.map(type, x, y) { $0.hyperbolicTangent }
    case .asinh: PlainKernels.map(type, x, y) { $0.inverseHyperbolicSine }
    case .acosh: PlainKernels.map(type, x, y) { $0.inverseHyperbolicCosine }
    case .atanh: PlainKernels.map(type, x, y) { $0.inverseHyperbolicTangent }
    case .sigmoid: PlainKernels.map(type, x, y) { sigmoid($0) }
    case .softplus: PlainKernels.map(type, x, y) { softplus($0) }
    case .softsign: PlainKernels.map(type, x, y) { $0 / (1 + $0.magnitude) }
    case .elu: PlainKernels.map(type, x, y) { $0 < 0 ? $0.exponentialMinusOne : $0 }
    case .selu:
      let scale = Value(seluScale)
      let scaledAlpha = Value(seluScaledAlpha)
      PlainKernels.map(type, x, y) { $0 < 0 ? scaledAlpha * $0.exponentialMinusOne : scale * $0 }
    case .erf: PlainKernels.map(type, x, y) { $0.errorFunction }
    case .erfc: PlainKernels.map(type, x, y) { $0.complementaryErrorFunction }
    case .lgamma: PlainKernels.map(type, x, y) { $0.logGamma }
    case .digamma: PlainKernels.map(type, x, y) { Value(digamma(Double($0))) }
    case .floor: PlainKernels.map(type, x, y) { $0.rounded(.down) }
    case .ceil: PlainKernels.map(type, x, y) { $0.rounded(.up) }
    case .rint: PlainKernels.map(type, x, y) { $0.rounded(.toNearestOrEven) }
    default: throw Kernels.unsupported("\(operation)", x.dtype)
    }
  }
}

/// Klambauer et al., "Self-normalizing neural networks", 2017: λ and λ·α.
let seluScale = 1.0507009873554804934193349852946
let seluScaledAlpha = 1.7580993408473768599402175208123

/// `1/(1 + e⁻ˣ)` without overflow.
@inline(__always)
func sigmoid<Value: FloatNumber>(_ x: Value) -> Value {
  if x < 0 {
    let e = x.exponential
    return e / (1 + e)
  }
  return 1 / (1 + (-x).exponential)
}

/// `log(1 + eˣ)`
@inline(__always)
func softplus<Value: FloatNumber>(_ x: Value) -> Value {
  x > 0 ? x + (-x).exponential.logarithmOnePlus : x.exponential.logarithmOnePlus
}

/// The derivative of log Γ: recurrence up to 10, then its asymptotic series; reflection for negative numbers.
func digamma(_ x: Double) -> Double {
  if x.isNaN || x == -.infinity { return .nan }
  if x == .infinity { return x }
  if x <= 0 {
    if x == x.rounded(.down) { return .nan }
    return digamma(1 - x) - Double.pi / tan(Double.pi * (x - x.rounded()))
  }
  var result = 0.0
  var z = x
  while z < 10 {
    result -= 1 / z
    z += 1
  }
  let inverse = 1 / (z * z)
  let series =
    inverse
    * (1 / 12.0
      - inverse
      * (1 / 120.0
        - inverse
        * (1 / 252.0 - inverse * (1 / 240.0 - inverse * (1 / 132.0 - inverse * (691 / 32760.0 - inverse / 12))))))
  return result + log(z) - 0.5 / z - series
}
