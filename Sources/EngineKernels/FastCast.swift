import EngineCore

extension Kernels {
  /// Conversions that input pipelines and losses make all the time; false for others.
  static func vectorCast(_ x: Tensor, _ y: Tensor) -> Bool {
    switch (x.dtype, y.dtype) {
    case (.uint8, .float32): convert(x, y, UInt8.self) { each($0, $1, $2, $3) { Float($0) } }
    case (.int8, .float32): convert(x, y, Int8.self) { each($0, $1, $2, $3) { Float($0) } }
    case (.uint16, .float32): convert(x, y, UInt16.self) { each($0, $1, $2, $3) { Float($0) } }
    case (.int16, .float32): convert(x, y, Int16.self) { each($0, $1, $2, $3) { Float($0) } }
    case (.int32, .float32): convert(x, y, Int32.self) { each($0, $1, $2, $3) { Float($0) } }
    case (.int64, .float32): convert(x, y, Int64.self) { each($0, $1, $2, $3) { Float($0) } }
    case (.bool, .float32): convert(x, y, UInt8.self) { each($0, $1, $2, $3) { $0 == 0 ? Float(0) : 1 } }
    case (.float64, .float32): convert(x, y, Double.self) { each($0, $1, $2, $3) { Float($0) } }
    case (.uint8, .float64): convert(x, y, UInt8.self) { each($0, $1, $2, $3) { Double($0) } }
    case (.int32, .float64): convert(x, y, Int32.self) { each($0, $1, $2, $3) { Double($0) } }
    case (.int64, .float64): convert(x, y, Int64.self) { each($0, $1, $2, $3) { Double($0) } }
    case (.bool, .float64): convert(x, y, UInt8.self) { each($0, $1, $2, $3) { $0 == 0 ? Double(0) : 1 } }
    case (.float32, .float64): convert(x, y, Float.self) { each($0, $1, $2, $3) { Double($0) } }
    case (.bool, .int32): convert(x, y, UInt8.self) { each($0, $1, $2, $3) { Int32($0 == 0 ? 0 : 1) } }
    case (.bool, .int64): convert(x, y, UInt8.self) { each($0, $1, $2, $3) { Int64($0 == 0 ? 0 : 1) } }
    case (.uint8, .int32): convert(x, y, UInt8.self) { each($0, $1, $2, $3) { Int32($0) } }
    case (.int32, .int64): convert(x, y, Int32.self) { each($0, $1, $2, $3) { Int64($0) } }
    case (.int64, .int32): convert(x, y, Int64.self) { each($0, $1, $2, $3) { Int32(truncatingIfNeeded: $0) } }
    // What does not fit becomes what x86 processors make of it, the lowest integer.
    case (.float32, .int32):
      convert(x, y, Float.self) { each($0, $1, $2, $3) { Int32($0 >= -0x1p31 && $0 < 0x1p31 ? $0 : -0x1p31) } }
    case (.float64, .int32):
      convert(x, y, Double.self) { each($0, $1, $2, $3) { Int32($0 > -0x1p31 - 1 && $0 < 0x1p31 ? $0 : -0x1p31) } }
    default: return false
    }
    return true
  }

  /// Calls `loop` for blocks with both tensors' memory.
  private static func convert<Source: TensorElement, Target: TensorElement>(
    _ x: Tensor, _ y: Tensor, _ type: Source.Type,
    _ loop: (_ source: UnsafePointer<Source>, _ target: UnsafeMutablePointer<Target>, _ start: Int, _ count: Int) ->
      Void
  ) {
    let source = UnsafePointer(x.pointer.assumingMemoryBound(to: Source.self))
    let target = y.pointer.assumingMemoryBound(to: Target.self)
    blocks(x.elementCount, 300) { start, count in loop(source, target, start, count) }
    withExtendedLifetime((x, y)) {}
  }

  /// The function stands inside the loop's own closure, because one that a block's closure had captured would be called
  /// for every element.
  @inline(__always)
  private static func each<Source, Target>(
    _ source: UnsafePointer<Source>, _ target: UnsafeMutablePointer<Target>, _ start: Int, _ count: Int,
    _ function: (Source) -> Target
  ) {
    for i in start..<start + count { target[i] = function(source[i]) }
  }
}
