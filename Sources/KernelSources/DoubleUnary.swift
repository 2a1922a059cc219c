import KernelTable

/// See `VectorKernels.unary`.
public func doubleUnary(
  _ operation: UnaryOperation, _ n: Int, _ x: UnsafePointer<Double>, _ y: UnsafeMutablePointer<Double>
) -> Bool {
  switch operation {
  case .negate: map(Negate.self, n, x, y)
  case .abs: map(Abs.self, n, x, y)
  case .sign: map(Sign.self, n, x, y)
  case .square: map(Square.self, n, x, y)
  case .sqrt: map(Sqrt.self, n, x, y)
  case .rsqrt: map(Rsqrt.self, n, x, y)
  case .reciprocal: map(Reciprocal.self, n, x, y)
  case .exp: map(Exp.self, n, x, y)
  case .expm1: map(Expm1.self, n, x, y)
  case .log: map(Log.self, n, x, y)
  case .log1p: map(Log1p.self, n, x, y)
  case .tanh: map(Tanh.self, n, x, y)
  case .sigmoid: map(Sigmoid.self, n, x, y)
  case .softplus: map(Softplus.self, n, x, y)
  case .softsign: map(Softsign.self, n, x, y)
  case .relu: map(Relu.self, n, x, y)
  case .relu6: map(Relu6.self, n, x, y)
  case .elu: map(Elu.self, n, x, y)
  case .selu: map(Selu.self, n, x, y)
  case .erf: map(Erf.self, n, x, y)
  default: return false
  }
  return true
}

/// See `VectorKernels.leakyRelu`.
public func doubleLeakyRelu(_ n: Int, _ alpha: Double, _ x: UnsafePointer<Double>, _ y: UnsafeMutablePointer<Double>) {
  doubleLeakyReluGrad(n, alpha, x, x, y)
}

/// A function of one vector. A type, not a closure, because large closures are not inlined.
private protocol UnaryFunction {
  static func of(_ x: DoubleVector) -> DoubleVector
}

private enum Negate: UnaryFunction {
  @inline(__always)
  static func of(_ x: DoubleVector) -> DoubleVector {
    let zero = DoubleVector.zero
    let one = DoubleVector(repeating: 1)
    return x * (zero - one)
  }
}

private enum Abs: UnaryFunction {
  @inline(__always)
  static func of(_ x: DoubleVector) -> DoubleVector {
    magnitude(x)
  }
}

private enum Sign: UnaryFunction {
  @inline(__always)
  static func of(_ x: DoubleVector) -> DoubleVector {
    let zero = DoubleVector.zero
    let one = DoubleVector(repeating: 1)
    return select(select(x * zero, withSign(one, x), where: x .== zero), x, where: x .== x)
  }
}

private enum Square: UnaryFunction {
  @inline(__always)
  static func of(_ x: DoubleVector) -> DoubleVector {
    x * x
  }
}

private enum Sqrt: UnaryFunction {
  @inline(__always)
  static func of(_ x: DoubleVector) -> DoubleVector {
    squareRoot(x)
  }
}

private enum Rsqrt: UnaryFunction {
  @inline(__always)
  static func of(_ x: DoubleVector) -> DoubleVector {
    let one = DoubleVector(repeating: 1)
    return one / squareRoot(x)
  }
}

private enum Reciprocal: UnaryFunction {
  @inline(__always)
  static func of(_ x: DoubleVector) -> DoubleVector {
    let one = DoubleVector(repeating: 1)
    return one / x
  }
}

private enum Exp: UnaryFunction {
  @inline(__always)
  static func of(_ x: DoubleVector) -> DoubleVector {
    vectorExp(x)
  }
}

private enum Expm1: UnaryFunction {
  @inline(__always)
  static func of(_ x: DoubleVector) -> DoubleVector {
    vectorExpm1(x)
  }
}

private enum Log: UnaryFunction {
  @inline(__always)
  static func of(_ x: DoubleVector) -> DoubleVector {
    vectorLog(x)
  }
}

