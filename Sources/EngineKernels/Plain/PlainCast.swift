import EngineCore

extension PlainKernels {
  /// Goes through a block of the widest number of the source's kind, so that types need no loop per pair; each value
  /// is still rounded once (but to half precision by way of `Float`, as TensorFlow does).
  package static func cast(_ x: Tensor, into y: Tensor) throws {
    guard x.dtype.isPlainData, y.dtype.isPlainData else {
      throw Kernels.unsupported("cast to \(y.dtype)", x.dtype)
    }
    if x.dtype == y.dtype {
      y.pointer.copyMemory(from: x.pointer, byteCount: x.byteCount)
      return
    }
    if x.dtype.isComplex && y.dtype.isComplex {
      if x.dtype == .complex64 {
        let (source, target) = (
          x.pointer.assumingMemoryBound(to: Float.self), y.pointer.assumingMemoryBound(to: Double.self)
        )
        for i in 0..<2 * x.elementCount { target[i] = Double(source[i]) }
      } else {
        let (source, target) = (
          x.pointer.assumingMemoryBound(to: Double.self), y.pointer.assumingMemoryBound(to: Float.self)
        )
        for i in 0..<2 * x.elementCount { target[i] = Float(source[i]) }
      }
      return
    }
    let block = 512
    let count = x.elementCount
    let isFloat = x.dtype.isFloating || x.dtype.isComplex
    withUnsafeTemporaryAllocation(of: Double.self, capacity: block) { floats in
      withUnsafeTemporaryAllocation(of: Int64.self, capacity: block) { wholes in
        var start = 0
        while start < count {
          let length = min(block, count - start)
          if isFloat {
            load(x, start, length, floats)
            store(floats, y, start, length)
          } else {
            load(x, start, length, wholes)
            store(wholes, isUnsigned: x.dtype == .uint64, y, start, length)
          }
          start += length
        }
      }
    }
  }

  private static func load(
    _ x: Tensor, _ start: Int, _ length: Int, _ block: UnsafeMutableBufferPointer<Double>
  ) {
    func copy<Element: FloatElement>(_ type: Element.Type, stride: Int = 1) {
      let source = x.elements(type) + start * stride
      for i in 0..<length { block[i] = Double(source[i * stride].value) }
    }
    switch x.dtype {
    case .float32: copy(Float.self)
    case .float64: copy(Double.self)
    case .float16: copy(Half.self)
    case .bfloat16: copy(BFloat16.self)
    case .complex64:  // the real parts
      let source = x.pointer.assumingMemoryBound(to: Float.self) + start * 2
      for i in 0..<length { block[i] = Double(source[i * 2]) }
    default:
      let source = x.pointer.assumingMemoryBound(to: Double.self) + start * 2
      for i in 0..<length { block[i] = source[i * 2] }
    }
  }

  private static func load(
    _ x: Tensor, _ start: Int, _ length: Int, _ block: UnsafeMutableBufferPointer<Int64>
  ) {
    func copy<Element: IntegerElement>(_ type: Element.Type) {
      let source = x.elements(type) + start
      for i in 0..<length { block[i] = Int64(truncatingIfNeeded: source[i]) }
    }
    switch x.dtype {
    case .int8: copy(Int8.self)
    case .int16: copy(Int16.self)
    case .int32: copy(Int32.self)
    case .int64: copy(Int64.self)
    case .uint16: copy(UInt16.self)
    case .uint32: copy(UInt32.self)
    case .uint64: copy(UInt64.self)
    default: copy(UInt8.self)  // also bool
    }
  }

