import EngineCore
import Glibc

/// A number that kernels compute with. Integers wrap.
package protocol Number: Comparable, BitwiseCopyable, Sendable {
  /// The type of running sums.
  associatedtype Accumulator: Number where Accumulator.Accumulator == Accumulator
  static var zero: Self { get }
  static var one: Self { get }
  /// No number is less: the start of a running maximum.
  static var lowest: Self { get }
  static var highest: Self { get }
  static var lowestFinite: Self { get }
  init(count: Int)
  init(accumulator: Accumulator)
  var accumulator: Accumulator { get }
  var isNotANumber: Bool { get }
  func plus(_ other: Self) -> Self
  func minus(_ other: Self) -> Self
  func times(_ other: Self) -> Self
  /// Towards zero for integers, where dividing by zero gives zero.
  func over(_ other: Self) -> Self
  /// Of the dividend's sign; zero for integers when the divisor is zero.
  func truncatedRemainder(_ other: Self) -> Self
}

/// An element of a tensor and the number that kernels compute with in its place.
package protocol RealElement: TensorElement, Equatable {
  associatedtype Value: Number
  init(value: Value)
  var value: Value { get }
}

package protocol IntegerElement: RealElement, Number, FixedWidthInteger where Value == Self {}

package protocol FloatElement: RealElement where Value: FloatNumber {}

extension Number where Self: FixedWidthInteger {
  package static var zero: Self { 0 }
  package static var one: Self { 1 }
  package static var lowest: Self { .min }
  package static var highest: Self { .max }
  package static var lowestFinite: Self { .min }
  @inline(__always) package init(count: Int) { self.init(truncatingIfNeeded: count) }
  @inline(__always) package init(accumulator: Self) { self = accumulator }
  @inline(__always) package var accumulator: Self { self }
  @inline(__always) package var isNotANumber: Bool { false }
  @inline(__always) package func plus(_ other: Self) -> Self { self &+ other }
  @inline(__always) package func minus(_ other: Self) -> Self { self &- other }
  @inline(__always) package func times(_ other: Self) -> Self { self &* other }
  @inline(__always) package func over(_ other: Self) -> Self {
    if other == 0 { return 0 }
    if Self.isSigned && other == Self(truncatingIfNeeded: -1) { return 0 &- self }
    return self / other
  }
  @inline(__always) package func truncatedRemainder(_ other: Self) -> Self {
    if other == 0 || (Self.isSigned && other == Self(truncatingIfNeeded: -1)) { return 0 }
    return self % other
  }
}

extension RealElement where Self: Number, Value == Self {
  @inline(__always) package init(value: Self) { self = value }
  @inline(__always) package var value: Self { self }
}

extension Int8: Number, IntegerElement {}
extension Int16: Number, IntegerElement {}
extension Int32: Number, IntegerElement {}
extension Int64: Number, IntegerElement {}
extension UInt8: Number, IntegerElement {}
extension UInt16: Number, IntegerElement {}
extension UInt32: Number, IntegerElement {}
extension UInt64: Number, IntegerElement {}

/// `Float` or `Double`, with the C library's functions.
package protocol FloatNumber: Number, BinaryFloatingPoint {
  static func power(_ base: Self, _ exponent: Self) -> Self
  static func arcTangent(_ y: Self, _ x: Self) -> Self
  var exponential: Self { get }
  var exponentialMinusOne: Self { get }
  var logarithm: Self { get }
  var logarithmOnePlus: Self { get }
  var sine: Self { get }
  var cosine: Self { get }
  var tangent: Self { get }
  var arcSine: Self { get }
  var arcCosine: Self { get }
  var arcTangent: Self { get }
  var hyperbolicSine: Self { get }
  var hyperbolicCosine: Self { get }
  var hyperbolicTangent: Self { get }
  var inverseHyperbolicSine: Self { get }
  var inverseHyperbolicCosine: Self { get }
  var inverseHyperbolicTangent: Self { get }
  var errorFunction: Self { get }
  var complementaryErrorFunction: Self { get }
  var logGamma: Self { get }
}

