import KernelTable

/// See `VectorKernels.binary`.
public func doubleBinary(
  _ operation: BinaryOperation, _ n: Int, _ a: UnsafePointer<Double>, _ aStep: Int, _ b: UnsafePointer<Double>,
  _ bStep: Int, _ z: UnsafeMutablePointer<Double>
) -> Bool {
  switch operation {
  case .add: zip(Add.self, n, a, aStep, b, bStep, z)
  case .subtract: zip(Subtract.self, n, a, aStep, b, bStep, z)
  case .multiply: zip(Multiply.self, n, a, aStep, b, bStep, z)
  case .divide: zip(Divide.self, n, a, aStep, b, bStep, z)
  case .maximum: zip(Maximum.self, n, a, aStep, b, bStep, z)
  case .minimum: zip(Minimum.self, n, a, aStep, b, bStep, z)
  case .squaredDifference: zip(SquaredDifference.self, n, a, aStep, b, bStep, z)
  case .divideNoNan: zip(DivideNoNan.self, n, a, aStep, b, bStep, z)
  case .multiplyNoNan: zip(MultiplyNoNan.self, n, a, aStep, b, bStep, z)
  case .tanhGrad: zip(TanhGrad.self, n, a, aStep, b, bStep, z)
  case .sigmoidGrad: zip(SigmoidGrad.self, n, a, aStep, b, bStep, z)
  case .sqrtGrad: zip(SqrtGrad.self, n, a, aStep, b, bStep, z)
  case .rsqrtGrad: zip(RsqrtGrad.self, n, a, aStep, b, bStep, z)
  case .reciprocalGrad: zip(ReciprocalGrad.self, n, a, aStep, b, bStep, z)
  case .reluGrad: zip(ReluGrad.self, n, a, aStep, b, bStep, z)
  case .relu6Grad: zip(Relu6Grad.self, n, a, aStep, b, bStep, z)
  case .softplusGrad: zip(SoftplusGrad.self, n, a, aStep, b, bStep, z)
  case .softsignGrad: zip(SoftsignGrad.self, n, a, aStep, b, bStep, z)
  case .eluGrad: zip(EluGrad.self, n, a, aStep, b, bStep, z)
  case .seluGrad: zip(SeluGrad.self, n, a, aStep, b, bStep, z)
  default: return false
  }
  return true
}

/// See `VectorKernels.leakyReluGrad`.
public func doubleLeakyReluGrad(
  _ n: Int, _ alpha: Double, _ dy: UnsafePointer<Double>, _ x: UnsafePointer<Double>, _ dx: UnsafeMutablePointer<Double>
) {
  let slope = DoubleVector(repeating: alpha)
  let width = DoubleVector.scalarCount
  var i = 0
  while i + width <= n {
    let gradient = UnsafeRawPointer(dy + i).loadUnaligned(as: DoubleVector.self)
    let input = UnsafeRawPointer(x + i).loadUnaligned(as: DoubleVector.self)
    let result = select(gradient, slope * gradient, where: input .> DoubleVector.zero)
    UnsafeMutableRawPointer(dx + i).storeBytes(of: result, as: DoubleVector.self)
    i += width
  }
  while i < n {
    dx[i] = x[i] > 0 ? dy[i] : alpha * dy[i]
    i += 1
  }
}

/// A function of two vectors. A type, not a closure, because large closures are not inlined.
private protocol BinaryFunction {
  static func of(_ a: DoubleVector, _ b: DoubleVector) -> DoubleVector
}

private enum Add: BinaryFunction {
  @inline(__always)
  static func of(_ a: DoubleVector, _ b: DoubleVector) -> DoubleVector {
    a + b
  }
}

private enum Subtract: BinaryFunction {
  @inline(__always)
  static func of(_ a: DoubleVector, _ b: DoubleVector) -> DoubleVector {
    a - b
  }
}

private enum Multiply: BinaryFunction {
  @inline(__always)
  static func of(_ a: DoubleVector, _ b: DoubleVector) -> DoubleVector {
    a * b
  }
}

private enum Divide: BinaryFunction {
  @inline(__always)
  static func of(_ a: DoubleVector, _ b: DoubleVector) -> DoubleVector {
    a / b
  }
}

/// NaN comes through from either side.
private enum Maximum: BinaryFunction {
  @inline(__always)
  static func of(_ a: DoubleVector, _ b: DoubleVector) -> DoubleVector {
    select(a, select(b, a, where: a .== a), where: a .> b)
  }
}

/// NaN comes through from either side.
private enum Minimum: BinaryFunction {
  @inline(__always)
  static func of(_ a: DoubleVector, _ b: DoubleVector) -> DoubleVector {
    select(a, select(b, a, where: a .== a), where: a .< b)
  }
}

private enum SquaredDifference: BinaryFunction {
  @inline(__always)
  static func of(_ a: DoubleVector, _ b: DoubleVector) -> DoubleVector {
    (a - b) * (a - b)
  }
}

