/// Vectorised functions of `Float`. Errors are in units in the last place of the result, measured in
/// `AccuracyTests`. **Source**: polynomials and reductions of Moshier's Cephes library.

@inline(__always)
func select(_ a: FloatVector, _ b: FloatVector, where condition: SIMDMask<FloatMask>) -> FloatVector {
  b.replacing(with: a, where: condition)
}

@inline(__always)
func magnitude(_ x: FloatVector) -> FloatVector {
  unsafeBitCast(unsafeBitCast(x, to: FloatMask.self) & FloatMask(repeating: 0x7fff_ffff), to: FloatVector.self)
}

/// `magnitude` with the sign of `sign`.
@inline(__always)
func withSign(_ magnitude: FloatVector, _ sign: FloatVector) -> FloatVector {
  let bits = unsafeBitCast(sign, to: FloatMask.self) & FloatMask(repeating: .min)
  return unsafeBitCast(unsafeBitCast(magnitude, to: FloatMask.self) | bits, to: FloatVector.self)
}

@inline(__always)
private func multiplyAdd(_ a: FloatVector, _ b: FloatVector, _ c: FloatVector) -> FloatVector {
  #if LEVEL_FUSED
    c.addingProduct(a, b)
  #else
    c + a * b
  #endif
}

@inline(__always)
private func splat(_ x: Float) -> FloatVector { FloatVector(repeating: x) }

/// 2ⁿ for whole n from -126 to 127.
@inline(__always)
private func powerOfTwo(_ n: FloatVector) -> FloatVector {
  let bits = unsafeBitCast(n + splat(0x1.8p23), to: FloatMask.self)
  return unsafeBitCast((bits &<< FloatMask(repeating: 23)) &+ FloatMask(repeating: 127 << 23), to: FloatVector.self)
}

/// n and r with x = n·log 2 + r, and the polynomial (eʳ − 1 − r)/r².
@inline(__always)
private func reduced(_ x: FloatVector) -> (n: FloatVector, r: FloatVector, polynomial: FloatVector) {
  let n = multiplyAdd(x, splat(1.44269504), splat(0x1.8p23)) - splat(0x1.8p23)
  var r = multiplyAdd(n, splat(-0.693359375), x)
  r = multiplyAdd(n, splat(2.12194440e-4), r)
  var p = multiplyAdd(splat(1.9875691500e-4), r, splat(1.3981999507e-3))
  p = multiplyAdd(p, r, splat(8.3334519073e-3))
  p = multiplyAdd(p, r, splat(4.1665795894e-2))
  p = multiplyAdd(p, r, splat(1.6666665459e-1))
  p = multiplyAdd(p, r, splat(5.0000001201e-1))
  return (n, r, p)
}

/// eˣ, within 2 units; subnormal results too.
@inline(__always)
func vectorExp(_ x: FloatVector) -> FloatVector {
  var clamped = select(splat(89), x, where: x .> splat(89))
  clamped = select(splat(-104), clamped, where: clamped .< splat(-104))
  let (n, r, p) = reduced(clamped)
  let y = multiplyAdd(p, r * r, r) + splat(1)
  // In two steps, because 2ⁿ alone may not be representable.
  let half = (n * splat(0.5) + splat(0x1.8p23)) - splat(0x1.8p23)
  return y * powerOfTwo(half) * powerOfTwo(n - half)
}

/// eˣ − 1, within 4 units: near zero as 2ⁿ·(eʳ − 1) + (2ⁿ − 1).
@inline(__always)
func vectorExpm1(_ x: FloatVector) -> FloatVector {
  let isNear = magnitude(x) .< splat(1)
  let (n, r, p) = reduced(select(x, splat(0), where: isNear))
  let power = powerOfTwo(n)
  let near = multiplyAdd(power, multiplyAdd(p, r * r, r), power - splat(1))
  let y = select(near, vectorExp(x) - splat(1), where: isNear)
  return select(x, y, where: magnitude(x) .< splat(5e-8))
}

