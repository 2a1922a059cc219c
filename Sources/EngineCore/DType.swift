/// The element type of a tensor. Raw values are TensorFlow's `DataType` numbers, so a dtype is written to
/// files as it stands.
///
/// **Source**: field numbers of `tensorflow/core/framework/types.proto`.
public enum DType: Int32, Sendable, Hashable, CaseIterable {
  case float32 = 1
  case float64 = 2
  case int32 = 3
  case uint8 = 4
  case int16 = 5
  case int8 = 6
  case string = 7
  case complex64 = 8
  case int64 = 9
  case bool = 10
  case bfloat16 = 14
  case uint16 = 17
  case complex128 = 18
  case float16 = 19
  case resource = 20
  case variant = 21
  case uint32 = 22
  case uint64 = 23

  /// TensorFlow's name of the type, as `tf.float32.name` gives it.
  public var name: String {
    switch self {
    case .float32: "float32"
    case .float64: "float64"
    case .int32: "int32"
    case .uint8: "uint8"
    case .int16: "int16"
    case .int8: "int8"
    case .string: "string"
    case .complex64: "complex64"
    case .int64: "int64"
    case .bool: "bool"
    case .bfloat16: "bfloat16"
    case .uint16: "uint16"
    case .complex128: "complex128"
    case .float16: "float16"
    case .resource: "resource"
    case .variant: "variant"
    case .uint32: "uint32"
    case .uint64: "uint64"
    }
  }

  /// The constant's name in protocol buffer text, such as `DT_FLOAT`.
  public var protoName: String {
    switch self {
    case .float32: "DT_FLOAT"
    case .float64: "DT_DOUBLE"
    case .float16: "DT_HALF"
    default: "DT_" + name.uppercased()
    }
  }

  /// Bytes per element; 0 for types whose elements are not plain bytes (string, resource, variant).
  public var itemSize: Int {
    switch self {
    case .uint8, .int8, .bool: 1
    case .int16, .uint16, .float16, .bfloat16: 2
    case .float32, .int32, .uint32: 4
    case .float64, .int64, .uint64, .complex64: 8
    case .complex128: 16
    case .string, .resource, .variant: 0
    }
  }

  /// Looks a type up by TensorFlow's name (`float32`; also `float`, `double`, `half`).
  public init?(name: String) {
    switch name {
    case "float": self = .float32
    case "double": self = .float64
    case "half": self = .float16
    default:
      guard let match = DType.allCases.first(where: { $0.name == name }) else { return nil }
      self = match
    }
  }

  public var isFloating: Bool {
    switch self {
    case .float16, .float32, .float64, .bfloat16: true
    default: false
    }
  }

  public var isInteger: Bool {
    switch self {
    case .int8, .int16, .int32, .int64, .uint8, .uint16, .uint32, .uint64: true
    default: false
    }
  }

  public var isComplex: Bool { self == .complex64 || self == .complex128 }

  /// Whether elements are plain bytes that may be copied, compared and written as such.
  public var isPlainData: Bool { itemSize > 0 }
}

/// Named sets of types for the type attributes of ops.
extension Set<DType> {
  public static let floating: Set<DType> = [.float16, .bfloat16, .float32, .float64]
  public static let integers: Set<DType> = [.int8, .int16, .int32, .int64, .uint8, .uint16, .uint32, .uint64]
  public static let real: Set<DType> = floating.union(integers)
  public static let numeric: Set<DType> = real.union([.complex64, .complex128])
  public static let index: Set<DType> = [.int32, .int64]
  public static let any: Set<DType> = Set(DType.allCases)
}

extension DType: CustomStringConvertible {
  public var description: String { name }
}
