/// A Swift type that is the element of a tensor of one ``DType``.
public protocol TensorElement: BitwiseCopyable, Sendable {
  static var dtype: DType { get }
}

extension Float: TensorElement { public static var dtype: DType { .float32 } }
extension Double: TensorElement { public static var dtype: DType { .float64 } }
extension Int8: TensorElement { public static var dtype: DType { .int8 } }
extension Int16: TensorElement { public static var dtype: DType { .int16 } }
extension Int32: TensorElement { public static var dtype: DType { .int32 } }
extension Int64: TensorElement { public static var dtype: DType { .int64 } }
extension UInt8: TensorElement { public static var dtype: DType { .uint8 } }
extension UInt16: TensorElement { public static var dtype: DType { .uint16 } }
extension UInt32: TensorElement { public static var dtype: DType { .uint32 } }
extension UInt64: TensorElement { public static var dtype: DType { .uint64 } }
extension Bool: TensorElement { public static var dtype: DType { .bool } }

/// A half-precision number as two bytes of storage (IEEE 754 binary16); arithmetic happens in `Float`.
public struct Half: TensorElement, Hashable {
  public static var dtype: DType { .float16 }
  public var bits: UInt16

  public init(bits: UInt16) { self.bits = bits }

  /// Rounds to nearest, ties to even; overflow becomes infinity.
  public init(_ value: Float) {
    let source = value.bitPattern
    let sign = UInt16(truncatingIfNeeded: (source >> 16) & 0x8000)
    let magnitude = source & 0x7fff_ffff
    if magnitude > 0x7f80_0000 {  // NaN stays a quiet NaN
      bits = sign | 0x7e00
    } else if magnitude >= 0x4780_0000 {  // 65536 and above
      bits = sign | 0x7c00
    } else if magnitude >= 0x3880_0000 {  // normal halves
      let rounded = magnitude &+ 0x0fff &+ ((magnitude >> 13) & 1)
      bits = sign | UInt16(truncatingIfNeeded: (rounded &- 0x3800_0000) >> 13)
    } else {  // subnormal halves are multiples of 2^-24, which adding 0.5 aligns
      let aligned = Float(bitPattern: magnitude) + 0.5
      bits = sign | UInt16(truncatingIfNeeded: aligned.bitPattern &- 0x3f00_0000)
    }
  }

  public var float: Float {
    let sign = UInt32(bits & 0x8000) << 16
    let exponent = UInt32(bits >> 10) & 0x1f
    let fraction = UInt32(bits & 0x3ff)
    if exponent == 0x1f { return Float(bitPattern: sign | 0x7f80_0000 | fraction << 13) }
    if exponent == 0 {
      let value = Float(fraction) * 0x1p-24
      return sign == 0 ? value : -value
    }
    return Float(bitPattern: sign | (exponent &+ 112) << 23 | fraction << 13)
  }
}

/// A `bfloat16` number as two bytes of storage: the upper half of a `Float`.
public struct BFloat16: TensorElement, Hashable {
  public static var dtype: DType { .bfloat16 }
  public var bits: UInt16

  public init(bits: UInt16) { self.bits = bits }

  /// Rounds to nearest, ties to even.
  public init(_ value: Float) {
    let source = value.bitPattern
    if value.isNaN {
      bits = UInt16(truncatingIfNeeded: source >> 16) | 0x0040
    } else {
      bits = UInt16(truncatingIfNeeded: (source &+ 0x7fff &+ ((source >> 16) & 1)) >> 16)
    }
  }

  public var float: Float { Float(bitPattern: UInt32(bits) << 16) }
}