private enum Log1p: UnaryFunction {
  @inline(__always)
  static func of(_ x: DoubleVector) -> DoubleVector {
    vectorLog1p(x)
  }
}

private enum Tanh: UnaryFunction {
  @inline(__always)
  static func of(_ x: DoubleVector) -> DoubleVector {
    vectorTanh(x)
  }
}

private enum Sigmoid: UnaryFunction {
  @inline(__always)
  static func of(_ x: DoubleVector) -> DoubleVector {
    vectorSigmoid(x)
  }
}

private enum Softplus: UnaryFunction {
  @inline(__always)
  static func of(_ x: DoubleVector) -> DoubleVector {
    let zero = DoubleVector.zero
    return select(x, zero, where: x .> zero) + vectorLog1p(vectorExp(zero - magnitude(x)))
  }
}

private enum Softsign: UnaryFunction {
  @inline(__always)
  static func of(_ x: DoubleVector) -> DoubleVector {
    let one = DoubleVector(repeating: 1)
    return x / (one + magnitude(x))
  }
}

private enum Relu: UnaryFunction {
  @inline(__always)
  static func of(_ x: DoubleVector) -> DoubleVector {
    let zero = DoubleVector.zero
    return select(zero, x, where: x .< zero)
  }
}

private enum Relu6: UnaryFunction {
  @inline(__always)
  static func of(_ x: DoubleVector) -> DoubleVector {
    let zero = DoubleVector.zero
    let six = DoubleVector(repeating: 6)
    return select(zero, select(six, x, where: x .> six), where: x .< zero)
  }
}

private enum Elu: UnaryFunction {
  @inline(__always)
  static func of(_ x: DoubleVector) -> DoubleVector {
    let zero = DoubleVector.zero
    return select(vectorExpm1(x), x, where: x .< zero)
  }
}

private enum Selu: UnaryFunction {
  @inline(__always)
  static func of(_ x: DoubleVector) -> DoubleVector {
    let zero = DoubleVector.zero
    let scale = DoubleVector(repeating: 1.0507009873554804934193349852946)
    let scaledAlpha = DoubleVector(repeating: 1.7580993408473768599402175208123)
    return select(scaledAlpha * vectorExpm1(x), scale * x, where: x .< zero)
  }
}

private enum Erf: UnaryFunction {
  @inline(__always)
  static func of(_ x: DoubleVector) -> DoubleVector {
    vectorErf(x)
  }
}

/// 1/(1 + e⁻ˣ), within 3 units.
@inline(__always)
private func vectorSigmoid(_ x: DoubleVector) -> DoubleVector {
  let one = DoubleVector(repeating: 1)
  let e = vectorExp(DoubleVector.zero - magnitude(x))
  let r = one / (one + e)
  return select(e * r, r, where: x .< DoubleVector.zero)
}

/// log(1 + x), within 3 units: what 1 + x rounds away is put back.
@inline(__always)
private func vectorLog1p(_ x: DoubleVector) -> DoubleVector {
  let one = DoubleVector(repeating: 1)
  let u = one + x
  let lost = x - (u - one)
  let correction = select(lost / u, DoubleVector.zero, where: u .> DoubleVector.zero)
  let y = vectorLog(u) + select(correction, DoubleVector.zero, where: u .< DoubleVector(repeating: 1e16))
  return select(x, y, where: x .== DoubleVector.zero)
}

@inline(__always)
private func map<Function: UnaryFunction>(
  _ function: Function.Type, _ n: Int, _ x: UnsafePointer<Double>, _ y: UnsafeMutablePointer<Double>
) {
  let width = DoubleVector.scalarCount
  var i = 0
  while i + width <= n {
    let v = UnsafeRawPointer(x + i).loadUnaligned(as: DoubleVector.self)
    UnsafeMutableRawPointer(y + i).storeBytes(of: Function.of(v), as: DoubleVector.self)
    i += width
  }
  if i == n { return }
  var v = DoubleVector.zero
  for lane in 0..<n - i { v[lane] = x[i + lane] }
  let r = Function.of(v)
  for lane in 0..<n - i { y[i + lane] = r[lane] }
}
