import EngineCore
import EngineGraph

extension OpDefinition {
  /// One element of a tensor as something that can be looked up.
  enum ElementKey: Hashable {
    case bits(UInt64)
    case string(ByteString)
  }

  /// All elements as keys, equal when the elements are: 0 and -0 are.
  /// **Errors**: `Unimplemented` for types without equality.
  static func elementKeys(_ x: Tensor) throws -> [ElementKey] {
    func bits<T: TensorElement>(_ type: T.Type, _ key: (T) -> UInt64) -> [ElementKey] {
      UnsafeBufferPointer(start: x.elements(type), count: x.elementCount).map { .bits(key($0)) }
    }
    switch x.dtype {
    case .string: return x.strings.map { .string($0) }
    case .float32: return bits(Float.self) { $0 == 0 ? 0 : UInt64($0.bitPattern) }
    case .float64: return bits(Double.self) { $0 == 0 ? 0 : $0.bitPattern }
    case .float16, .bfloat16: return bits(BFloat16.self) { $0.bits & 0x7fff == 0 ? 0 : UInt64($0.bits) }
    case .bool: return bits(Bool.self) { $0 ? 1 : 0 }
    default: return try x.integers().map { .bits(UInt64(bitPattern: Int64($0))) }
    }
  }
}