/// log x, within 2 units; of subnormal numbers too.
@inline(__always)
func vectorLog(_ x: FloatVector) -> FloatVector {
  let isSmall = x .< splat(Float.leastNormalMagnitude)
  let scaled = select(x * splat(0x1p23), x, where: isSmall)
  let bits = unsafeBitCast(scaled, to: FloatMask.self)
  // x = m·2ᵉ with m from √½ to √2.
  let shifted = bits &- FloatMask(repeating: 0x3f35_04f3)
  let exponent = shifted &>> FloatMask(repeating: 23)
  let m = unsafeBitCast(bits &- (exponent &<< FloatMask(repeating: 23)), to: FloatVector.self)
  // To floating point by way of the low bits of 1.5·2²³.
  var e =
    unsafeBitCast(
      exponent &+ FloatMask(repeating: Int32(bitPattern: Float(0x1.8p23).bitPattern)), to: FloatVector.self)
    - splat(0x1.8p23)
  e = select(e - splat(23), e, where: isSmall)
  let f = m - splat(1)
  let z = f * f
  var p = multiplyAdd(splat(7.0376836292e-2), f, splat(-1.1514610310e-1))
  p = multiplyAdd(p, f, splat(1.1676998740e-1))
  p = multiplyAdd(p, f, splat(-1.2420140846e-1))
  p = multiplyAdd(p, f, splat(1.4249322787e-1))
  p = multiplyAdd(p, f, splat(-1.6668057665e-1))
  p = multiplyAdd(p, f, splat(2.0000714765e-1))
  p = multiplyAdd(p, f, splat(-2.4999993993e-1))
  p = multiplyAdd(p, f, splat(3.3333331174e-1))
  var y = p * z * f
  y = multiplyAdd(e, splat(-2.12194440e-4), y)
  y = multiplyAdd(z, splat(-0.5), y)
  var result = multiplyAdd(e, splat(0.693359375), f + y)
  result = select(splat(.infinity), result, where: x .== splat(.infinity))
  result = select(splat(-.infinity), result, where: x .== splat(0))
  return select(result, splat(.nan), where: x .>= splat(0))
}

/// tanh x, within 3 units.
@inline(__always)
func vectorTanh(_ x: FloatVector) -> FloatVector {
  let a = magnitude(x)
  let z = x * x
  var p = multiplyAdd(splat(-5.70498872745e-3), z, splat(2.06390887954e-2))
  p = multiplyAdd(p, z, splat(-5.37397155531e-2))
  p = multiplyAdd(p, z, splat(1.33314422036e-1))
  p = multiplyAdd(p, z, splat(-3.33332819422e-1))
  let near = multiplyAdd(p * z, x, x)
  let far = withSign(splat(1) - splat(2) / (vectorExp(a + a) + splat(1)), x)
  return select(near, far, where: a .< splat(0.625))
}

/// erf x, within 8 units: a rational function up to 3.83, where it rounds to 1.
@inline(__always)
func vectorErf(_ x: FloatVector) -> FloatVector {
  var c = select(splat(3.832506856900711), x, where: x .> splat(3.832506856900711))
  c = select(splat(-3.832506856900711), c, where: c .< splat(-3.832506856900711))
  let z = c * c
  var p = multiplyAdd(splat(-2.72614225801306e-10), z, splat(2.77068142495902e-08))
  p = multiplyAdd(p, z, splat(-2.10102402082508e-06))
  p = multiplyAdd(p, z, splat(-5.69250639462346e-05))
  p = multiplyAdd(p, z, splat(-7.34990630326855e-04))
  p = multiplyAdd(p, z, splat(-2.95459980854025e-03))
  p = multiplyAdd(p, z, splat(-1.60960333262415e-02))
  var q = multiplyAdd(splat(-1.45660718464996e-05), z, splat(-2.13374055278905e-04))
  q = multiplyAdd(q, z, splat(-1.68282697438203e-03))
  q = multiplyAdd(q, z, splat(-7.37332916720468e-03))
  q = multiplyAdd(q, z, splat(-1.42647390514189e-02))
  return c * p / q
}