extension FloatNumber {
  package static var one: Self { 1 }
  package static var lowest: Self { -.infinity }
  package static var highest: Self { .infinity }
  package static var lowestFinite: Self { -.greatestFiniteMagnitude }
  @inline(__always) package init(count: Int) { self.init(count) }
  @inline(__always) package var isNotANumber: Bool { self != self }
  @inline(__always) package func plus(_ other: Self) -> Self { self + other }
  @inline(__always) package func minus(_ other: Self) -> Self { self - other }
  @inline(__always) package func times(_ other: Self) -> Self { self * other }
  @inline(__always) package func over(_ other: Self) -> Self { self / other }
  @inline(__always) package func truncatedRemainder(_ other: Self) -> Self {
    truncatingRemainder(dividingBy: other)
  }
}

extension Float: FloatNumber, FloatElement {
  @inline(__always) package init(accumulator: Double) { self.init(accumulator) }
  @inline(__always) package var accumulator: Double { Double(self) }
  package static func power(_ base: Float, _ exponent: Float) -> Float { powf(base, exponent) }
  package static func arcTangent(_ y: Float, _ x: Float) -> Float { atan2f(y, x) }
  package var exponential: Float { expf(self) }
  package var exponentialMinusOne: Float { expm1f(self) }
  package var logarithm: Float { logf(self) }
  package var logarithmOnePlus: Float { log1pf(self) }
  package var sine: Float { sinf(self) }
  package var cosine: Float { cosf(self) }
  package var tangent: Float { tanf(self) }
  package var arcSine: Float { asinf(self) }
  package var arcCosine: Float { acosf(self) }
  package var arcTangent: Float { atanf(self) }
  package var hyperbolicSine: Float { sinhf(self) }
  package var hyperbolicCosine: Float { coshf(self) }
  package var hyperbolicTangent: Float { tanhf(self) }
  package var inverseHyperbolicSine: Float { asinhf(self) }
  package var inverseHyperbolicCosine: Float { acoshf(self) }
  package var inverseHyperbolicTangent: Float { atanhf(self) }
  package var errorFunction: Float { erff(self) }
  package var complementaryErrorFunction: Float { erfcf(self) }
  package var logGamma: Float {
    var sign: Int32 = 0
    return lgammaf_r(self, &sign)
  }
}

extension Double: FloatNumber, FloatElement {
  @inline(__always) package init(accumulator: Double) { self = accumulator }
  @inline(__always) package var accumulator: Double { self }
  package static func power(_ base: Double, _ exponent: Double) -> Double { pow(base, exponent) }
  package static func arcTangent(_ y: Double, _ x: Double) -> Double { atan2(y, x) }
  package var exponential: Double { exp(self) }
  package var exponentialMinusOne: Double { expm1(self) }
  package var logarithm: Double { log(self) }
  package var logarithmOnePlus: Double { log1p(self) }
  package var sine: Double { sin(self) }
  package var cosine: Double { cos(self) }
  package var tangent: Double { tan(self) }
  package var arcSine: Double { asin(self) }
  package var arcCosine: Double { acos(self) }
  package var arcTangent: Double { atan(self) }
  package var hyperbolicSine: Double { sinh(self) }
  package var hyperbolicCosine: Double { cosh(self) }
  package var hyperbolicTangent: Double { tanh(self) }
  package var inverseHyperbolicSine: Double { asinh(self) }
  package var inverseHyperbolicCosine: Double { acosh(self) }
  package var inverseHyperbolicTangent: Double { atanh(self) }
  package var errorFunction: Double { erf(self) }
  package var complementaryErrorFunction: Double { erfc(self) }
  package var logGamma: Double {
    var sign: Int32 = 0
    return lgamma_r(self, &sign)
  }
}

extension Half: FloatElement {
  @inline(__always) package init(value: Float) { self.init(value) }
  @inline(__always) package var value: Float { float }
}

extension BFloat16: FloatElement {
  @inline(__always) package init(value: Float) { self.init(value) }
  @inline(__always) package var value: Float { float }
}
