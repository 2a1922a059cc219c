import KernelTable

/// See `VectorKernels.binary`.
func doubleBinary(
  _ operation: BinaryOperation, _ n: Int, _ a: UnsafePointer<Double>, _ aStep: Int, _ b: UnsafePointer<Double>,
  _ bStep: Int, _ z: UnsafeMutablePointer<Double>
) -> Bool {
  let (zero, one) = (DoubleVector.zero, DoubleVector(repeating: 1))
  switch operation {
  case .add: zip(n, a, aStep, b, bStep, z) { $0 + $1 }
  case .subtract: zip(n, a, aStep, b, bStep, z) { $0 - $1 }
  case .multiply: zip(n, a, aStep, b, bStep, z) { $0 * $1 }
  case .divide: zip(n, a, aStep, b, bStep, z) { $0 / $1 }
  // NaN comes through from either side.
  case .maximum: zip(n, a, aStep, b, bStep, z) { select($0, select($1, $0, where: $0 .== $0), where: $0 .> $1) }
  case .minimum: zip(n, a, aStep, b, bStep, z) { select($0, select($1, $0, where: $0 .== $0), where: $0 .< $1) }
  case .squaredDifference: zip(n, a, aStep, b, bStep, z) { ($0 - $1) * ($0 - $1) }
  case .divideNoNan: zip(n, a, aStep, b, bStep, z) { select(zero, $0 / $1, where: $1 .== zero) }
  case .multiplyNoNan: zip(n, a, aStep, b, bStep, z) { select(zero, $0 * $1, where: $1 .== zero) }
  case .tanhGrad: zip(n, a, aStep, b, bStep, z) { $1 * (one - $0 * $0) }
  case .sigmoidGrad: zip(n, a, aStep, b, bStep, z) { $1 * $0 * (one - $0) }
  case .sqrtGrad: zip(n, a, aStep, b, bStep, z) { DoubleVector(repeating: 0.5) * $1 / $0 }
  case .rsqrtGrad: zip(n, a, aStep, b, bStep, z) { DoubleVector(repeating: -0.5) * ($1 * $0) * ($0 * $0) }
  case .reciprocalGrad: zip(n, a, aStep, b, bStep, z) { (zero - $1) * $0 * $0 }
  case .reluGrad: zip(n, a, aStep, b, bStep, z) { select($0, $0 * zero, where: $1 .> zero) }
  case .relu6Grad:
    let six = DoubleVector(repeating: 6)
    zip(n, a, aStep, b, bStep, z) {
      select(select($0, $0 * zero, where: $1 .< six), $0 * zero, where: $1 .> zero)
    }
  case .softplusGrad: zip(n, a, aStep, b, bStep, z) { $0 / (one + vectorExp(zero - $1)) }
  case .softsignGrad:
    zip(n, a, aStep, b, bStep, z) {
      let denominator = one + magnitude($1)
      return $0 / (denominator * denominator)
    }
  case .eluGrad: zip(n, a, aStep, b, bStep, z) { select($0 * ($1 + one), $0, where: $1 .< zero) }
  case .seluGrad:
    let scale = DoubleVector(repeating: 1.0507009873554804934193349852946)
    let scaledAlpha = DoubleVector(repeating: 1.7580993408473768599402175208123)
    zip(n, a, aStep, b, bStep, z) { select($0 * ($1 + scaledAlpha), $0 * scale, where: $1 .< zero) }
  default: return false
  }
  return true
}

/// See `VectorKernels.leakyReluGrad`.
func doubleLeakyReluGrad(
  _ n: Int, _ alpha: Double, _ dy: UnsafePointer<Double>, _ x: UnsafePointer<Double>, _ dx: UnsafeMutablePointer<Double>
) {
  let slope = DoubleVector(repeating: alpha)
  zip(n, dy, 1, x, 1, dx) { select($0, slope * $0, where: $1 .> DoubleVector.zero) }
}

@inline(__always)
private func zip(
  _ n: Int, _ a: UnsafePointer<Double>, _ aStep: Int, _ b: UnsafePointer<Double>, _ bStep: Int,
  _ z: UnsafeMutablePointer<Double>, _ f: (DoubleVector, DoubleVector) -> DoubleVector
) {
  let width = DoubleVector.scalarCount
  if n == 0 { return }
  // A step of 0 means one element for all.
  let (leftAll, rightAll) = (DoubleVector(repeating: a[0]), DoubleVector(repeating: b[0]))
  var i = 0
  while i + width <= n {
    let left = aStep == 0 ? leftAll : UnsafeRawPointer(a + i).loadUnaligned(as: DoubleVector.self)
    let right = bStep == 0 ? rightAll : UnsafeRawPointer(b + i).loadUnaligned(as: DoubleVector.self)
    UnsafeMutableRawPointer(z + i).storeBytes(of: f(left, right), as: DoubleVector.self)
    i += width
  }
  if i == n { return }
  var (left, right) = (leftAll, rightAll)
  for lane in 0..<n - i {
    left[lane] = a[(i + lane) * aStep]
    right[lane] = b[(i + lane) * bStep]
  }
  let r = f(left, right)
  for lane in 0..<n - i { z[i + lane] = r[lane] }
}
