import Glibc

// Vectorised functions of `Double`, like those in `SingleFunctions.swift`.

@inline(__always)
func select(_ a: DoubleVector, _ b: DoubleVector, where condition: SIMDMask<DoubleMask>) -> DoubleVector {
  b.replacing(with: a, where: condition)
}

@inline(__always)
func magnitude(_ x: DoubleVector) -> DoubleVector {
  unsafeBitCast(unsafeBitCast(x, to: DoubleMask.self) & DoubleMask(repeating: .max), to: DoubleVector.self)
}

/// `magnitude` with the sign of `sign`.
@inline(__always)
func withSign(_ magnitude: DoubleVector, _ sign: DoubleVector) -> DoubleVector {
  let bits = unsafeBitCast(sign, to: DoubleMask.self) & DoubleMask(repeating: .min)
  return unsafeBitCast(unsafeBitCast(magnitude, to: DoubleMask.self) | bits, to: DoubleVector.self)
}

@inline(__always)
private func multiplyAdd(_ a: DoubleVector, _ b: DoubleVector, _ c: DoubleVector) -> DoubleVector {
  #if LEVEL_FUSED
    c.addingProduct(a, b)
  #else
    c + a * b
  #endif
}

@inline(__always)
private func splat(_ x: Double) -> DoubleVector { DoubleVector(repeating: x) }

/// 2ⁿ for whole n from -1022 to 1023.
@inline(__always)
private func powerOfTwo(_ n: DoubleVector) -> DoubleVector {
  let bits = unsafeBitCast(n + splat(0x1.8p52), to: DoubleMask.self)
  let one = DoubleMask(repeating: 1023 << 52)
  return unsafeBitCast((bits &<< DoubleMask(repeating: 52)) &+ one, to: DoubleVector.self)
}

/// n and eʳ − 1 with x = n·log 2 + r.
@inline(__always)
private func reduced(_ x: DoubleVector) -> (n: DoubleVector, excess: DoubleVector) {
  let n = multiplyAdd(x, splat(1.4426950408889634), splat(0x1.8p52)) - splat(0x1.8p52)
  var r = multiplyAdd(n, splat(-6.93145751953125e-1), x)
  r = multiplyAdd(n, splat(-1.42860682030941723212e-6), r)
  let z = r * r
  var p = multiplyAdd(splat(1.26177193074810590878e-4), z, splat(3.02994407707441961300e-2))
  p = multiplyAdd(p, z, splat(1)) * r
  var q = multiplyAdd(splat(3.00198505138664455042e-6), z, splat(2.52448340349684104192e-3))
  q = multiplyAdd(q, z, splat(2.27265548208155028766e-1))
  q = multiplyAdd(q, z, splat(2))
  return (n, (p + p) / (q - p))
}

/// eˣ, within 2 units; subnormal results too.
@inline(__always)
func vectorExp(_ x: DoubleVector) -> DoubleVector {
  var clamped = select(splat(710), x, where: x .> splat(710))
  clamped = select(splat(-746), clamped, where: clamped .< splat(-746))
  let (n, excess) = reduced(clamped)
  let half = (n * splat(0.5) + splat(0x1.8p52)) - splat(0x1.8p52)
  return (excess + splat(1)) * powerOfTwo(half) * powerOfTwo(n - half)
}

/// eˣ − 1, within 4 units: near zero as 2ⁿ·(eʳ − 1) + (2ⁿ − 1).
@inline(__always)
func vectorExpm1(_ x: DoubleVector) -> DoubleVector {
  let isNear = magnitude(x) .< splat(1)
  let (n, excess) = reduced(select(x, splat(0), where: isNear))
  let power = powerOfTwo(n)
  let near = multiplyAdd(power, excess, power - splat(1))
  let y = select(near, vectorExp(x) - splat(1), where: isNear)
  return select(x, y, where: magnitude(x) .< splat(1e-16))
}

/// log x, within 2 units; of subnormal numbers too.
@inline(__always)
func vectorLog(_ x: DoubleVector) -> DoubleVector {
  let isSmall = x .< splat(Double.leastNormalMagnitude)
  let scaled = select(x * splat(0x1p52), x, where: isSmall)
  let bits = unsafeBitCast(scaled, to: DoubleMask.self)
  // x = m·2ᵉ with m from √½ to √2; e is shifted without its sign, which AVX2 could not.
  let shifted = bits &- DoubleMask(repeating: 0x3fe6_a09e_667f_3bcd) &+ DoubleMask(repeating: 1024 << 52)
  let biased = unsafeBitCast(
    unsafeBitCast(shifted, to: DoubleBits.self) &>> DoubleBits(repeating: 52), to: DoubleMask.self)
  let exponent = biased &- DoubleMask(repeating: 1024)
  let m = unsafeBitCast(bits &- (exponent &<< DoubleMask(repeating: 52)), to: DoubleVector.self)
  var e =
    unsafeBitCast(
      exponent &+ DoubleMask(repeating: Int64(bitPattern: Double(0x1.8p52).bitPattern)), to: DoubleVector.self)
    - splat(0x1.8p52)
  e = select(e - splat(52), e, where: isSmall)
  let f = m - splat(1)
  let z = f * f
  var p = multiplyAdd(splat(1.01875663804580931796e-4), f, splat(4.97494994976747001425e-1))
  p = multiplyAdd(p, f, splat(4.70579119878881725854))
  p = multiplyAdd(p, f, splat(1.44989225341610930846e1))
  p = multiplyAdd(p, f, splat(1.79368678507819816313e1))
  p = multiplyAdd(p, f, splat(7.70838733755885391666))
  var q = f + splat(1.12873587189167450590e1)
  q = multiplyAdd(q, f, splat(4.52279145837532221105e1))
  q = multiplyAdd(q, f, splat(8.29875266912776603211e1))
  q = multiplyAdd(q, f, splat(7.11544750618563894466e1))
  q = multiplyAdd(q, f, splat(2.31251620126765340583e1))
  var y = f * (z * p / q)
  y = multiplyAdd(e, splat(-2.121944400546905827679e-4), y)
  y = multiplyAdd(z, splat(-0.5), y)
  var result = multiplyAdd(e, splat(0.693359375), f + y)
  result = select(splat(.infinity), result, where: x .== splat(.infinity))
  result = select(splat(-.infinity), result, where: x .== splat(0))
  return select(result, splat(.nan), where: x .>= splat(0))
}

/// tanh x, within 3 units.
@inline(__always)
func vectorTanh(_ x: DoubleVector) -> DoubleVector {
  let a = magnitude(x)
  let z = x * x
  var p = multiplyAdd(splat(-9.64399179425052238628e-1), z, splat(-9.92877231001918586564e1))
  p = multiplyAdd(p, z, splat(-1.61468768441708447952e3))
  var q = z + splat(1.12811678491632931402e2)
  q = multiplyAdd(q, z, splat(2.23548839060100448583e3))
  q = multiplyAdd(q, z, splat(4.84406305325125486048e3))
  let near = multiplyAdd(p / q * z, x, x)
  let far = withSign(splat(1) - splat(2) / (vectorExp(a + a) + splat(1)), x)
  return select(near, far, where: a .< splat(0.625))
}

/// erf x, lane by lane from the C library.
func vectorErf(_ x: DoubleVector) -> DoubleVector {
  var result = x
  for lane in 0..<DoubleVector.scalarCount { result[lane] = erf(x[lane]) }
  return result
}