private enum DivideNoNan: BinaryFunction {
  @inline(__always)
  static func of(_ a: DoubleVector, _ b: DoubleVector) -> DoubleVector {
    let zero = DoubleVector.zero
    return select(zero, a / b, where: b .== zero)
  }
}

private enum MultiplyNoNan: BinaryFunction {
  @inline(__always)
  static func of(_ a: DoubleVector, _ b: DoubleVector) -> DoubleVector {
    let zero = DoubleVector.zero
    return select(zero, a * b, where: b .== zero)
  }
}

private enum TanhGrad: BinaryFunction {
  @inline(__always)
  static func of(_ a: DoubleVector, _ b: DoubleVector) -> DoubleVector {
    let one = DoubleVector(repeating: 1)
    return b * (one - a * a)
  }
}

private enum SigmoidGrad: BinaryFunction {
  @inline(__always)
  static func of(_ a: DoubleVector, _ b: DoubleVector) -> DoubleVector {
    let one = DoubleVector(repeating: 1)
    return b * a * (one - a)
  }
}

private enum SqrtGrad: BinaryFunction {
  @inline(__always)
  static func of(_ a: DoubleVector, _ b: DoubleVector) -> DoubleVector {
    DoubleVector(repeating: 0.5) * b / a
  }
}

private enum RsqrtGrad: BinaryFunction {
  @inline(__always)
  static func of(_ a: DoubleVector, _ b: DoubleVector) -> DoubleVector {
    DoubleVector(repeating: -0.5) * (b * a) * (a * a)
  }
}

private enum ReciprocalGrad: BinaryFunction {
  @inline(__always)
  static func of(_ a: DoubleVector, _ b: DoubleVector) -> DoubleVector {
    let zero = DoubleVector.zero
    return (zero - b) * a * a
  }
}

private enum ReluGrad: BinaryFunction {
  @inline(__always)
  static func of(_ a: DoubleVector, _ b: DoubleVector) -> DoubleVector {
    let zero = DoubleVector.zero
    return select(a, a * zero, where: b .> zero)
  }
}

private enum Relu6Grad: BinaryFunction {
  @inline(__always)
  static func of(_ a: DoubleVector, _ b: DoubleVector) -> DoubleVector {
    let zero = DoubleVector.zero
    let six = DoubleVector(repeating: 6)
    return select(select(a, a * zero, where: b .< six), a * zero, where: b .> zero)
  }
}

private enum SoftplusGrad: BinaryFunction {
  @inline(__always)
  static func of(_ a: DoubleVector, _ b: DoubleVector) -> DoubleVector {
    let zero = DoubleVector.zero
    let one = DoubleVector(repeating: 1)
    return a / (one + vectorExp(zero - b))
  }
}

private enum SoftsignGrad: BinaryFunction {
  @inline(__always)
  static func of(_ a: DoubleVector, _ b: DoubleVector) -> DoubleVector {
    let one = DoubleVector(repeating: 1)
    let denominator = one + magnitude(b)
    return a / (denominator * denominator)
  }
}

private enum EluGrad: BinaryFunction {
  @inline(__always)
  static func of(_ a: DoubleVector, _ b: DoubleVector) -> DoubleVector {
    let zero = DoubleVector.zero
    let one = DoubleVector(repeating: 1)
    return select(a * (b + one), a, where: b .< zero)
  }
}

private enum SeluGrad: BinaryFunction {
  @inline(__always)
  static func of(_ a: DoubleVector, _ b: DoubleVector) -> DoubleVector {
    let zero = DoubleVector.zero
    let scale = DoubleVector(repeating: 1.0507009873554804934193349852946)
    let scaledAlpha = DoubleVector(repeating: 1.7580993408473768599402175208123)
    return select(a * (b + scaledAlpha), a * scale, where: b .< zero)
  }
}

@inline(__always)
private func zip<Function: BinaryFunction>(
  _ function: Function.Type, _ n: Int, _ a: UnsafePointer<Double>, _ aStep: Int, _ b: UnsafePointer<Double>,
  _ bStep: Int,
  _ z: UnsafeMutablePointer<Double>
) {
  let width = DoubleVector.scalarCount
  if n == 0 { return }
  // A step of 0 means one element for all.
  let (leftAll, rightAll) = (DoubleVector(repeating: a[0]), DoubleVector(repeating: b[0]))
  var i = 0
  while i + width <= n {
    let left = aStep == 0 ? leftAll : UnsafeRawPointer(a + i).loadUnaligned(as: DoubleVector.self)
    let right = bStep == 0 ? rightAll : UnsafeRawPointer(b + i).loadUnaligned(as: DoubleVector.self)
    UnsafeMutableRawPointer(z + i).storeBytes(of: Function.of(left, right), as: DoubleVector.self)
    i += width
  }
  if i == n { return }
  var (left, right) = (leftAll, rightAll)
  for lane in 0..<n - i {
    left[lane] = a[(i + lane) * aStep]
    right[lane] = b[(i + lane) * bStep]
  }
  let r = Function.of(left, right)
  for lane in 0..<n - i { z[i + lane] = r[lane] }
}
