import EngineCore

extension Kernels {
  /// Conversions that input pipelines and losses make all the time; false for others.
  static func vectorCast(_ x: Tensor, _ y: Tensor) -> Bool {
    switch (x.dtype, y.dtype) {
    case (.uint8, .float32): convert(x, y, UInt8.self) { Float($0) }
    case (.int8, .float32): convert(x, y, Int8.self) { Float($0) }
    case (.uint16, .float32): convert(x, y, UInt16.self) { Float($0) }
    case (.int16, .float32): convert(x, y, Int16.self) { Float($0) }
    case (.int32, .float32): convert(x, y, Int32.self) { Float($0) }
    case (.int64, .float32): convert(x, y, Int64.self) { Float($0) }
    case (.bool, .float32): convert(x, y, UInt8.self) { $0 == 0 ? Float(0) : 1 }
    case (.float64, .float32): convert(x, y, Double.self) { Float($0) }
    case (.uint8, .float64): convert(x, y, UInt8.self) { Double($0) }
    case (.int32, .float64): convert(x, y, Int32.self) { Double($0) }
    case (.int64, .float64): convert(x, y, Int64.self) { Double($0) }
    case (.bool, .float64): convert(x, y, UInt8.self) { $0 == 0 ? Double(0) : 1 }
    case (.float32, .float64): convert(x, y, Float.self) { Double($0) }
    case (.bool, .int32): convert(x, y, UInt8.self) { Int32($0 == 0 ? 0 : 1) }
    case (.bool, .int64): convert(x, y, UInt8.self) { Int64($0 == 0 ? 0 : 1) }
    case (.uint8, .int32): convert(x, y, UInt8.self) { Int32($0) }
    case (.int32, .int64): convert(x, y, Int32.self) { Int64($0) }
    case (.int64, .int32): convert(x, y, Int64.self) { Int32(truncatingIfNeeded: $0) }
    // What does not fit becomes what x86 processors make of it, the lowest integer.
    case (.float32, .int32):
      convert(x, y, Float.self) { Int32($0 >= -0x1p31 && $0 < 0x1p31 ? $0 : -0x1p31) }
    case (.float64, .int32):
      convert(x, y, Double.self) { Int32($0 > -0x1p31 - 1 && $0 < 0x1p31 ? $0 : -0x1p31) }
    default: return false
    }
    return true
  }

  @inline(__always)
  private static func convert<Source: TensorElement, Target: TensorElement>(
    _ x: Tensor, _ y: Tensor, _ type: Source.Type, _ function: (Source) -> Target
  ) {
    let source = x.pointer.assumingMemoryBound(to: Source.self)
    let target = y.pointer.assumingMemoryBound(to: Target.self)
    blocks(x.elementCount, 300) { start, count in
      for i in start..<start + count { target[i] = function(source[i]) }
    }
    withExtendedLifetime((x, y)) {}
  }
}
