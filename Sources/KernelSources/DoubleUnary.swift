import KernelTable

/// See `VectorKernels.unary`.
func doubleUnary(
  _ operation: UnaryOperation, _ n: Int, _ x: UnsafePointer<Double>, _ y: UnsafeMutablePointer<Double>
) -> Bool {
  let (zero, one) = (DoubleVector.zero, DoubleVector(repeating: 1))
  switch operation {
  case .negate: map(n, x, y) { $0 * (zero - one) }
  case .abs: map(n, x, y) { magnitude($0) }
  case .sign: map(n, x, y) { select(select($0 * zero, withSign(one, $0), where: $0 .== zero), $0, where: $0 .== $0) }
  case .square: map(n, x, y) { $0 * $0 }
  case .sqrt: map(n, x, y) { $0.squareRoot() }
  case .rsqrt: map(n, x, y) { one / $0.squareRoot() }
  case .reciprocal: map(n, x, y) { one / $0 }
  case .exp: map(n, x, y) { vectorExp($0) }
  case .expm1: map(n, x, y) { vectorExpm1($0) }
  case .log: map(n, x, y) { vectorLog($0) }
  case .log1p: map(n, x, y) { vectorLog1p($0) }
  case .tanh: map(n, x, y) { vectorTanh($0) }
  case .sigmoid: map(n, x, y) { vectorSigmoid($0) }
  case .softplus:
    map(n, x, y) { select($0, zero, where: $0 .> zero) + vectorLog1p(vectorExp(zero - magnitude($0))) }
  case .softsign: map(n, x, y) { $0 / (one + magnitude($0)) }
  case .relu: map(n, x, y) { select(zero, $0, where: $0 .< zero) }
  case .relu6:
    let six = DoubleVector(repeating: 6)
    map(n, x, y) { select(zero, select(six, $0, where: $0 .> six), where: $0 .< zero) }
  case .elu: map(n, x, y) { select(vectorExpm1($0), $0, where: $0 .< zero) }
  case .selu:
    let scale = DoubleVector(repeating: 1.0507009873554804934193349852946)
    let scaledAlpha = DoubleVector(repeating: 1.7580993408473768599402175208123)
    map(n, x, y) { select(scaledAlpha * vectorExpm1($0), scale * $0, where: $0 .< zero) }
  case .erf: map(n, x, y) { vectorErf($0) }
  default: return false
  }
  return true
}

/// See `VectorKernels.leakyRelu`.
func doubleLeakyRelu(_ n: Int, _ alpha: Double, _ x: UnsafePointer<Double>, _ y: UnsafeMutablePointer<Double>) {
  let slope = DoubleVector(repeating: alpha)
  map(n, x, y) { select($0, slope * $0, where: $0 .> DoubleVector.zero) }
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
private func map(
  _ n: Int, _ x: UnsafePointer<Double>, _ y: UnsafeMutablePointer<Double>, _ f: (DoubleVector) -> DoubleVector
) {
  let width = DoubleVector.scalarCount
  var i = 0
  while i + width <= n {
    let v = UnsafeRawPointer(x + i).loadUnaligned(as: DoubleVector.self)
    UnsafeMutableRawPointer(y + i).storeBytes(of: f(v), as: DoubleVector.self)
    i += width
  }
  if i == n { return }
  var v = DoubleVector.zero
  for lane in 0..<n - i { v[lane] = x[i + lane] }
  let r = f(v)
  for lane in 0..<n - i { y[i + lane] = r[lane] }
}
