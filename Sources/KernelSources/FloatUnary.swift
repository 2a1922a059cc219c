import KernelTable

/// See `VectorKernels.unary`.
func floatUnary(
  _ operation: UnaryOperation, _ n: Int, _ x: UnsafePointer<Float>, _ y: UnsafeMutablePointer<Float>
) -> Bool {
  let (zero, one) = (FloatVector.zero, FloatVector(repeating: 1))
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
    let six = FloatVector(repeating: 6)
    map(n, x, y) { select(zero, select(six, $0, where: $0 .> six), where: $0 .< zero) }
  case .elu: map(n, x, y) { select(vectorExpm1($0), $0, where: $0 .< zero) }
  case .selu:
    let scale = FloatVector(repeating: 1.0507009873554804934193349852946)
    let scaledAlpha = FloatVector(repeating: 1.7580993408473768599402175208123)
    map(n, x, y) { select(scaledAlpha * vectorExpm1($0), scale * $0, where: $0 .< zero) }
  case .erf: map(n, x, y) { vectorErf($0) }
  default: return false
  }
  return true
}

/// See `VectorKernels.leakyRelu`.
func floatLeakyRelu(_ n: Int, _ alpha: Float, _ x: UnsafePointer<Float>, _ y: UnsafeMutablePointer<Float>) {
  let slope = FloatVector(repeating: alpha)
  map(n, x, y) { select($0, slope * $0, where: $0 .> FloatVector.zero) }
}

/// 1/(1 + e⁻ˣ), within 3 units.
@inline(__always)
private func vectorSigmoid(_ x: FloatVector) -> FloatVector {
  let one = FloatVector(repeating: 1)
  let e = vectorExp(FloatVector.zero - magnitude(x))
  let r = one / (one + e)
  return select(e * r, r, where: x .< FloatVector.zero)
}

/// log(1 + x), within 3 units: what 1 + x rounds away is put back.
@inline(__always)
private func vectorLog1p(_ x: FloatVector) -> FloatVector {
  let one = FloatVector(repeating: 1)
  let u = one + x
  let lost = x - (u - one)
  let correction = select(lost / u, FloatVector.zero, where: u .> FloatVector.zero)
  let y = vectorLog(u) + select(correction, FloatVector.zero, where: u .< FloatVector(repeating: 1e16))
  return select(x, y, where: x .== FloatVector.zero)
}

@inline(__always)
private func map(
  _ n: Int, _ x: UnsafePointer<Float>, _ y: UnsafeMutablePointer<Float>, _ f: (FloatVector) -> FloatVector
) {
  let width = FloatVector.scalarCount
  var i = 0
  while i + width <= n {
    let v = UnsafeRawPointer(x + i).loadUnaligned(as: FloatVector.self)
    UnsafeMutableRawPointer(y + i).storeBytes(of: f(v), as: FloatVector.self)
    i += width
  }
  if i == n { return }
  var v = FloatVector.zero
  for lane in 0..<n - i { v[lane] = x[i + lane] }
  let r = f(v)
  for lane in 0..<n - i { y[i + lane] = r[lane] }
}