  private static func store(
    _ block: UnsafeMutableBufferPointer<Double>, _ y: Tensor, _ start: Int, _ length: Int
  ) {
    func copy<Element: RealElement>(_ type: Element.Type, _ convert: (Double) -> Element) {
      let target = y.elements(type) + start
      for i in 0..<length { target[i] = convert(block[i]) }
    }
    // What does not fit becomes what x86 processors make of it: the lowest integer, whose low bits narrow types take.
    func whole32(_ value: Double) -> Int32 {
      value > -2_147_483_649 && value < 2_147_483_648 ? Int32(value) : .min
    }
    func whole64(_ value: Double) -> Int64 { value >= -0x1p63 && value < 0x1p63 ? Int64(value) : .min }
    switch y.dtype {
    case .float32: copy(Float.self) { Float($0) }
    case .float64: copy(Double.self) { $0 }
    case .float16: copy(Half.self) { Half(Float($0)) }
    case .bfloat16: copy(BFloat16.self) { BFloat16(Float($0)) }
    case .int8: copy(Int8.self) { Int8(truncatingIfNeeded: whole32($0)) }
    case .int16: copy(Int16.self) { Int16(truncatingIfNeeded: whole32($0)) }
    case .int32: copy(Int32.self, whole32)
    case .int64: copy(Int64.self, whole64)
    case .uint8: copy(UInt8.self) { UInt8(truncatingIfNeeded: whole32($0)) }
    case .uint16: copy(UInt16.self) { UInt16(truncatingIfNeeded: whole32($0)) }
    case .uint32:
      copy(UInt32.self) {
        $0 > -2_147_483_649 && $0 < 4_294_967_296 ? UInt32(truncatingIfNeeded: Int64($0)) : 1 << 31
      }
    case .uint64:
      copy(UInt64.self) { $0 >= 0x1p63 && $0 < 0x1p64 ? UInt64($0) : UInt64(bitPattern: whole64($0)) }
    case .bool:
      let target = y.elements(Bool.self) + start
      for i in 0..<length { target[i] = block[i] != 0 }
    case .complex64:
      let target = y.pointer.assumingMemoryBound(to: Float.self) + start * 2
      for i in 0..<length { (target[i * 2], target[i * 2 + 1]) = (Float(block[i]), 0) }
    default:
      let target = y.pointer.assumingMemoryBound(to: Double.self) + start * 2
      for i in 0..<length { (target[i * 2], target[i * 2 + 1]) = (block[i], 0) }
    }
  }

  private static func store(
    _ block: UnsafeMutableBufferPointer<Int64>, isUnsigned: Bool, _ y: Tensor, _ start: Int, _ length: Int
  ) {
    func copy<Element: IntegerElement>(_ type: Element.Type) {
      let target = y.elements(type) + start
      for i in 0..<length { target[i] = Element(truncatingIfNeeded: block[i]) }
    }
    func single(_ value: Int64) -> Float { isUnsigned ? Float(UInt64(bitPattern: value)) : Float(value) }
    func double(_ value: Int64) -> Double { isUnsigned ? Double(UInt64(bitPattern: value)) : Double(value) }
    switch y.dtype {
    case .float32:
      let target = y.elements(Float.self) + start
      for i in 0..<length { target[i] = single(block[i]) }
    case .float64:
      let target = y.elements(Double.self) + start
      for i in 0..<length { target[i] = double(block[i]) }
    case .float16:
      let target = y.elements(Half.self) + start
      for i in 0..<length { target[i] = Half(single(block[i])) }
    case .bfloat16:
      let target = y.elements(BFloat16.self) + start
      for i in 0..<length { target[i] = BFloat16(single(block[i])) }
    case .int8: copy(Int8.self)
    case .int16: copy(Int16.self)
    case .int32: copy(Int32.self)
    case .int64: copy(Int64.self)
    case .uint8: copy(UInt8.self)
    case .uint16: copy(UInt16.self)
    case .uint32: copy(UInt32.self)
    case .uint64: copy(UInt64.self)
    case .bool:
      let target = y.elements(Bool.self) + start
      for i in 0..<length { target[i] = block[i] != 0 }
    case .complex64:
      let target = y.pointer.assumingMemoryBound(to: Float.self) + start * 2
      for i in 0..<length { (target[i * 2], target[i * 2 + 1]) = (single(block[i]), 0) }
    default:
      let target = y.pointer.assumingMemoryBound(to: Double.self) + start * 2
      for i in 0..<length { (target[i * 2], target[i * 2 + 1]) = (double(block[i]), 0) }
    }
  }
}
